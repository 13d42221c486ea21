"""A flat metric working surface for the generators, so that streets can be straight and blocks square."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gisgov.spatial.crs import LocalPlane

GRID_DEG = 1e-7
"""All coordinates are rounded to this (about one centimetre), vertex by vertex, so shared ones stay shared."""


class Plane:
    """Metres east and north of the middle of an outline given in WGS84."""

    def __init__(self, outline: Any) -> None:
        self._local = LocalPlane.about(outline)
        self.outline = self.flat(outline)

    def flat(self, shapes: Any) -> Any:
        """WGS84 degrees → metres on the plane."""
        return self._local.to_metres(shapes)

    def round(self, shapes: Any) -> Any:
        """Metres on the plane → WGS84 degrees on the rounding grid."""
        return shapely.transform(
            self._local.to_degrees(shapes), lambda xy: np.round(xy / GRID_DEG) * GRID_DEG
        )
