"""Writing many rows: COPY for new ones, one statement for changed ones."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gisgov.kernel.bulk import copy_rows
from gisgov.kernel.db import Tx
from gisgov.registry import tables
from gisgov.registry.model import Kind
from gisgov.spatial.arrays import GeometryArray

TABLES: dict[Kind, sa.Table] = {
    Kind.BUILDING: tables.building,
    Kind.HOUSE: tables.house,
    Kind.PERSON: tables.person,
    Kind.ADDRESS: tables.address,
    Kind.CAMERA: tables.camera,
    Kind.PART: tables.part,
}
FOLLOWERS: tuple[tuple[sa.Table, sa.Column[Any], sa.Table], ...] = (
    (tables.house, tables.house.c.building_id, tables.building),
    (tables.person, tables.person.c.house_id, tables.house),
)
"""Kinds without a geometry, in the order in which a place is handed down."""


@dataclass(frozen=True)
class Place:
    """Where rows fell: one cell id (0 = none) and area number each."""

    cell_id: NDArray[np.int64]
    area_no: NDArray[np.int64]


def new_ids(tx: Tx, kind: Kind, count: int) -> list[int]:
    """Take ids for rows that are about to be copied in."""
    query = sa.text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return list(tx.conn.execute(query, {"name": TABLES[kind].name, "count": count}).scalars())


def copy_in(tx: Tx, kind: Kind, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows; geometries as hexadecimal EWKB."""
    copy_rows(tx, TABLES[kind], columns, rows)


def update_rows(tx: Tx, kind: Kind, rows: Sequence[dict[str, Any]]) -> None:
    """Change rows by their id; all rows carry the same columns, geometries as hexadecimal EWKB."""
    table = TABLES[kind]
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in rows[0] if name != "id"}
    if "geom" in values:
        values["geom"] = sa.func.ST_GeomFromEWKB(sa.func.decode(sa.bindparam("new_geom"), "hex"))
    statement = sa.update(table).where(table.c.id == sa.bindparam("row_id")).values(values)
    renamed = [
        {"row_id" if name == "id" else f"new_{name}": value for name, value in row.items()} for row in rows
    ]
    tx.conn.execute(statement, renamed)


def places_of(tx: Tx, kind: Kind, ids: Collection[int]) -> dict[int, tuple[int | None, int]]:
    """Return id → (cell id, area number)."""
    table = TABLES[kind]
    query = sa.select(table.c.id, table.c.cell_id, table.c.area_no).where(table.c.id.in_(ids))
    return {row.id: (row.cell_id, row.area_no) for row in tx.conn.execute(query)}


def ids_by(tx: Tx, kind: Kind, column: str, values: Collection[Any]) -> dict[Any, tuple[int, int]]:
    """Return value → (id, area number) for the values of a unique column, whatever the scope."""
    table = TABLES[kind]
    query = sa.select(table.c[column], table.c.id, table.c.area_no).where(table.c[column].in_(values))
    return {row[0]: (row[1], row[2]) for row in tx.conn.execute(query)}


def houses_of(tx: Tx, building_ids: Collection[int]) -> dict[tuple[int, str, str], tuple[int, int]]:
    """Return (building, unit, room) → (id, area number)."""
    table = tables.house
    query = sa.select(table.c.building_id, table.c.unit, table.c.room, table.c.id, table.c.area_no)
    found = tx.conn.execute(query.where(table.c.building_id.in_(building_ids)))
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in found}


def people_of(tx: Tx, house_ids: Collection[int]) -> dict[tuple[int, str, Any], tuple[int, int]]:
    """Return (house, name, birth date) → (id, area number) of people without an id number."""
    table = tables.person
    query = sa.select(table.c.house_id, table.c.name, table.c.birth_date, table.c.id, table.c.area_no)
    found = tx.conn.execute(query.where(table.c.house_id.in_(house_ids), table.c.id_number_hash.is_(None)))
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in found}


def placed_rows(tx: Tx, kind: Kind, cell_ids: Collection[int]) -> tuple[list[int], GeometryArray]:
    """Return ids and geometries of the rows in some cells and of those in none."""
    table = TABLES[kind]
    where = sa.or_(table.c.cell_id.in_(cell_ids), table.c.cell_id.is_(None))
    query = sa.select(table.c.id, sa.func.ST_AsBinary(table.c.geom)).where(where).order_by(table.c.id)
    rows = tx.conn.execute(query).all()
    return [row[0] for row in rows], shapely.from_wkb([bytes(row[1]) for row in rows])


def set_places(tx: Tx, kind: Kind, ids: Sequence[int], place: Place) -> int:
    """Store where rows fell; return how many changed."""
    statement = sa.text(
        f"UPDATE {TABLES[kind].name} AS t SET cell_id = nullif(p.cell_id, 0), area_no = p.area_no "
        "FROM unnest(CAST(:ids AS bigint[]), CAST(:cells AS bigint[]), CAST(:nos AS bigint[])) "
        "AS p(id, cell_id, area_no) WHERE t.id = p.id "
        "AND (t.cell_id IS DISTINCT FROM nullif(p.cell_id, 0) OR t.area_no <> p.area_no)"
    )
    values = {"ids": list(ids), "cells": place.cell_id.tolist(), "nos": place.area_no.tolist()}
    return tx.conn.execute(statement, values).rowcount


def hand_down(tx: Tx) -> None:
    """Give houses the place of their building and people that of their house, where it differs."""
    for table, reference, parent in FOLLOWERS:
        differs = sa.or_(
            table.c.area_no != parent.c.area_no, table.c.cell_id.is_distinct_from(parent.c.cell_id)
        )
        place = {"cell_id": parent.c.cell_id, "area_no": parent.c.area_no}
        tx.conn.execute(sa.update(table).where(reference == parent.c.id, differs).values(place))
