"""The organisation tree."""

from collections.abc import Collection, Sequence

from gisgov.identity.model import NewOrg, Org
from gisgov.identity.store import areas as store
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict, Invalid
from gisgov.kernel.events import emit


def orgs(tx: Tx) -> list[Org]:
    """Return the organisations in scope."""
    return store.orgs(tx)


def orgs_by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Org]:
    """Return organisations by id for things that are themselves in scope."""
    return {org.id: org for org in store.orgs_by_ids(tx, ids)}


def orgs_by_codes(tx: Tx, codes: Collection[str]) -> dict[str, Org]:
    """Return organisations by code, as imports name them; unknown codes are left out."""
    return {org.code: org for org in store.orgs_by_codes(tx, codes)}


def create_org(tx: Tx, row: NewOrg) -> Org:
    """Add one organisation; see `create_orgs`."""
    return create_orgs(tx, [row])[row.code]


def create_orgs(tx: Tx, rows: Sequence[NewOrg]) -> dict[str, Org]:
    """Add organisations, parents named by code and standing before their branches or already there.

    Raises
    ------
    Invalid
        A parent is missing; code ``org.parent_missing``.
    Conflict
        A code is taken; code ``org.code_taken``.
    """
    tx.may("org.write")
    known = orgs_by_codes(tx, {row.parent_code for row in rows if row.parent_code})
    made: dict[str, Org] = {}
    waiting = list(rows)
    while waiting:
        ready = [row for row in waiting if row.parent_code is None or row.parent_code in known]
        if not ready:
            lost = sorted({str(row.parent_code) for row in waiting})
            raise Invalid("org.parent_missing", field="parent_code", codes=", ".join(lost[:10]))
        new = {org.code: org for org in store.insert_orgs(tx, [_values(row, known) for row in ready])}
        if len(new) < len(ready):
            taken = {row.code for row in ready} - new.keys()
            raise Conflict("org.code_taken", field="code", codes=", ".join(sorted(taken)[:10]))
        made |= new
        known |= new
        waiting = [row for row in waiting if row.code not in new]
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
