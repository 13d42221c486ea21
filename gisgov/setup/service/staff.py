"""Organisations, people, staffing and functions from one workbook."""

from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO

from gisgov.grids import service as grids
from gisgov.grids.model import Post, StaffRow
from gisgov.grids.rules import BASIC_TREE
from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewOrg, NewUser, Role
from gisgov.intake import service as intake
from gisgov.kernel.db import Tx
from gisgov.kernel.events import emit
from gisgov.setup import rules
from gisgov.setup.forms import KINDS
from gisgov.setup.model import Account, Known, Line, Plan, Sheet, StaffReport
from gisgov.setup.workbook import Offered, read, template

Row = Mapping[str, str]


def staff_template(tx: Tx) -> bytes:
    """Return the workbook to be filled in; its drop-downs offer the areas, cells and functions of this moment."""
    tx.may("setup.write")
    areas = {area.id: area.code for area in identity.areas(tx, tree=BASIC_TREE)}
    orgs = identity.orgs(tx)
    codes = {org.id: org.code for org in orgs}
    standing = [
        {
            "code": org.code,
            "name": org.name,
            "kind": " ".join(KINDS.get(org.kind, KINDS["other"])),
            "parent_code": codes.get(org.parent_id or 0, ""),
            "area_code": areas.get(org.area_id or 0, ""),
        }
        for org in orgs
    ]
    return template(Offered(list(areas.values()), grids.cell_codes(tx), sorted(_functions(tx)), standing))


def load_staff(tx: Tx, file: BinaryIO, *, dry_run: bool) -> StaffReport:
    """Check a workbook row by row and, unless it is a dry run, keep every good row.

    New users get a password of their own that is told here once and has to be changed at the first sign-in.

    Raises
    ------
    Invalid
        The file as a whole cannot be used; see `gisgov.setup.workbook.read`.
    """
    tx.may("setup.write")
    lines = read(file)
    plan = rules.plan(lines, _known(tx, lines))
    accounts = () if dry_run else _keep(tx, plan)
    return StaffReport(dry_run, rules.tallies(lines, plan), tuple(plan.problems), accounts)


def _functions(tx: Tx) -> frozenset[str]:
    return frozenset(category.function for category in intake.categories(tx))


def _known(tx: Tx, lines: Sequence[Line]) -> Known:
    logins = {line.values.get("login", "").lower() for line in lines}
    return Known(
        orgs={org.code: org.name for org in identity.orgs(tx)},
        users={login: user.name for login, user in identity.users_by_logins(tx, logins).items()},
        areas=frozenset(area.code for area in identity.areas(tx, tree=BASIC_TREE)),
        cells=frozenset(grids.cell_codes(tx)),
        functions=_functions(tx),
    )


# ------------------------------------------------------------------ keeping
def _keep(tx: Tx, plan: Plan) -> tuple[Account, ...]:
    good = {sheet: [line.values for line in lines] for sheet, lines in plan.good.items()}
    areas = {area.code: area.id for area in identity.areas(tx, tree=BASIC_TREE)}
    if good[Sheet.ORGS]:
        identity.create_orgs(tx, [_org(row, areas) for row in good[Sheet.ORGS]])
    orgs = {org.code: org.id for org in identity.orgs(tx)}
    accounts = _keep_users(tx, good[Sheet.USERS], areas, orgs) if good[Sheet.USERS] else ()
    _keep_posts(tx, good[Sheet.STAFFING])
    _keep_functions(tx, good[Sheet.FUNCTIONS], orgs)
    counts = {sheet.value: len(rows) for sheet, rows in good.items()}
    emit(tx, "setup.staff_loaded", subject=("setup", None), data=counts)
    return accounts


def _org(row: Row, areas: Mapping[str, int]) -> NewOrg:
    return NewOrg(
        row["code"], row["name"], row["kind"], row["parent_code"] or None, areas.get(row["area_code"])
    )


def _keep_users(
    tx: Tx, rows: Sequence[Row], areas: Mapping[str, int], orgs: Mapping[str, int]
) -> tuple[Account, ...]:
    made = identity.create_users_once(
        tx,
        [
            NewUser(
                row["login"],
                row["name"],
                orgs.get(row["org_code"]),
                row["post"] or None,
                row["mobile"] or None,
            )
            for row in rows
        ],
    )
    root = next((area.id for area in identity.areas(tx, tree=BASIC_TREE, depth=1)), None)
    identity.grant_many(tx, [_grant(row, made[row["login"]][0], areas, orgs, root) for row in rows])
    awake = [made[row["login"]][0] for row in rows if row["on_duty"] == "yes"]
    if awake:
        grids.set_duty(tx, awake, on_duty=True)
    return tuple(Account(row["login"], row["name"], row["org_code"], made[row["login"]][1]) for row in rows)


def _grant(
    row: Row, user_id: int, areas: Mapping[str, int], orgs: Mapping[str, int], root: int | None
) -> NewGrant:
    role = Role(row["role"])
    area, org = rules.reach(role, areas.get(row["area_code"]), orgs.get(row["org_code"]), root)
    return NewGrant(user_id, role, area_id=area, org_id=org)


def _keep_posts(tx: Tx, rows: Sequence[Row]) -> None:
    cells = grids.cell_ids(tx, _column(rows, "cell"))
    users = identity.users_by_logins(tx, _column(rows, "login"))
    posts = [StaffRow(cells[row["cell"]], users[row["login"]].id, Post(row["post"])) for row in rows]
    grids.staff_many(tx, posts)


def _keep_functions(tx: Tx, rows: Sequence[Row], orgs: Mapping[str, int]) -> None:
    """Let organisations answer for functions; a row without a cell means every one that no other row names."""
    named = {(row["function"], row["cell"]) for row in rows}
    everywhere = grids.cell_codes(tx) if any(not row["cell"] for row in rows) else []
    bound = [
        (code, row)
        for row in rows
        for code in ([row["cell"]] if row["cell"] else everywhere)
        if row["cell"] or (row["function"], code) not in named
    ]
    cells = grids.cell_ids(tx, sorted({code for code, _ in bound}))
    grids.bind_many(tx, [(cells[code], row["function"], orgs[row["org_code"]], None) for code, row in bound])


def _column(rows: Iterable[Row], key: str) -> list[str]:
    return sorted({row[key] for row in rows})
