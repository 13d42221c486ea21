"""Cells, and the people and organisations that answer for them."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.deps import OPEN_BOUNDARIES, TxDep, verb
from gisgov.grids import service as grids
from gisgov.grids.model import Cell, Person, Post, Responsible
from gisgov.grids.rules import BASIC_NETWORK
from gisgov.identity import service as identity
from gisgov.identity.model import AreaName
from gisgov.kernel.errors import NotFound

router = APIRouter(prefix="/api", tags=["grids"])


@dataclass(frozen=True)
class CellReply:
    """A cell with what lies above it; people and responsibilities are empty for whom it is no business."""

    cell: Cell
    ancestors: list[AreaName]
    people: tuple[Person, ...]
    responsible: list[Responsible]


@dataclass(frozen=True)
class Page:
    """A page of cells; `next` is the value of `after` that continues it."""

    items: list[Cell]
    next: str | None


class Posting(BaseModel):
    """A post in a cell."""

    login: str = Field(max_length=100)
    post: Post
    since: date | None = None


class DutyState(BaseModel):
    """On duty or off."""

    on_duty: bool


class Binding(BaseModel):
    """The organisation that answers for a function, and perhaps the person there."""

    org: str = Field(max_length=100)
    login: str | None = Field(default=None, max_length=100)
    since: date | None = None


@router.get("/cells", dependencies=[OPEN_BOUNDARIES])
def cells(
    tx: TxDep,
    network: str = BASIC_NETWORK,
    area: str | None = None,
    unstaffed: bool = False,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Page:
    """List active cells by code; with `unstaffed`, those of the caller's area that have no worker."""
    found = grids.cells(tx, network=network, area=area, unstaffed=unstaffed, after=after, limit=limit)
    return Page(found, found[-1].code if len(found) == limit else None)


@router.get("/cells/{code}", dependencies=[OPEN_BOUNDARIES])
def cell(tx: TxDep, code: str, network: str = BASIC_NETWORK) -> CellReply:
    """Return one active cell with its polygon."""
    found = grids.cell(tx, code, network)
    above = [area.named for area in identity.areas_of_no(tx, found.no)]
    if not (tx.actor.has("grid.read") and tx.scope.covers(found.no)):
        return CellReply(found, above, (), [])
    return CellReply(found, above, grids.people(tx, found.id), grids.responsible(tx, found.id))


@router.post("/cells/{code}/people", status_code=201, dependencies=[verb("grid.staff")])
def staff(tx: TxDep, code: str, body: Posting, network: str = BASIC_NETWORK) -> CellReply:
    """Give somebody a post in a cell."""
    grids.staff(tx, grids.cell(tx, code, network).id, _user(tx, body.login), body.post, body.since)
    return cell(tx, code, network)


@router.delete("/cells/{code}/people/{login}/{post}", dependencies=[verb("grid.staff")])
def unstaff(tx: TxDep, code: str, login: str, post: Post, network: str = BASIC_NETWORK) -> CellReply:
    """End somebody's post in a cell today."""
    grids.unstaff(tx, grids.cell(tx, code, network).id, _user(tx, login), post)
    return cell(tx, code, network)


@router.put("/cells/{code}/functions/{function}", dependencies=[verb("grid.staff")])
def bind(tx: TxDep, code: str, function: str, body: Binding, network: str = BASIC_NETWORK) -> CellReply:
    """Make an organisation answer for a function in a cell, in place of whoever did."""
    org = identity.orgs_by_codes(tx, [body.org]).get(body.org)
    if org is None:
        raise NotFound("org.unknown", field="org")
    user_id = _user(tx, body.login) if body.login else None
    grids.bind_many(tx, [(grids.cell(tx, code, network).id, function, org.id, user_id)], body.since)
    return cell(tx, code, network)


@router.put("/duty", dependencies=[verb("duty.set")])
def duty(tx: TxDep, body: DutyState) -> DutyState:
    """Go on duty or off, for oneself."""
    if tx.actor.user_id is not None:
        grids.set_duty(tx, [tx.actor.user_id], on_duty=body.on_duty)
    return body


def _user(tx: TxDep, login: str) -> int:
    found = identity.users_by_logins(tx, [login]).get(login)
    if found is None:
        raise NotFound("user.unknown", field="login")
    return found.id
