"""Geometries on their way into the database: columns, points and polygons, all of them EPSG:4326, longitude first."""

from typing import Any

import shapely
import sqlalchemy as sa
from geoalchemy2 import Geometry

from gisgov.spatial.arrays import GeometryArray

SRID = 4326


def geometry_column(kind: str, name: str = "geom", *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column of stored geometry.

    It brings no index of its own: most are indexed together with the area number, and say so beside the column.

    Parameters
    ----------
    kind : str
        As PostGIS calls it: ``POINT``, ``POLYGON``, ``MULTIPOLYGON``, or ``GEOMETRY`` for any.
    """
    return sa.Column(name, Geometry(kind, srid=SRID, spatial_index=False), nullable=nullable)


def point(lon: float | None, lat: float | None) -> sa.ColumnElement[Any]:
    """Return a place in WGS84 degrees as SQL; NULL where a coordinate is missing."""
    if lon is None or lat is None:
        return sa.null()
    made: sa.ColumnElement[Any] = sa.func.ST_SetSRID(sa.func.ST_MakePoint(lon, lat), SRID)
    return made


def ewkt_point(lon: float, lat: float) -> str:
    """Return a place in WGS84 degrees as PostGIS reads it in text, digit for digit."""
    return f"SRID={SRID};POINT({lon!r} {lat!r})"


def ewkb_hex(geometries: GeometryArray) -> list[str]:
    """Return geometries as PostGIS reads them in text: hexadecimal EWKB."""
    return list(shapely.to_wkb(shapely.set_srid(geometries, SRID), hex=True, include_srid=True))
