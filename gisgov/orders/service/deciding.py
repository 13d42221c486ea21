"""Gathering what a decision needs: the place, the people there, how much they hold."""

from typing import Any

from gisgov.grids import service as grids
from gisgov.grids.model import Cell, Location, Person, Responsible
from gisgov.identity import service as identity
from gisgov.identity.model import Org, User
from gisgov.identity.rules import mask_mobile
from gisgov.kernel.db import Tx
from gisgov.orders.model import Candidate
from gisgov.orders.rules import routing
from gisgov.orders.store import reading


def candidates(tx: Tx, cell_id: int, people: tuple[Person, ...], function: str) -> list[Candidate]:
    """Everybody who could answer for a cell: its staff, and the department of the function."""
    duties = grids.responsible(tx, cell_id, function)
    ids = {person.user_id for person in people} | {
        duty.user_id for duty in duties if duty.user_id is not None
    }
    users = identity.users_by_ids(tx, ids)
    orgs = identity.orgs_by_ids(tx, {duty.org_id for duty in duties}) if duties else {}
    loads = reading.loads(tx, ids)
    staff = [_staff(person, users[person.user_id], loads) for person in people]
    return staff + [_department(duty, users, orgs[duty.org_id], loads) for duty in duties]


def _staff(person: Person, user: User, loads: dict[int, int]) -> Candidate:
    return Candidate(
        post=person.post,
        user_id=person.user_id,
        org_id=user.org_id,
        name=person.name,
        org=person.org or "",
        phone_masked=person.mobile or "",
        on_duty=person.on_duty,
        load=loads.get(person.user_id, 0),
    )


def _department(duty: Responsible, users: dict[int, User], org: Org, loads: dict[int, int]) -> Candidate:
    user = users.get(duty.user_id) if duty.user_id is not None else None
    return Candidate(
        post=routing.DEPARTMENT,
        user_id=user.id if user else None,
        org_id=org.id,
        name=user.name if user else org.name,
        org=org.name,
        phone_masked=mask_mobile(user.mobile or "") if user else "",
        on_duty=True,
        load=loads.get(user.id, 0) if user else 0,
    )


def at_place(tx: Tx, location: Location | None, function: str) -> list[Candidate]:
    """Candidates of a located point; none without a cell."""
    if location is None or location.cell is None:
        return []
    return candidates(tx, location.cell.id, location.people, function)


def person(tx: Tx, user_id: int) -> Candidate | None:
    """Somebody named by a dispatcher; None when he cannot handle orders."""
    user = identity.users_by_ids(tx, [user_id]).get(user_id)
    if user is None or not user.active or not identity.actor_of(tx, user_id).has("order.act"):
        return None
    return Candidate(
        post="person",
        user_id=user.id,
        org_id=user.org_id,
        name=user.name,
        org=user.org_name or "",
        phone_masked=mask_mobile(user.mobile or ""),
        on_duty=user_id in grids.on_duty(tx, [user_id]),
        load=reading.loads(tx, [user_id]).get(user_id, 0),
        reason_code="chosen",
    )


def organisation(tx: Tx, org_id: int) -> Candidate | None:
    """An organisation named by a dispatcher."""
    org = identity.orgs_by_ids(tx, [org_id]).get(org_id)
    if org is None:
        return None
    return Candidate(routing.DEPARTMENT, None, org.id, org.name, org.name, "", True, 0, True, "chosen")


def place_columns(location: Location | None, root_no: int) -> dict[str, Any]:
    """What an order keeps of its place."""
    if location is None:
        return {"location_status": "none", "near_border": False, "area_no": root_no, "place": ""}
    cell = location.cell
    return {
        "location_status": location.status,
        "near_border": location.near_border,
        "border_m": location.border_m,
        "runner_up": location.runner_up.code if location.runner_up else None,
        "cell_id": cell.id if cell else None,
        "cell_version_id": cell.version_id if cell else None,
        "cell_code": cell.code if cell else None,
        "cell_name": cell.name if cell else None,
        "place": place_words(location),
        "release_id": location.release.id if location.release else None,
        "area_no": location.area_no,
        "hex": location.hex,
    }


def place_words(location: Location) -> str:
    """The place in words: 洪家楼街道 · 花园社区 第3网格; the root is left out."""
    if location.cell is None:
        return ""
    return _words([area.name for area in location.ancestors[1:]], location.cell.name)


def _words(areas: list[str], cell: str) -> str:
    *upper, last = areas or [""]
    return " · ".join([*upper, f"{last} {cell}".strip()])


def cell_columns(tx: Tx, cell: Cell) -> dict[str, Any]:
    """What an order that lay in no cell keeps of the one a dispatcher chose for it."""
    names = [area.name for area in identity.areas_of_no(tx, cell.no)[1:]]
    return {
        "cell_id": cell.id,
        "cell_version_id": cell.version_id,
        "cell_code": cell.code,
        "cell_name": cell.name,
        "place": _words(names, cell.name),
        "area_no": cell.no,
    }
