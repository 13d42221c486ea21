"""Versions of cells and areas: what publications write, generation after generation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy import func, select, text

from gisgov.grids.store.drafts import as_multi
from gisgov.grids.tables import area_version, draft_cell
from gisgov.kernel.bulk import copy_rows
from gisgov.kernel.db import Tx
from gisgov.kernel.geometry import ewkb_hex
from gisgov.spatial.arrays import GeometryArray
from gisgov.spatial.crs import area_m2


@dataclass(frozen=True)
class Fresh:
    """A cell of a draft that needs a new version; `no` is the number it had in the same area, if any."""

    cell_id: int
    code: str
    area_id: int
    no: int | None


def ensure_cells(tx: Tx, release_id: int, network_id: int) -> None:
    """Give every code of a draft a cell: a cell is its code, whatever its shape."""
    statement = text("""
        INSERT INTO cell (network_id, code) SELECT :n, code FROM draft_cell WHERE release_id = :r
        ORDER BY code COLLATE "C" ON CONFLICT (network_id, code) DO NOTHING""")
    tx.conn.execute(statement, {"n": network_id, "r": release_id})


def close_changed(tx: Tx, release_id: int, network_id: int, no: int) -> dict[int, int]:
    """End the active versions that a draft does not repeat word for word and vertex for vertex.

    Returns
    -------
    dict
        Their cells → the area number each had.
    """
    statement = text("""
        UPDATE cell_version v SET until = :no WHERE v.network_id = :n AND v.until IS NULL AND NOT EXISTS (
            SELECT FROM draft_cell d WHERE d.release_id = :r AND d.code = v.code AND d.name = v.name
            AND d.area_id = v.area_id AND ST_AsBinary(d.geom) = ST_AsBinary(v.geom))
        RETURNING v.cell_id, v.no""")
    rows = tx.conn.execute(statement, {"no": no, "n": network_id, "r": release_id})
    return {row.cell_id: row.no for row in rows}


def fresh(tx: Tx, release_id: int, network_id: int) -> list[Fresh]:
    """Return the cells of a draft that have no active version now."""
    query = text("""
        SELECT c.id, c.code, d.area_id, (
            SELECT v.no FROM cell_version v WHERE v.cell_id = c.id AND v.area_id = d.area_id LIMIT 1) AS no
        FROM draft_cell d JOIN cell c ON c.network_id = :n AND c.code = d.code
        WHERE d.release_id = :r
          AND NOT EXISTS (SELECT FROM cell_version v WHERE v.cell_id = c.id AND v.until IS NULL)
        ORDER BY d.code COLLATE "C" """)
    return [Fresh(*row) for row in tx.conn.execute(query, {"n": network_id, "r": release_id})]


def open_versions(tx: Tx, release_id: int, network_id: int, no: int, numbers: Mapping[str, int]) -> None:
    """Begin the versions of the cells with these codes, with the area number each gets."""
    statement = text("""
        INSERT INTO cell_version (cell_id, network_id, code, name, area_id, no, since, geom, area_m2)
        SELECT c.id, :n, d.code, d.name, d.area_id, given.no, :no, d.geom, d.area_m2
        FROM unnest(CAST(:codes AS text[]), CAST(:nos AS bigint[])) AS given(code, no)
        JOIN draft_cell d ON d.release_id = :r AND d.code = given.code
        JOIN cell c ON c.network_id = :n AND c.code = given.code""")
    values = {
        "codes": list(numbers),
        "nos": list(numbers.values()),
        "n": network_id,
        "r": release_id,
        "no": no,
    }
    tx.conn.execute(statement, values)


def polygons_by_area(tx: Tx, release_id: int) -> dict[int, GeometryArray]:
    """Return the polygons of a draft by the area they lie in."""
    query = (
        select(draft_cell.c.area_id, func.array_agg(func.ST_AsBinary(draft_cell.c.geom)))
        .where(draft_cell.c.release_id == release_id)
        .group_by(draft_cell.c.area_id)
    )
    return {
        area_id: shapely.from_wkb(np.array([bytes(one) for one in shapes], dtype=object))
        for area_id, shapes in tx.conn.execute(query).all()
    }


def active_areas(tx: Tx, network_id: int) -> dict[int, shapely.Geometry]:
    """Return the polygon of every area of the network's published release."""
    query = select(area_version.c.area_id, func.ST_AsBinary(area_version.c.geom)).where(
        area_version.c.network_id == network_id, area_version.c.until.is_(None)
    )
    return {area_id: shapely.from_wkb(bytes(shape)) for area_id, shape in tx.conn.execute(query).all()}


def close_areas(tx: Tx, area_ids: Sequence[int], no: int) -> None:
    """End the active versions of areas."""
    statement = text("UPDATE area_version SET until = :no WHERE until IS NULL AND area_id = ANY(:ids)")
    tx.conn.execute(statement, {"no": no, "ids": list(area_ids)})


def open_areas(
    tx: Tx, network_id: int, no: int, area_ids: Sequence[int], polygons: GeometryArray, simple: GeometryArray
) -> None:
    """Begin versions of areas with their exact and their simplified polygons."""
    columns = ("area_id", "network_id", "since", "geom", "geom_simple", "area_m2")
    shapes, simples, areas = (
        ewkb_hex(as_multi(polygons)),
        ewkb_hex(as_multi(simple)),
        area_m2(polygons).tolist(),
    )
    rows: list[tuple[Any, ...]] = list(zip(area_ids, shapes, simples, areas, strict=True))
    copy_rows(tx, area_version, columns, ((row[0], network_id, no, *row[1:]) for row in rows))
