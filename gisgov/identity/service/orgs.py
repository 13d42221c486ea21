"""The organisation tree."""

from collections.abc import Collection, Sequence

from gisgov.identity import rules
from gisgov.identity.model import NewOrg, Org
from gisgov.identity.store import orgs as store
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict, Invalid
from gisgov.kernel.events import emit


def orgs(tx: Tx) -> list[Org]:
    """Return the organisations in scope."""
    return store.orgs(tx)


def orgs_by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Org]:
    """Return organisations by id for things that are themselves in scope."""
    return {org.id: org for org in store.by_ids(tx, ids)}


def orgs_by_codes(tx: Tx, codes: Collection[str]) -> dict[str, Org]:
    """Return organisations by code, as imports name them; unknown codes are left out."""
    return {org.code: org for org in store.by_codes(tx, codes)}


def create_org(tx: Tx, row: NewOrg) -> Org:
    """Add one organisation; see `create_orgs`."""
    return create_orgs(tx, [row])[row.code]


def create_orgs(tx: Tx, rows: Sequence[NewOrg]) -> dict[str, Org]:
    """Add organisations, parents named by code and standing anywhere among the rows or already there.

    Raises
    ------
    Invalid
        A parent is missing, or rows name each other in a ring; code ``org.parent_missing``.
    Conflict
        A code is taken; code ``org.code_taken``.
    """
    tx.may("org.write")
    known = orgs_by_codes(tx, {row.parent_code for row in rows if row.parent_code})
    generations, missing = rules.generations(rows, known)
    if missing:
        raise Invalid("org.parent_missing", field="parent_code", codes=", ".join(missing[:10]))
    made: dict[str, Org] = {}
    for generation in generations:
        values = [_values(row, known | made) for row in generation]
        new = {org.code: org for org in store.insert_orgs(tx, values)}
        if len(new) < len(generation):
            taken = {row.code for row in generation} - new.keys()
            raise Conflict("org.code_taken", field="code", codes=", ".join(sorted(taken)[:10]))
        made |= new
    for org in made.values():
        emit(
            tx,
            "org.created",
            subject=("org", org.id),
            org_ids=[org.id],
            data={"code": org.code, "name": org.name},
        )
    return made


def _values(row: NewOrg, known: dict[str, Org]) -> dict[str, object]:
    parent = known[row.parent_code].id if row.parent_code else None
    return {"parent_id": parent, "code": row.code, "name": row.name, "kind": row.kind, "area_id": row.area_id}
