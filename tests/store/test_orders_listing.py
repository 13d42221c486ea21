"""Lists: filters, pages by key, counts, and plans that use the indexes; the past in bulk."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from gisgov.grids import service as grids
from gisgov.kernel.errors import Invalid
from gisgov.kernel.scope import NOTHING
from gisgov.orders import service as orders
from gisgov.orders.model import State
from gisgov.orders.service import Filter, PastOrder, PastStep
from gisgov.orders.store import listing
from gisgov.oversight import service as oversight
from gisgov.timing.model import Lamp
from tests.grid_makers import SOUTH, STEP, WEST, middle
from tests.order_makers import Town, standing, undone

PAST = 3_000
CATEGORIES = ("city.light", "city.manhole", "environment.litter", "traffic.parking")


def past_order(town: Town, at: int) -> PastOrder:
    """One of many orders of the last 90 days: every 20th is still open."""
    column, row = at % 4, at // 4 % 4
    cell = grids.cell(town.tx, f"{column:02}{row:02}")
    reported = town.tx.now - timedelta(days=90) * (1 - at / PAST)
    day = reported.astimezone().strftime("%Y%m%d")
    lon, lat = middle(column, row)
    chain = [("reported", "REPORTED"), ("route", "WAIT_SIGN")]
    is_open = at % 20 == 0
    chain += [] if is_open else [("sign_in", "SIGNED"), ("start", "HANDLING"), ("submit_result", "CLOSED")]
    due = town.tx.now + timedelta(minutes=at - PAST / 2)
    clock = {"limit_key": "sign_in.workday", "limit_version": 1, "clock_started_at": due - timedelta(hours=4),
             "yellow_at": due - timedelta(hours=1), "due_at": due, "overdue_fired_at": due}  # fmt: skip
    ended = {"closed_at": reported + timedelta(hours=3), "signed_at": reported, "score": at % 5 + 1}
    return PastOrder(
        no=f"{day}-{at + 5000:04d}", title=f"路灯不亮 {at}", content="", category_code=CATEGORIES[at % 4],
        source_code="resident", lon=lon, lat=lat, state=chain[-1][1], location_status="inside", cell_id=cell.id,
        cell_version_id=cell.version_id, cell_code=cell.code, cell_name=cell.name, place="", release_id=None,
        area_no=cell.no, hex="89", function="城管", closure_policy="auto", reported_at=reported,
        holder_user_id=town.ids["worker"], holder_org_id=town.orgs["s0"], holder_name="张三",
        holder_org_name="一街道办", steps=tuple(PastStep(action, state, reported) for action, state in chain),
        reporter_name="刘大成", **(clock if is_open else ended),
    )  # fmt: skip


@pytest.fixture(scope="module")
def founded(shared_database):
    with standing(shared_database) as town:
        orders.import_history(town.tx, [past_order(town, at) for at in range(PAST)])
        town.tx.conn.execute(text("ANALYZE orders, order_party"))
        yield town


@pytest.fixture
def town(founded):
    with undone(founded) as town:
        yield town


def pages(tx, wanted: Filter) -> list[str]:
    found, after = [], None
    while True:
        page = orders.orders(tx, wanted, after, counted=False)
        found += [item.no for item in page.items]
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize("sort", ["due", "reported"])
def test_pages_by_key_give_every_order_once_in_order(town, sort):
    tx = town.by("dispatcher")
    found = pages(tx, Filter(sort=sort, open=True, limit=37))
    assert len(found) == len(set(found)) == PAST / 20
    items = orders.orders(tx, Filter(sort=sort, open=True, limit=200)).items
    assert [item.no for item in items] == found
    if sort == "due":
        assert all(a.due_at <= b.due_at for a, b in pairwise(items))
    else:
        assert all(a.reported_at >= b.reported_at for a, b in pairwise(items))


def test_an_order_that_comes_while_one_pages_is_neither_lost_nor_doubled(town):
    tx = town.by("dispatcher")
    first = orders.orders(tx, Filter(sort="reported", limit=50))
    town.report()
    second = orders.orders(tx, Filter(sort="reported", limit=50), first.next)
    assert not {item.no for item in first.items} & {item.no for item in second.items}


def test_the_counts_are_those_of_the_whole_filter_by_lamp(town):
    page = orders.orders(town.by("dispatcher"), Filter(open=True))
    counts = page.counts
    assert counts.total == PAST / 20 == counts.green + counts.yellow + counts.red
    for lamp in Lamp:
        found = pages(town.by("dispatcher"), Filter(open=True, lamp=lamp))
        assert len(found) == getattr(counts, lamp)
        items = orders.orders(town.by("dispatcher"), Filter(open=True, lamp=lamp)).items
        assert {item.lamp for item in items} == {lamp}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(category="city"), PAST // 2),
        (Filter(category="city.light"), PAST // 4),
        (Filter(source="12345"), 0),
        (Filter(state=(State.WAIT_SIGN,)), PAST // 20),
        (Filter(q="路灯不亮 2999"), 1),
        (Filter(q="100%"), 0),
        (Filter(cell="0101"), PAST // 16 + 1),
        (Filter(bbox=(WEST, SOUTH, WEST + STEP, SOUTH + STEP)), PAST // 16 + 1),
        (Filter(open=False), PAST - PAST // 20),
        (Filter(ranges=()), 0),
    ],
)
def test_filters_narrow(town, wanted, found):
    assert orders.orders(town.by("dispatcher"), wanted).counts.total == found


def test_a_list_shows_what_is_in_scope_only(town):
    assert orders.orders(town.by("street"), Filter()).counts.total == PAST // 2 + PAST // 2
    assert orders.orders(town.by("far_street"), Filter()).counts.total == PAST // 2
    assert orders.orders(town.by("far_worker"), Filter()).counts.total == PAST // 16
    nothing = town.tx.acting_as(replace(town.by("street").actor, scope=NOTHING))
    page = orders.orders(nothing, Filter())
    assert (page.items, page.counts.total) == ([], 0)


@pytest.mark.parametrize("after", ["x", "bm9uc2Vuc2U", "WzEsMl0!!"])
def test_a_foreign_page_marker_is_refused(town, after):
    with pytest.raises(Invalid):
        orders.orders(town.by("dispatcher"), Filter(), after)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Filter(open=True), "orders_open_due"),
        (Filter(sort="reported"), "orders_reported"),
        (Filter(mine=True, open=True), "orders_open_holder"),
        (Filter(open=True, after=("2026-11-20 00:00:00+00", "17")), "orders_open_due"),
    ],
)
def test_pages_are_read_by_index(town, wanted, index):
    tx = town.by("dispatcher")
    plan = explain(tx, listing.page_query(tx, wanted))
    assert index in plan
    assert "Seq Scan on orders" not in plan


def explain(tx, query) -> str:
    sql = query.compile(dialect=tx.conn.dialect, compile_kwargs={"literal_binds": True})
    return "\n".join(tx.conn.exec_driver_sql(f"EXPLAIN {sql}".replace("%", "%%")).scalars())


def test_the_past_stands_as_if_it_had_happened(town):
    order = orders.orders(town.by("dispatcher"), Filter(open=False, sort="reported", limit=1)).items[0]
    view = orders.view(town.by("dispatcher"), order.no)
    assert [row.action for row in view.timeline] == ["submit_result", "start", "sign_in", "route", "reported"]
    assert [row.from_state for row in view.timeline] == ["HANDLING", "SIGNED", "WAIT_SIGN", "REPORTED", None]
    assert (view.version, view.rating.score, view.reporter.name) == (5, view.score, "刘**")
    assert view.assignments[0].ended_as == "done"


def test_numbers_go_on_after_the_past(town):
    town.tx.conn.execute(text("DELETE FROM order_day WHERE day = '2026-11-20'"))
    orders.import_history(town.tx, [replace(past_order(town, PAST - 1), no="20261120-7777")])
    assert town.report().order_no == "20261120-7778"


def test_open_orders_of_the_past_are_worked_on(town):
    no = orders.orders(town.by("worker"), Filter(cell="0101", open=True, limit=1)).items
    if no:
        assert town.act("worker", no[0].no, "sign_in").state is State.SIGNED
    oversight.check_overdue(town.tx)
    assert orders.orders(town.by("dispatcher"), Filter(supervised=True)).counts.total == 0
