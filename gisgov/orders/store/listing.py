"""Lists of orders: filters, keyset pages, counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array

from gisgov.kernel.db import Tx
from gisgov.orders.model import Counts, Order, State
from gisgov.orders.store.reading import COLUMNS
from gisgov.orders.store.seeing import order_scope
from gisgov.orders.tables import OPEN_SQL, orders
from gisgov.spatial.arrays import Box
from gisgov.timing.model import Lamp

# The same expression as the index it is read by; a clock that does not run sorts last.
_DUE: sa.ColumnElement[Any] = sa.literal_column(
    "coalesce(orders.due_at, 'infinity')", sa.DateTime(timezone=True)
)
_RANK: sa.ColumnElement[Any] = (
    3 - 2 * sa.cast(orders.c.supervised, sa.Integer) - sa.cast(orders.c.urgent, sa.Integer)
)


@dataclass(frozen=True)
class Sort:
    """An order of a list, unique by the id at its end; all its parts go the same way."""

    parts: tuple[sa.ColumnElement[Any], ...]
    descending: bool = False


SORTS = {
    "due": Sort((_DUE, orders.c.id)),
    "reported": Sort((orders.c.reported_at, orders.c.id), descending=True),
    # supervised on top, then urgent, then by what is due first (F-35, G-03)
    "todo": Sort((_RANK, _DUE, orders.c.id)),
}


@dataclass(frozen=True)
class Filter:
    """What a list is asked for; every part narrows it.

    Attributes
    ----------
    ranges : tuple of (int, int), optional
        Number range of an area or cell that was asked for.
    bbox : tuple of float, optional
        West, south, east, north in degrees.
    sort : str
        A key of `SORTS`.
    after : tuple of str, optional
        Sort key of the last order of the page before.
    """

    state: tuple[State, ...] = ()
    lamp: Lamp | None = None
    category: str | None = None
    source: str | None = None
    q: str = ""
    bbox: Box | None = None
    ranges: tuple[tuple[int, int], ...] | None = None
    cell: str | None = None
    mine: bool = False
    open: bool | None = None
    supervised: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    sort: str = "due"
    limit: int = 50
    after: tuple[str, ...] | None = None


def lamp_is(now: datetime, lamp: Lamp) -> sa.ColumnElement[bool]:
    """The lamp as a condition on the clock; an order without a clock has none."""
    return {
        Lamp.GREEN: orders.c.yellow_at > now,
        Lamp.YELLOW: sa.and_(orders.c.yellow_at <= now, orders.c.due_at > now),
        Lamp.RED: orders.c.due_at <= now,
    }[lamp]


def _in_ranges(ranges: tuple[tuple[int, int], ...]) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.false(), *(sa.and_(orders.c.area_no >= low, orders.c.area_no < high) for low, high in ranges)
    )


def _holds(tx: Tx) -> sa.ColumnElement[bool]:
    """Orders that wait for the actor: his own, or his organisation's that nobody has taken yet."""
    ours = sa.and_(orders.c.holder_user_id.is_(None), orders.c.holder_org_id.in_(sorted(tx.actor.org_ids)))
    return sa.or_(orders.c.holder_user_id == tx.actor.user_id, ours)


def _category(code: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        orders.c.category_code == code, orders.c.category_code.startswith(f"{code}.", autoescape=True)
    )


def _words(q: str) -> sa.ColumnElement[bool]:
    found = orders.c.title.contains(q, autoescape=True)
    return sa.or_(orders.c.no.startswith(q, autoescape=True), found)


def _within(box: Box) -> sa.ColumnElement[bool]:
    return orders.c.geom.op("&&", is_comparison=True)(sa.func.ST_MakeEnvelope(*box, 4326))


def _conditions(tx: Tx, wanted: Filter) -> list[sa.ColumnElement[bool]]:
    """Everything but the lamp and the page, so that counts by lamp can share it."""
    given: list[tuple[Any, Any]] = [
        (wanted.state, lambda: orders.c.state.in_(wanted.state)),
        (wanted.category, lambda: _category(wanted.category or "")),
        (wanted.source, lambda: orders.c.source_code == wanted.source),
        (wanted.q, lambda: _words(wanted.q)),
        (wanted.bbox, lambda: _within(wanted.bbox or (0, 0, 0, 0))),
        (wanted.ranges is not None, lambda: _in_ranges(wanted.ranges or ())),
        (wanted.cell, lambda: orders.c.cell_code == wanted.cell),
        (wanted.mine, lambda: _holds(tx)),
        (wanted.open is True, lambda: sa.text(OPEN_SQL)),
        (wanted.open is False, lambda: orders.c.closed_at.is_not(None)),
        (wanted.supervised is not None, lambda: orders.c.supervised.is_(wanted.supervised)),
        (wanted.since, lambda: orders.c.reported_at >= wanted.since),
        (wanted.until, lambda: orders.c.reported_at < wanted.until),
    ]
    return [order_scope(tx.scope), *(build() for asked, build in given if asked)]


def _after(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    if wanted.after is None:
        return []
    sort = SORTS[wanted.sort]
    here = sa.tuple_(*sort.parts)
    there = sa.tuple_(
        *(
            sa.cast(sa.literal(key, sa.Text), part.type)
            for key, part in zip(wanted.after, sort.parts, strict=True)
        )
    )
    return [here < there if sort.descending else here > there]


def page_query(tx: Tx, wanted: Filter) -> sa.Select[Any]:
    """The query of one page and one row more, which tells whether there is a next one."""
    conditions = [*_conditions(tx, wanted), *_after(wanted)]
    if wanted.lamp is not None:
        conditions.append(lamp_is(tx.now, wanted.lamp))
    sort = SORTS[wanted.sort]
    keys = array([sa.cast(part, sa.Text) for part in sort.parts]).label("sort_key")
    by = [part.desc() if sort.descending else part for part in sort.parts]
    return sa.select(*COLUMNS, keys).where(*conditions).order_by(*by).limit(wanted.limit + 1)


def page(tx: Tx, wanted: Filter) -> list[tuple[Order, tuple[str, ...]]]:
    """Orders of one page with the key they are sorted by."""
    rows = []
    for row in tx.conn.execute(page_query(tx, wanted)):
        fields = dict(row._mapping)
        key = fields.pop("sort_key")
        rows.append((Order(**fields | {"state": State(row.state)}), tuple(key)))
    return rows


def count_query(tx: Tx, wanted: Filter) -> sa.Select[*tuple[Any, ...]]:
    """The query of the counts of a filter, by lamp and desk."""

    def when(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count().filter(condition)

    return sa.select(
        sa.func.count().label("total"),
        *(when(lamp_is(tx.now, lamp)).label(lamp.value) for lamp in Lamp),
        when(orders.c.state.in_(("SCREENING", "WAIT_DISPATCH"))).label("to_dispatch"),
        when(sa.and_(orders.c.supervised, orders.c.closed_at.is_(None))).label("supervised"),
    ).where(*_conditions(tx, wanted))


def counts(tx: Tx, wanted: Filter) -> Counts:
    """How many orders a filter finds."""
    return Counts(**tx.conn.execute(count_query(tx, wanted)).one()._mapping)
