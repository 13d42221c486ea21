"""Signing in and out: a cookie for the console, a bearer token for programs."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.deps import SESSION_COOKIE, TxDep, client_address, public, session_token
from api.errors import STATUS, problem
from gisgov.grids import service as grids
from gisgov.identity import rules
from gisgov.identity import service as identity
from gisgov.identity.model import AreaName, Refused, SessionKind, Workplace
from gisgov.kernel import configuration
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import GisgovError, NotSignedIn, TooMany

router = APIRouter(prefix="/api/session", tags=["session"])

REFUSALS: dict[str, type[GisgovError]] = {
    "session.wrong_password": NotSignedIn,
    "session.throttled": TooMany,
}


class SignIn(BaseModel):
    """A login and its password."""

    login: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=1000)


@dataclass(frozen=True)
class Me:
    """The signed-in person; `bounds` is west, south, east, north of what they look after, WGS84.

    While `must_change_password` is set, everything but ``PUT /api/users/{id}/password`` is refused.
    """

    id: int
    name: str
    login: str
    roles: tuple[str, ...]
    verbs: tuple[str, ...]
    org: str | None
    areas: tuple[AreaName, ...]
    must_change_password: bool
    bounds: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class SessionReply:
    """An open session; `token` only for bearer sessions and only once, `csrf` for the cookie's."""

    user: Me
    csrf: str | None
    token: str | None
    expires_at: datetime
    demo: bool
    now: datetime


@router.post("", dependencies=[public("one signs in before one is known")], response_model=SessionReply)
def sign_in(
    body: SignIn, request: Request, response: Response, tx: TxDep, kind: SessionKind = SessionKind.WEB
) -> SessionReply | JSONResponse:
    """Open a session. The console gets a cookie; programs get a token once, with `kind=bearer`."""
    signed = identity.sign_in(tx, body.login, body.password, client_address(request), kind)
    if isinstance(signed, Refused):
        # answered and not raised: the failed attempt has to be committed to be counted
        params: dict[str, object] = {} if signed.retry_s is None else {"retry_s": signed.retry_s}
        return problem(request, STATUS[REFUSALS[signed.code]], signed.code, field="password", params=params)
    mine = tx.acting_as(identity.actor_of(tx, signed.user.id))
    if kind is SessionKind.BEARER:
        return _reply(mine, None, signed.token, signed.expires_at)
    _set_cookie(response, signed.token, secure=tx.settings.secure_cookies)
    return _reply(mine, signed.csrf, None, signed.expires_at)


@router.get("", dependencies=[public("tells whether one is signed in")])
def current(request: Request, tx: TxDep) -> SessionReply:
    """Return the caller's session."""
    token = session_token(request)
    session = identity.session_of(tx, token) if token else None
    if session is None:
        raise NotSignedIn("session.required")
    csrf = session.csrf if session.kind is SessionKind.WEB else None
    return _reply(tx, csrf, None, session.expires_at)


@router.delete("", status_code=204, dependencies=[public("a session that has ended may be closed again")])
def sign_out(request: Request, response: Response, tx: TxDep) -> None:
    """Close the caller's session."""
    token = session_token(request)
    if token:
        identity.sign_out(tx, token)
    response.delete_cookie(SESSION_COOKIE, path="/")


def _set_cookie(response: Response, token: str, *, secure: bool) -> None:
    longest = rules.lifetime_of(SessionKind.WEB, web_hours=0).longest
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(longest.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
    )
    response.headers["Cache-Control"] = "no-store"


def _reply(tx: Tx, csrf: str | None, token: str | None, expires_at: datetime) -> SessionReply:
    demo = configuration.synthetic(tx)
    return SessionReply(_me(tx, identity.workplace(tx)), csrf, token, expires_at, demo, tx.now)


def _me(tx: Tx, found: Workplace) -> Me:
    areas = tuple(area.named for area in found.areas)
    bounds = grids.bounds(tx)
    who = (found.id, found.name, found.login, found.roles, found.verbs, found.org)
    return Me(*who, areas, found.must_change_password, bounds)
