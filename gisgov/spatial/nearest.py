"""The k nearest of many points, in exact order of their distance on the ellipsoid.

An index knows another distance: on a sphere, or straight through the earth. It may give *candidates*, never the order.
A candidate can be left out for certain once the index's distance alone shows that it is further than the k-th found:

- the straight line through the earth is never longer than the way along its surface;
- the distance on PostGIS's sphere is at most 0.57 % longer than on the ellipsoid, so 0.6 % is a safe margin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heappush, heappushpop
from math import inf
from operator import itemgetter
from typing import Any, Generic, TypeVar

import numpy as np
import pyproj
from scipy.spatial import cKDTree

from gisgov.spatial.arrays import FloatArray, IntArray
from gisgov.spatial.crs import GEOD, distance_m

Item = TypeVar("Item")

SPHERE_MARGIN = 1.006
"""A point further than this many times a limit on the sphere is beyond the limit on the ellipsoid."""
_SPARE = 8


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Item]):
    """A point an index has found; `spherical_m` is its distance on the sphere, in metres."""

    item: Item
    lon: float
    lat: float
    spherical_m: float


@dataclass(frozen=True, slots=True)
class Ranked(Generic[Item]):
    """A point in its place; `distance_m` on the ellipsoid, `azimuth_deg` clockwise from north, 0 … 360."""

    item: Item
    lon: float
    lat: float
    distance_m: float
    azimuth_deg: float


def rank(
    lon: float,
    lat: float,
    candidates: Iterable[Candidate[Item]],
    k: int,
    within_m: float = inf,
    key: Callable[[Item], Any] | None = None,
) -> list[Ranked[Item]]:
    """Take the k nearest from a stream of candidates, and no more of the stream than certainty needs.

    Parameters
    ----------
    lon, lat
        The place asked about, in degrees.
    candidates
        In ascending order of their spherical distance.
    k
        How many are wanted, at least one.
    within_m
        Only those at most this far on the ellipsoid.
    key
        Decides between equally far ones; the stream's order if None.

    Returns
    -------
    list of Ranked
        Ascending by distance.
    """
    found: list[tuple[float, Any, int, Ranked[Item]]] = []
    nearest: list[float] = []  # the k smallest distances, negative, the largest of them first
    for order, candidate in enumerate(candidates):
        limit = min(within_m, -nearest[0]) if len(nearest) == k else within_m
        if candidate.spherical_m > limit * SPHERE_MARGIN:
            break
        azimuth, _, metres = GEOD.inv(lon, lat, candidate.lon, candidate.lat)
        if metres > limit:
            continue
        (heappush if len(nearest) < k else heappushpop)(nearest, -metres)
        ranked = Ranked(candidate.item, candidate.lon, candidate.lat, metres, azimuth % 360.0)
        found.append((metres, key(candidate.item) if key else order, order, ranked))
    return [ranked for *_, ranked in sorted(found, key=itemgetter(0, 1, 2))[:k]]


_GEOCENTRIC = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


def to_geocentric(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Places on the ellipsoid as x, y, z in metres from the centre of the earth; shape (points, 3)."""
    return np.column_stack(_GEOCENTRIC.transform(lon, lat, np.zeros(len(lon))))


class SiteIndex:
    """The k nearest of points that do not move, for many questions at once.

    Parameters
    ----------
    lon, lat
        The points in degrees, finite.
    """

    def __init__(self, lon: FloatArray, lat: FloatArray) -> None:
        self._lon, self._lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        self._tree = cKDTree(to_geocentric(self._lon, self._lat))

    def nearest(self, lon: FloatArray, lat: FloatArray, k: int) -> tuple[IntArray, FloatArray]:
        """Find the k nearest points of each place.

        Returns
        -------
        tuple
            Positions and distances in metres on the ellipsoid, both of shape (places, min(k, points)), ascending.
        """
        wanted = min(k, len(self._lon))
        positions = np.empty((len(lon), wanted), dtype=np.int64)
        metres = np.empty((len(lon), wanted))
        open_rows, ask = np.arange(len(lon)), wanted + _SPARE
        while wanted and len(open_rows):
            ask = min(ask, len(self._lon))
            found, far, chord = self._ask(lon[open_rows], lat[open_rows], ask)
            positions[open_rows], metres[open_rows] = found[:, :wanted], far[:, :wanted]
            unsure = (chord < far[:, wanted - 1]) & (ask < len(self._lon))
            open_rows, ask = open_rows[unsure], ask * 4
        return positions, metres

    def _ask(self, lon: FloatArray, lat: FloatArray, ask: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Candidates in geodesic order, their distances, and the chord beyond which nothing was looked at."""
        chords, near = self._tree.query(to_geocentric(lon, lat), k=np.arange(1, ask + 1))
        far = distance_m(lon[:, None], lat[:, None], self._lon[near], self._lat[near])
        order = np.lexsort((near, far), axis=1)
        return np.take_along_axis(near, order, 1), np.take_along_axis(far, order, 1), chords[:, -1]
