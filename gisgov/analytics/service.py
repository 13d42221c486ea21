"""Use cases of the counting domain."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from shapely import Geometry

from gisgov.analytics import store
from gisgov.analytics.model import Bucket, HexCount, HourCount
from gisgov.analytics.rules import LEAF_RES, SMALLEST_SHOWN
from gisgov.kernel.db import Tx
from gisgov.kernel.events import Event
from gisgov.spatial import hexes


def on_order(tx: Tx, event: Event) -> None:
    """Count the hour and hexagon of an order again. Running it twice does no harm."""
    if event.subject_id is None:
        return
    bucket = store.bucket_of_order(tx, event.subject_id)
    if bucket is not None:
        recount(tx, [bucket])


def recount(tx: Tx, buckets: Iterable[Bucket]) -> None:
    """Count some hours × hexagons again from the orders themselves, so that a repeated job changes nothing."""
    wanted = sorted(set(buckets), key=lambda bucket: (bucket.hour, bucket.hex))
    if not wanted:
        return
    store.lock_buckets(tx, wanted)
    store.recount(tx, wanted)
    draw_counted(tx)


def rebuild(tx: Tx) -> None:
    """Count everything again: after an import, or when the past has been made."""
    store.recount_everything(tx)
    draw_counted(tx)


def draw_counted(tx: Tx) -> None:
    """Give every counted hexagon its outline, also those outside the outline the city was filled with."""
    _add(tx, store.hexes_without_outline(tx))


def fill_hexes(tx: Tx, outline: Geometry) -> int:
    """Store the hexagons that touch an outline, and their parents; return how many of the finest there are.

    Parameters
    ----------
    outline
        Polygon or MultiPolygon in EPSG:4326.
    """
    leaves = hexes.cover(outline, LEAF_RES)
    _add(tx, leaves)
    return len(leaves)


def counts(
    tx: Tx, since: datetime, until: datetime, kinds: Sequence[str] | None = None, res: int = LEAF_RES
) -> list[HexCount]:
    """Return how many orders each hexagon had in a window; figures too small to show are left out.

    Parameters
    ----------
    since, until
        Half-open window; whole hours.
    kinds
        Topmost category codes; None for all.
    res
        H3 resolution 7, 8 or 9; the larger ones are parents of the counted ones.
    """
    tx.may("heat.read")
    return [count for count in store.counts(tx, since, until, kinds, res) if count.n >= SMALLEST_SHOWN]


def hours(tx: Tx, since: datetime, until: datetime) -> list[HourCount]:
    """Return how many orders each hour of a half-open window had: the bars behind a time slider."""
    tx.may("heat.read")
    return store.hours(tx, since, until)


def _add(tx: Tx, leaves: Sequence[str]) -> None:
    above = {res: hexes.parents(leaves, res).tolist() for res in (8, 7)}
    rows = [(leaf, LEAF_RES, *up) for leaf, *up in zip(leaves, above[8], above[7], strict=True)]
    rows += [(parent, res, None, None) for res, found in above.items() for parent in sorted(set(found))]
    outlines = hexes.outlines(row[0] for row in rows)
    store.add_hexes(tx, [(*row, outline) for row, outline in zip(rows, outlines, strict=True)])
