"""What checks found and what mending moved, piece by piece."""

import json
from collections.abc import Sequence

import numpy as np
import shapely
from sqlalchemy import func, select, text

from gisgov.grids.model import Defect, MovedKind, MovedLand
from gisgov.grids.tables import defect, moved_land
from gisgov.kernel.bulk import copy_rows
from gisgov.kernel.db import Tx
from gisgov.kernel.geometry import ewkb_hex
from gisgov.spatial import topology
from gisgov.spatial.topology import DefectKind

_DIGITS = 15
"""Slivers are named where they are: fewer digits would close them."""


def forget_defects(tx: Tx, release_id: int) -> None:
    """Forget what earlier checks found."""
    tx.conn.execute(text("DELETE FROM defect WHERE release_id = :r"), {"r": release_id})


def add_defects(tx: Tx, release_id: int, found: Sequence[topology.Defect]) -> None:
    """Store defects."""
    columns = ("release_id", "kind", "codes", "area_m2", "width_m", "note", "geom")
    shapes = ewkb_hex(np.array([one.geometry for one in found], dtype=object))
    rows = (
        (release_id, one.kind.value, list(one.codes), one.area_m2, one.width_m, one.note, shape)
        for one, shape in zip(found, shapes, strict=True)
    )
    copy_rows(tx, defect, columns, rows)


def defects(tx: Tx, release_id: int) -> list[Defect]:
    """Return what keeps a draft from being published, largest first."""
    d = defect.c
    query = (
        select(d.id, d.kind, d.codes, d.area_m2, d.width_m, d.note, func.ST_AsGeoJSON(d.geom, _DIGITS))
        .where(d.release_id == release_id)
        .order_by(d.area_m2.desc(), d.id)
    )
    return [
        Defect(key, DefectKind(kind), tuple(codes), area, width, note, json.loads(shape))
        for key, kind, codes, area, width, note, shape in tx.conn.execute(query).all()
    ]


def defect_counts(tx: Tx, release_id: int) -> dict[DefectKind, int]:
    """Return how many defects of each kind a draft has."""
    query = (
        select(defect.c.kind, func.count())
        .where(defect.c.release_id == release_id)
        .group_by(defect.c.kind)
        .order_by(defect.c.kind)
    )
    return {DefectKind(kind): count for kind, count in tx.conn.execute(query).all()}


def forget_moved(tx: Tx, release_id: int, kind: MovedKind) -> None:
    """Forget what an earlier check said about moved land."""
    chosen = moved_land.delete().where(moved_land.c.release_id == release_id, moved_land.c.kind == kind)
    tx.conn.execute(chosen)


def add_moved(
    tx: Tx,
    release_id: int,
    kind: MovedKind,
    rows: Sequence[tuple[str | None, str | None, float, shapely.Geometry]],
) -> None:
    """Store pieces of land that changed hands: from, to, square metres and piece."""
    columns = ("release_id", "kind", "from_code", "to_code", "area_m2", "geom")
    shapes = ewkb_hex(np.array([row[3] for row in rows], dtype=object))
    records = ((release_id, kind.value, *row[:3], shape) for row, shape in zip(rows, shapes, strict=True))
    copy_rows(tx, moved_land, columns, records)


def moved(tx: Tx, release_id: int) -> list[MovedLand]:
    """Return the land that changed hands, largest first."""
    m = moved_land.c
    query = (
        select(m.kind, m.from_code, m.to_code, m.area_m2, func.ST_AsGeoJSON(m.geom, _DIGITS))
        .where(m.release_id == release_id)
        .order_by(m.area_m2.desc(), m.id)
    )
    return [
        MovedLand(MovedKind(kind), source, target, area, json.loads(shape))
        for kind, source, target, area, shape in tx.conn.execute(query).all()
    ]


def moved_sum(tx: Tx, release_id: int) -> tuple[int, float]:
    """Return how many pieces changed hands, and their square metres together."""
    query = select(func.count(), func.coalesce(func.sum(moved_land.c.area_m2), 0.0))
    row = tx.conn.execute(query.where(moved_land.c.release_id == release_id)).one()
    return row[0], row[1]
