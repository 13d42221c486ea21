"""Rows that are known to be right go in, each into its cell."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from gisgov.grids import service as grids
from gisgov.kernel.db import Tx
from gisgov.kernel.events import emit
from gisgov.kernel.geometry import ewkb_hex
from gisgov.registry import rules
from gisgov.registry.model import Kind
from gisgov.registry.store import write as store
from gisgov.registry.store.write import Place
from gisgov.spatial.arrays import GeometryArray

PARENTS = {Kind.HOUSE: (Kind.BUILDING, "building_id"), Kind.PERSON: (Kind.HOUSE, "house_id")}


def add_many(
    tx: Tx, kind: Kind, rows: Sequence[Mapping[str, Any]], geometries: GeometryArray | None = None
) -> list[int]:
    """Add rows whose values have been checked; for imports and the demonstration.

    Parameters
    ----------
    rows : sequence of mapping
        Column → value, the same columns in each: those of `gisgov.registry.tables` without place and id.
        Houses name their ``building_id``, people their ``house_id``.
    geometries : array of shapely geometry, optional
        EPSG:4326, one per row of a kind that has its own place: polygons of buildings, else points.

    Returns
    -------
    list of int
        Ids in the order of the rows.
    """
    tx.may("registry.write")
    if not rows:
        return []
    place = locate(tx, geometries) if geometries is not None else inherited(tx, kind, rows)
    return insert(tx, kind, rows, place, geometries)


def insert(
    tx: Tx, kind: Kind, rows: Sequence[Mapping[str, Any]], place: Place, geometries: GeometryArray | None
) -> list[int]:
    """Copy rows in whose place is known."""
    ids = store.new_ids(tx, kind, len(rows))
    names = list(rows[0])
    columns = ["id", *names, "cell_id", "area_no", *(["geom"] if geometries is not None else [])]
    cells = [cell or None for cell in place.cell_id.tolist()]
    parts: list[Sequence[Any]] = [
        ids,
        *([row[name] for row in rows] for name in names),
        cells,
        place.area_no.tolist(),
    ]
    if geometries is not None:
        parts.append(ewkb_hex(geometries))
    store.copy_in(tx, kind, columns, zip(*parts, strict=True))
    return ids


def locate(tx: Tx, geometries: GeometryArray) -> Place:
    """Return the cell of each geometry: of a point itself, of a polygon by a point that lies on it."""
    grids.hold_releases(tx)
    points = shapely.point_on_surface(geometries)
    found = grids.locate_many(tx, shapely.get_x(points), shapely.get_y(points))
    return Place(found.cell_id, found.area_no)


def fall_again(tx: Tx, cell_ids: Collection[int]) -> dict[Kind, int]:
    """Let rows of changed cells, and those in no cell, fall again after a publication; a job.

    Returns
    -------
    dict
        Kind → how many rows moved.
    """
    moved = {}
    for kind in sorted(rules.PLACED):
        ids, geometries = store.placed_rows(tx, kind, cell_ids)
        moved[kind] = store.set_places(tx, kind, ids, locate(tx, geometries)) if ids else 0
    store.hand_down(tx)
    if any(moved.values()):
        emit(
            tx, "registry.fell", subject=("registry", None), data={kind.value: n for kind, n in moved.items()}
        )
    return moved


def inherited(tx: Tx, kind: Kind, rows: Sequence[Mapping[str, Any]]) -> Place:
    """Return the places of rows without a geometry: those of the houses or buildings they name."""
    parent, column = PARENTS[kind]
    parents = [int(row[column]) for row in rows]
    known = store.places_of(tx, parent, set(parents))
    cells = np.array([known[each][0] or 0 for each in parents], dtype=np.int64)
    return Place(cells, np.array([known[each][1] for each in parents], dtype=np.int64))
