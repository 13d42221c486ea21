"""People of cells: posts with dates, duty, what they may see, and who answers for a function."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gisgov.grids import service as grids
from gisgov.grids.model import FrameRule, Post, StaffRow
from gisgov.identity import service as identity
from gisgov.identity.model import NewOrg, NewUser
from gisgov.identity.rules import range_of
from gisgov.kernel.actor import Actor
from gisgov.kernel.days import today
from gisgov.kernel.errors import Invalid, NotAllowed, NotFound
from gisgov.kernel.scope import Scope
from tests.grid_makers import board, middle, publish


@pytest.fixture
def people(tx):
    publish(tx, board())
    rows = [NewUser("w1", "张三", mobile="13812345678"), NewUser("w2", "李四"), NewUser("l1", "王五")]
    return identity.create_users(tx, rows, "correct horse battery staple")


@pytest.fixture
def cells(tx, people):
    return grids.cell_ids(tx, [f"{c:02}{r:02}" for c in range(4) for r in range(4)])


def held_by(tx, user_id, cells):
    """Return the codes of the cells in which somebody has a post."""
    return [
        code for code, cell in sorted(cells.items()) if user_id in {p.user_id for p in grids.people(tx, cell)}
    ]


def test_worker_substitute_and_leader_in_this_order(tx, people, cells):
    cell = cells["0101"]
    grids.staff(tx, cell, people["l1"], Post.LEADER)
    grids.staff(tx, cell, people["w2"], Post.SUBSTITUTE)
    grids.staff(tx, cell, people["w1"], Post.WORKER)
    grids.set_duty(tx, [people["w1"]], on_duty=True)
    found = grids.locate(tx, *middle(1, 1)).people
    assert [(p.post, p.name, p.on_duty) for p in found] == [
        ("worker", "张三", True),
        ("substitute", "李四", False),
        ("leader", "王五", False),
    ]
    assert found[0].mobile == "138****5678"
    assert grids.on_duty(tx, people.values()) == {people["w1"]}
    assert held_by(tx, people["w1"], cells) == ["0101"]


def test_a_post_gives_the_scope_of_its_cell_and_takes_it_back(tx, people, cells):
    grids.staff(tx, cells["0101"], people["w1"], Post.WORKER)
    cell = grids.cell(tx, "0101")
    actor = identity.actor_of(tx, people["w1"])
    assert actor.scope.covers(cell.no)
    assert not actor.scope.covers(cell.no + 1)
    assert "order.act" in actor.verbs
    grids.unstaff(tx, cells["0101"], people["w1"], Post.WORKER)
    later = replace(tx, now=tx.now + timedelta(seconds=1))
    assert not identity.actor_of(later, people["w1"]).scope.covers(cell.no)
    assert grids.people(tx, cells["0101"]) == ()


def test_the_scope_follows_a_cell_into_another_area(tx, people, cells):
    grids.staff(tx, cells["0000"], people["w1"], Post.WORKER)
    old = grids.cell(tx, "0000").no
    moved = board(community=lambda c, r: "C01" if (c, r) == (0, 0) else f"C{c // 2}{r // 2}")
    publish(tx, moved, frame_rule=FrameRule.MOVE)
    scope = identity.actor_of(replace(tx, now=tx.now + timedelta(seconds=1)), people["w1"]).scope
    assert scope.covers(grids.cell(tx, "0000").no)
    assert not scope.covers(old)


def test_cells_with_nobody_are_listed_within_scope(tx, people, cells):
    grids.staff(tx, cells["0000"], people["w1"], Post.WORKER)
    grids.staff(tx, cells["0001"], people["l1"], Post.LEADER)
    missing = [cell.code for cell in grids.cells(tx, unstaffed=True)]
    assert len(missing) == 15
    assert "0000" not in missing
    street = identity.area_by_code(tx, "S1", "admin")
    chief = Actor(
        None, "chief", verbs=frozenset({"grid.read"}), scope=Scope((range_of(street.no, street.depth),))
    )
    assert [c.code for c in grids.cells(tx.acting_as(chief), unstaffed=True)] == [
        f"{c:02}{r:02}" for c in (2, 3) for r in range(4)
    ]


def test_staffing_has_dates_and_a_history(tx, people, cells):
    cell = cells["0000"]
    assert today(tx) == date(2026, 11, 20)
    grids.staff(tx, cell, people["w1"], Post.WORKER, since=date(2026, 9, 1))
    grids.staff(tx, cell, people["w2"], Post.WORKER, since=date(2026, 12, 1))
    assert [p.name for p in grids.people(tx, cell)] == ["张三"]
    grids.unstaff(tx, cell, people["w1"], Post.WORKER, until=date(2026, 12, 1))
    december = replace(tx, now=tx.now + timedelta(days=20))
    assert [p.name for p in grids.people(december, cell)] == ["李四"]
    assert [tuple(row) for row in grids.history(tx, cell)] == [
        (people["w2"], "worker", date(2026, 12, 1), None),
        (people["w1"], "worker", date(2026, 9, 1), date(2026, 12, 1)),
    ]


def test_thousands_are_staffed_at_once_and_repeating_changes_nothing(tx, people, cells):
    rows = [StaffRow(cell, people["w1"], Post.WORKER) for cell in cells.values()]
    grids.staff_many(tx, rows)
    grids.staff_many(tx, rows)
    assert held_by(tx, people["w1"], cells) == sorted(cells)
    assert grids.cells(tx, unstaffed=True) == []


def test_staffing_takes_the_verb_and_the_scope(tx, people, cells):
    worker = Actor(people["w1"], "w1", verbs=frozenset({"duty.set"}))
    with pytest.raises(NotAllowed):
        grids.staff(tx.acting_as(worker), cells["0000"], people["w2"], Post.WORKER)
    elsewhere = Actor(None, "x", verbs=frozenset({"grid.staff"}), scope=Scope(((1, 2),)))
    with pytest.raises(NotFound, match="cell_unknown"):
        grids.staff(tx.acting_as(elsewhere), cells["0000"], people["w2"], Post.WORKER)
    with pytest.raises(NotAllowed):
        grids.set_duty(tx.acting_as(worker), [people["w2"]], on_duty=True)
    grids.set_duty(tx.acting_as(worker), [people["w1"]], on_duty=True)
    with pytest.raises(Invalid, match="nobody_named"):
        grids.set_duty(tx, [], on_duty=True)
    with pytest.raises(NotFound, match="not_staffed"):
        grids.unstaff(tx, cells["0000"], people["w2"], Post.WORKER)


def test_a_department_answers_for_a_function_until_another_does(tx, people, cells):
    orgs = identity.create_orgs(
        tx, [NewOrg("cg", "城管局", "department"), NewOrg("yj", "应急局", "department")]
    )
    cell = cells["0000"]
    grids.bind_many(tx, [(cell, "city", orgs["cg"].id, None), (cell, "fire", orgs["yj"].id, people["l1"])])
    assert [(r.function, r.org_id, r.user_id) for r in grids.responsible(tx, cell)] == [
        ("city", orgs["cg"].id, None),
        ("fire", orgs["yj"].id, people["l1"]),
    ]
    tomorrow = replace(tx, now=tx.now + timedelta(days=1))
    grids.bind_many(tomorrow, [(cell, "city", orgs["yj"].id, None)])
    assert grids.responsible(tx, cell, "city")[0].org_id == orgs["cg"].id
    assert grids.responsible(tomorrow, cell, "city")[0].org_id == orgs["yj"].id
    grids.bind_many(tomorrow, [(cell, "city", orgs["cg"].id, None)])
    assert grids.responsible(tomorrow, cell, "city")[0].org_id == orgs["cg"].id
