"""Geometry of a coverage of cells: pure functions, arrays and shapely in, arrays and shapely out.

Nothing here reads a file or a database; the package stands on numpy, scipy, shapely, pyproj, h3, rtree and mapclassify
and can be used without the rest.
"""

from gisgov.spatial.area_index import AreaIndex, Decision, Decisions, Status
from gisgov.spatial.changes import Changes, Reshaped, compare
from gisgov.spatial.crs import (
    GEOD,
    KNOWN_DATUMS,
    Datum,
    LocalPlane,
    UnknownDatumError,
    area_m2,
    azimuth_deg,
    datum_of,
    distance_m,
    from_wgs84,
    geometries_to_wgs84,
    parse_datum,
    to_wgs84,
)
from gisgov.spatial.heat import Classes, classify, rates
from gisgov.spatial.hexes import cover, hex_of, hexes_of, outlines, parents
from gisgov.spatial.mending import Mended, Transfer, mend_slivers
from gisgov.spatial.moving import MovingIndex
from gisgov.spatial.nearest import Candidate, Ranked, SiteIndex, rank
from gisgov.spatial.suspicion import DatumSuspicion, on_earth, seems_swapped, suspect_datum
from gisgov.spatial.topology import Defect, DefectKind, check_coverage

__all__ = [
    "GEOD",
    "KNOWN_DATUMS",
    "AreaIndex",
    "Candidate",
    "Changes",
    "Classes",
    "Datum",
    "DatumSuspicion",
    "Decision",
    "Decisions",
    "Defect",
    "DefectKind",
    "LocalPlane",
    "Mended",
    "MovingIndex",
    "Ranked",
    "Reshaped",
    "SiteIndex",
    "Status",
    "Transfer",
    "UnknownDatumError",
    "area_m2",
    "azimuth_deg",
    "check_coverage",
    "classify",
    "compare",
    "cover",
    "datum_of",
    "distance_m",
    "from_wgs84",
    "geometries_to_wgs84",
    "hex_of",
    "hexes_of",
    "mend_slivers",
    "on_earth",
    "outlines",
    "parents",
    "parse_datum",
    "rank",
    "rates",
    "seems_swapped",
    "suspect_datum",
    "to_wgs84",
]
