"""From a layer's SQL to a query for one frame, a tile or a page; tiles and paper differ only in the frame."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import morecantile

from gisgov.analytics import rules
from gisgov.kernel.db import Tx
from gisgov.spatial.arrays import Box
from layers.catalog import Layer
from layers.model import Source
from layers.scoping import condition

EXTENT = 4096
POLYGON_BUFFER = 64
"""Polygons are cut this far outside the tile, in units of `EXTENT`, so that their edges do not show its border."""

_TMS = morecantile.tms.get("WebMercatorQuad")


@dataclass(frozen=True)
class Frame:
    """A rectangle that is drawn, EPSG:4326, and how closely.

    Attributes
    ----------
    bounds
        SQL of the rectangle with ``:margin``.
    box
        The rectangle itself.
    zoom
        The zoom of a tile, or the one at which a page is drawn.
    squares
        Clusters are counted in so many squares along each side.
    binds
        Values of what `bounds` names.
    """

    bounds: str
    box: Box
    zoom: int
    squares: int
    binds: Mapping[str, float]


def tile_frame(z: int, x: int, y: int) -> Frame:
    """Return the frame of a tile; squares are 64 screen pixels wide."""
    bounds = "ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => :margin), 4326)"
    west, south, east, north = _TMS.bounds(morecantile.Tile(x, y, z))
    return Frame(bounds, (west, south, east, north), z, 8, {"x": x, "y": y})


def page_frame(box: Box, zoom: int, squares: int = 24) -> Frame:
    """Return the frame of a page that shows a box at a zoom."""
    bounds = "ST_Expand(ST_MakeEnvelope(:west, :south, :east, :north, 4326), :margin)"
    return Frame(bounds, box, zoom, squares, {})


def exists(z: int, x: int, y: int) -> bool:
    """Tell whether the world has such a tile."""
    return z >= 0 and 0 <= x < 2**z and 0 <= y < 2**z


def rows(tx: Tx, layer: Layer, source: Source, frame: Frame) -> str:
    """Return the query for the source's features in a frame: key, properties and ``geom`` (EPSG:4326).

    The caller's scope stands in it; values are bound by `binds`.
    """
    rule = layer.about.scope
    sql = layer.queries[source.sql].replace("{bounds}", frame.bounds)
    sql = sql if rule is None else sql.replace("{scope}", condition(tx, rule))
    return sql if source.cluster is None else _clustered(sql, source.cluster)


def binds(tx: Tx, source: Source, frame: Frame, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values a query of `rows` may name."""
    west, south, east, north = frame.box
    return {
        **params,
        **frame.binds,
        "z": frame.zoom,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "squares": frame.squares,
        "margin": buffer_of(source) / EXTENT,
        "now": tx.now,
        "stale_s": tx.settings.stale_fix_s,
        "hex_res": rules.hex_res(frame.zoom),
        "smallest": rules.SMALLEST_SHOWN,
        "hidden_as": rules.HIDDEN_AS,
        "bands": list(rules.PEOPLE_BANDS),
        "people_step": rules.PEOPLE_STEP,
    }


def buffer_of(source: Source) -> int:
    """Return how far outside its frame a source is drawn. Points are not: each belongs to one tile."""
    return POLYGON_BUFFER if source.geometry == "polygon" else 0


def _clustered(sql: str, conditions: Mapping[str, str]) -> str:
    counted = "".join(f", count(*) FILTER (WHERE {test}) AS {name}" for name, test in conditions.items())
    # A point on the upper edge is the first of the neighbour's; bucket squares + 1 leaves it there.
    return f"""
        SELECT count(*) AS n{counted},
               ST_SetSRID(ST_MakePoint(avg(ST_X(c.geom)), avg(ST_Y(c.geom))), 4326) AS geom
        FROM (SELECT r.*, width_bucket(ST_X(r.geom), :west, :east, :squares) AS across,
                     width_bucket(ST_Y(r.geom), :south, :north, :squares) AS up
              FROM ({sql}) r) c
        WHERE c.across BETWEEN 1 AND :squares AND c.up BETWEEN 1 AND :squares
        GROUP BY c.across, c.up
    """
