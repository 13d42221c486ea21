"""Reading within scope."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from gisgov.kernel.db import Tx
from gisgov.registry import tables
from gisgov.registry.model import Address, Building, Camera, House, Kind, Part, Person, Record
from gisgov.registry.store.write import TABLES
from gisgov.spatial.arrays import Box

MODELS: dict[Kind, type[Record]] = {
    Kind.BUILDING: Building,
    Kind.HOUSE: House,
    Kind.PERSON: Person,
    Kind.ADDRESS: Address,
    Kind.CAMERA: Camera,
    Kind.PART: Part,
}
# What a text is looked for in. Names of people only as a whole: no browsing by the first character.
CONTAINS: dict[Kind, tuple[sa.Column[Any], ...]] = {
    Kind.BUILDING: (tables.building.c.code, tables.building.c.name, tables.building.c.address),
    Kind.HOUSE: (tables.house.c.room,),
    Kind.PERSON: (),
    Kind.ADDRESS: (tables.address.c.text,),
    Kind.CAMERA: (tables.camera.c.code, tables.camera.c.name),
    Kind.PART: (tables.part.c.code, tables.part.c.part_type),
}


def _column(table: sa.Table, name: str) -> sa.ColumnElement[Any]:
    if name in ("lon", "lat"):
        point = table.c.geom if table is not tables.building else sa.func.ST_PointOnSurface(table.c.geom)
        return (sa.func.ST_X if name == "lon" else sa.func.ST_Y)(point).label(name)
    return table.c["id_number_masked" if name == "id_number" else name].label(name)


def columns_of(kind: Kind) -> list[sa.ColumnElement[Any]]:
    """The columns of a record, in the order of its model's fields."""
    return [_column(TABLES[kind], field.name) for field in fields(MODELS[kind])]


def _select(tx: Tx, kind: Kind, *where: sa.ColumnElement[bool], limit: int | None = None) -> list[Any]:
    table, made = TABLES[kind], MODELS[kind]
    query = sa.select(*columns_of(kind)).where(tx.scope.areas(table.c.area_no), *where)
    return [made(*row) for row in tx.conn.execute(query.order_by(table.c.id).limit(limit))]


def search(
    tx: Tx,
    kind: Kind,
    *,
    text: str | None = None,
    id_hash: bytes | None = None,
    cell_id: int | None = None,
    area: tuple[int, int] | None = None,
    parent_id: int | None = None,
    bbox: Box | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Any]:
    """Return records in scope with an id above `after`."""
    table = TABLES[kind]
    where: list[sa.ColumnElement[bool]] = [table.c.id > after]
    if text:
        where.append(_contains(kind, text, id_hash))
    if cell_id is not None:
        where.append(table.c.cell_id == cell_id)
    if area is not None:
        where += [table.c.area_no >= area[0], table.c.area_no < area[1]]
    if parent_id is not None:
        where.append(_parent(table) == parent_id)
    if bbox is not None:
        where.append(table.c.geom.op("&&")(sa.func.ST_MakeEnvelope(*bbox, 4326)))
    return _select(tx, kind, *where, limit=limit)


def find(tx: Tx, kind: Kind, record_id: int) -> Any | None:
    """Return one record in scope."""
    return next(iter(_select(tx, kind, TABLES[kind].c.id == record_id)), None)


def children(tx: Tx, kind: Kind, parent_id: int) -> list[Any]:
    """Return the houses of a building, or the people of a house, in scope."""
    return _select(tx, kind, _parent(TABLES[kind]) == parent_id)


def _parent(table: sa.Table) -> sa.ColumnElement[int]:
    return table.c.house_id if table is tables.person else table.c.building_id


def _contains(kind: Kind, text: str, id_hash: bytes | None) -> sa.ColumnElement[bool]:
    if kind is Kind.PERSON:
        return sa.or_(tables.person.c.name == text, tables.person.c.id_number_hash == id_hash)
    columns: Sequence[sa.Column[Any]] = CONTAINS[kind]
    return sa.or_(*(column.contains(text, autoescape=True) for column in columns))
