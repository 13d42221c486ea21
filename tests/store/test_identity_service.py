from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from gisgov.identity import rules, service
from gisgov.identity.model import NewArea, NewGrant, NewOrg, NewUser, Refused, Role, SessionKind, SignedIn
from gisgov.kernel.actor import NOBODY, SYSTEM
from gisgov.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from gisgov.kernel.scope import NOTHING

TREE = "division"
ROWS = [
    NewArea("370112001", "山大路街道", "street", "370112"),
    NewArea("370112", "历城区", "district"),
    NewArea("370112001001", "甸新社区", "community", "370112001"),
    NewArea("370112001002", "花园社区", "community", "370112001"),
    NewArea("370112002", "洪家楼街道", "street", "370112"),
]


@pytest.fixture
def areas(tx):
    return service.create_areas(tx, TREE, ROWS)


def at(tx, later: timedelta):
    return replace(tx, now=tx.now + later)


def test_areas_come_in_any_order_and_nest(tx, areas):
    district, street = areas["370112"], areas["370112001"]
    low, high = rules.range_of(district.no, district.depth)
    assert all(low <= area.no < high for area in areas.values())
    assert [a.code for a in service.children(tx, street.id)] == ["370112001001", "370112001002"]
    path = service.areas_of_no(tx, areas["370112001002"].no)
    assert [a.name for a in path] == ["历城区", "山大路街道", "花园社区"]
    cell = rules.cell_no(areas["370112001002"].no, 7)
    assert service.areas_of_no(tx, cell) == path
    low, high = service.range_of_area(tx, "370112001")
    below = {code for code, area in areas.items() if low <= area.no < high}
    assert below == {"370112001", "370112001001", "370112001002"}


def test_area_mistakes_are_named(tx, areas):
    with pytest.raises(Conflict) as taken:
        service.create_areas(tx, TREE, [NewArea("370112001", "又一个", "street", "370112")])
    assert "370112001" in taken.value.params["codes"]
    with pytest.raises(Invalid) as lost:
        service.create_areas(tx, TREE, [NewArea("a", "A", "x", "b"), NewArea("b", "B", "x", "a")])
    assert lost.value.params["codes"] == "a, b"
    with pytest.raises(NotFound):
        service.area_by_code(tx, "nowhere")
    service.create_area(tx, tree="police", level_name="sector", code="370112", name="S")
    with pytest.raises(Invalid, match=r"area\.several_trees"):
        service.area_by_code(tx, "370112")
    assert service.area_by_code(tx, "370112", TREE).name == "历城区"


def test_cell_numbers_are_given_once(tx, areas):
    one = service.take_cell_numbers(tx, areas["370112001001"].id, 3)
    two = service.take_cell_numbers(tx, areas["370112001001"].id, 2)
    assert [*one, *two] == [areas["370112001001"].no + serial for serial in range(1, 6)]


def test_roots_and_children_made_at_once_get_different_numbers(database):
    barrier = Barrier(4)

    def make(i: int) -> list[int]:
        barrier.wait(timeout=10)
        with database.transaction(SYSTEM) as tx:
            root = service.create_area(tx, tree=f"t{i}", level_name="city", code="1", name="r")
        barrier.wait(timeout=10)
        with database.transaction(SYSTEM) as tx:
            shared = service.area_by_code(tx, "1", "t0")
            child = service.create_area(
                tx, tree="t0", level_name="x", code=f"c{i}", name="c", parent_id=shared.id
            )
        return [root.no, child.no]

    with ThreadPoolExecutor(4) as pool:
        numbers = [no for pair in pool.map(make, range(4)) for no in pair]
    assert Counter(numbers).most_common(1)[0][1] == 1


# ------------------------------------------------------------------ users, grants, scope
@pytest.fixture
def people(tx, areas):
    orgs = service.create_orgs(
        tx,
        [
            NewOrg("centre", "综治中心", "centre"),
            NewOrg("cg", "城管局", "department", "centre"),
            NewOrg("cg1", "城管一队", "department", "cg"),
        ],
    )
    names = {"admin": None, "worker": None, "handler": orgs["cg"].id, "stranger": None}
    ids = service.create_users(
        tx, [NewUser(login, login, org) for login, org in names.items()], "gisgov-demo"
    )
    cell = rules.cell_no(areas["370112001001"].no, 1)
    service.grant_many(
        tx,
        [
            NewGrant(ids["admin"], Role.ADMIN),
            NewGrant(ids["worker"], Role.GRID_WORKER, no_lo=cell, no_hi=cell + 1, origin="staffing:1"),
            NewGrant(ids["handler"], Role.DEPARTMENT_HANDLER),
        ],
    )
    return ids


def test_scope_is_made_from_grants(tx, areas, people):
    cell = rules.cell_no(areas["370112001001"].no, 1)
    worker = service.actor_of(tx, people["worker"])
    assert worker.scope.ranges == ((cell, cell + 1),)
    assert worker.scope.user_id == people["worker"]
    assert not worker.scope.org_ids
    handler = service.actor_of(tx, people["handler"])
    assert not handler.scope.ranges
    assert {org.code for org in service.orgs_by_ids(tx, handler.scope.org_ids).values()} == {"cg", "cg1"}
    admin = service.actor_of(tx, people["admin"])
    assert admin.scope.covers(cell)
    assert admin.has("user.write")
    assert not service.actor_of(tx, people["stranger"]).verbs


def test_grants_have_dates(tx, areas, people):
    street = areas["370112001"].id
    start, end = tx.now + timedelta(days=1), tx.now + timedelta(days=2)
    grant_id = service.grant(
        tx, NewGrant(people["stranger"], Role.STREET_LEADER, street, since=start, until=end)
    )
    assert not service.actor_of(tx, people["stranger"]).roles
    assert service.actor_of(at(tx, timedelta(days=1)), people["stranger"]).roles == {"street_leader"}
    assert not service.actor_of(at(tx, timedelta(days=2)), people["stranger"]).roles
    service.revoke(at(tx, timedelta(days=1, hours=1)), grant_id)
    assert not service.actor_of(at(tx, timedelta(days=1, hours=2)), people["stranger"]).roles
    assert service.end_grants_of(tx, "staffing:1")
    assert not service.actor_of(tx, people["worker"]).roles


def test_users_are_seen_within_scope(tx, areas, people):
    def seen(login: str) -> set[str]:
        mine = tx.acting_as(service.actor_of(tx, people[login]))
        return {user.login for user in service.users(mine)}

    assert seen("admin") == set(people)
    assert seen("worker") == {"worker"}
    assert seen("handler") == {"handler"}
    service.grant(tx, NewGrant(people["stranger"], Role.STREET_LEADER, areas["370112001"].id))
    assert seen("stranger") == {"stranger", "worker"}
    stranger = tx.acting_as(service.actor_of(tx, people["stranger"]))
    with pytest.raises(NotFound):
        service.user(stranger, people["handler"])
    with pytest.raises(NotAllowed):
        service.grant(stranger, NewGrant(people["worker"], Role.ADMIN))


def test_empty_scope_reads_nothing(tx, areas, people):
    blind = tx.acting_as(replace(service.actor_of(tx, people["worker"]), scope=NOTHING))
    assert service.users(blind) == []
    assert service.orgs(blind) == []
    assert service.grants_of(blind, people["worker"]) == []
    with pytest.raises(NotFound):
        service.user(blind, people["worker"])


# ------------------------------------------------------------------ sessions
def test_session_opens_renews_and_ends(tx, people):
    signed = service.sign_in(tx, " Worker ", "gisgov-demo", "10.0.0.1", SessionKind.WEB)
    assert isinstance(signed, SignedIn)
    stored = tx.conn.execute(text("SELECT token_hash, csrf FROM session")).one()
    assert signed.token.encode() not in bytes(stored.token_hash)
    assert service.session_of(tx, signed.token).csrf == stored.csrf == signed.csrf
    assert service.session_of(tx, signed.token + "x") is None
    assert service.session_of(at(tx, timedelta(hours=12)), signed.token) is None
    later = at(tx, timedelta(hours=8))
    assert service.session_of(later, signed.token).expires_at == later.now + timedelta(hours=12)
    assert service.session_of(at(tx, timedelta(hours=19)), signed.token) is not None
    service.sign_out(tx, signed.token)
    assert service.session_of(tx, signed.token) is None
    kinds = (
        tx.conn.execute(text("SELECT kind FROM event WHERE kind LIKE 'session.%' ORDER BY id"))
        .scalars()
        .all()
    )
    assert kinds == ["session.opened", "session.closed"]


def test_closed_account_and_new_password_end_sessions(tx, people):
    signed = service.sign_in(tx, "worker", "gisgov-demo", "c", SessionKind.BEARER)
    service.set_password(tx, people["worker"], "another secret")
    assert service.session_of(tx, signed.token) is None
    again = service.sign_in(tx, "worker", "another secret", "c", SessionKind.BEARER)
    service.deactivate(tx, people["worker"])
    assert service.session_of(tx, again.token) is None
    with pytest.raises(NotSignedIn):
        service.actor_of(tx, people["worker"])
    assert service.sign_in(tx, "worker", "another secret", "c", SessionKind.WEB) == Refused(
        "session.wrong_password"
    )


def test_failures_pause_the_login_and_the_client(tx, people):
    for login in ("worker", "ghost"):
        for i in range(rules.LOGIN_THROTTLE.failures):
            assert service.sign_in(tx, login, "wrong", f"c{i}", SessionKind.WEB) == Refused(
                "session.wrong_password"
            )
        refused = service.sign_in(tx, login, "gisgov-demo", "c", SessionKind.WEB)
        assert refused == Refused("session.throttled", 900)
    assert isinstance(
        service.sign_in(at(tx, timedelta(minutes=16)), "worker", "gisgov-demo", "c", SessionKind.WEB),
        SignedIn,
    )
    tx.conn.execute(
        text("INSERT INTO sign_in_failure SELECT 'client:evil', :now FROM generate_series(1, 50)"),
        {"now": tx.now},
    )
    assert service.sign_in(tx, "admin", "gisgov-demo", "evil", SessionKind.WEB) == Refused(
        "session.throttled", 900
    )
    assert isinstance(service.sign_in(tx, "admin", "gisgov-demo", "desk", SessionKind.WEB), SignedIn)


def test_a_burst_of_guesses_is_counted_as_well(database):
    with database.transaction(SYSTEM) as tx:
        service.create_users(tx, [NewUser("worker", "W")], "gisgov-demo")

    def guess(i: int) -> str:
        with database.transaction(NOBODY) as tx:
            return service.sign_in(tx, "worker", f"guess {i}", f"c{i}", SessionKind.WEB).code

    with ThreadPoolExecutor(8) as pool:
        codes = Counter(pool.map(guess, range(12)))
    assert codes == {"session.wrong_password": 5, "session.throttled": 7}


def test_workplace_names_the_areas_of_cells(tx, areas, people):
    mine = tx.acting_as(service.actor_of(tx, people["worker"]))
    assert [area.name for area in service.workplace(mine).areas] == ["甸新社区"]


def test_sweep_forgets_what_has_ended(tx, people):
    service.sign_in(tx, "worker", "gisgov-demo", "c", SessionKind.WEB)
    service.sign_in(tx, "worker", "wrong", "c", SessionKind.WEB)
    service.sweep(at(tx, timedelta(days=1)))
    left = "SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM sign_in_failure)"
    assert tx.conn.execute(text(left)).scalar_one() == 0


def test_weak_passwords_and_taken_logins_are_refused(tx, people):
    with pytest.raises(Invalid, match=r"user\.password_short"):
        service.create_user(tx, NewUser("new", "N"), "short")
    with pytest.raises(Invalid, match=r"user\.password_has_login"):
        service.create_user(tx, NewUser("newcomer", "N"), "my-newcomer-1")
    with pytest.raises(Conflict, match=r"user\.login_taken"):
        service.create_user(tx, NewUser("WORKER", "N"), "long enough 1")
    assert service.create_user(tx, NewUser("New", "N"), "long enough 1").login == "new"
