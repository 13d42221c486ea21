"""Loading organisations, accounts, staffing and duties."""

from __future__ import annotations

import numpy as np

from gisgov.demo.accounts import DEPARTMENTS, OFFICE, PASSWORD
from gisgov.demo.model import City
from gisgov.grids import service as grids
from gisgov.grids.model import Post, StaffRow
from gisgov.grids.rules import BASIC_TREE
from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewOrg, NewUser, Role
from gisgov.kernel.db import Tx


def load_organisations(tx: Tx, city: City) -> None:
    """Make the district, its centre, the departments and a street office for each street."""
    streets = identity.areas_by_codes(tx, BASIC_TREE, [street.code for street in city.grid.streets])
    identity.create_orgs(
        tx,
        [
            NewOrg("district", "历城区人民政府", "government"),
            NewOrg("centre", "区网格化服务管理中心", "centre", "district"),
            *(NewOrg(d.code, d.name, "department", "district") for d in DEPARTMENTS),
            *(
                NewOrg(street.code, f"{street.name}办事处", "street", "district", streets[street.code].id)
                for street in city.grid.streets
            ),
        ],
    )


def load_staff(tx: Tx, city: City) -> None:
    """Make the accounts, give roles and posts, bind departments to cells, set who is on duty."""
    staff = city.staff
    orgs = {code: org.id for code, org in identity.orgs_by_codes(tx, {*staff.org_codes}).items()}
    ids = identity.create_users(
        tx,
        [
            NewUser(login, name, orgs[org], post, mobile)
            for login, name, org, post, mobile in zip(
                staff.logins, staff.names, staff.org_codes, staff.posts, staff.mobiles, strict=True
            )
        ],
        PASSWORD,
    )
    identity.grant_many(tx, _grants(tx, city, ids, orgs))
    cell_ids = grids.cell_ids(tx, list(city.grid.codes))
    cells = [cell_ids[code] for code in city.grid.codes]
    people = [ids[login] for login in staff.logins]
    posts = (
        (Post.WORKER, staff.worker_of),
        (Post.SUBSTITUTE, staff.substitute_of),
        (Post.LEADER, staff.leader_of),
    )
    rows = [
        StaffRow(cell, people[person], post)
        for post, who in posts
        for cell, person in zip(cells, who.tolist(), strict=True)
        if person >= 0
    ]
    grids.staff_many(tx, rows)
    grids.bind_many(tx, [(cell, d.function, orgs[d.code], None) for d in DEPARTMENTS for cell in cells])
    grids.set_duty(tx, [people[i] for i in np.flatnonzero(staff.on_duty)], on_duty=True)


def _grants(tx: Tx, city: City, ids: dict[str, int], orgs: dict[str, int]) -> list[NewGrant]:
    root = identity.area_by_code(tx, city.grid.streets[0].parent_code, BASIC_TREE).id
    streets = identity.areas_by_codes(tx, BASIC_TREE, [street.code for street in city.grid.streets])
    grants = [
        NewGrant(ids[login], Role(role), area_id=None if role == Role.ADMIN else root)
        for login, _, _, role in OFFICE
    ]
    grants += [NewGrant(ids[d.login], Role.DEPARTMENT_HANDLER, org_id=orgs[d.code]) for d in DEPARTMENTS]
    for login, org in zip(city.staff.logins, city.staff.org_codes, strict=True):
        if login.startswith("street"):
            grants.append(NewGrant(ids[login], Role.STREET_LEADER, area_id=streets[org].id))
    return grants
