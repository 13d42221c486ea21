"""SQL of the counting domain. Orders and categories are read by name, as a layer reads them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from geoalchemy2.shape import from_shape
from shapely import Polygon
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from gisgov.analytics.model import Bucket, HexCount, HourCount
from gisgov.analytics.rules import NOT_COUNTED, hex_column
from gisgov.analytics.tables import heat, hexes
from gisgov.kernel.db import Tx

# One query counts a few buckets or the whole past; only the condition differs. The kind is the topmost category.
_COUNT = """
    WITH RECURSIVE topmost(code, kind) AS (
        SELECT code, code FROM category WHERE parent_code IS NULL
        UNION ALL
        SELECT c.code, t.kind FROM category c JOIN topmost t ON c.parent_code = t.code
    )
    INSERT INTO heat (hour, hex, kind, area_no, n)
    SELECT date_trunc('hour', o.reported_at, 'UTC'), o.hex, coalesce(t.kind, ''), o.area_no, count(*)
    FROM orders o LEFT JOIN topmost t ON t.code = o.category_code
    WHERE o.hex IS NOT NULL AND o.area_no IS NOT NULL AND o.state <> ALL (:not_counted) AND {wanted}
    GROUP BY 1, 2, 3, 4
"""
_BUCKETS = "(SELECT * FROM unnest(CAST(:hours AS timestamptz[]), CAST(:hexes AS text[])))"
_WANTED = f"""
    o.reported_at >= :first AND o.reported_at < CAST(:last AS timestamptz) + interval '1 hour'
    AND (date_trunc('hour', o.reported_at, 'UTC'), o.hex) IN {_BUCKETS}
"""


def lock_buckets(tx: Tx, buckets: Iterable[Bucket]) -> None:
    """Make others who count the same buckets wait; they will then see what we leave."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
    for key in sorted(f"heat {bucket.hour.isoformat()} {bucket.hex}" for bucket in buckets):
        tx.conn.execute(lock, {"key": key})


def recount(tx: Tx, buckets: Sequence[Bucket]) -> None:
    """Replace the counts of the buckets by what the orders say now."""
    hours = [bucket.hour for bucket in buckets]
    named: dict[str, Any] = {"hours": hours, "hexes": [bucket.hex for bucket in buckets]}
    tx.conn.execute(text(f"DELETE FROM heat WHERE (hour, hex) IN {_BUCKETS}"), named)
    window = {"first": min(hours), "last": max(hours), "not_counted": list(NOT_COUNTED)}
    tx.conn.execute(text(_COUNT.format(wanted=_WANTED)), named | window)


def recount_everything(tx: Tx) -> None:
    """Replace all counts by what the orders say now, in one statement."""
    tx.conn.execute(heat.delete())
    tx.conn.execute(text(_COUNT.format(wanted="true")), {"not_counted": list(NOT_COUNTED)})


def bucket_of_order(tx: Tx, order_id: int) -> Bucket | None:
    """Return the bucket an order is counted in, or None for an order without a place."""
    query = "SELECT date_trunc('hour', reported_at, 'UTC') AS hour, hex FROM orders WHERE id = :id AND hex IS NOT NULL"
    row = tx.conn.execute(text(query), {"id": order_id}).one_or_none()
    return None if row is None else Bucket(row.hour, row.hex)


def hexes_without_outline(tx: Tx) -> list[str]:
    """Return the counted hexagons that cannot be drawn yet."""
    query = select(heat.c.hex).distinct().where(heat.c.hex.not_in(select(hexes.c.id)))
    return list(tx.conn.execute(query).scalars())


def add_hexes(tx: Tx, rows: Sequence[tuple[str, int, str | None, str | None, Polygon]]) -> None:
    """Store outlines (EPSG:4326); those that are there stay as they are."""
    if not rows:
        return
    names = ("id", "res", "parent_8", "parent_7")
    values = [
        {**dict(zip(names, row[:4], strict=True)), "geom": from_shape(row[4], srid=4326)} for row in rows
    ]
    tx.conn.execute(insert(hexes).on_conflict_do_nothing(), values)


def counts(tx: Tx, since: datetime, until: datetime, kinds: Sequence[str] | None, res: int) -> list[HexCount]:
    """Return the counts of a window within the caller's areas, busiest first."""
    shown = hexes.c[hex_column(res)]
    total = func.sum(heat.c.n)
    query = (
        select(shown, total)
        .select_from(heat.join(hexes, hexes.c.id == heat.c.hex))
        .where(heat.c.hour >= since, heat.c.hour < until, tx.scope.areas(heat.c.area_no))
        .group_by(shown)
        .order_by(total.desc(), shown)
    )
    if kinds is not None:
        query = query.where(heat.c.kind.in_(kinds))
    return [HexCount(*row) for row in tx.conn.execute(query)]


def hours(tx: Tx, since: datetime, until: datetime) -> list[HourCount]:
    """Return the counts of each hour of a window within the caller's areas; hours without any are left out."""
    query = (
        select(heat.c.hour, func.sum(heat.c.n))
        .where(heat.c.hour >= since, heat.c.hour < until, tx.scope.areas(heat.c.area_no))
        .group_by(heat.c.hour)
        .order_by(heat.c.hour)
    )
    return [HourCount(*row) for row in tx.conn.execute(query)]
