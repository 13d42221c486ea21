"""The nearest records of a kind with points."""

from typing import Any

import sqlalchemy as sa

from gisgov.kernel.db import Tx
from gisgov.kernel.nearest import Nearby, nearest_rows
from gisgov.registry import tables
from gisgov.registry.model import Kind, Record
from gisgov.registry.store.read import MODELS, columns_of
from gisgov.registry.store.write import TABLES
from gisgov.spatial.nearest import Ranked

TYPES: dict[Kind, sa.Column[Any]] = {
    Kind.CAMERA: tables.camera.c.category,
    Kind.PART: tables.part.c.part_type,
}
STATES: dict[Kind, sa.Column[Any]] = {Kind.CAMERA: tables.camera.c.state, Kind.PART: tables.part.c.state}


def nearest(
    tx: Tx, kind: Kind, ask: Nearby, type_: str | None = None, state: str | None = None
) -> list[Ranked[Any]]:
    """Return the nearest records in scope, of one type and in one state if stated."""
    table, made = TABLES[kind], MODELS[kind]
    columns = columns_of(kind)
    query = sa.select(*columns).where(tx.scope.areas(table.c.area_no))
    for choice, value in ((TYPES, type_), (STATES, state)):
        if value is not None:
            query = query.where(choice[kind] == value)

    def build(rows: Any) -> list[Record]:
        return [made(*row[: len(columns)]) for row in rows]

    return nearest_rows(tx, query, table.c.geom, ask, build, key=lambda record: record.id)
