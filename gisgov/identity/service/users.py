"""Users and grants."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from gisgov.identity import rules
from gisgov.identity.model import Area, Grant, NewGrant, NewUser, Role, User
from gisgov.identity.service.areas import areas_by_ids
from gisgov.identity.store import sessions as session_store
from gisgov.identity.store import users as store
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict, Invalid, NotFound
from gisgov.kernel.events import emit

HASHER = PasswordHash.recommended()
# A password that we draw has 59 random bits and needs no slow hash; a district brings hundreds of them at once.
ONE_TIME_HASHER = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1_024, parallelism=1),))


def users(tx: Tx, text: str | None = None, after: str | None = None, limit: int = 50) -> list[User]:
    """Return the users in scope, ordered by login."""
    return store.users(tx, text, after, limit)


def account_ids(tx: Tx) -> frozenset[int]:
    """Return the ids of all users in scope."""
    return frozenset(store.account_ids(tx))


def user(tx: Tx, user_id: int) -> User:
    """Return one user in scope.

    Raises
    ------
    NotFound
        There is none, or none in scope; code ``user.unknown``.
    """
    found = store.user(tx, user_id)
    if found is None:
        raise NotFound("user.unknown", field="user")
    return found


def users_by_ids(tx: Tx, ids: Collection[int]) -> dict[int, User]:
    """Return users by id for things that are themselves in scope."""
    return {found.id: found for found in store.by_ids(tx, ids)}


def users_by_logins(tx: Tx, logins: Collection[str]) -> dict[str, User]:
    """Return users by login, as imports name them; unknown logins are left out."""
    return {found.login: found for found in store.by_logins(tx, logins)}


def create_user(tx: Tx, row: NewUser, password: str) -> User:
    """Add one user with a password.

    Raises
    ------
    Invalid
        The password is too weak.
    Conflict
        The login is taken; code ``user.login_taken``.
    """
    rules.check_password(row.login, password)
    new_id = create_users(tx, [row], password)[login_key(row.login)]
    return users_by_ids(tx, [new_id])[new_id]


def create_users(tx: Tx, rows: Sequence[NewUser], password: str) -> dict[str, int]:
    """Add many users who share one first password, hashed once; return login → id.

    Raises
    ------
    Conflict
        A login is taken; code ``user.login_taken``.
    """
    return _insert(tx, rows, [HASHER.hash(password)] * len(rows), must_change=False)


def create_users_once(tx: Tx, rows: Sequence[NewUser]) -> dict[str, tuple[int, str]]:
    """Add many users, each with a password of their own that has to be changed at the first sign-in.

    Returns
    -------
    dict
        Login → id and password; the only moment at which the passwords exist outside their holders.

    Raises
    ------
    Conflict
        A login is taken; code ``user.login_taken``.
    """
    passwords = [rules.readable_secret(secrets.choice) for _ in rows]
    ids = _insert(tx, rows, [ONE_TIME_HASHER.hash(password) for password in passwords], must_change=True)
    keys = [login_key(row.login) for row in rows]
    return {key: (ids[key], password) for key, password in zip(keys, passwords, strict=True)}


def create_first_administrator(tx: Tx, login: str, name: str, password: str) -> User:
    """Add the first administrator of an installation, on behalf of a use case that knows who asks.

    Raises
    ------
    Conflict
        There is, or ever was, an administrator; code ``user.administrator_exists``.
    Invalid
        The password is too weak.
    """
    store.lock_first_administrator(tx)
    if has_administrator(tx):
        raise Conflict("user.administrator_exists")
    made = create_user(tx, NewUser(login, name), password)
    grant(tx, NewGrant(made.id, Role.ADMIN))
    return made


def has_administrator(tx: Tx) -> bool:
    """Tell whether there is, or ever was, an administrator."""
    return store.role_holders(tx, Role.ADMIN) > 0


def count_users(tx: Tx) -> int:
    """Return how many active users there are in scope."""
    return store.count(tx)


def _insert(tx: Tx, rows: Sequence[NewUser], hashes: Sequence[str], *, must_change: bool) -> dict[str, int]:
    tx.may("user.write")
    shared = {"created_at": tx.now, "must_change_password": must_change}
    values: list[dict[str, object]] = [
        asdict(row) | shared | {"login": login_key(row.login), "password_hash": hashed}
        for row, hashed in zip(rows, hashes, strict=True)
    ]
    made = store.insert_users(tx, values)
    if len(made) < len(values):
        taken = {str(value["login"]) for value in values} - made.keys()
        raise Conflict(
            "user.login_taken", field="login", logins=", ".join(sorted(taken)[:10]) or rows[0].login
        )
    emit(tx, "user.created", subject=("user", min(made.values())), data={"count": len(made)})
    return made


def deactivate(tx: Tx, user_id: int) -> None:
    """Close an account: sessions end at once, what the person did stays."""
    tx.may("user.write")
    store.update_user(tx, user(tx, user_id).id, {"active": False})
    session_store.close_all(tx, user_id)
    emit(tx, "user.deactivated", subject=("user", user_id), user_ids=[user_id])


def set_password(tx: Tx, user_id: int, password: str) -> None:
    """Change a password: one's own, or anybody's in scope with ``user.write``; all sessions end.

    What somebody else chose has to be changed at the next sign-in.

    Raises
    ------
    Invalid
        The password is too weak, or the one that was to be changed.
    """
    own = user_id == tx.actor.user_id
    if not own:
        tx.may("user.write")
    found = user(tx, user_id)
    rules.check_password(found.login, password)
    if found.must_change_password and own:
        _refuse_same(tx, found.login, password)
    store.update_user(tx, user_id, {"password_hash": HASHER.hash(password), "must_change_password": not own})
    session_store.close_all(tx, user_id)
    emit(tx, "user.password_changed", subject=("user", user_id), user_ids=[user_id])


# ------------------------------------------------------------------ grants
def grants_of(tx: Tx, user_id: int) -> list[Grant]:
    """Return all grants, past ones too, of a user in scope."""
    return store.grants_of(tx, user_id)


def grant(tx: Tx, row: NewGrant) -> int:
    """Give a role by hand; returns the grant's id."""
    tx.may("grant.write")
    user(tx, row.user_id)
    (new_id,) = grant_many(tx, [row])
    seen = {"role": row.role, "area_id": row.area_id, "org_id": row.org_id}
    emit(tx, "grant.given", subject=("user", row.user_id), user_ids=[row.user_id], data=seen)
    return new_id


def grant_many(tx: Tx, rows: Sequence[NewGrant]) -> list[int]:
    """Give roles on behalf of a use case that has checked its own verb, such as staffing a cell.

    Returns
    -------
    list of int
        Grant ids in the order of the rows.
    """
    if not rows:
        return []
    named = areas_by_ids(tx, {row.area_id for row in rows if row.area_id is not None})
    return store.insert_grants(tx, [_values(row, named, tx.now) for row in rows])


def revoke(tx: Tx, grant_id: int) -> None:
    """End a grant now.

    Raises
    ------
    NotFound
        It does not run; code ``grant.unknown``.
    """
    tx.may("grant.write")
    if not store.end_grants(tx, grant_id=grant_id, until=tx.now):
        raise NotFound("grant.unknown", field="grant")
    emit(tx, "grant.ended", subject=("grant", grant_id))


def end_grants_of(tx: Tx, origin: str, until: datetime | None = None) -> list[int]:
    """End the grants that a use case gave under an origin, now or at a moment; returns their ids."""
    return store.end_grants(tx, origin=origin, until=until or tx.now)


def _refuse_same(tx: Tx, login: str, password: str) -> None:
    known = store.password_hash(tx, login)
    if known is not None and HASHER.verify(password, known):
        raise Invalid("user.password_same", field="password")


def login_key(login: str) -> str:
    """Return the form in which logins are stored and compared."""
    return login.strip().lower()


def _values(row: NewGrant, named: dict[int, Area], now: datetime) -> dict[str, object]:
    values = asdict(row) | {"since": row.since or now}
    if row.area_id is not None and row.no_lo is None:
        values["no_lo"], values["no_hi"] = rules.range_of(named[row.area_id].no, named[row.area_id].depth)
    return values
