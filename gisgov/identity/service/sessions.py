"""Signing in and out, and who is calling."""

import hashlib
import secrets
from functools import cache

from gisgov.identity import rules
from gisgov.identity.model import Grant, Refused, Session, SessionKind, SignedIn, Workplace
from gisgov.identity.service.areas import areas_by_ids, areas_of_no
from gisgov.identity.service.users import HASHER, login_key, users_by_ids, users_by_logins
from gisgov.identity.store import orgs as org_store
from gisgov.identity.store import sessions as store
from gisgov.identity.store import users as user_store
from gisgov.kernel.actor import Actor
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import NotSignedIn
from gisgov.kernel.events import emit
from gisgov.kernel.scope import EVERYTHING, Scope

TOKEN_BYTES = 32


def sign_in(tx: Tx, login: str, password: str, client: str, kind: SessionKind) -> SignedIn | Refused:
    """Open a session for a login and password.

    Parameters
    ----------
    client : str
        Network address of the caller; its failures are counted beside those of the login.

    Returns
    -------
    SignedIn or Refused
        A refusal is returned and not raised, because the failed attempt must be committed.
    """
    login = login_key(login)
    store.lock_attempts(tx, login)
    keys = {f"login:{login}": rules.LOGIN_THROTTLE, f"client:{client}": rules.CLIENT_THROTTLE}
    waits = [_wait_s(tx, key, throttle) for key, throttle in keys.items()]
    if any(waits):
        return Refused("session.throttled", max(wait for wait in waits if wait))
    known = user_store.password_hash(tx, login)
    if not _is_right(password, known):
        store.add_failures(tx, keys)
        _emit_refusal(tx, login, client)
        return Refused("session.wrong_password")
    store.forget_failures(tx, f"login:{login}")
    return _open(tx, login, client, kind)


def sign_out(tx: Tx, token: str) -> None:
    """Close a session; closing one that has ended already is no error."""
    user_id = store.close(tx, _hash(token))
    if user_id is not None:
        emit(tx, "session.closed", subject=("user", user_id), user_ids=[user_id])


def session_of(tx: Tx, token: str) -> Session | None:
    """Return the open session of a token, or None when it is unknown or has ended.

    A session in use is renewed when half of its idle time is gone.
    """
    row = store.find(tx, _hash(token))
    if row is None or not row.active or row.expires_at <= tx.now:
        return None
    kind = SessionKind(row.kind)
    lifetime = rules.lifetime_of(kind, tx.settings.session_hours)
    later = rules.renewed(lifetime, row.created_at, row.expires_at, tx.now)
    if later is not None:
        store.extend(tx, row.token_hash, later)
    return Session(row.user_id, kind, row.csrf, later or row.expires_at, row.must_change_password)


def actor_of(tx: Tx, user_id: int) -> Actor:
    """Return a user as the one who acts: roles, verbs and scope of this moment.

    Raises
    ------
    NotSignedIn
        There is no such active user; code ``session.required``.
    """
    user = users_by_ids(tx, [user_id]).get(user_id)
    if user is None or not user.active:
        raise NotSignedIn("session.required")
    held = user_store.grants_held(tx, user_id)
    roles = {grant.role for grant in held}
    own = [grant.org_id or user.org_id for grant in held if grant.role in rules.ORG_ROLES]
    org_ids = org_store.branches(tx, {found for found in own if found is not None})
    scope = Scope(rules.merge_ranges(_ranges(held)), org_ids, user_id)
    return Actor(user_id, user.name, frozenset(roles), rules.verbs_of(roles), scope, org_ids)


def workplace(tx: Tx) -> Workplace:
    """Return what the console shows of the caller: roles, verbs, organisation and areas."""
    if tx.actor.user_id is None:
        raise NotSignedIn("session.required")
    me = users_by_ids(tx, [tx.actor.user_id])[tx.actor.user_id]
    held = user_store.grants_held(tx, me.id)
    named = areas_by_ids(tx, {grant.area_id for grant in held if grant.area_id is not None})
    # who looks after single cells works in the areas these belong to
    of_cells = [areas_of_no(tx, grant.no_lo)[-1:] for grant in held if grant.area_id is None and grant.no_lo]
    named |= {area.id: area for found in of_cells for area in found}
    areas = tuple(sorted(named.values(), key=lambda area: area.no))
    return Workplace(
        me.id,
        me.name,
        me.login,
        tuple(sorted(tx.actor.roles)),
        tuple(sorted(tx.actor.verbs)),
        me.org_name,
        areas,
        me.must_change_password,
    )


def sweep(tx: Tx) -> None:
    """Delete ended sessions and failures that no longer count; a job."""
    store.sweep(tx, tx.now - max(rules.LOGIN_THROTTLE.window, rules.CLIENT_THROTTLE.window))


def _is_right(password: str, known: str | None) -> bool:
    right = HASHER.verify(password, known or _nobodys_hash())
    if known is not None and HASHER.current_hasher.check_needs_rehash(known):
        HASHER.verify(password, _nobodys_hash())  # a one-time password is found quickly, and that tells, too
    return right and known is not None


@cache
def _nobodys_hash() -> str:
    """Return what is verified when a login is unknown: the time of the answer must not tell which exist."""
    return HASHER.hash(secrets.token_urlsafe())


def _hash(token: str) -> bytes:
    # the token has 256 random bits, so a plain digest is enough: nothing can be guessed
    return hashlib.sha256(token.encode()).digest()


def _wait_s(tx: Tx, key: str, throttle: rules.Throttle) -> int | None:
    return rules.retry_after_s(throttle, store.failures(tx, key, tx.now - throttle.window), tx.now)


def _emit_refusal(tx: Tx, login: str, client: str) -> None:
    # what was typed as an unknown login may be a password, so it is not kept
    known = users_by_logins(tx, [login]).get(login)
    subject = ("user", known.id if known else None)
    emit(
        tx, "session.refused", subject=subject, user_ids=[known.id] if known else [], data={"client": client}
    )


def _open(tx: Tx, login: str, client: str, kind: SessionKind) -> SignedIn:
    user = users_by_logins(tx, [login])[login]
    token, csrf = secrets.token_urlsafe(TOKEN_BYTES), secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = tx.now + rules.lifetime_of(kind, tx.settings.session_hours).idle
    store.insert_session(
        tx,
        {
            "token_hash": _hash(token),
            "user_id": user.id,
            "kind": kind.value,
            "csrf": csrf,
            "created_at": tx.now,
            "expires_at": expires_at,
        },
    )
    data = {"client": client, "kind": kind.value}
    emit(tx, "session.opened", subject=("user", user.id), user_ids=[user.id], data=data)
    return SignedIn(user, token, csrf, kind, expires_at)


def _ranges(held: list[Grant]) -> list[tuple[int, int]]:
    ranges = [
        (grant.no_lo, grant.no_hi) for grant in held if grant.no_lo is not None and grant.no_hi is not None
    ]
    if any(_unbounded(grant) for grant in held):
        ranges += EVERYTHING.ranges
    return ranges


def _unbounded(grant: Grant) -> bool:
    bounds = (grant.area_id, grant.no_lo, grant.org_id)
    return grant.role in rules.EVERYWHERE_ROLES and bounds == (None, None, None)
