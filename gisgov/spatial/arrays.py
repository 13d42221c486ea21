"""The names of the arrays that this package takes and returns."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
GeometryArray = NDArray[np.object_]
"""Of shapely geometries; entries may be None."""
Pair = tuple[FloatArray, FloatArray]
"""Longitudes and latitudes, or x and y."""
