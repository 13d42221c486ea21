"""Hexagons of the H3 system as counting units: of points, around polygons, one level up.

A hexagon's parent holds most of it, not all: going up by parents and indexing anew on the coarser level differ for
points near a border. Every function here says which it does.
"""

from __future__ import annotations

from collections.abc import Iterable

import h3
import numpy as np
import shapely

from gisgov.spatial.arrays import FloatArray, GeometryArray


def hex_of(lon: float, lat: float, resolution: int) -> str:
    """Name the hexagon of a point given in WGS84 degrees, at an H3 resolution of 0 … 15."""
    return str(h3.latlng_to_cell(lat, lon, resolution))


def hexes_of(lon: FloatArray, lat: FloatArray, resolution: int) -> GeometryArray:
    """Name the hexagon of each point; an empty text where a coordinate is not finite."""
    finite = np.isfinite(lon) & np.isfinite(lat)
    names = np.full(len(lon), "", dtype=object)
    names[finite] = [
        h3.latlng_to_cell(y, x, resolution)
        for x, y in zip(lon[finite].tolist(), lat[finite].tolist(), strict=True)
    ]
    return names


def parents(hexes: Iterable[str], resolution: int) -> GeometryArray:
    """Name the parent of each hexagon on a coarser level (not the coarser hexagon of each point in it).

    Raises
    ------
    ValueError
        The resolution is finer than that of a hexagon.
    """
    return np.array([h3.cell_to_parent(name, resolution) for name in hexes], dtype=object)


def outlines(hexes: Iterable[str]) -> GeometryArray:
    """Draw hexagons as polygons in degrees, longitude first."""
    rings = [[(lon, lat) for lat, lon in h3.cell_to_boundary(name)] for name in hexes]
    return np.array([shapely.Polygon(ring) for ring in rings], dtype=object)


def cover(area: shapely.Geometry, resolution: int) -> list[str]:
    """List every hexagon that shares land with a polygon or multipolygon, in the order of their names."""
    shape = h3.geo_to_h3shape(area)
    near = h3.h3shape_to_cells_experimental(shape, resolution, "overlap")
    return sorted(near)
