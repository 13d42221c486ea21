"""People of a cell: posts with dates, duty, and the organisations that answer for functions there."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row

from gisgov.grids.model import Cell, Person, Post, Responsible, StaffRow
from gisgov.grids.rules import ROLE_OF_POST
from gisgov.grids.store import cells as cell_store
from gisgov.grids.store import staffing as store
from gisgov.identity import rules as identity_rules
from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant
from gisgov.kernel.days import beginning_of, today
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid, NotFound
from gisgov.kernel.events import emit

_ORDER = {post: rank for rank, post in enumerate(Post)}


def people(tx: Tx, cell_id: int) -> tuple[Person, ...]:
    """Return who has a post in a cell today: workers, substitutes, leaders; the longest serving first."""
    rows = store.standing(tx, [cell_id], today(tx))
    if not rows:
        return ()
    ids = {row.user_id for row in rows}
    names, awake = identity.users_by_ids(tx, ids), store.on_duty(tx, ids)
    found = [
        Person(
            post=Post(row.post),
            user_id=row.user_id,
            name=names[row.user_id].name,
            mobile=identity_rules.mask_mobile(names[row.user_id].mobile or "") or None,
            org=names[row.user_id].org_name,
            on_duty=row.user_id in awake,
            since=row.since,
        )
        for row in rows
        if names[row.user_id].active
    ]
    return tuple(sorted(found, key=lambda person: _ORDER[person.post]))


def staff(tx: Tx, cell_id: int, user_id: int, post: Post, since: date | None = None) -> None:
    """Give somebody a post in a cell from a day on, beside whoever has it already; see `staff_many`."""
    staff_many(tx, [StaffRow(cell_id, user_id, post)], since)


def staff_many(tx: Tx, rows: Sequence[StaffRow], since: date | None = None) -> None:
    """Give many posts from one day on, each with the role and the scope that go with it.

    Rows that repeat a running post change nothing.

    Raises
    ------
    NotFound
        A cell is not active, or lies outside the caller's scope; code ``grid.cell_unknown``.
    """
    tx.may("grid.staff")
    day = since or today(tx)
    cells = _cells_in_scope(tx, {row.cell_id for row in rows})
    running = {(row.cell_id, row.user_id, row.post) for row in store.standing(tx, cells, day)}
    new = [row for row in dict.fromkeys(rows) if (row.cell_id, row.user_id, row.post.value) not in running]
    if not new:
        return
    ids = store.add(
        tx, [{"cell_id": r.cell_id, "user_id": r.user_id, "post": r.post.value, "since": day} for r in new]
    )
    identity.grant_many(
        tx, [_grant(tx, i, r, cells[r.cell_id].no, day) for i, r in zip(ids, new, strict=True)]
    )
    first = cells[new[0].cell_id]
    data = {"cells": len({row.cell_id for row in new}), "posts": len(new)}
    emit(tx, "grid.staffed", subject=("cell", first.id), area_no=first.no, data=data)


def unstaff(tx: Tx, cell_id: int, user_id: int, post: Post, until: date | None = None) -> None:
    """End a post, and the scope that came with it, on a day.

    Raises
    ------
    NotFound
        The person has no such post there; code ``grid.not_staffed``.
    """
    tx.may("grid.staff")
    cell = _cells_in_scope(tx, {cell_id})[cell_id]
    day = until or today(tx)
    ids = [
        row.id
        for row in store.standing(tx, [cell_id], today(tx))
        if (row.user_id, row.post) == (user_id, post.value)
    ]
    if not ids:
        raise NotFound("grid.not_staffed", field="user", user=user_id, cell=cell.code)
    store.end(tx, ids, day)
    for staffing_id in ids:
        identity.end_grants_of(tx, _origin(staffing_id), beginning_of(tx, day) if day > today(tx) else tx.now)
    emit(tx, "grid.unstaffed", subject=("cell", cell_id), area_no=cell.no, user_ids=[user_id])


def history(tx: Tx, cell_id: int) -> list[Row[Any]]:
    """Return user, post and days of everybody who ever had a post in a cell, newest first."""
    tx.may("grid.read")
    _cells_in_scope(tx, {cell_id})
    return store.history(tx, cell_id)


def follow_numbers(tx: Tx, renumbered_cell_ids: Collection[int]) -> None:
    """Let the scopes of people follow cells that a publication moved to another area, retired or revived."""
    day = today(tx)
    cells = cell_store.by_ids(tx, renumbered_cell_ids)
    grants: list[NewGrant] = []
    for row in store.standing(tx, renumbered_cell_ids, day):
        identity.end_grants_of(tx, _origin(row.id))
        if row.cell_id in cells:
            kept = StaffRow(row.cell_id, row.user_id, Post(row.post))
            grants.append(_grant(tx, row.id, kept, cells[row.cell_id].no, row.since))
    identity.grant_many(tx, grants)


def set_duty(tx: Tx, user_ids: Iterable[int], *, on_duty: bool) -> None:
    """Put people on duty or off.

    Everybody does it for themselves; for others it takes ``grid.staff``.

    Raises
    ------
    Invalid
        Nobody is named; code ``grid.nobody_named``.
    """
    ids = sorted(set(user_ids))
    if not ids:
        raise Invalid("grid.nobody_named", field="user")
    tx.may("duty.set" if ids == [tx.actor.user_id] else "grid.staff")
    store.set_duty(tx, ids, on_duty=on_duty)
    emit(
        tx,
        "duty.changed",
        subject=("user", ids[0]),
        user_ids=ids,
        data={"on_duty": on_duty, "count": len(ids)},
    )


def on_duty(tx: Tx, user_ids: Collection[int]) -> frozenset[int]:
    """Return those of some people who are on duty now; who never said so is not."""
    return store.on_duty(tx, user_ids)


def count_on_duty(tx: Tx) -> int:
    """Return how many people of the installation are on duty now."""
    tx.may("grid.read")
    return store.count_on_duty(tx)


def bound_functions(tx: Tx) -> frozenset[str]:
    """Return the functions for which some organisation answers somewhere today."""
    tx.may("grid.read")
    return store.bound_functions(tx, today(tx))


def bind_many(tx: Tx, rows: Sequence[tuple[int, str, int, int | None]], since: date | None = None) -> None:
    """Make organisations answer for functions in cells from a day on, in place of whoever did (A-11).

    Parameters
    ----------
    rows : sequence of (cell id, function, organisation id, user id or None)
        One row for each cell and function.
    """
    tx.may("grid.staff")
    cells = _cells_in_scope(tx, {row[0] for row in rows})
    day = since or today(tx)
    names = ("cell_id", "function", "org_id", "user_id")
    if rows:
        store.bind(tx, [dict(zip(names, row, strict=True)) | {"since": day} for row in rows], day)
        first = cells[rows[0][0]]
        emit(tx, "grid.bound", subject=("cell", first.id), area_no=first.no, data={"count": len(rows)})


def responsible(tx: Tx, cell_id: int, function: str | None = None) -> list[Responsible]:
    """Return who answers for the functions, or for one, in a cell today."""
    return store.responsible(tx, cell_id, today(tx), function)


def _cells_in_scope(tx: Tx, cell_ids: Collection[int]) -> dict[int, Cell]:
    cells = cell_store.by_ids(tx, cell_ids)
    hidden = [i for i in cell_ids if i not in cells or not tx.scope.covers(cells[i].no)]
    if hidden:
        known = cells.get(hidden[0])
        raise NotFound(
            "grid.cell_unknown", field="cell", cell=known.code if known else hidden[0], network="*"
        )
    return cells


def _origin(staffing_id: int) -> str:
    return f"staffing:{staffing_id}"


def _grant(tx: Tx, staffing_id: int, row: StaffRow, no: int, since: date) -> NewGrant:
    begins = beginning_of(tx, since) if since > today(tx) else None
    role, origin = ROLE_OF_POST[row.post], _origin(staffing_id)
    return NewGrant(row.user_id, role, no_lo=no, no_hi=no + 1, since=begins, origin=origin)
