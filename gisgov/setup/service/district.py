"""The district: from the official codes, or freely where there are none."""

import csv
from collections.abc import Iterator, Sequence

from gisgov.grids.rules import BASIC_TREE
from gisgov.identity import service as identity
from gisgov.identity.model import NewArea
from gisgov.kernel import configuration
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict, Invalid, NotFound
from gisgov.setup.divisions import COUNTY_DIGITS, PARENT_DIGITS, children, division
from gisgov.setup.model import District, Division, NewDistrict
from gisgov.setup.rules import COUNTY_LEVELS

LEVELS = "setup.levels"
"""Setting: names of the district's levels, top-down."""

STREET_DIGITS, COMMUNITY_DIGITS = 9, 12


def divisions(tx: Tx, parent: str = "") -> Sequence[Division]:
    """Return the official divisions below one; the provinces for the empty code.

    Raises
    ------
    NotFound
        No such code is listed, or nothing below it; code ``setup.division_unknown``.
    """
    tx.may("setup.write")
    found = children().get(parent)
    if found is None:
        raise NotFound("setup.division_unknown", field="parent", division=parent)
    return found


def district(tx: Tx) -> District | None:
    """Return the district of this installation, None before there is one."""
    tx.may("setup.write")
    roots = identity.areas(tx, tree=BASIC_TREE, depth=1)
    if not roots:
        return None
    levels = configuration.get(tx, LEVELS) or [roots[0].level_name]
    return District(roots[0].code, roots[0].name, tuple(levels), len(identity.children(tx, roots[0].id)))


def create_district(tx: Tx, new: NewDistrict) -> District:
    """Make the area tree of the district: a county with its streets, or a free root.

    Raises
    ------
    Conflict
        There is a district already; code ``setup.district_exists``.
    NotFound
        A code without a name is no county; code ``setup.division_unknown``.
    """
    tx.may("setup.write")
    standing = identity.areas(tx, tree=BASIC_TREE, depth=1)
    if standing:
        raise Conflict("setup.district_exists", field="code", name=standing[0].name)
    levels = (*new.levels, *COUNTY_LEVELS[len(new.levels) :])
    rows = [NewArea(new.code, new.name, levels[0])] if new.name else _county(new.code, levels)
    identity.create_areas(tx, BASIC_TREE, rows)
    configuration.put(tx, LEVELS, list(levels))
    return District(new.code, rows[0].name, levels, len(rows) - 1)


def add_communities(tx: Tx, text: str) -> int:
    """Add communities from a table with the columns ``code`` (twelve digits) and ``name``; return how many.

    Those that are there already, and those of other districts, are left out.

    Raises
    ------
    Invalid
        The table lacks a column, or a code has not twelve digits; code ``setup.communities_form``.
    """
    tx.may("setup.write")
    wanted = dict(_communities(text))
    streets = identity.areas_by_codes(tx, BASIC_TREE, {_parent(code) for code in wanted})
    there = identity.areas_by_codes(tx, BASIC_TREE, wanted)
    level = (configuration.get(tx, LEVELS) or COUNTY_LEVELS)[2]
    rows = [
        NewArea(code, name, level, _parent(code))
        for code, name in wanted.items()
        if _parent(code) in streets and code not in there
    ]
    return len(identity.create_areas(tx, BASIC_TREE, rows))


def _communities(text: str) -> Iterator[tuple[str, str]]:
    lines = csv.DictReader(text.splitlines())
    try:
        for row in lines:
            code, name = (row.get("code") or "").strip(), (row.get("name") or "").strip()
            well = len(code) == COMMUNITY_DIGITS and code.isdecimal() and name and name.isprintable()
            if not well:
                raise Invalid("setup.communities_form", field="file", row=lines.line_num)
            yield code, name
    except csv.Error:
        raise Invalid("setup.communities_form", field="file", row=lines.line_num) from None


def _parent(code: str) -> str:
    return code[: PARENT_DIGITS[len(code)]]


def _county(code: str, levels: Sequence[str]) -> list[NewArea]:
    county = division(code) if len(code) == COUNTY_DIGITS else None
    if county is None:
        raise NotFound("setup.division_unknown", field="code", division=code)
    streets = [NewArea(street.code, street.name, levels[1], code) for street in children().get(code, ())]
    return [NewArea(code, county.name, levels[0]), *streets]
