"""SQL of patrol; private to this domain."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from gisgov.kernel.db import Tx
from gisgov.kernel.geometry import ewkt_point
from gisgov.kernel.nearest import Nearby, nearest_rows
from gisgov.kernel.scope import Scope
from gisgov.patrol.model import Fix, NewFix, PatrolDay, Patroller
from gisgov.patrol.tables import fix, patrol_day, track_fix
from gisgov.spatial.nearest import Ranked


def _seen(scope: Scope, table: sa.Table) -> sa.ColumnElement[bool]:
    own = table.c.user_id == scope.user_id if scope.user_id is not None else sa.false()
    return sa.or_(scope.areas(table.c.area_no), own)


def insert_track(tx: Tx, rows: Sequence[tuple[NewFix, int]]) -> None:
    """Append positions with their area numbers to the tracks; one that came before is not repeated."""
    values = [
        {
            "user_id": row.user_id,
            "at": row.at,
            "geom": ewkt_point(row.lon, row.lat),
            "accuracy_m": row.accuracy_m,
            "area_no": no,
        }
        for row, no in rows
    ]
    tx.conn.execute(insert(track_fix).on_conflict_do_nothing(), values)


def set_latest(tx: Tx, rows: Sequence[tuple[NewFix, int]]) -> None:
    """Store the latest position of each person; an older one never replaces a newer one."""
    values = [
        {
            "user_id": row.user_id,
            "at": row.at,
            "geom": ewkt_point(row.lon, row.lat),
            "accuracy_m": row.accuracy_m,
            "heading_deg": row.heading_deg,
            "area_no": no,
        }
        for row, no in rows
    ]
    statement = insert(fix)
    newer = {
        name: statement.excluded[name] for name in ("at", "geom", "accuracy_m", "heading_deg", "area_no")
    }
    tx.conn.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id"], set_=newer, where=fix.c.at < statement.excluded.at
        ),
        values,
    )


def latest(tx: Tx, user_ids: Collection[int] | None = None) -> list[sa.Row[Any]]:
    """Return the latest position in scope of some people, or of everybody."""
    some = fix.c.user_id.in_(user_ids) if user_ids is not None else sa.true()
    return list(tx.conn.execute(_latest(tx).where(some).order_by(fix.c.user_id)))


def _latest(tx: Tx) -> sa.Select[Any]:
    columns: list[sa.ColumnElement[Any]] = [
        fix.c.user_id,
        fix.c.at,
        sa.func.ST_X(fix.c.geom).label("lon"),
        sa.func.ST_Y(fix.c.geom).label("lat"),
        fix.c.accuracy_m,
        fix.c.heading_deg,
    ]
    return sa.select(*columns).where(_seen(tx.scope, fix))


def nearest(
    tx: Tx, ask: Nearby, build: Callable[[Sequence[sa.Row[Any]]], list[Patroller]]
) -> list[Ranked[Patroller]]:
    """Return the nearest latest positions in scope of those whom `build` keeps."""
    return nearest_rows(tx, _latest(tx), fix.c.geom, ask, build, key=lambda who: who.user_id)


def track(tx: Tx, user_id: int, since: datetime, until: datetime) -> list[Fix]:
    """Return the positions in scope of one person in a half-open time, oldest first."""
    return _tracks(tx, track_fix.c.user_id == user_id, since, until, _seen(tx.scope, track_fix))[user_id]


def tracks(tx: Tx, since: datetime, until: datetime) -> dict[int, list[Fix]]:
    """Return everybody's positions in a half-open time, whatever the scope; for the retention job."""
    return dict(_tracks(tx, sa.true(), since, until, sa.true()))


def _tracks(
    tx: Tx, who: sa.ColumnElement[bool], since: datetime, until: datetime, seen: sa.ColumnElement[bool]
) -> defaultdict[int, list[Fix]]:
    columns = (
        track_fix.c.at,
        sa.func.ST_X(track_fix.c.geom),
        sa.func.ST_Y(track_fix.c.geom),
        track_fix.c.accuracy_m,
    )
    when = (track_fix.c.at >= since, track_fix.c.at < until)
    query = sa.select(track_fix.c.user_id, *columns).where(who, *when, seen).order_by(track_fix.c.at)
    found: defaultdict[int, list[Fix]] = defaultdict(list)
    for row in tx.conn.execute(query):
        found[row[0]].append(Fix(*row[1:]))
    return found


def oldest(tx: Tx) -> datetime | None:
    """Return the time of the oldest position kept."""
    return tx.conn.execute(sa.select(sa.func.min(track_fix.c.at))).scalar_one_or_none()


def add_days(tx: Tx, rows: Sequence[PatrolDay]) -> None:
    """Store what is left of tracks; a day that was stored before is added to."""
    statement = insert(patrol_day)
    both = {name: patrol_day.c[name] + statement.excluded[name] for name in ("distance_m", "fixes")}
    values = [
        {"user_id": row.user_id, "day": row.day, "distance_m": row.distance_m, "fixes": row.fixes}
        for row in rows
    ]
    tx.conn.execute(statement.on_conflict_do_update(index_elements=["user_id", "day"], set_=both), values)


def delete_tracks(tx: Tx, since: datetime, until: datetime) -> None:
    """Delete the positions of a half-open time."""
    tx.conn.execute(sa.delete(track_fix).where(track_fix.c.at >= since, track_fix.c.at < until))


def delete_latest(tx: Tx, before: datetime) -> None:
    """Delete latest positions that are older than tracks are kept."""
    tx.conn.execute(sa.delete(fix).where(fix.c.at < before))


def days(tx: Tx, user_id: int, since: date) -> list[PatrolDay]:
    """Return the kept distances of one person."""
    table = patrol_day
    columns = (table.c.user_id, table.c.day, table.c.distance_m, table.c.fixes)
    query = sa.select(*columns).where(table.c.user_id == user_id, table.c.day >= since).order_by(table.c.day)
    return [PatrolDay(*row) for row in tx.conn.execute(query)]
