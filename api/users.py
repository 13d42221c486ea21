"""Users, organisations and grants, for administrators."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from api.deps import TxDep, verb
from gisgov.identity import rules
from gisgov.identity import service as identity
from gisgov.identity.model import Grant, NewGrant, NewOrg, NewUser, Org, Role, User
from gisgov.kernel import events
from gisgov.kernel.db import Tx

router = APIRouter(prefix="/api", tags=["users"])


class UserBody(BaseModel):
    """A new account."""

    login: str = Field(min_length=2, max_length=60, pattern=r"^[\w.@-]+$")
    name: str = Field(min_length=1, max_length=60)
    password: str = Field(max_length=1000)
    org_id: int | None = None
    post: str | None = Field(default=None, max_length=60)
    mobile: str | None = Field(default=None, max_length=30)


class PasswordBody(BaseModel):
    """A new password."""

    password: str = Field(max_length=1000)


class OrgBody(BaseModel):
    """A new organisation."""

    code: str = Field(min_length=1, max_length=60)
    name: str = Field(min_length=1, max_length=120)
    kind: str = Field(min_length=1, max_length=60)
    parent_code: str | None = None
    area_id: int | None = None


class GrantBody(BaseModel):
    """A role for a user, over an area or an organisation, with dates."""

    role: Role
    area_id: int | None = None
    org_id: int | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


@router.get("/users", dependencies=[verb("user.read")])
def users(
    tx: TxDep, q: str | None = None, after: str | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> dict[str, list[User]]:
    """Return the users in scope by login; telephone numbers are masked for those who may not change them."""
    return {"items": [_masked(tx, user) for user in identity.users(tx, q, after, limit)]}


@router.post("/users", status_code=201, dependencies=[verb("user.write")])
def create_user(body: UserBody, tx: TxDep) -> User:
    """Add a user with a first password."""
    row = NewUser(body.login, body.name, body.org_id, body.post, body.mobile)
    return identity.create_user(tx, row, body.password)


@router.delete("/users/{user_id}", status_code=204, dependencies=[verb("user.write")])
def deactivate(user_id: int, tx: TxDep) -> None:
    """Close an account."""
    identity.deactivate(tx, user_id)


@router.put("/users/{user_id}/password", status_code=204, dependencies=[verb("user.read")])
def set_password(user_id: int, body: PasswordBody, tx: TxDep) -> None:
    """Change one's own password, or anybody's in scope as an administrator."""
    identity.set_password(tx, user_id, body.password)


@router.get("/users/{user_id}/grants", dependencies=[verb("user.read")])
def grants(user_id: int, tx: TxDep) -> dict[str, list[Grant]]:
    """Return the grants of a user in scope, past ones too."""
    return {"items": identity.grants_of(tx, user_id)}


@router.post("/users/{user_id}/grants", status_code=201, dependencies=[verb("grant.write")])
def grant(user_id: int, body: GrantBody, tx: TxDep) -> dict[str, int]:
    """Give a role."""
    row = NewGrant(user_id, body.role, body.area_id, body.org_id, since=body.since, until=body.until)
    return {"id": identity.grant(tx, row)}


@router.delete("/grants/{grant_id}", status_code=204, dependencies=[verb("grant.write")])
def revoke(grant_id: int, tx: TxDep) -> None:
    """End a grant now."""
    identity.revoke(tx, grant_id)


@router.get("/orgs", dependencies=[verb("org.read")])
def orgs(tx: TxDep) -> dict[str, list[Org]]:
    """Return the organisations in scope."""
    return {"items": identity.orgs(tx)}


@router.post("/orgs", status_code=201, dependencies=[verb("org.write")])
def create_org(body: OrgBody, tx: TxDep) -> Org:
    """Add an organisation."""
    return identity.create_org(tx, NewOrg(**body.model_dump()))


@router.get("/roles", dependencies=[verb("user.read")])
def roles() -> dict[str, list[dict[str, object]]]:
    """Return every role with its titles and what it allows."""
    items: list[dict[str, object]] = [
        {"role": role, "title_zh": zh, "title_en": en, "verbs": sorted(rules.GRANTS[role])}
        for role, (zh, en) in rules.ROLE_TITLES.items()
    ]
    return {"items": items}


@dataclass(frozen=True)
class Happened:
    """One line of the audit log."""

    id: int
    at: datetime
    kind: str
    subject_kind: str
    subject_id: int | None
    actor_id: int | None
    actor_login: str | None
    data: dict[str, Any]


@router.get("/audit", dependencies=[verb("audit.read")])
def audit(
    tx: TxDep,
    kind: str | None = None,
    actor_id: int | None = None,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, list[Happened]]:
    """Return what was done and by whom, newest first; `kind=session.` for sign-ins, `registry.unmasked` for looks."""
    found = events.log(tx, identity.account_ids(tx), kind, actor_id, before, limit)
    who = identity.users_by_ids(tx, {event.actor_id for event in found if event.actor_id is not None})
    return {"items": [_happened(event, who) for event in found]}


def _happened(event: events.Event, who: dict[int, User]) -> Happened:
    login = who[event.actor_id].login if event.actor_id is not None else None
    subject = (event.subject_kind, event.subject_id)
    return Happened(event.id, event.at, event.kind, *subject, event.actor_id, login, event.data)


def _masked(tx: Tx, user: User) -> User:
    if user.mobile is None or tx.actor.has("user.write") or user.id == tx.actor.user_id:
        return user
    return replace(user, mobile=rules.mask_mobile(user.mobile))
