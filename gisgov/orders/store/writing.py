"""Writes of orders: numbers, the compare-and-set, assignments, parties and the record."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from gisgov.kernel.db import Tx
from gisgov.orders.model import Order
from gisgov.orders.store.reading import COLUMNS, order_of
from gisgov.orders.tables import (
    assignment,
    order_day,
    order_no,
    order_party,
    order_report,
    orders,
    rating,
    trace,
)


def take_number(tx: Tx, day: date) -> int:
    """Next number of a day. Only the first reports of a day may wait for each other."""
    begun = sa.select(order_day.c.before_first).where(order_day.c.day == day)
    before_first = tx.conn.execute(begun).scalar_one_or_none()
    if before_first is None:
        open_day(tx, day, 0)
        before_first = tx.conn.execute(begun).scalar_one()
    taken = tx.conn.execute(sa.select(order_no.next_value())).scalar_one()
    return int(taken - before_first)


def open_day(tx: Tx, day: date, used: int) -> None:
    """Let the numbers of a day go on after those that are used already."""
    before_first = tx.conn.execute(sa.select(order_no.next_value())).scalar_one() - used
    row = {"day": day, "before_first": before_first}
    tx.conn.execute(insert(order_day).values(row).on_conflict_do_nothing())


def add_order(tx: Tx, row: dict[str, Any], report_id: int) -> Order:
    """Write a new order and tie its report to it."""
    written = tx.conn.execute(orders.insert().values(row).returning(*COLUMNS)).one()
    tx.conn.execute(order_report.insert().values(order_id=written.id, report_id=report_id))
    return order_of(written)


def change(tx: Tx, order_id: int, version: int, values: dict[str, Any]) -> bool:
    """Change an order if it still has the version that was read; tell whether it had."""
    query = (
        orders.update()
        .where(orders.c.id == order_id, orders.c.version == version)
        .values(**values, version=version + 1)
    )
    return tx.conn.execute(query).rowcount == 1


def add_trace(tx: Tx, row: dict[str, Any]) -> None:
    """Add one row to the record."""
    tx.conn.execute(trace.insert().values(row))


def add_assignment(tx: Tx, row: dict[str, Any]) -> None:
    """Give a holder his part, after those there are."""
    seq = sa.select(sa.func.count() + 1).where(assignment.c.order_id == row["order_id"]).scalar_subquery()
    tx.conn.execute(assignment.insert().values(**row, seq=seq))


def change_assignment(tx: Tx, order_id: int, values: dict[str, Any]) -> None:
    """Change the assignment that is still open."""
    tx.conn.execute(
        assignment.update()
        .where(assignment.c.order_id == order_id, assignment.c.ended_as.is_(None))
        .values(values)
    )


def add_parties(
    tx: Tx, order_id: int, part: str, user_id: int | None = None, org_id: int | None = None
) -> None:
    """Let a person and an organisation take part, which makes the order visible to each."""
    pairs = [(user_id, None), (None, org_id)]
    rows = [
        {"order_id": order_id, "part": part, "user_id": user, "org_id": org}
        for user, org in pairs
        if user is not None or org is not None
    ]
    if rows:
        tx.conn.execute(insert(order_party).values(rows).on_conflict_do_nothing())


def end_holding(tx: Tx, order_id: int) -> None:
    """Turn present holders into past ones: they go on seeing the order."""
    held = [order_party.c.order_id == order_id, order_party.c.part == "holder"]
    past = sa.select(
        order_party.c.order_id, order_party.c.org_id, order_party.c.user_id, sa.literal("past").label("part")
    ).where(*held)
    columns = ["order_id", "org_id", "user_id", "part"]
    tx.conn.execute(insert(order_party).from_select(columns, past).on_conflict_do_nothing())
    tx.conn.execute(order_party.delete().where(*held))


def add_rating(tx: Tx, order_id: int, score: int, text: str, kind: str, at: datetime) -> bool:
    """Write a rating; False when there is one of this kind."""
    row = {"order_id": order_id, "score": score, "text": text, "kind": kind, "at": at}
    written = insert(rating).values(row).on_conflict_do_nothing().returning(rating.c.id)
    return tx.conn.execute(written).first() is not None


def take_ids(tx: Tx, table: str, count: int) -> range:
    """Ids for rows that are written by COPY and name each other."""
    query = sa.text(
        "SELECT min(v), max(v) FROM (SELECT nextval(pg_get_serial_sequence(:table, 'id')) v"
        " FROM generate_series(1, :count)) taken"
    )
    low, high = tx.conn.execute(query, {"table": table, "count": count}).one()
    if high - low + 1 != count:
        msg = "somebody else wrote orders at the same time"
        raise RuntimeError(msg)
    return range(low, high + 1)
