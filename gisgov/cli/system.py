"""The transaction of a command: whoever has the shell of an installation may do everything."""

from collections.abc import Iterator
from contextlib import contextmanager

from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.settings import load_settings


@contextmanager
def as_system() -> Iterator[Tx]:
    """Open one transaction on behalf of the system; it commits when the block ends."""
    database = Database(load_settings())
    try:
        with database.transaction(SYSTEM) as tx:
            yield tx
    finally:
        database.close()
