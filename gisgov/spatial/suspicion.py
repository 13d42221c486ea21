"""Numbers that give themselves away: no place on earth, changed places, or another datum than the one stated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike

from gisgov.spatial.arrays import BoolArray
from gisgov.spatial.crs import Datum, geometries_to_wgs84, parse_datum

_DOUBT_FROM = 0.005
_DOUBT_RATIO = 0.5


@dataclass(frozen=True, slots=True)
class DatumSuspicion:
    """A set of polygons that fits its reference better in another datum than in the one it states.

    `overlap_stated` and `overlap_likely` are intersection over union with the reference, 0 … 1.
    """

    stated: Datum
    likely: Datum
    overlap_stated: float
    overlap_likely: float


def on_earth(lon: ArrayLike, lat: ArrayLike) -> BoolArray:
    """Tell which pairs of degrees are a place on earth; what is not finite is none."""
    x, y = np.abs(np.asarray(lon, dtype=np.float64)), np.abs(np.asarray(lat, dtype=np.float64))
    return np.asarray((x <= 180) & (y <= 90))


def seems_swapped(lon: ArrayLike, lat: ArrayLike) -> BoolArray:
    """Tell which pairs are no place on earth but would be one if longitude and latitude changed places."""
    return np.asarray(~on_earth(lon, lat) & on_earth(lat, lon))


def suspect_datum(polygons: Any, stated: str | Datum, reference: Any) -> DatumSuspicion | None:
    """Say whether polygons were probably drawn in another datum than they state.

    Parameters
    ----------
    polygons
        As read from the file, in its own numbers (degrees).
    stated
        The datum the file is said to have.
    reference
        A trusted outline of the same land in WGS84.

    Returns
    -------
    DatumSuspicion or None
        When one of wgs84, gcj02, bd09 leaves less than half of the mismatch that the stated datum leaves, and that
        one is more than half a percent. Outside China the three are one and the answer is None.
    """
    said = parse_datum(stated)
    if said.system is not None and not said.shifts_nothing:
        return None
    outline = shapely.union_all(shapely.make_valid(shapely.force_2d(np.atleast_1d(polygons))))
    frame = shapely.union_all(np.atleast_1d(reference))
    fits = {name: _overlap(geometries_to_wgs84(outline, name), frame) for name in ("wgs84", "gcj02", "bd09")}
    as_stated = fits["wgs84" if said.shifts_nothing else said.name]
    best = max(fits, key=lambda name: fits[name])
    doubtful = 1 - as_stated > _DOUBT_FROM and 1 - fits[best] < _DOUBT_RATIO * (1 - as_stated)
    return DatumSuspicion(said, parse_datum(best), as_stated, fits[best]) if doubtful else None


def _overlap(a: Any, b: Any) -> float:
    a = shapely.make_valid(a)
    shared = shapely.area(shapely.intersection(a, b))
    return float(shared / (shapely.area(a) + shapely.area(b) - shared))
