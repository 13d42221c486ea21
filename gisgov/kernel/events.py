"""The append-only event table: audit, time line and source of live push in one."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import morecantile
from sqlalchemy import Row, func, insert, select, text

from gisgov.kernel.db import Tx
from gisgov.kernel.jobs import defer
from gisgov.kernel.tables import event

EVENT_CHANNEL = "gisgov_event"
HINT_CHANNEL = "gisgov_hint"
TILE_ZOOM = 12
"""Changed places are named by the tile of this zoom."""

_TMS = morecantile.tms.get("WebMercatorQuad")


@dataclass(frozen=True)
class Event:
    """Something that happened and was committed.

    `area_no`, `org_ids` and `user_ids` say who may learn of it; `tile` is the z12 tile it changed.
    """

    id: int
    xid: int
    at: datetime
    kind: str
    subject_kind: str
    subject_id: int | None
    version: int | None
    actor_id: int | None
    area_no: int | None
    org_ids: tuple[int, ...]
    user_ids: tuple[int, ...]
    tile: tuple[int, int] | None
    data: dict[str, Any]


def emit(
    tx: Tx,
    kind: str,
    *,
    subject: tuple[str, int | None],
    version: int | None = None,
    area_no: int | None = None,
    org_ids: Iterable[int] = (),
    user_ids: Iterable[int] = (),
    lon: float | None = None,
    lat: float | None = None,
    data: dict[str, Any] | None = None,
) -> int:
    """Record an event and defer the job that reacts to it; both commit with the caller or neither does.

    Parameters
    ----------
    kind : str
        ``<noun>.<participle>``, for example ``order.reported``.
    subject : (str, int)
        Kind and id of the thing it happened to.
    version : int, optional
        The subject's version after it; gives the order of events within one subject.
    area_no, org_ids, user_ids
        Who may learn of it, as in `gisgov.kernel.scope.Scope.sees`.
    lon, lat : float, optional
        The place it changed on the map, EPSG:4326.

    Returns
    -------
    int
        The event's id, the idempotency key of everything that follows from it.
    """
    tile = _tile(lon, lat)
    row = {
        "at": tx.now,
        "kind": kind,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "version": version,
        "actor_id": tx.actor.user_id,
        "area_no": area_no,
        "org_ids": list(org_ids),
        "user_ids": list(user_ids),
        "tile_x": tile[0] if tile else None,
        "tile_y": tile[1] if tile else None,
        "data": data or {},
    }
    event_id = tx.conn.execute(insert(event).values(row).returning(event.c.id)).scalar_one()
    tx.conn.execute(select(func.pg_notify(EVENT_CHANNEL, "")))
    defer(tx, "react", event_id=event_id)
    return int(event_id)


def hint(tx: Tx, topic: str, area_no: int | None, data: dict[str, Any]) -> None:
    """Push something that need not be remembered, such as a moved patroller, to screens in scope."""
    message = json.dumps({"topic": topic, "area_no": area_no, **data})
    tx.conn.execute(select(func.pg_notify(HINT_CHANNEL, message)))


def by_id(tx: Tx, event_id: int) -> Event:
    """Return one event."""
    return _event(tx.conn.execute(select(event).where(event.c.id == event_id)).one())


def since(tx: Tx, position: str, limit: int = 10_000) -> list[Event]:
    """Return the events committed since a snapshot, transaction by transaction.

    Parameters
    ----------
    position : str
        Text of a ``pg_snapshot``. An event belongs to the answer when its transaction is visible now and
        was not then, so a long transaction elsewhere neither hides nor delays anything.
    """
    then = "CAST(:position AS pg_snapshot)"
    unseen = text(f"xid >= pg_snapshot_xmin({then}) AND NOT pg_visible_in_snapshot(xid, {then})")
    query = (
        select(event)
        .where(unseen.bindparams(position=position))
        .order_by(event.c.xid, event.c.id)
        .limit(limit)
    )
    return [_event(row) for row in tx.conn.execute(query)]


def log(
    tx: Tx,
    accounts: Collection[int],
    kind: str | None = None,
    actor_id: int | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Event]:
    """Return what happened in the scope's areas, to some accounts or by them, newest first; for auditors.

    Parameters
    ----------
    accounts : collection of int
        The people whose doings belong to the answer wherever they happened, such as signing in.
    kind : str, optional
        A kind, or its noun with a point (``session.``) for all of them.
    before : int, optional
        Only events with a smaller id: the next page.
    """
    known = list(accounts)
    placeless = event.c.area_no.is_(None) & (event.c.actor_id.in_(known) | event.c.user_ids.overlap(known))
    where = [tx.scope.areas(event.c.area_no) | placeless]
    if before is not None:
        where.append(event.c.id < before)
    if kind is not None:
        where.append(event.c.kind.startswith(kind, autoescape=True))
    if actor_id is not None:
        where.append(event.c.actor_id == actor_id)
    query = select(event).where(*where).order_by(event.c.id.desc()).limit(limit)
    return [_event(row) for row in tx.conn.execute(query)]


def position(tx: Tx) -> str:
    """Return the present snapshot as text: everything visible now is at or before it."""
    return str(tx.conn.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())


def _tile(lon: float | None, lat: float | None) -> tuple[int, int] | None:
    if lon is None or lat is None:
        return None
    tile = _TMS.tile(lon, lat, TILE_ZOOM)
    return tile.x, tile.y


def _event(row: Row[Any]) -> Event:
    return Event(
        id=row.id,
        xid=int(row.xid),
        at=row.at,
        kind=row.kind,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        version=row.version,
        actor_id=row.actor_id,
        area_no=row.area_no,
        org_ids=tuple(row.org_ids),
        user_ids=tuple(row.user_ids),
        tile=None if row.tile_x is None else (row.tile_x, row.tile_y),
        data=row.data,
    )
