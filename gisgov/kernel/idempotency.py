"""A create that arrives twice happens once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict
from gisgov.kernel.tables import idempotency_key as keys

KEPT = timedelta(days=2)
"""How long a retry is recognised; longer than any outbox waits, and replies hold the reporter's secret."""


def once(
    tx: Tx, *, caller: str, route: str, key: str, fingerprint: str, run: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Run a create unless the same caller already ran it under this key; then repeat its reply.

    A second request that comes while the first is still running waits for it, held by the unique key.

    Returns
    -------
    reply : dict
        What `run` returned, now or then.
    replayed : bool
        Whether it was then.

    Raises
    ------
    Conflict
        The key was used for different content; code ``request.key_reused``.
    """
    row = {"caller": caller, "route": route, "key": key}
    mine = and_(*(keys.c[name] == value for name, value in row.items()))
    claim = insert(keys).values(**row, fingerprint=fingerprint, created_at=tx.now)
    if tx.conn.execute(claim.on_conflict_do_nothing().returning(keys.c.key)).first():
        reply = run()
        tx.conn.execute(update(keys).where(mine).values(reply=reply))
        return reply, False
    earlier = tx.conn.execute(select(keys.c.fingerprint, keys.c.reply).where(mine)).one()
    if earlier.fingerprint != fingerprint:
        raise Conflict("request.key_reused", field="Idempotency-Key")
    return earlier.reply, True


def sweep(tx: Tx) -> None:
    """Forget keys that nobody retries any more; a timer."""
    tx.conn.execute(delete(keys).where(keys.c.created_at < tx.now - KEPT))
