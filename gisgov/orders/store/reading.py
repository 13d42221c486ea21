"""Reads of orders: one, many, lists by key with counts, and what hangs on one."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from gisgov.kernel.db import Tx
from gisgov.orders.model import Assignment, FileRef, Order, Rating, State, TraceRow
from gisgov.orders.store.seeing import order_scope
from gisgov.orders.tables import OPEN_SQL, assignment, order_party, order_report, orders, rating, trace

_HIDDEN = {"geom", "level", "runner_up", "overdue_fired_at", "tracking_hash"}
_LON_LAT = (sa.func.ST_X(orders.c.geom).label("lon"), sa.func.ST_Y(orders.c.geom).label("lat"))
COLUMNS = [*(column for column in orders.c if column.name not in _HIDDEN), *_LON_LAT]


def order_of(row: sa.Row[Any]) -> Order:
    """A row of `COLUMNS` as an order."""
    return Order(**dict(row._mapping) | {"state": State(row.state)})


def by_no(tx: Tx, no: str) -> Order | None:
    """One order the actor may see."""
    query = sa.select(*COLUMNS).where(orders.c.no == no, order_scope(tx.scope))
    row = tx.conn.execute(query).first()
    return None if row is None else order_of(row)


def by_token(tx: Tx, digest: bytes, no: str | None = None) -> Order | None:
    """The order of a tracking token: whoever holds it reported it."""
    mine = orders.c.tracking_hash == digest
    row = tx.conn.execute(
        sa.select(*COLUMNS).where(mine if no is None else mine & (orders.c.no == no))
    ).first()
    return None if row is None else order_of(row)


def by_id(tx: Tx, order_id: int) -> Order | None:
    """One order the actor may see, by id."""
    row = tx.conn.execute(sa.select(*COLUMNS).where(orders.c.id == order_id, order_scope(tx.scope))).first()
    return None if row is None else order_of(row)


def claim_overdue(tx: Tx, most: int) -> list[Order]:
    """Lock orders whose clock has run out unanswered, passing over those that somebody else works on."""
    query = (
        sa.select(*COLUMNS)
        .where(orders.c.due_at <= tx.now, orders.c.overdue_fired_at.is_(None), order_scope(tx.scope))
        .order_by(orders.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True, of=orders)
    )
    return [order_of(row) for row in tx.conn.execute(query)]


def provisional(tx: Tx) -> list[Order]:
    """Lock the open orders whose deadline was computed without an official calendar."""
    query = (
        sa.select(*COLUMNS)
        .where(orders.c.provisional, orders.c.due_at.is_not(None), order_scope(tx.scope))
        .order_by(orders.c.id)
        .with_for_update(of=orders)
    )
    return [order_of(row) for row in tx.conn.execute(query)]


def waiting_in_cells(tx: Tx, cell_ids: Collection[int]) -> list[Order]:
    """Lock the unsigned orders of some cells, in the order of their ids, and those that no cell took."""
    in_cells = orders.c.cell_id == sa.any_(sa.cast(list(cell_ids), sa.ARRAY(sa.BigInteger)))
    waits = (orders.c.state == "WAIT_SIGN") & in_cells
    homeless = (orders.c.state == "WAIT_DISPATCH") & orders.c.cell_id.is_(None) & orders.c.geom.is_not(None)
    query = (
        sa.select(*COLUMNS)
        .where(sa.or_(waits, homeless), order_scope(tx.scope))
        .order_by(orders.c.id)
        .with_for_update(of=orders)
    )
    return [order_of(row) for row in tx.conn.execute(query)]


def loads(tx: Tx, user_ids: Collection[int]) -> dict[int, int]:
    """How many open orders each of some people holds."""
    mine = orders.c.holder_user_id == sa.any_(sa.cast(list(user_ids), sa.ARRAY(sa.BigInteger)))
    query = (
        sa.select(orders.c.holder_user_id, sa.func.count())
        .where(mine, sa.text(OPEN_SQL))
        .group_by(orders.c.holder_user_id)
    )
    return {row[0]: row[1] for row in tx.conn.execute(query)}


def parties(tx: Tx, order_id: int) -> tuple[set[int], set[int]]:
    """Organisations and people who take part in an order: whom its events reach beyond the area."""
    query = sa.select(order_party.c.org_id, order_party.c.user_id).where(order_party.c.order_id == order_id)
    rows = tx.conn.execute(query).all()
    return {org for org, _ in rows if org is not None}, {user for _, user in rows if user is not None}


def is_author(tx: Tx, order_id: int, user_id: int) -> bool:
    """Tell whether somebody reported an order."""
    mine = (
        order_party.c.order_id == order_id,
        order_party.c.user_id == user_id,
        order_party.c.part == "author",
    )
    return bool(tx.conn.execute(sa.select(sa.exists().where(*mine))).scalar())


def report_ids(tx: Tx, order_id: int) -> list[int]:
    """Reports of an order, the first one first."""
    query = sa.select(order_report.c.report_id).where(order_report.c.order_id == order_id)
    return list(tx.conn.execute(query.order_by(order_report.c.report_id)).scalars())


_ASSIGNMENT = [column for column in assignment.c if column.name not in {"id", "order_id", "parent_id"}]


def assignments(tx: Tx, order_id: int) -> list[Assignment]:
    """Assignments of an order, in their order."""
    query = sa.select(*_ASSIGNMENT).where(assignment.c.order_id == order_id).order_by(assignment.c.id)
    return [Assignment(**row._mapping) for row in tx.conn.execute(query)]


def timeline(tx: Tx, order_id: int, kinds: dict[int, str]) -> list[TraceRow]:
    """The record of an order, newest first; files that are gone are left out."""
    query = sa.select(trace).where(trace.c.order_id == order_id).order_by(trace.c.id.desc())
    return [
        TraceRow(
            version=row.version,
            action=row.action,
            from_state=row.from_state,
            to_state=row.to_state,
            at=row.at,
            actor_name=row.actor_name,
            system=row.part == "system",
            note=row.note,
            files=[FileRef(one, kinds[one]) for one in row.file_ids if one in kinds],
            rule=row.rule,
            due_before=row.due_before,
            due_after=row.due_after,
        )
        for row in tx.conn.execute(query)
    ]


def last_words(tx: Tx, order_id: int, state: State) -> str:
    """The note of the step that brought an order into a state; empty when there was none."""
    came = (trace.c.order_id == order_id, trace.c.to_state == state, trace.c.from_state != state)
    query = sa.select(trace.c.note).where(*came).order_by(trace.c.id.desc()).limit(1)
    return tx.conn.execute(query).scalar() or ""


def ids_of(tx: Tx, nos: Collection[str]) -> dict[str, int]:
    """Ids of orders by number, for imports that name them so."""
    wanted = orders.c.no == sa.any_(sa.cast(list(nos), sa.ARRAY(sa.Text)))
    return {row.no: row.id for row in tx.conn.execute(sa.select(orders.c.no, orders.c.id).where(wanted))}


def file_ids(tx: Tx, order_id: int) -> list[int]:
    """Files that came with the report and with the steps."""
    query = sa.select(sa.func.unnest(trace.c.file_ids)).where(trace.c.order_id == order_id).distinct()
    return list(tx.conn.execute(query).scalars())


def ratings(tx: Tx, order_id: int) -> list[Rating]:
    """Ratings of an order, the first one first."""
    columns = (rating.c.score, rating.c.text, rating.c.at, rating.c.kind)
    query = sa.select(*columns).where(rating.c.order_id == order_id).order_by(rating.c.id)
    return [Rating(**row._mapping) for row in tx.conn.execute(query)]
