"""Points as they come in: what is no place on Earth is refused, whatever else is wrong with it."""

import math

from gisgov.kernel.errors import Invalid
from gisgov.spatial import crs
from gisgov.spatial.suspicion import on_earth, seems_swapped

DATUMS_OF_POINTS = crs.KNOWN_DATUMS
"""What a point may state; EPSG codes are for files."""


def to_wgs84(lon: float, lat: float, datum: str | None) -> tuple[float, float]:
    """Return a point of a stated datum in WGS84.

    Raises
    ------
    Invalid
        The datum is missing or unknown (``grid.datum_missing``, ``grid.datum_unknown``), or the point is no
        place on Earth; see `refuse_bad_point`.
    """
    if not datum:
        raise Invalid("grid.datum_missing", field="datum")
    try:
        stated = crs.parse_datum(datum)
    except crs.UnknownDatumError:
        raise Invalid("grid.datum_unknown", field="datum", datum=datum) from None
    if stated.name not in DATUMS_OF_POINTS:
        raise Invalid("grid.datum_unknown", field="datum", datum=datum)
    refuse_bad_point(lon, lat)
    return crs.to_wgs84(lon, lat, stated)


def refuse_bad_point(lon: float, lat: float) -> None:
    """Refuse what is no place on Earth, and say when the two numbers seem to have changed places.

    Raises
    ------
    Invalid
        ``grid.point_not_finite``, ``grid.point_swapped`` or ``grid.point_out_of_world``.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise Invalid("grid.point_not_finite", field="lat" if math.isfinite(lon) else "lon")
    if seems_swapped(lon, lat):
        raise Invalid("grid.point_swapped", field="lat", lon=lon, lat=lat)
    if not on_earth(lon, lat):
        raise Invalid("grid.point_out_of_world", field="lat" if abs(lat) > 90 else "lon", lon=lon, lat=lat)
