"""Which release a layer of boundaries shows: it stands in the tile's address, so that the tile never changes."""

from typing import Any

from sqlalchemy import text

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import NotFound

_CURRENT = """
    SELECT r.id FROM release r JOIN network n ON n.id = r.network_id
    WHERE r.state = 'published' AND CASE WHEN CAST(:networks AS text[]) IS NULL THEN n.basic ELSE n.code = ANY (:networks) END
"""


def current(tx: Tx, networks: list[str] | None = None) -> int | None:
    """Return the published release of a network, the basic one unless stated; None before the first publication."""
    return tx.conn.execute(text(_CURRENT), {"networks": networks}).scalars().first()


def refuse_draft(tx: Tx, params: dict[str, Any]) -> None:
    """Refuse a release that may still change: an address that is kept for ever must not name it.

    Raises
    ------
    NotFound
        There is no such release, or it is a draft; code ``tile.release``.
    """
    named = params.get("release")
    query = text("SELECT 1 FROM release WHERE id = :id AND state <> 'draft'")
    if named is not None and tx.conn.execute(query, {"id": named}).first() is None:
        raise NotFound("tile.release", field="release", release=named)
