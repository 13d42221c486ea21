import json
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from sqlalchemy import make_url, text

from gisgov.grids import service as grids
from gisgov.grids.model import Post
from gisgov.identity import service as identity
from gisgov.identity.model import NewUser
from gisgov.kernel.actor import SYSTEM, Actor
from gisgov.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from gisgov.kernel.scope import NOTHING, Scope
from gisgov.patrol import rules, service
from gisgov.patrol.model import Fix, NewFix
from tests import grid_makers


@pytest.fixture
def staffed(tx):
    """A board of cells with Ann in the first and Bob in the last."""
    grid_makers.publish(tx, grid_makers.board())
    ids = identity.create_users(tx, [NewUser("ann", "Ann"), NewUser("bob", "Bob")], "gisgov-demo")
    for login, code in (("ann", "0000"), ("bob", "0303")):
        grids.staff(tx, grids.cell(tx, code).id, ids[login], Post.WORKER)
    return tx, ids


def at(tx, minutes: float = 0, place=(0, 0), user_id: int = 0, **more) -> NewFix:
    lon, lat = grid_makers.middle(*place)
    return NewFix(user_id, lon, lat, tx.now - timedelta(minutes=minutes), **more)


def working(tx, user_id: int):
    mine = tx.acting_as(identity.actor_of(tx, user_id))
    grids.set_duty(mine, [user_id], on_duty=True)
    return mine


def test_positions_are_taken_only_on_duty_and_only_ones_own(staffed):
    tx, ids = staffed
    ann = tx.acting_as(identity.actor_of(tx, ids["ann"]))
    with pytest.raises(Conflict, match=r"patrol\.off_duty"):
        service.record_own(ann, [at(tx, user_id=ids["ann"])])
    working(tx, ids["ann"])
    service.record_own(ann, [at(tx, user_id=ids["bob"])])
    assert [p.user_id for p in service.patrollers(tx)] == [ids["ann"]]
    grids.set_duty(ann, [ids["ann"]], on_duty=False)
    assert service.patrollers(tx) == []
    with pytest.raises(NotAllowed):
        service.record_own(tx.acting_as(Actor(ids["bob"], "Bob")), [at(tx)])


def test_age_staleness_and_load(staffed):
    tx, ids = staffed
    for login, minutes in (("ann", 2), ("bob", 6)):
        mine = working(tx, ids[login])
        service.record_own(mine, [at(tx, minutes, user_id=ids[login], accuracy_m=8.0, heading_deg=90.0)])
    found = {p.name: p for p in service.patrollers(tx, lambda _tx, users: dict.fromkeys(users, 3))}
    assert (found["Ann"].fix_age_s, found["Ann"].stale, found["Ann"].load) == (120, False, 3)
    assert (found["Bob"].fix_age_s, found["Bob"].stale) == (360, True)
    assert service.patrollers(tx)[0].load is None


def test_late_positions_fill_the_track_and_never_the_present(staffed):
    tx, ids = staffed
    ann = working(tx, ids["ann"])
    service.record_own(ann, [at(tx, 1, (1, 0), ids["ann"])])
    service.record_own(ann, [at(tx, 9, (0, 0), ids["ann"]), at(tx, 5, (0, 1), ids["ann"])])
    assert service.patrollers(tx)[0].lon == grid_makers.middle(1, 0)[0]
    service.record_own(ann, [at(tx, 5, (0, 1), ids["ann"])])
    assert [tx.now - fix.at for fix in service.track(ann, ids["ann"])] == [
        timedelta(minutes=m) for m in (9, 5, 1)
    ]


def test_seen_within_scope_and_by_oneself(staffed):
    tx, ids = staffed
    for login, place in (("ann", (0, 0)), ("bob", (3, 3))):
        service.record_own(working(tx, ids[login]), [at(tx, 1, place, ids[login])])
    ann = tx.acting_as(identity.actor_of(tx, ids["ann"]))
    assert [p.name for p in service.patrollers(ann)] == ["Ann"]
    with pytest.raises(NotFound):
        service.track(ann, ids["bob"])
    blind = tx.acting_as(Actor(None, "x", verbs=frozenset({"patrol.read"}), scope=NOTHING))
    assert service.patrollers(blind) == []
    for user_id in ids.values():
        with pytest.raises(NotFound):
            service.track(blind, user_id)
        with pytest.raises(NotFound):
            service.days(blind, user_id, date(2026, 1, 1))
    far = Scope(((grids.cell(tx, "0303").no, grids.cell(tx, "0303").no + 1),))
    assert [p.name for p in service.patrollers(tx.acting_as(Actor(None, "x", scope=far)))] == ["Bob"]


def test_impossible_positions_are_refused(staffed):
    tx, ids = staffed
    ann = working(tx, ids["ann"])
    for bad, code in (
        (replace(at(tx), lon=float("nan")), "grid.point_not_finite"),
        (replace(at(tx), lon=36.6, lat=117.0), "grid.point_swapped"),
        (replace(at(tx), lon=0.0, lat=0.0), "patrol.no_position"),
        (at(tx, -10), "patrol.too_old"),
        (at(tx, 60 * 25), "patrol.too_old"),
    ):
        with pytest.raises(Invalid) as error:
            service.record_own(ann, [bad])
        assert error.value.code == code
    assert service.patrollers(tx) == []


def test_a_new_position_is_pushed(database):
    url = make_url(database.settings.app_database_url).set(drivername="postgresql")
    with database.transaction(SYSTEM) as tx:
        ids = identity.create_users(tx, [NewUser("ann", "Ann")], "gisgov-demo")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as listener:
        listener.execute("LISTEN gisgov_hint")
        with database.transaction(SYSTEM) as tx:
            service.record_many(tx, [at(tx, user_id=ids["ann"])])
        heard = next(listener.notifies(timeout=10))
    assert json.loads(heard.payload)["topic"] == "patrols"
    assert json.loads(heard.payload)["user_id"] == ids["ann"]


def test_length_leaves_out_vague_positions():
    def fix(lon: float, accuracy_m: float | None) -> Fix:
        return Fix(None, lon, 36.68, accuracy_m)

    straight = rules.length_m([fix(117.0, 5.0), fix(117.001, None)])
    assert straight == pytest.approx(89.4, abs=0.3)
    assert rules.length_m([fix(117.0, 5.0), fix(117.5, 900.0), fix(117.001, 5.0)]) == pytest.approx(straight)
    assert rules.length_m([fix(117.0, 5.0)]) == 0


def test_after_ninety_days_only_distances_are_left(staffed):
    tx, ids = staffed
    ann = working(tx, ids["ann"])
    service.record_own(ann, [at(tx, 20, (0, 0), ids["ann"]), at(tx, 10, (1, 0), ids["ann"])])
    assert service.reduce_old(replace(tx, now=tx.now + timedelta(days=90))) == 0
    later = replace(tx, now=tx.now + timedelta(days=91))
    assert service.reduce_old(later) == 1
    assert service.reduce_old(later) == 0
    left = "SELECT (SELECT count(*) FROM track_fix) + (SELECT count(*) FROM fix)"
    assert tx.conn.execute(text(left)).scalar_one() == 0
    (day,) = service.days(later, ids["ann"], date(2026, 11, 1))
    assert (day.day, day.fixes) == (date(2026, 11, 20), 2)
    assert day.distance_m == pytest.approx(699, abs=3)
