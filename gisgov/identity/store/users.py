"""Users and what is granted to them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from gisgov.identity.model import Grant, Role, User
from gisgov.identity.tables import app_user, org, user_grant
from gisgov.kernel.db import Tx
from gisgov.kernel.scope import EVERYTHING, Scope

_USER = (
    app_user.c.id,
    app_user.c.login,
    app_user.c.name,
    app_user.c.org_id,
    org.c.name.label("org_name"),
    app_user.c.post,
    app_user.c.mobile,
    app_user.c.active,
    app_user.c.created_at,
    app_user.c.must_change_password,
)
_GRANT = (
    user_grant.c.id,
    user_grant.c.user_id,
    user_grant.c.role,
    user_grant.c.area_id,
    user_grant.c.org_id,
    user_grant.c.no_lo,
    user_grant.c.no_hi,
    user_grant.c.since,
    user_grant.c.until,
    user_grant.c.origin,
)


def _current(now: datetime) -> sa.ColumnElement[bool]:
    """The condition that a grant holds at a moment."""
    ends = sa.or_(user_grant.c.until.is_(None), user_grant.c.until > now)
    return sa.and_(user_grant.c.since <= now, ends)


def _users_in(scope: Scope, now: datetime) -> sa.ColumnElement[bool]:
    if scope.ranges == EVERYTHING.ranges:
        return sa.true()
    placed = user_grant.c.user_id == app_user.c.id, _current(now), scope.areas(user_grant.c.no_lo)
    works_there = sa.select(user_grant.c.id).where(*placed).exists()
    own = app_user.c.id == scope.user_id if scope.user_id is not None else sa.false()
    return sa.or_(app_user.c.org_id.in_(scope.org_ids), works_there, own)


def _users(tx: Tx, *where: sa.ColumnElement[bool], limit: int | None = None) -> list[User]:
    joined = app_user.outerjoin(org, org.c.id == app_user.c.org_id)
    query = sa.select(*_USER).select_from(joined).where(*where).order_by(app_user.c.login).limit(limit)
    return [User(**row) for row in tx.conn.execute(query).mappings()]


def account_ids(tx: Tx) -> list[int]:
    """Return the ids of the users in scope."""
    return list(tx.conn.execute(sa.select(app_user.c.id).where(_users_in(tx.scope, tx.now))).scalars())


def users(tx: Tx, text: str | None, after: str | None, limit: int) -> list[User]:
    """Return the users in scope by login, after a login, optionally with a text in login or name."""
    where = [_users_in(tx.scope, tx.now)]
    if text:
        where.append(
            sa.or_(
                app_user.c.login.contains(text, autoescape=True),
                app_user.c.name.contains(text, autoescape=True),
            )
        )
    if after:
        where.append(app_user.c.login > after)
    return _users(tx, *where, limit=limit)


def user(tx: Tx, user_id: int) -> User | None:
    """Return one user in scope."""
    return next(iter(_users(tx, _users_in(tx.scope, tx.now), app_user.c.id == user_id)), None)


def by_ids(tx: Tx, ids: Collection[int]) -> list[User]:
    """Return users by id, whatever the scope: names on things that are themselves in scope."""
    return _users(tx, app_user.c.id.in_(ids))


def by_logins(tx: Tx, logins: Collection[str]) -> list[User]:
    """Return users by login, whatever the scope; for signing in and for imports that name them."""
    return _users(tx, app_user.c.login.in_(logins))


def password_hash(tx: Tx, login: str) -> str | None:
    """Return the hash of an active user."""
    query = sa.select(app_user.c.password_hash).where(app_user.c.login == login, app_user.c.active)
    return tx.conn.execute(query).scalar_one_or_none()


def insert_users(tx: Tx, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Insert users whose login is free; return login → id of the new ones."""
    statement = insert(app_user).on_conflict_do_nothing(index_elements=["login"])
    new = tx.conn.execute(statement.returning(app_user.c.login, app_user.c.id), rows)
    return {row.login: row.id for row in new}


def update_user(tx: Tx, user_id: int, values: dict[str, Any]) -> None:
    """Change columns of a user."""
    tx.conn.execute(sa.update(app_user).where(app_user.c.id == user_id).values(values))


# Two people who set up an installation at once must not both become its first administrator.
_FIRST_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('gisgov.administrator.first'))")


def lock_first_administrator(tx: Tx) -> None:
    """Let those who would become the first administrator wait for each other until the end of the transaction."""
    tx.conn.execute(_FIRST_LOCK)


def count(tx: Tx) -> int:
    """Return how many active users there are in scope."""
    query = (
        sa.select(sa.func.count()).select_from(app_user).where(app_user.c.active, _users_in(tx.scope, tx.now))
    )
    return tx.conn.execute(query).scalar_one()


# ------------------------------------------------------------------ grants
def role_holders(tx: Tx, role: Role) -> int:
    """Return how many users hold or ever held a role."""
    query = sa.select(sa.func.count(user_grant.c.user_id.distinct())).where(user_grant.c.role == role)
    return tx.conn.execute(query).scalar_one()


def _grants(tx: Tx, *where: sa.ColumnElement[bool]) -> list[Grant]:
    query = sa.select(*_GRANT).where(*where).order_by(user_grant.c.id)
    return [Grant(**{**row, "role": Role(row["role"])}) for row in tx.conn.execute(query).mappings()]


def grants_held(tx: Tx, user_id: int) -> list[Grant]:
    """Return what a user holds now, whatever the scope: a scope is made from it."""
    return _grants(tx, user_grant.c.user_id == user_id, _current(tx.now))


def grants_of(tx: Tx, user_id: int) -> list[Grant]:
    """Return every grant, past ones too, of a user in scope."""
    seen = sa.select(app_user.c.id).where(_users_in(tx.scope, tx.now))
    return _grants(tx, user_grant.c.user_id == user_id, user_grant.c.user_id.in_(seen))


def insert_grants(tx: Tx, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert grants; return their ids in the order of the rows."""
    statement = sa.insert(user_grant).returning(user_grant.c.id, sort_by_parameter_order=True)
    return list(tx.conn.execute(statement, rows).scalars())


def end_grants(
    tx: Tx, *, grant_id: int | None = None, origin: str | None = None, until: datetime
) -> list[int]:
    """Let grants end at a moment; return the ids of those that still ran."""
    which = user_grant.c.id == grant_id if grant_id is not None else user_grant.c.origin == origin
    runs = sa.or_(user_grant.c.until.is_(None), user_grant.c.until > until)
    statement = sa.update(user_grant).where(which, runs).values(until=until).returning(user_grant.c.id)
    return list(tx.conn.execute(statement).scalars())
