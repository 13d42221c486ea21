"""One vector tile of one layer, cut by PostGIS (Mapbox Vector Tile 2.1)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import NotFound
from layers.catalog import Layer
from layers.model import Source
from layers.query import EXTENT, Frame, binds, buffer_of, exists, rows, tile_frame


def tile(tx: Tx, layer: Layer, z: int, x: int, y: int, params: Mapping[str, Any]) -> bytes:
    """Return a tile with what the caller may see; empty bytes when there is nothing.

    Parameters
    ----------
    z, x, y
        Address in WebMercatorQuad (XYZ, y southwards).
    params
        Values from `layers.params.parse`.

    Raises
    ------
    NotFound
        The layer has no such tile; code ``tile.address``.
    NotAllowed, NotSignedIn
        The caller may not see the layer.
    """
    layer.admit(tx)
    check_address(layer, z, x, y)
    frame = tile_frame(z, x, y)
    return b"".join(_encoded(tx, layer, source, frame, params) for source in layer.sources_at(z))


def check_address(layer: Layer, z: int, x: int, y: int) -> None:
    """Refuse an address outside the world or beyond the layer's largest zoom; below its smallest is empty."""
    if not exists(z, x, y) or z > layer.maxzoom:
        raise NotFound("tile.address", z=z, x=x, y=y, maxzoom=layer.maxzoom)


def tile_sql(tx: Tx, layer: Layer, source: Source, frame: Frame) -> str:
    """Return the query that encodes one source of a tile."""
    columns = "".join(
        f"f.{name}, " for name in ([source.key] if source.key else []) + list(source.shown_fields)
    )
    key = f", '{source.key}'" if source.key else ""
    return f"""
        SELECT ST_AsMVT(t, '{source.name}', {EXTENT}, 'geom'{key})
        FROM (SELECT {columns}
                     ST_AsMVTGeom(ST_Transform(f.geom, 3857), ST_TileEnvelope(:z, :x, :y),
                                  {EXTENT}, {buffer_of(source)}, true) AS geom
              FROM ({rows(tx, layer, source, frame)}) f) t
        WHERE t.geom IS NOT NULL
    """


def _encoded(tx: Tx, layer: Layer, source: Source, frame: Frame, params: Mapping[str, Any]) -> bytes:
    sql = text(tile_sql(tx, layer, source, frame))
    return bytes(tx.conn.execute(sql, binds(tx, source, frame, params)).scalar_one())
