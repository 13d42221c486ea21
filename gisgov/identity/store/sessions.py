"""Sessions and failed sign-ins."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gisgov.identity.tables import app_user, session, sign_in_failure
from gisgov.kernel.db import Tx

# Attempts on one login come one after the other, else a burst would slip through before it is counted.
_ATTEMPT_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('gisgov.sign_in'), hashtext(:login))")


def insert_session(tx: Tx, row: dict[str, Any]) -> None:
    """Insert a session."""
    tx.conn.execute(sa.insert(session).values(row))


def find(tx: Tx, token_hash: bytes) -> sa.Row[Any] | None:
    """Return the session with this token hash and whether its user is active, ended or not."""
    user = (app_user.c.active, app_user.c.must_change_password)
    query = sa.select(session, *user).join(app_user).where(session.c.token_hash == token_hash)
    return tx.conn.execute(query).one_or_none()


def extend(tx: Tx, token_hash: bytes, expires_at: datetime) -> None:
    """Move the end of a session."""
    tx.conn.execute(
        sa.update(session).where(session.c.token_hash == token_hash).values(expires_at=expires_at)
    )


def close(tx: Tx, token_hash: bytes) -> int | None:
    """Delete a session; return its user."""
    statement = sa.delete(session).where(session.c.token_hash == token_hash).returning(session.c.user_id)
    return tx.conn.execute(statement).scalar_one_or_none()


def close_all(tx: Tx, user_id: int) -> None:
    """Delete every session of a user."""
    tx.conn.execute(sa.delete(session).where(session.c.user_id == user_id))


def lock_attempts(tx: Tx, login: str) -> None:
    """Let attempts on one login wait for each other until the end of the transaction."""
    tx.conn.execute(_ATTEMPT_LOCK, {"login": login})


def failures(tx: Tx, key: str, since: datetime) -> Sequence[datetime]:
    """Return the moments of failed attempts on a key."""
    query = sa.select(sign_in_failure.c.at).where(sign_in_failure.c.key == key, sign_in_failure.c.at > since)
    return tx.conn.execute(query).scalars().all()


def add_failures(tx: Tx, keys: Collection[str]) -> None:
    """Record a failed attempt on each key."""
    tx.conn.execute(sa.insert(sign_in_failure), [{"key": key, "at": tx.now} for key in keys])


def forget_failures(tx: Tx, key: str) -> None:
    """Forget the failed attempts on a key."""
    tx.conn.execute(sa.delete(sign_in_failure).where(sign_in_failure.c.key == key))


def sweep(tx: Tx, failures_before: datetime) -> None:
    """Delete ended sessions and failures that no longer count."""
    tx.conn.execute(sa.delete(session).where(session.c.expires_at <= tx.now))
    tx.conn.execute(sa.delete(sign_in_failure).where(sign_in_failure.c.at < failures_before))
