"""Areas."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from gisgov.identity.model import Area
from gisgov.identity.tables import area
from gisgov.kernel.db import Tx

_AREA = (
    area.c.id,
    area.c.tree,
    area.c.parent_id,
    area.c.depth,
    area.c.level_name,
    area.c.code,
    area.c.name,
    area.c.no,
)

# Two roots made at once must not get the same number.
_ROOT_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('gisgov.area.root'))")


def _areas(tx: Tx, *where: sa.ColumnElement[bool]) -> list[Area]:
    query = sa.select(*_AREA).where(*where).order_by(area.c.no)
    return [Area(*row) for row in tx.conn.execute(query)]


def areas(
    tx: Tx, tree: str | None = None, parent_id: int | None = None, depth: int | None = None
) -> list[Area]:
    """Return areas in the order of their numbers: parents before children."""
    given = ((area.c.tree, tree), (area.c.parent_id, parent_id), (area.c.depth, depth))
    return _areas(tx, *(column == value for column, value in given if value is not None))


def by_ids(tx: Tx, ids: Collection[int]) -> list[Area]:
    """Return the areas with these ids."""
    return _areas(tx, area.c.id.in_(ids))


def by_codes(tx: Tx, tree: str, codes: Iterable[str]) -> list[Area]:
    """Return the areas of one tree with these codes."""
    return _areas(tx, area.c.tree == tree, area.c.code.in_(list(codes)))


def by_code(tx: Tx, code: str, tree: str | None) -> list[Area]:
    """Return the areas with a code, in one tree or in any."""
    return _areas(tx, area.c.code == code, *([area.c.tree == tree] if tree else []))


def by_nos(tx: Tx, nos: Iterable[int]) -> list[Area]:
    """Return the areas with these numbers, root first."""
    return _areas(tx, area.c.no.in_(list(nos)))


def last_root_no(tx: Tx) -> int:
    """Lock the making of roots until the end of the transaction; return the highest root's number."""
    tx.conn.execute(_ROOT_LOCK)
    query = sa.select(sa.func.coalesce(sa.func.max(area.c.no), 0)).where(area.c.depth == 1)
    return int(tx.conn.execute(query).scalar_one())


def take(tx: Tx, area_id: int, column: str, count: int) -> int:
    """Raise a counter of an area by `count` under its row lock; return the counter's value before."""
    counter = area.c[column]
    statement = (
        sa.update(area).where(area.c.id == area_id).values({column: counter + count}).returning(counter)
    )
    return int(tx.conn.execute(statement).scalar_one()) - count


def insert_areas(tx: Tx, rows: Sequence[dict[str, Any]]) -> list[Area]:
    """Insert areas whose (tree, code) is new; those that exist are left out of the answer."""
    statement = insert(area).on_conflict_do_nothing(constraint="area_tree_code").returning(*_AREA)
    return [Area(*row) for row in tx.conn.execute(statement, rows)]
