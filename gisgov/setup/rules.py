"""Pure decisions of setting up: which rows of a workbook can be kept, where a role holds, what is missing."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from gisgov.identity.model import Role
from gisgov.identity.rules import EVERYWHERE_ROLES
from gisgov.setup.forms import FORMS, Column, Form, chosen
from gisgov.setup.model import Known, Line, Plan, Problem, Sheet, Tally

COUNTY_LEVELS = ("区县", "街道", "社区")
"""Names of the levels of an official district, top-down; the last one for communities from a file."""

OWN_CELLS = frozenset({Role.GRID_WORKER, Role.GRID_LEADER})
"""Roles whose place comes from staffing; without a post they reach nowhere."""

ONE_AREA = frozenset({Role.STREET_LEADER, Role.COMMUNITY_HEAD})
"""Roles that are never given for the whole district by leaving the area out."""

Names = Mapping[str, Mapping[str, str] | frozenset[str]]


def plan(lines: Sequence[Line], known: Known) -> Plan:
    """Sort the rows of a workbook into what can be kept, what is there already, and what is wrong.

    A row may name what an earlier sheet makes; a row that names a bad row is bad as well. Parents among the
    organisations may stand anywhere in their sheet.
    """
    done = Plan({form.sheet: [] for form in FORMS}, {form.sheet: [] for form in FORMS}, [])
    orgs, users = dict(known.orgs), dict(known.users)
    names: Names = {
        "orgs": orgs,
        "users": users,
        "areas": known.areas,
        "cells": known.cells,
        "functions": known.functions,
    }
    makes = {Sheet.ORGS: orgs, Sheet.USERS: users}
    for form in FORMS:
        rows = list(_readable(form, [line for line in lines if line.sheet is form.sheet], done))
        made = makes.get(form.sheet)
        if made is not None:
            rows = list(_new(form, rows, made, done))
        _resolve(form, rows, names, made, done)
    done.problems.sort(key=lambda problem: (list(Sheet).index(problem.sheet), problem.row))
    return done


def tallies(lines: Sequence[Line], done: Plan) -> tuple[Tally, ...]:
    """Count what becomes of the rows of each sheet."""
    rows: dict[Sheet, int] = defaultdict(int)
    for line in lines:
        rows[line.sheet] += 1
    counted = []
    for sheet in Sheet:
        good, unchanged = len(done.good[sheet]), len(done.unchanged[sheet])
        counted.append(Tally(sheet, rows[sheet], good, unchanged, rows[sheet] - good - unchanged))
    return tuple(counted)


def reach(role: Role, area: int | None, org: int | None, root: int | None) -> tuple[int | None, int | None]:
    """Return the area and the organisation a role is given for.

    Parameters
    ----------
    area, org, root : int or None
        Ids of the area stated, of the user's organisation, and of the district.
    """
    if role in EVERYWHERE_ROLES:
        return None, None
    if role is Role.DEPARTMENT_HANDLER:
        return area, org
    if role in OWN_CELLS:
        return area, None
    return area if area is not None else root, None


# ------------------------------------------------------------------ one row
def _readable(form: Form, lines: Sequence[Line], done: Plan) -> Iterator[Line]:
    """Yield rows whose texts can be read, choices as their codes; the same row twice counts once."""
    first: dict[tuple[str, ...], int] = {}
    for line in lines:
        found = list(_unreadable(form, line))
        key = tuple(line.values.get(column, "").casefold() for column in form.key)
        if not found and key in first:
            found = [Problem(form.sheet, line.row, form.key[0], "setup.row_twice", {"first": first[key]})]
        if found:
            done.problems += found
            continue
        first[key] = line.row
        yield Line(line.sheet, line.row, {c.key: _read(c, line.values.get(c.key, "")) for c in form.columns})


def _unreadable(form: Form, line: Line) -> Iterator[Problem]:
    for column in form.columns:
        text = line.values.get(column.key, "")
        fault = _fault(column, text)
        if fault is not None:
            code, params = fault
            yield Problem(form.sheet, line.row, column.key, code, params)


def _fault(column: Column, text: str) -> tuple[str, dict[str, object]] | None:
    if not text:
        return ("setup.cell_empty", {}) if column.required else None
    if len(text) > column.longest:
        return "setup.cell_long", {"longest": column.longest}
    if column.choices is not None and chosen(column.choices, text) is None:
        return "setup.choice_unknown", {
            "value": text,
            "choices": ", ".join(f"{zh} {en}" for zh, en in column.choices.values()),
        }
    if column.pattern is not None and not re.fullmatch(column.pattern, text):
        return "setup.cell_form", {"value": text, "example": column.example}
    return None


def _read(column: Column, text: str) -> str:
    if column.choices is not None and text:
        return chosen(column.choices, text) or ""
    return text.lower() if column.names == "users" or column.key == "login" else text


# ------------------------------------------------------------------ what rows say about each other
def _new(form: Form, rows: Sequence[Line], made: Mapping[str, str], done: Plan) -> Iterator[Line]:
    """Yield rows of things that are not there yet; a thing of another name is a mistake."""
    for line in rows:
        there = made.get(line.values[form.key[0]])
        if there is None:
            yield line
        elif there == line.values["name"]:
            done.unchanged[form.sheet].append(line)
        else:
            done.problems.append(Problem(form.sheet, line.row, "name", "setup.other_name", {"name": there}))


def _resolve(form: Form, rows: Sequence[Line], names: Names, made: dict[str, str] | None, done: Plan) -> None:
    """Keep rows whose names are known, as long as that makes further names known."""
    waiting = list(rows)
    while ready := [line for line in waiting if not any(_unknown(form, line, names))]:
        for line in ready:
            if made is not None:
                made[line.values[form.key[0]]] = line.values["name"]
        done.good[form.sheet] += ready
        kept = {line.row for line in ready}
        waiting = [line for line in waiting if line.row not in kept]
    for line in waiting:
        done.problems += _unknown(form, line, names)


def _unknown(form: Form, line: Line, names: Names) -> Iterator[Problem]:
    for column in form.columns:
        text = line.values[column.key]
        if column.names is not None and text and text not in names[column.names]:
            yield Problem(form.sheet, line.row, column.key, f"setup.unknown_{column.names}", {"value": text})
    role = line.values.get("role")
    if role == Role.DEPARTMENT_HANDLER and not line.values["org_code"]:
        yield Problem(form.sheet, line.row, "org_code", "setup.org_needed")
    if role in ONE_AREA and not line.values["area_code"]:
        yield Problem(form.sheet, line.row, "area_code", "setup.area_needed")
