"""Who is calling, in which transaction, and what a route requires of them."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool

from gisgov.identity import service as identity
from gisgov.kernel.actor import NOBODY, Actor
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.errors import NotAllowed

SESSION_COOKIE = "gisgov_session"
CSRF_HEADER = "x-csrf-token"
SIGN_IN = ("POST", "/api/session")
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def database_of(request: Request) -> Database:
    """Return the pool of this application."""
    database: Database = request.app.state.database
    return database


def session_token(request: Request) -> str | None:
    """Return the caller's token: a bearer's, else the cookie's."""
    return _bearer(request) or request.cookies.get(SESSION_COOKIE)


async def open_tx(request: Request) -> AsyncIterator[Tx]:
    """Open the request's one transaction on behalf of the caller; it commits before the reply is sent.

    Waiting for a connection happens here and not in a thread: threads that wait for connections held by
    requests that wait for threads would wait for ever.
    """
    async with request.app.state.admission, contextmanager_in_threadpool(_callers_tx(request)) as tx:
        yield tx


@contextmanager
def _callers_tx(request: Request) -> Iterator[Tx]:
    with database_of(request).transaction(NOBODY) as tx:
        yield tx.acting_as(caller(request, tx))


def caller(request: Request, tx: Tx) -> Actor:
    """Return who is calling; nobody when there is no session or none that still holds.

    Raises
    ------
    NotAllowed
        A cookie's write came without the page's token, so another site may have sent it; code
        ``session.csrf``. Signing in needs none: its page has no session yet, or an old one. Or the password
        has to be changed first; code ``session.password_change``.
    """
    token = session_token(request)
    session = identity.session_of(tx, token) if token else None
    if session is None:
        return NOBODY
    writes = request.method not in READING and (request.method, request.url.path) != SIGN_IN
    if writes and _bearer(request) is None and not _has_csrf(request, session.csrf):
        raise NotAllowed("session.csrf", field="X-CSRF-Token")
    if session.must_change_password and request.url.path not in _before_password(session.user_id):
        raise NotAllowed("session.password_change", field="password")
    return identity.actor_of(tx, session.user_id)


def _before_password(user_id: int) -> tuple[str, ...]:
    """Return the paths that stay open to somebody whose password was chosen by somebody else."""
    return "/api/session", "/api/setup", f"/api/users/{user_id}/password"


def _has_csrf(request: Request, csrf: str) -> bool:
    return secrets.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), csrf.encode())


# FastAPI ends a dependency after the reply unless its scope is the function: then a failed commit
# would already have been reported as success.
TxDep = Annotated[Tx, Depends(open_tx, scope="function")]


@dataclass(frozen=True)
class Permission:
    """What a route declares about its callers; a test walks all routes and finds one on each."""

    verb: str

    def __call__(self, tx: TxDep) -> None:
        """Refuse callers without the verb."""
        tx.may(self.verb)


@dataclass(frozen=True)
class Open:
    """A route for everybody, with the reason."""

    why: str

    def __call__(self) -> None:
        """Let everybody in."""


def verb(name: str) -> Any:
    """Declare that a route's callers must be allowed a verb of `gisgov.identity.rules.GRANTS`."""
    return Depends(Permission(name), scope="function")


def public(why: str) -> Any:
    """Declare that a route is open to everybody, and why."""
    return Depends(Open(why))


OPEN_BOUNDARIES = public("boundaries, codes and names are public by default")


def client_address(request: Request) -> str:
    """Return the network address of the caller; counted, never kept beside what an anonymous caller says."""
    return request.client.host if request.client else "unknown"


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None
