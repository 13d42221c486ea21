"""The use cases of patrol; the only door from outside."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from gisgov.grids import service as grids
from gisgov.identity import service as identity
from gisgov.kernel.days import beginning_of, day_of
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict, NotFound
from gisgov.kernel.events import hint
from gisgov.kernel.nearest import Nearby
from gisgov.patrol import rules, store
from gisgov.patrol.model import Fix, NewFix, PatrolDay, Patroller
from gisgov.spatial.nearest import Ranked


def record_own(tx: Tx, fixes: Sequence[NewFix]) -> None:
    """Record the caller's own positions; nobody can be followed by somebody else.

    Parameters
    ----------
    fixes : sequence of NewFix
        Oldest first; more than one when the phone had no network.

    Raises
    ------
    Conflict
        The caller is not on duty: nothing is recorded. Code ``patrol.off_duty``.
    Invalid
        A point is no place on Earth, or its time is wrong.
    """
    tx.may("patrol.fix")
    user_id = tx.actor.user_id
    if user_id is None or not grids.on_duty(tx, [user_id]):
        raise Conflict("patrol.off_duty")
    for fix in fixes:
        grids.refuse_bad_point(fix.lon, fix.lat)
        rules.check_place(fix)
        rules.check_time(fix, tx.now)
    record_many(tx, [replace(fix, user_id=user_id) for fix in fixes])


def record_many(tx: Tx, fixes: Sequence[NewFix]) -> None:
    """Store checked positions of people on duty, oldest first, and push the newest of each."""
    if not fixes:
        return
    places = grids.locate_many(tx, [fix.lon for fix in fixes], [fix.lat for fix in fixes])
    rows = list(zip(fixes, places.area_no.tolist(), strict=True))
    store.insert_track(tx, rows)
    newest = {fix.user_id: (fix, no) for fix, no in rows}
    store.set_latest(tx, list(newest.values()))
    for fix, no in newest.values():
        data = {
            "user_id": fix.user_id,
            "lon": round(fix.lon, 6),
            "lat": round(fix.lat, 6),
            "at": fix.at.isoformat(),
            "heading_deg": fix.heading_deg,
        }
        hint(tx, "patrols", no, data)


Loads = Callable[[Tx, Collection[int]], Mapping[int, int]]


def patrollers(tx: Tx, loads: Loads | None = None) -> list[Patroller]:
    """Return who is on duty in scope, with the age of their position.

    Parameters
    ----------
    loads : callable, optional
        Returns user id → open orders, which a higher domain knows.
    """
    return _on_duty(tx, store.latest(tx), loads)


def nearest(tx: Tx, ask: Nearby, loads: Loads | None = None) -> list[Ranked[Patroller]]:
    """Return who is on duty in scope and nearest to a place, in geodesic order (A-17)."""
    tx.may("patrol.read")
    return store.nearest(tx, ask, lambda rows: _on_duty(tx, rows, loads))


def _on_duty(tx: Tx, rows: Sequence[Any], loads: Loads | None) -> list[Patroller]:
    awake = grids.on_duty(tx, [row.user_id for row in rows])
    names = identity.users_by_ids(tx, awake)
    held = loads(tx, awake) if loads else None
    return [
        _patroller(tx, row, names[row.user_id].name, None if held is None else held.get(row.user_id, 0))
        for row in rows
        if row.user_id in awake
    ]


def _patroller(tx: Tx, row: Any, name: str, load: int | None) -> Patroller:
    age_s = max(0, int((tx.now - row.at).total_seconds()))
    return Patroller(
        user_id=row.user_id,
        name=name,
        on_duty=True,
        lon=row.lon,
        lat=row.lat,
        at=row.at,
        fix_age_s=age_s,
        stale=age_s > tx.settings.stale_fix_s,
        accuracy_m=row.accuracy_m,
        heading_deg=row.heading_deg,
        load=load,
    )


def track(tx: Tx, user_id: int, since: datetime | None = None, until: datetime | None = None) -> list[Fix]:
    """Return the positions of one person in scope, by default of the last day, oldest first.

    Raises
    ------
    NotFound
        There are none in scope; code ``patrol.unknown``.
    """
    until = until or tx.now + rules.AHEAD
    found = store.track(tx, user_id, since or until - timedelta(days=1), until)
    if not found and user_id != tx.actor.user_id:
        raise NotFound("patrol.unknown", field="user")
    return found


def days(tx: Tx, user_id: int, since: date) -> list[PatrolDay]:
    """Return how far somebody in scope went on days whose tracks are gone."""
    return store.days(tx, identity.user(tx, user_id).id, since)


def reduce_old(tx: Tx) -> int:
    """Turn tracks older than ninety days into daily distances and delete them; a job.

    Returns
    -------
    int
        How many days of people were reduced.
    """
    keep_from = day_of(tx, tx.now - rules.KEPT)
    oldest = store.oldest(tx)
    reduced = 0
    day = day_of(tx, oldest) if oldest else keep_from
    while day < keep_from:
        start, end = beginning_of(tx, day), beginning_of(tx, day + timedelta(days=1))
        left = [
            PatrolDay(who, day, rules.length_m(way), len(way))
            for who, way in store.tracks(tx, start, end).items()
        ]
        if left:
            store.add_days(tx, left)
            store.delete_tracks(tx, start, end)
        reduced += len(left)
        day += timedelta(days=1)
    store.delete_latest(tx, beginning_of(tx, keep_from))
    return reduced
