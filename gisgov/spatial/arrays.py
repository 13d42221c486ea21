"""The arrays that this package takes and returns, and how polygons become rings."""

import numpy as np
import shapely
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
GeometryArray = NDArray[np.object_]
"""Of shapely geometries; entries may be None."""
Pair = tuple[FloatArray, FloatArray]
"""Longitudes and latitudes, or x and y."""
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def rings_of(polygons: GeometryArray) -> tuple[GeometryArray, IntArray]:
    """All rings of polygons and multipolygons, and the position of the geometry that each belongs to."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    return rings, owner[part].astype(np.int64)
