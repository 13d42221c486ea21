"""Who may write what while a release changes hands.

Everybody who stores which cell a row belongs to holds the publication lock *shared* from before reading the
release until the end of the transaction; the switch of the release takes it *exclusively*, for the two rows it
changes. Reading takes no lock. A second lock, one per network, lets one publication at a time prepare itself.
"""

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from gisgov.kernel.db import Tx

_SWITCH = 0x67726964
"""First key of this module's advisory locks ("grid"); the second is 0 for the switch, else the network's id."""

TRY_MS = 100
"""How long one attempt at the switch may stand in the queue; who comes later waits no longer than this for it."""


def share(tx: Tx) -> None:
    """Hold the present releases until the end of the transaction."""
    tx.conn.execute(text("SELECT pg_advisory_xact_lock_shared(:key, 0)"), {"key": _SWITCH})


def prepare_alone(tx: Tx, network_id: int) -> None:
    """Let nobody else prepare a publication of this network until the end of the transaction."""
    tx.conn.execute(
        text("SELECT pg_advisory_xact_lock(:key, :network)"), {"key": _SWITCH, "network": network_id}
    )


def try_switch(tx: Tx) -> bool:
    """Try to hold off all writers of located rows until the end of the transaction.

    A waiting exclusive lock makes everybody behind it wait as well, so an attempt gives up after `TRY_MS` and
    lets them pass.
    """
    try:
        with tx.conn.begin_nested():
            tx.conn.execute(text(f"SET LOCAL lock_timeout = '{TRY_MS}ms'"))
            tx.conn.execute(text("SELECT pg_advisory_xact_lock(:key, 0)"), {"key": _SWITCH})
            tx.conn.execute(text("SET LOCAL lock_timeout = 0"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's SQLSTATE for a lock that did not come in time."""
