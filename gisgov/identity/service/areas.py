"""The area tree: names and codes are public (decisions.md, Space), so reading asks for no scope."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from gisgov.identity import rules
from gisgov.identity.model import Area, NewArea
from gisgov.identity.store import areas as store
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict, Invalid, NotFound
from gisgov.kernel.events import emit


def areas(tx: Tx, tree: str | None = None, depth: int | None = None) -> list[Area]:
    """Return the areas of a tree, or of one of its levels, parents before children."""
    return store.areas(tx, tree=tree, depth=depth)


def children(tx: Tx, area_id: int) -> list[Area]:
    """Return the areas directly below one."""
    return store.areas(tx, parent_id=area_id)


def areas_by_ids(tx: Tx, ids: Collection[int]) -> dict[int, Area]:
    """Return areas by id."""
    return {found.id: found for found in store.by_ids(tx, ids)}


def areas_by_codes(tx: Tx, tree: str, codes: Collection[str]) -> dict[str, Area]:
    """Return areas of a tree by code; unknown codes are left out."""
    return {found.code: found for found in store.by_codes(tx, tree, codes)}


def area(tx: Tx, area_id: int) -> Area:
    """Return one area.

    Raises
    ------
    NotFound
        There is none; code ``area.unknown``.
    """
    found = store.by_ids(tx, [area_id])
    if not found:
        raise NotFound("area.unknown", field="area", area=area_id)
    return found[0]


def area_by_code(tx: Tx, code: str, tree: str | None = None) -> Area:
    """Return the area with a code.

    Raises
    ------
    NotFound
        There is none; code ``area.unknown``.
    Invalid
        Several trees have one and none was named; code ``area.several_trees``.
    """
    found = store.by_code(tx, code, tree)
    if not found:
        raise NotFound("area.unknown", field="area", area=code)
    if len(found) > 1:
        raise Invalid(
            "area.several_trees", field="tree", area=code, trees=", ".join(each.tree for each in found)
        )
    return found[0]


def range_of_area(tx: Tx, code: str, tree: str | None = None) -> tuple[int, int]:
    """Return the half-open range of numbers of an area and all below it; see `area_by_code`."""
    found = area_by_code(tx, code, tree)
    return rules.range_of(found.no, found.depth)


def areas_of_no(tx: Tx, no: int) -> list[Area]:
    """Return the areas above a number (an area's or a cell's), root first."""
    return store.by_nos(tx, rules.ancestor_nos(no))


def create_area(
    tx: Tx, *, tree: str, level_name: str, code: str, name: str, parent_id: int | None = None
) -> Area:
    """Add one area below a parent, or a root.

    Raises
    ------
    Conflict
        The tree has this code; code ``area.code_taken``.
    Invalid
        The parent is full or too deep.
    """
    tx.may("area.write")
    parent = area(tx, parent_id) if parent_id is not None else None
    row = NewArea(code, name, level_name, parent.code if parent else None)
    (made,) = _insert_level(tx, tree, {parent.code: parent} if parent else {}, [row])
    emit(tx, "area.created", subject=("area", made.id), area_no=made.no, data={"code": code, "name": name})
    return made


def create_areas(tx: Tx, tree: str, rows: Sequence[NewArea]) -> dict[str, Area]:
    """Add many areas, parents named by code and standing anywhere among the rows or already in the tree.

    Returns
    -------
    dict
        Code → area, of the new ones.

    Raises
    ------
    Invalid
        A parent is missing, or rows name each other in a ring; code ``area.parent_missing``.
    """
    tx.may("area.write")
    known = areas_by_codes(tx, tree, {row.parent_code for row in rows if row.parent_code})
    generations, missing = rules.generations(rows, known)
    if missing:
        raise Invalid("area.parent_missing", field="parent_code", codes=", ".join(missing[:10]))
    made: dict[str, Area] = {}
    for generation in generations:
        made |= {each.code: each for each in _insert_level(tx, tree, known | made, generation)}
    if made:
        first = min(made.values(), key=lambda each: each.no)
        emit(tx, "area.imported", subject=("area", first.id), area_no=first.no, data={"count": len(made)})
    return made


def take_cell_numbers(tx: Tx, area_id: int, count: int) -> range:
    """Give `count` unused cell numbers of an area; they are never given again."""
    of = area(tx, area_id)
    first = store.take(tx, area_id, "cells_given", count) + 1
    rules.cell_no(of.no, first + count - 1)
    return range(rules.cell_no(of.no, first), rules.cell_no(of.no, first) + count)


def _insert_level(tx: Tx, tree: str, parents: dict[str, Area], rows: Sequence[NewArea]) -> list[Area]:
    by_parent: dict[str | None, list[NewArea]] = defaultdict(list)
    for row in rows:
        by_parent[row.parent_code].append(row)
    values = []
    # ordered, so that two imports lock the same parents in the same order
    for parent_code in sorted(by_parent, key=lambda code: parents[code].id if code else 0):
        parent = parents[parent_code] if parent_code else None
        group = by_parent[parent_code]
        first = _first_index(tx, parent, len(group))
        values += [_values(tree, parent, row, first + i) for i, row in enumerate(group)]
    made = store.insert_areas(tx, values)
    if len(made) < len(rows):
        taken = {row.code for row in rows} - {each.code for each in made}
        raise Conflict("area.code_taken", field="code", codes=", ".join(sorted(taken)[:10]) or rows[0].code)
    return made


def _first_index(tx: Tx, parent: Area | None, count: int) -> int:
    if parent is None:
        return store.last_root_no(tx) // rules.span(1) + 1
    return store.take(tx, parent.id, "children_given", count) + 1


def _values(tree: str, parent: Area | None, row: NewArea, index: int) -> dict[str, object]:
    return {
        "tree": tree,
        "parent_id": parent.id if parent else None,
        "depth": parent.depth + 1 if parent else 1,
        "level_name": row.level_name,
        "code": row.code,
        "name": row.name,
        "no": rules.child_no(parent.no if parent else 0, parent.depth if parent else 0, index),
    }
