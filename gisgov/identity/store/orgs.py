"""Organisations."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from gisgov.identity.model import Org
from gisgov.identity.tables import area, org
from gisgov.kernel.db import Tx
from gisgov.kernel.scope import EVERYTHING, Scope

_ORG = (org.c.id, org.c.parent_id, org.c.code, org.c.name, org.c.kind, org.c.area_id)


def _orgs_in(scope: Scope) -> sa.ColumnElement[bool]:
    if scope.ranges == EVERYTHING.ranges:
        return sa.true()
    place = sa.select(area.c.id).where(area.c.id == org.c.area_id, scope.areas(area.c.no)).exists()
    return sa.or_(org.c.id.in_(scope.org_ids), place)


def orgs(tx: Tx) -> list[Org]:
    """Return the organisations in scope."""
    query = sa.select(*_ORG).where(_orgs_in(tx.scope)).order_by(org.c.code)
    return [Org(*row) for row in tx.conn.execute(query)]


def by_ids(tx: Tx, ids: Collection[int]) -> list[Org]:
    """Return organisations by id, whatever the scope: names on things that are themselves in scope."""
    return [Org(*row) for row in tx.conn.execute(sa.select(*_ORG).where(org.c.id.in_(ids)))]


def by_codes(tx: Tx, codes: Collection[str]) -> list[Org]:
    """Return organisations by code, whatever the scope: the names by which imports refer to them."""
    return [Org(*row) for row in tx.conn.execute(sa.select(*_ORG).where(org.c.code.in_(codes)))]


def branches(tx: Tx, ids: Collection[int]) -> frozenset[int]:
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
