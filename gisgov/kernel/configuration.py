"""Settings that live in the database, because every process and every screen must agree on them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from gisgov.kernel.db import Tx
from gisgov.kernel.tables import setting

DEMONSTRATION = "demo"
"""Under this key stands what was loaded, where everything to be seen is made up."""


LAST_BACKUP = "backup"
"""Under this key stands when the last backup was made."""


def get(tx: Tx, key: str, default: Any = None) -> Any:
    """Return the JSON value stored under a key."""
    found = tx.conn.execute(select(setting.c.value).where(setting.c.key == key)).scalar_one_or_none()
    return default if found is None else found


def put(tx: Tx, key: str, value: Any) -> None:
    """Store a JSON value under a key."""
    row = insert(setting).values(key=key, value=value)
    tx.conn.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": row.excluded.value}))


def synthetic(tx: Tx) -> bool:
    """Tell whether what this installation shows is made up, and has to be marked so."""
    return get(tx, DEMONSTRATION) is not None
