"""Who works in which cell, who is on duty, and which organisation answers for a function."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Row,
    Text,
    and_,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from gisgov.grids.model import Post, Responsible
from gisgov.grids.tables import cell_version, duty, responsibility, staffing
from gisgov.kernel.db import Tx


def _on(table: Any, day: date) -> ColumnElement[bool]:
    return and_(table.c.since <= day, or_(table.c.until.is_(None), table.c.until > day))


def add(tx: Tx, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert staffing; returns ids in the order of the rows."""
    statement = insert(staffing).returning(staffing.c.id, sort_by_parameter_order=True)
    return list(tx.conn.execute(statement, rows).scalars())


def standing(tx: Tx, cell_ids: Collection[int], day: date) -> list[Row[Any]]:
    """Return id, cell, user, post and first day of the staffing of cells on a day, oldest first."""
    s = staffing.c
    query = (
        select(s.id, s.cell_id, s.user_id, s.post, s.since)
        .where(s.cell_id.in_(cell_ids), _on(staffing, day))
        .order_by(s.cell_id, s.since, s.id)
    )
    return list(tx.conn.execute(query))


def end(tx: Tx, staffing_ids: Collection[int], until: date) -> None:
    """End staffing; what would end before it began has never been and is deleted."""
    chosen = staffing.c.id.in_(staffing_ids)
    tx.conn.execute(staffing.delete().where(chosen, staffing.c.since >= until))
    tx.conn.execute(update(staffing).where(chosen).values(until=until))


def history(tx: Tx, cell_id: int) -> list[Row[Any]]:
    """Return everybody who ever had a post in a cell, newest first."""
    s = staffing.c
    query = select(s.user_id, s.post, s.since, s.until).where(s.cell_id == cell_id)
    return list(tx.conn.execute(query.order_by(s.since.desc(), s.id.desc())))


def without(post: Post, day: date) -> ColumnElement[bool]:
    """Return the condition that an active cell has nobody with a post on a day."""
    s = staffing.c
    return ~exists().where(s.cell_id == cell_version.c.cell_id, s.post == post, _on(staffing, day))


def set_duty(tx: Tx, user_ids: Collection[int], *, on_duty: bool) -> None:
    """Record that people went on duty or off."""
    row = upsert(duty).values([{"user_id": u, "on_duty": on_duty, "changed_at": tx.now} for u in user_ids])
    changes = {"on_duty": row.excluded.on_duty, "changed_at": row.excluded.changed_at}
    tx.conn.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=changes))


def on_duty(tx: Tx, user_ids: Collection[int]) -> frozenset[int]:
    """Return those of some people who are on duty."""
    query = select(duty.c.user_id).where(duty.c.user_id.in_(user_ids), duty.c.on_duty)
    return frozenset(tx.conn.execute(query).scalars())


def count_on_duty(tx: Tx) -> int:
    """Return how many people are on duty."""
    return tx.conn.execute(select(func.count()).select_from(duty).where(duty.c.on_duty)).scalar_one()


def bound_functions(tx: Tx, day: date) -> frozenset[str]:
    """Return the functions for which some organisation answers somewhere on a day."""
    query = select(responsibility.c.function).where(_on(responsibility, day)).distinct()
    return frozenset(tx.conn.execute(query).scalars())


def bind(tx: Tx, rows: Sequence[dict[str, Any]], day: date) -> None:
    """Make organisations answer for functions in cells, in place of whoever did."""
    r = responsibility.c
    cells, functions = [row["cell_id"] for row in rows], [row["function"] for row in rows]
    wanted = (
        func.unnest(cast(cells, ARRAY(BigInteger)), cast(functions, ARRAY(Text)))
        .table_valued("cell_id", "function")
        .render_derived()
    )
    chosen = exists().where(wanted.c.cell_id == r.cell_id, wanted.c.function == r.function)
    running = and_(chosen, _on(responsibility, day))
    tx.conn.execute(responsibility.delete().where(running, r.since >= day))
    tx.conn.execute(update(responsibility).where(running).values(until=day))
    tx.conn.execute(insert(responsibility), list(rows))


def responsible(tx: Tx, cell_id: int, day: date, function: str | None) -> list[Responsible]:
    """Return who answers for the functions, or for one, in a cell on a day."""
    r = responsibility.c
    query = select(r.function, r.org_id, r.user_id).where(r.cell_id == cell_id, _on(responsibility, day))
    if function is not None:
        query = query.where(r.function == function)
    return [Responsible(*row) for row in tx.conn.execute(query.order_by(r.function))]
