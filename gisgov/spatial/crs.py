"""Reference systems: what a pair of numbers means, and the only place where degrees become metres.

Everything inside is WGS84 (EPSG:4326), longitude first. What comes in states its *datum*: ``wgs84``, ``cgcs2000``,
``gcj02`` (the shifted coordinates of Chinese map services), ``bd09`` (shifted once more by Baidu) or, for files, an
EPSG code. What goes out in another datum is converted here too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, overload

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike
from pyproj.exceptions import CRSError

from gisgov.spatial.arrays import FloatArray, Pair
from gisgov.spatial.gcj02 import (
    bd09_to_wgs84,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

GEOD = pyproj.Geod(ellps="WGS84")
"""The ellipsoid on which every distance and azimuth of this package is measured."""

KNOWN_DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")


_WGS84 = pyproj.CRS.from_epsg(4326)


class UnknownDatumError(ValueError):
    """The text names no datum this package can convert."""


@dataclass(frozen=True, slots=True)
class Datum:
    """A reference system that coordinates may state.

    Parameters
    ----------
    name
        One of `KNOWN_DATUMS`, or ``epsg:<code>``.
    epsg
        The code when the system is named by one, else None.
    definition
        What PROJ needs to know of a system that has neither name nor code; None for the others.
    """

    name: str
    epsg: int | None = None
    definition: str | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def system(self) -> str | None:
        """How PROJ calls it; None for the four named datums, which PROJ need not convert or does not know."""
        return self.definition or (f"EPSG:{self.epsg}" if self.epsg is not None else None)

    @property
    def shifts_nothing(self) -> bool:
        """Whether its numbers are WGS84's already (CGCS2000 differs by centimetres and is taken as the same)."""
        return self.name in ("wgs84", "cgcs2000") or self.epsg in (4326, 4490)


def parse_datum(text: str | int | Datum) -> Datum:
    """Read a datum from what a person wrote: ``WGS-84``, ``gcj02``, ``EPSG:4547``, ``4547``.

    Raises
    ------
    UnknownDatumError
        When it is neither a known name nor an EPSG code that PROJ knows.
    """
    if isinstance(text, Datum):
        return text
    word = str(text).strip().lower().replace("-", "").replace("_", "").replace(" ", "")
    if word in KNOWN_DATUMS:
        return Datum(word)
    digits = word.removeprefix("epsg:")
    if digits.isascii() and digits.isdigit():
        return _epsg_datum(int(digits))
    raise UnknownDatumError(f"{text!r} is no datum; known are {', '.join(KNOWN_DATUMS)} and EPSG:<code>")


def datum_of(crs: pyproj.CRS) -> Datum:
    """Name the reference system that a file states."""
    if crs.equals(_WGS84, ignore_axis_order=True):
        return Datum("wgs84")
    code = crs.to_epsg(min_confidence=70)
    return Datum(f"epsg:{code}", code) if code is not None else Datum(str(crs.name), definition=crs.to_wkt())


def _epsg_datum(code: int) -> Datum:
    try:
        pyproj.CRS.from_epsg(code)
    except CRSError as error:
        raise UnknownDatumError(f"EPSG:{code} is not in the register of reference systems") from error
    return Datum(f"epsg:{code}", code)


_TO_WGS84 = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}
_FROM_WGS84 = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _finite_only(step: Callable[[FloatArray, FloatArray], Pair], lon: FloatArray, lat: FloatArray) -> Pair:
    """Run `step` on the finite pairs; the others stay what they are, without a floating point warning."""
    good = np.isfinite(lon) & np.isfinite(lat)
    out_lon, out_lat = lon.copy(), lat.copy()
    out_lon[good], out_lat[good] = step(lon[good], lat[good])
    return out_lon, out_lat


def _convert(lon: ArrayLike, lat: ArrayLike, step: Callable[[FloatArray, FloatArray], Pair] | None) -> Any:
    lons, lats = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    if step is not None:
        flat_lon, flat_lat = _finite_only(step, lons.ravel(), lats.ravel())
        lons, lats = flat_lon.reshape(lons.shape), flat_lat.reshape(lats.shape)
    return (float(lons), float(lats)) if lons.ndim == 0 else (lons, lats)


@overload
def to_wgs84(lon: float, lat: float, datum: str | int | Datum) -> tuple[float, float]: ...
@overload
def to_wgs84(lon: FloatArray, lat: FloatArray, datum: str | int | Datum) -> Pair: ...
def to_wgs84(lon: Any, lat: Any, datum: str | int | Datum) -> Any:
    """Convert coordinates of a stated datum to WGS84.

    Parameters
    ----------
    lon, lat
        Degrees, longitude first; for a projected EPSG code easting and northing. Scalars or arrays of one shape.
    datum
        What the numbers mean; see `parse_datum`. GCJ-02 and BD-09 leave points outside China as they are.

    Returns
    -------
    tuple
        Longitude and latitude in degrees, of the shape given. NaN stays NaN.

    Raises
    ------
    UnknownDatumError
        As `parse_datum`.
    """
    stated = parse_datum(datum)
    if stated.shifts_nothing:
        return _convert(lon, lat, None)
    if stated.system is not None:
        return _convert(lon, lat, _transformer(stated.system, "EPSG:4326").transform)
    return _convert(lon, lat, _TO_WGS84[stated.name])


@overload
def from_wgs84(lon: float, lat: float, datum: str | int | Datum) -> tuple[float, float]: ...
@overload
def from_wgs84(lon: FloatArray, lat: FloatArray, datum: str | int | Datum) -> Pair: ...
def from_wgs84(lon: Any, lat: Any, datum: str | int | Datum) -> Any:
    """Convert WGS84 coordinates to a datum: the reverse of `to_wgs84`.

    Raises
    ------
    UnknownDatumError
        As `parse_datum`.
    """
    stated = parse_datum(datum)
    if stated.shifts_nothing:
        return _convert(lon, lat, None)
    if stated.system is not None:
        return _convert(lon, lat, _transformer("EPSG:4326", stated.system).transform)
    return _convert(lon, lat, _FROM_WGS84[stated.name])


def _transform_each(geometries: Any, move: Callable[[FloatArray, FloatArray], Pair]) -> Any:
    return shapely.transform(geometries, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1])))


def geometries_to_wgs84(geometries: Any, datum: str | int | Datum) -> Any:
    """Convert every vertex of a geometry or an array of geometries; the third dimension is dropped.

    Lines stay straight between their converted vertices.

    Raises
    ------
    UnknownDatumError
        As `parse_datum`.
    """
    stated = parse_datum(datum)
    flat = shapely.force_2d(geometries)
    return flat if stated.shifts_nothing else _transform_each(flat, lambda x, y: to_wgs84(x, y, stated))


# --- metres ----------------------------------------------------------------------------------------------------


_PROJECTIONS = {"distance": "aeqd", "area": "laea"}


class LocalPlane:
    """A plane in metres about a point, for shapes of a city or a district.

    Parameters
    ----------
    lon, lat
        Its centre in degrees.
    preserves
        ``distance`` (azimuthal equidistant: exact from the centre) or ``area`` (Lambert azimuthal equal-area).
        Within 50 km of the centre lengths are right to 1e-5 of themselves in both.
    """

    def __init__(self, lon: float, lat: float, preserves: str = "distance") -> None:
        self.lon, self.lat = float(lon), float(lat)
        name = _PROJECTIONS[preserves]
        self.crs = f"+proj={name} +lon_0={self.lon!r} +lat_0={self.lat!r} +datum=WGS84 +units=m +no_defs"
        self._there = _transformer("EPSG:4326", self.crs)
        self._back = _transformer(self.crs, "EPSG:4326")

    @classmethod
    def about(cls, geometries: Any, preserves: str = "distance") -> LocalPlane:
        """The plane about the middle of the bounds of `geometries` (degrees)."""
        west, south, east, north = shapely.total_bounds(geometries)
        return cls((west + east) / 2, (south + north) / 2, preserves)

    def to_metres(self, geometries: Any) -> Any:
        """Move geometries from degrees to this plane."""
        return _transform_each(geometries, self._there.transform)

    def to_degrees(self, geometries: Any) -> Any:
        """Move geometries from this plane back to degrees."""
        return _transform_each(geometries, self._back.transform)


def area_m2(geometries: Any) -> Any:
    """Areas of polygons in square metres, on the ellipsoid by an equal-area projection.

    Returns
    -------
    float or ndarray of float64
        Of the shape given; 0 for what is empty or None.
    """
    if np.size(geometries) == 0 or not np.all(np.isfinite(shapely.total_bounds(geometries))):
        return np.zeros(np.shape(geometries)) if np.ndim(geometries) else 0.0
    areas = shapely.area(LocalPlane.about(geometries, "area").to_metres(geometries))
    return np.nan_to_num(areas) if np.ndim(areas) else float(np.nan_to_num(areas))


def distance_m(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> FloatArray:
    """Geodesic distances in metres between points given in degrees, broadcast against each other."""
    return np.asarray(_inverse(lon_a, lat_a, lon_b, lat_b)[2])


def azimuth_deg(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> FloatArray:
    """Direction from a to b in degrees clockwise from north, 0 … 360."""
    forth, _, _ = _inverse(lon_a, lat_a, lon_b, lat_b)
    return np.asarray(forth % 360.0)


def _inverse(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> tuple[Any, Any, Any]:
    arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (lon_a, lat_a, lon_b, lat_b)))
    shape = arrays[0].shape
    a_lon, a_lat, b_lon, b_lat = (np.array(a, dtype=np.float64).ravel() for a in arrays)
    flat = GEOD.inv(a_lon, a_lat, b_lon, b_lat)
    forth, back, metres = (np.asarray(v, dtype=np.float64).reshape(shape) for v in flat)
    return forth, back, metres


_CONFORMAL = "+proj=merc +datum=WGS84 +units=m +no_defs"
_CONFORMAL_LAT = 89.0


def to_conformal(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Mercator coordinates: near a point all directions have one scale, so the nearest there is the nearest here.

    Used to *find* the nearest border only; its length is then measured on the ellipsoid. Latitudes are cut at 89
    degrees, where Mercator ends for practical purposes.
    """
    bounded = np.clip(np.asarray(lat, dtype=np.float64), -_CONFORMAL_LAT, _CONFORMAL_LAT)
    x, y = _transformer("EPSG:4326", _CONFORMAL).transform(np.asarray(lon, dtype=np.float64), bounded)
    return np.asarray(x), np.asarray(y)


def from_conformal(x: ArrayLike, y: ArrayLike) -> Pair:
    """The reverse of `to_conformal`."""
    lon, lat = _transformer(_CONFORMAL, "EPSG:4326").transform(np.asarray(x), np.asarray(y))
    return np.asarray(lon), np.asarray(lat)
