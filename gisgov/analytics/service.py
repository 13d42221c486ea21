"""Use cases of the counting domain."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import h3
from shapely import Polygon
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from gisgov.analytics import store
from gisgov.analytics.model import Bucket, HexCount
from gisgov.analytics.rules import LEAF_RES, SMALLEST_SHOWN
from gisgov.kernel.db import Tx
from gisgov.kernel.events import Event

CHANGES_COUNTS: frozenset[str] = frozenset(
    {"order.reported", "order.rerouted", "order.reclassified", "order.void", "order.merged"}
)
"""Kinds of events after which a hexagon counts differently; the others need no work."""


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


def fill_hexes(tx: Tx, outline: BaseGeometry) -> int:
    """Store the hexagons that touch an outline, and their parents; return how many of the finest there are.

    Parameters
    ----------
    outline
        Polygon or MultiPolygon in EPSG:4326.
    """
    leaves = h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(mapping(outline)), LEAF_RES, contain="overlap")
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


def _add(tx: Tx, leaves: Sequence[str]) -> None:
    parents = {h3.cell_to_parent(leaf, res) for leaf in leaves for res in (8, 7)}
    store.add_hexes(tx, [_row(cell) for cell in [*leaves, *sorted(parents)]])


def _row(cell: str) -> tuple[str, int, str | None, str | None, Polygon]:
    res = h3.get_resolution(cell)
    parent_8, parent_7 = (h3.cell_to_parent(cell, up) if res > up else None for up in (8, 7))
    # H3 answers latitude first.
    return cell, res, parent_8, parent_7, Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])
