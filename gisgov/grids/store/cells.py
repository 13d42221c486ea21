"""Reading cells and areas as they stand in published releases."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from gisgov.grids.model import Cell
from gisgov.grids.tables import area_version, cell_version, network
from gisgov.kernel.db import Tx
from gisgov.spatial.arrays import Box, GeometryArray

_CELL = (
    cell_version.c.cell_id,
    cell_version.c.id,
    network.c.code,
    cell_version.c.code,
    cell_version.c.name,
    cell_version.c.area_id,
    cell_version.c.no,
    cell_version.c.area_m2,
)
_ACTIVE = cell_version.c.until.is_(None)


@dataclass(frozen=True)
class Loaded:
    """All cells of one release as arrays of one length, by code as text by code point."""

    cell_ids: NDArray[np.int64]
    version_ids: NDArray[np.int64]
    nos: NDArray[np.int64]
    codes: list[str]
    names: list[str]
    polygons: GeometryArray


def of_release(tx: Tx, network_id: int, no: int) -> Loaded:
    """Return the cells of a network's release."""
    v = cell_version.c
    query = (
        select(v.cell_id, v.id, v.no, v.code, v.name, func.ST_AsBinary(v.geom))
        .where(v.network_id == network_id, v.since <= no, or_(v.until.is_(None), v.until > no))
        .order_by(v.code.collate("C"))
    )
    rows = tx.conn.execute(query).all()
    numbers = np.array([row[:3] for row in rows], dtype=np.int64).reshape(-1, 3)
    shapes = shapely.from_wkb(np.array([bytes(row[5]) for row in rows], dtype=object))
    codes, names = [row[3] for row in rows], [row[4] for row in rows]
    return Loaded(numbers[:, 0], numbers[:, 1], numbers[:, 2], codes, names, shapes)


def _active_cells(*more: Any) -> Select[Any]:
    return select(*_CELL, *more).join(network, network.c.id == cell_version.c.network_id).where(_ACTIVE)


def page(tx: Tx, network_code: str, where: ColumnElement[bool], after: str | None, limit: int) -> list[Cell]:
    """Return active cells of a network by code, from behind `after` on."""
    query = _active_cells().where(network.c.code == network_code, where)
    if after is not None:
        query = query.where(cell_version.c.code.collate("C") > after)
    rows = tx.conn.execute(query.order_by(cell_version.c.code.collate("C")).limit(limit))
    return [Cell(*row) for row in rows]


def count(tx: Tx, network_code: str, where: ColumnElement[bool]) -> int:
    """Return how many active cells of a network meet a condition."""
    query = select(func.count()).select_from(
        _active_cells().where(network.c.code == network_code, where).subquery()
    )
    return tx.conn.execute(query).scalar_one()


def codes(tx: Tx, network_code: str) -> list[str]:
    """Return the codes of the active cells of a network in the caller's scope, in order."""
    code = cell_version.c.code
    query = select(code).join(network, network.c.id == cell_version.c.network_id)
    query = query.where(_ACTIVE, network.c.code == network_code, in_scope(tx)).order_by(code.collate("C"))
    return list(tx.conn.execute(query).scalars())


def by_code(tx: Tx, network_code: str, code: str) -> Cell | None:
    """Return an active cell with its polygon."""
    query = _active_cells(func.ST_AsGeoJSON(cell_version.c.geom, 7)).where(
        network.c.code == network_code, cell_version.c.code == code
    )
    row = tx.conn.execute(query).first()
    if row is None:
        return None
    return replace(Cell(*row), geojson=json.loads(row[-1]))


def by_ids(tx: Tx, cell_ids: Collection[int]) -> dict[int, Cell]:
    """Return active cells by id, without polygons."""
    rows = tx.conn.execute(_active_cells().where(cell_version.c.cell_id.in_(cell_ids)))
    return {row[0]: Cell(*row) for row in rows}


def ids_by_code(tx: Tx, network_code: str, codes: Collection[str]) -> dict[str, int]:
    """Return the ids of active cells by code; unknown codes are left out."""
    query = select(cell_version.c.code, cell_version.c.cell_id).join(
        network, network.c.id == cell_version.c.network_id
    )
    rows = tx.conn.execute(
        query.where(_ACTIVE, network.c.code == network_code, cell_version.c.code.in_(codes))
    )
    return {row[0]: row[1] for row in rows}


def in_range(low: int, high: int) -> ColumnElement[bool]:
    """Return the condition that a cell's number lies in a half-open range."""
    return and_(cell_version.c.no >= low, cell_version.c.no < high)


def in_scope(tx: Tx) -> ColumnElement[bool]:
    """Return the condition that a cell lies in the caller's scope."""
    return tx.scope.areas(cell_version.c.no)


def area_shapes(
    tx: Tx, area_ids: Collection[int], *, simple: bool
) -> dict[int, tuple[float, dict[str, Any]]]:
    """Return square metres and GeoJSON of areas in the published releases."""
    geom = area_version.c.geom_simple if simple else area_version.c.geom
    query = select(area_version.c.area_id, area_version.c.area_m2, func.ST_AsGeoJSON(geom, 7)).where(
        area_version.c.until.is_(None), area_version.c.area_id.in_(area_ids)
    )
    return {row[0]: (row[1], json.loads(row[2])) for row in tx.conn.execute(query).all()}


def bounds(tx: Tx, ranges: Collection[tuple[int, int]]) -> Box | None:
    """Return west, south, east, north of the active cells whose numbers lie in half-open ranges.

    Those of the basic network count; a special one may reach far beyond, and counts for those who have no other.
    """
    where = or_(*(in_range(low, high) for low, high in ranges)) if ranges else cell_version.c.id.is_(None)
    box = (
        select(func.ST_Extent(cell_version.c.geom).label("box"))
        .join(network, network.c.id == cell_version.c.network_id)
        .where(_ACTIVE, where)
        .group_by(network.c.id)
        .order_by(network.c.basic.desc(), network.c.id)
        .limit(1)
        .subquery()
    )
    sides = (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)
    row = tx.conn.execute(select(*(side(box.c.box) for side in sides))).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3])
