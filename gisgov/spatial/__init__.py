"""Geometry of a coverage of cells: pure functions, arrays and shapely in, arrays and shapely out.

Nothing here reads a file or a database; the package stands on numpy, scipy, shapely, pyproj, h3, rtree and mapclassify
and can be used without the rest.
"""

from gisgov.spatial.area_index import AreaIndex, Decision, Decisions, Status
from gisgov.spatial.crs import (
    GEOD,
    KNOWN_DATUMS,
    Datum,
    LocalPlane,
    UnknownDatumError,
    area_m2,
    azimuth_deg,
    distance_m,
    from_wgs84,
    geometries_to_wgs84,
    parse_datum,
    to_wgs84,
)
from gisgov.spatial.suspicion import DatumSuspicion, suspect_datum

__all__ = [
    "GEOD",
    "KNOWN_DATUMS",
    "AreaIndex",
    "Datum",
    "DatumSuspicion",
    "Decision",
    "Decisions",
    "LocalPlane",
    "Status",
    "UnknownDatumError",
    "area_m2",
    "azimuth_deg",
    "distance_m",
    "from_wgs84",
    "geometries_to_wgs84",
    "parse_datum",
    "suspect_datum",
    "to_wgs84",
]
