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


_EXTENT = """
    SELECT ST_XMin(b.box), ST_YMin(b.box), ST_XMax(b.box), ST_YMax(b.box)
    FROM (
        SELECT ST_Extent(v.geom_simple) AS box
        FROM release r
        JOIN area_version v ON v.network_id = r.network_id AND v.since <= r.no AND (v.until IS NULL OR v.until > r.no)
        WHERE r.id = :id
    ) b
"""


def bounds(tx: Tx, release: int) -> list[float] | None:
    """Return west, south, east, north of a release's areas (EPSG:4326); None for one without any."""
    row = tx.conn.execute(text(_EXTENT), {"id": release}).one()
    return None if row[0] is None else list(row)
