"""An index of things that move, for replay and planning: change one, ask for the nearest, at any time.

What every process must see of the real world stands in the database; this is for worlds that one process plays.
"""

from __future__ import annotations

from itertools import islice

import numpy as np
from rtree import index

from gisgov.spatial.arrays import FloatArray
from gisgov.spatial.crs import GEOD
from gisgov.spatial.nearest import to_geocentric

_SPARE = 8


class MovingIndex:
    """Points under integer keys; positions in degrees."""

    def __init__(self) -> None:
        self._index = index.Index(properties=index.Property(dimension=3))
        self._at: dict[int, tuple[float, float, FloatArray]] = {}

    def __len__(self) -> int:
        return len(self._at)

    def put(self, key: int, lon: float, lat: float) -> None:
        """Set a thing's position, whether it was known or not."""
        self.remove(key)
        place = to_geocentric(np.array([lon]), np.array([lat]))[0]
        self._at[key] = (lon, lat, place)
        self._index.insert(key, (*place, *place))

    def remove(self, key: int) -> None:
        """Forget a thing; one that is not known is no error."""
        known = self._at.pop(key, None)
        if known is not None:
            self._index.delete(key, (*known[2], *known[2]))

    def nearest(self, lon: float, lat: float, k: int) -> list[tuple[int, float]]:
        """List the keys of the k nearest things with their distances in metres, exactly ordered on the ellipsoid."""
        here = to_geocentric(np.array([lon]), np.array([lat]))[0]
        ask = k + _SPARE
        while True:
            keys = list(islice(self._index.nearest((*here, *here), ask), len(self._at)))
            ranked = sorted((self._distance_m(key, lon, lat), key) for key in keys)[:k]
            beyond = max((float(np.linalg.norm(self._at[key][2] - here)) for key in keys), default=0.0)
            if len(keys) == len(self._at) or (len(ranked) == k and beyond >= ranked[-1][0]):
                return [(key, metres) for metres, key in ranked]
            ask *= 4

    def _distance_m(self, key: int, lon: float, lat: float) -> float:
        return float(GEOD.inv(lon, lat, *self._at[key][:2])[2])
