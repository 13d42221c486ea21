"""Areas and organisations."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from gisgov.identity.model import Area, Org
from gisgov.identity.tables import area, org
from gisgov.kernel.db import Tx
from gisgov.kernel.scope import EVERYTHING, Scope

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
_ORG = (org.c.id, org.c.parent_id, org.c.code, org.c.name, org.c.kind, org.c.area_id)

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


def below(tx: Tx, low: int, high: int) -> list[Area]:
    """Return the areas whose number lies in a half-open range."""
    return _areas(tx, area.c.no >= low, area.c.no < high)


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


# ------------------------------------------------------------------ organisations
def _orgs_in(scope: Scope) -> sa.ColumnElement[bool]:
    if scope.ranges == EVERYTHING.ranges:
        return sa.true()
    place = sa.select(area.c.id).where(area.c.id == org.c.area_id, scope.areas(area.c.no)).exists()
    return sa.or_(org.c.id.in_(scope.org_ids), place)


def orgs(tx: Tx) -> list[Org]:
    """Return the organisations in scope."""
    query = sa.select(*_ORG).where(_orgs_in(tx.scope)).order_by(org.c.code)
    return [Org(*row) for row in tx.conn.execute(query)]


def orgs_by_ids(tx: Tx, ids: Collection[int]) -> list[Org]:
    """Return organisations by id, whatever the scope: names on things that are themselves in scope."""
    return [Org(*row) for row in tx.conn.execute(sa.select(*_ORG).where(org.c.id.in_(ids)))]


def orgs_by_codes(tx: Tx, codes: Collection[str]) -> list[Org]:
    """Return organisations by code, whatever the scope: the names by which imports refer to them."""
    return [Org(*row) for row in tx.conn.execute(sa.select(*_ORG).where(org.c.code.in_(codes)))]


def org_branches(tx: Tx, ids: Collection[int]) -> frozenset[int]:
    """Return organisations with everything below them."""
    if not ids:
        return frozenset()
    tree = sa.select(org.c.id).where(org.c.id.in_(ids)).cte("branches", recursive=True)
    tree = tree.union(sa.select(org.c.id).where(org.c.parent_id == tree.c.id))
    return frozenset(tx.conn.execute(sa.select(tree.c.id)).scalars())


def insert_orgs(tx: Tx, rows: Sequence[dict[str, Any]]) -> list[Org]:
    """Insert organisations whose code is new; those that exist are left out of the answer."""
    statement = insert(org).on_conflict_do_nothing(index_elements=["code"]).returning(*_ORG)
    return [Org(*row) for row in tx.conn.execute(statement, rows)]
