"""Drafts: cells as imported, what is wrong with them, what mending moved."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from sqlalchemy import func, select, text

from gisgov.grids.model import Cells
from gisgov.grids.tables import draft_cell
from gisgov.kernel.bulk import copy_rows
from gisgov.kernel.db import Tx
from gisgov.kernel.geometry import ewkb_hex
from gisgov.spatial.arrays import GeometryArray
from gisgov.spatial.crs import area_m2

_SEPARATOR = "\x1f"
"""Joins a path of codes into one text."""


def as_multi(polygons: GeometryArray) -> GeometryArray:
    """Return polygons as multipolygons."""
    return np.array(
        [p if p.geom_type == "MultiPolygon" else shapely.multipolygons([p]) for p in polygons], dtype=object
    )


def add_cells(tx: Tx, release_id: int, batch: Cells) -> None:
    """Append cells to a draft; what is empty in the file is empty text here, until it is refused."""
    columns = ("release_id", "code", "name", "parents", "parent_names", "geom", "area_m2")
    shapes, areas = ewkb_hex(as_multi(batch.polygons)), area_m2(batch.polygons).tolist()
    rows = zip(batch.codes, batch.names, batch.paths, batch.path_names, shapes, areas, strict=True)
    records = (
        (release_id, code or "", name, [value or "" for value in path], list(names), shape, area)
        for code, name, path, names, shape, area in rows
    )
    copy_rows(tx, draft_cell, columns, records)


def reshape(tx: Tx, release_id: int, codes: Sequence[str], polygons: GeometryArray) -> None:
    """Give cells of a draft other polygons."""
    statement = text(
        "UPDATE draft_cell SET geom = CAST(:geom AS geometry), area_m2 = :area WHERE release_id = :r AND code = :code"
    )
    values = zip(codes, ewkb_hex(as_multi(polygons)), area_m2(polygons).tolist(), strict=True)
    rows = [{"r": release_id, "code": code, "geom": geom, "area": area} for code, geom, area in values]
    if rows:
        tx.conn.execute(statement, rows)


def cells(tx: Tx, release_id: int) -> tuple[list[str], list[tuple[str, ...]], GeometryArray]:
    """Return codes, paths of parents and polygons of a draft, by code as text by code point."""
    query = (
        select(draft_cell.c.code, draft_cell.c.parents, func.ST_AsBinary(draft_cell.c.geom))
        .where(draft_cell.c.release_id == release_id)
        .order_by(draft_cell.c.code.collate("C"))
    )
    rows = tx.conn.execute(query).all()
    polygons = shapely.from_wkb(np.array([bytes(row[2]) for row in rows], dtype=object))
    return [row[0] for row in rows], [tuple(row[1]) for row in rows], polygons


def paths(tx: Tx, release_id: int) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return each distinct path of parent codes with one path of their names."""
    query = (
        select(draft_cell.c.parents, func.min(draft_cell.c.parent_names))
        .where(draft_cell.c.release_id == release_id)
        .group_by(draft_cell.c.parents)
        .order_by(draft_cell.c.parents)
    )
    return {tuple(row[0]): tuple(row[1]) for row in tx.conn.execute(query)}


def fingerprint(tx: Tx, release_id: int) -> str:
    """Return a digest of everything a draft says: whatever changes in it changes the digest."""
    query = text("""
        SELECT encode(sha256(string_agg(one, ''::bytea ORDER BY code COLLATE "C")), 'hex') FROM (
            SELECT code, sha256(convert_to(jsonb_build_array(code, name, parents, parent_names)::text, 'UTF8')
                                || ST_AsBinary(geom)) AS one
            FROM draft_cell WHERE release_id = :r) AS cells""")
    return str(tx.conn.execute(query, {"r": release_id}).scalar_one())


def put_in_areas(tx: Tx, release_id: int, area_ids: Mapping[tuple[str, ...], int]) -> None:
    """Say in which area the cells with each path of parents lie."""
    statement = text("""
        UPDATE draft_cell d SET area_id = p.area_id
        FROM unnest(CAST(:paths AS text[]), CAST(:ids AS bigint[])) AS p(path, area_id)
        WHERE d.release_id = :r AND array_to_string(d.parents, :separator) = p.path""")
    joined = [_SEPARATOR.join(path) for path in area_ids]
    values = {"paths": joined, "ids": list(area_ids.values()), "r": release_id, "separator": _SEPARATOR}
    tx.conn.execute(statement, values)


def empty(tx: Tx, release_id: int) -> None:
    """Forget the cells of a draft that has become a release: its versions say everything."""
    tx.conn.execute(text("DELETE FROM draft_cell WHERE release_id = :r"), {"r": release_id})
