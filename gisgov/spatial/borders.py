"""The borders of a coverage, cut into short pieces, for the distance to the nearest one and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from gisgov.spatial.arrays import FloatArray, GeometryArray, IntArray, rings_of
from gisgov.spatial.crs import distance_m, from_conformal, to_conformal

_LONGEST_EDGE_DEG = 0.01
"""Longer edges are divided before projecting, so that a straight line in degrees stays one within 2 cm."""
_PIECE_EDGES = 16
_FIRST_REACH = 500.0
TIE_M = 1e-5
"""Two borders whose distances differ by less than this are equally near: both are one line, seen from two sides."""


@dataclass(frozen=True, slots=True)
class _Pieces:
    lines: GeometryArray
    owner: IntArray
    """Position in the coverage of the polygon that each piece bounds."""
    tree: shapely.STRtree


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The nearest border of each point, and every polygon it belongs to.

    Parameters
    ----------
    border_m
        Distance to it on the ellipsoid, inf where the coverage has no border at all.
    row, cell, metres
        One entry for each polygon (position in the coverage) whose border is as near as that, up to `TIE_M`.
    """

    border_m: FloatArray
    row: IntArray
    cell: IntArray
    metres: FloatArray


class Borders:
    """Nearest borders of polygons, found on a conformal plane and measured on the ellipsoid.

    Parameters
    ----------
    polygons
        Polygons or multipolygons in degrees; empty ones and None have no border.
    """

    def __init__(self, polygons: GeometryArray) -> None:
        self._polygons = polygons

    @cached_property
    def _pieces(self) -> _Pieces:
        lines, owner = _cut(self._polygons)
        tree = shapely.STRtree(lines)
        tree.query(shapely.Point(0, 0))  # builds it now, not in the first request
        return _Pieces(lines, owner, tree)

    @cached_property
    def _outlines(self) -> GeometryArray:
        """One geometry per polygon: all of its pieces."""
        outlines = np.full(len(self._polygons), None, dtype=object)
        owned, first = np.unique(self._pieces.owner, return_index=True)
        index = np.repeat(np.arange(len(owned)), np.diff(np.append(first, len(self._pieces.owner))))
        outlines[owned] = shapely.multilinestrings(self._pieces.lines, indices=index)
        return outlines

    def around(self, lon: FloatArray, lat: FloatArray, inside: IntArray) -> Surroundings:
        """Find the nearest border of every point.

        Parameters
        ----------
        lon, lat
            Finite degrees, of one length.
        inside
            Position of a polygon that holds the point (its own border bounds the search), -1 where none does.
        """
        nothing = np.empty(0, dtype=np.int64)
        if len(self._pieces.lines) == 0 or len(lon) == 0:
            return Surroundings(np.full(len(lon), np.inf), nothing, nothing, np.empty(0))
        points = shapely.points(*to_conformal(lon, lat))
        reach = self._reach(points, inside)
        reach = reach * (1 + _unevenness(reach, lat)) + 2 * TIE_M / np.cos(np.radians(np.clip(lat, -89, 89)))
        row, piece = self._pieces.tree.query(points, predicate="dwithin", distance=reach)
        metres = self._metres(points[row], lon[row], lat[row], piece)
        border_m = np.full(len(lon), np.inf)
        np.minimum.at(border_m, row, metres)
        near = metres <= border_m[row] + TIE_M
        return Surroundings(border_m, row[near], self._pieces.owner[piece[near]], metres[near])

    def _reach(self, points: GeometryArray, inside: IntArray) -> FloatArray:
        """How far, on the plane, at least one piece of border is to be found."""
        held = inside >= 0
        reach = np.zeros(len(points))
        reach[held] = shapely.distance(points[held], self._outlines[inside[held]])
        _, far = self._pieces.tree.query_nearest(points[~held], all_matches=False, return_distance=True)
        reach[~held] = far
        return reach

    def nearest_other(self, lon: FloatArray, lat: FloatArray, kin: IntArray) -> tuple[IntArray, FloatArray]:
        """Find the nearest border that belongs to none of `kin`; every point has the same kin.

        Returns
        -------
        tuple
            Position of the polygon (-1 where there is no other) and distance in metres (inf there).
        """
        cell, metres = np.full(len(lon), -1, dtype=np.int64), np.full(len(lon), np.inf)
        points = shapely.points(*to_conformal(lon, lat))
        west, south, east, north = shapely.total_bounds(points)
        reach, whole = max(east - west, north - south, _FIRST_REACH), False
        while not whole and np.any(cell < 0):
            seen = self._pieces.tree.query(
                shapely.box(west - reach, south - reach, east + reach, north + reach)
            )
            others = seen[~np.isin(self._pieces.owner[seen], kin)]
            whole = len(seen) == len(self._pieces.lines)
            tree, open_rows = shapely.STRtree(self._pieces.lines[others]), np.flatnonzero(cell < 0)
            (row, hit), far = tree.query_nearest(points[open_rows], all_matches=False, return_distance=True)
            sure = (far <= reach) | whole
            rows, piece = open_rows[row[sure]], others[hit[sure]]
            cell[rows] = self._pieces.owner[piece]
            metres[rows] = self._metres(points[rows], lon[rows], lat[rows], piece)
            reach *= 4
        return cell, metres

    def _metres(self, points: GeometryArray, lon: FloatArray, lat: FloatArray, piece: IntArray) -> FloatArray:
        line = self._pieces.lines[piece]
        foot = shapely.get_coordinates(
            shapely.line_interpolate_point(line, shapely.line_locate_point(line, points))
        )
        return distance_m(lon, lat, *from_conformal(foot[:, 0], foot[:, 1]))


def _unevenness(reach: FloatArray, lat: FloatArray) -> FloatArray:
    """By how much the plane's scale may differ within `reach`, as a share of it; 1e-4 for a kilometre."""
    steep = 1 + np.tan(np.radians(np.clip(np.abs(lat), 0, 89)))
    return np.asarray(np.minimum(2 * reach / 6.3e6 * steep, 1.0))


def _cut(polygons: GeometryArray) -> tuple[GeometryArray, IntArray]:
    """Cut the rings of all polygons into lines of at most `_PIECE_EDGES` edges on the conformal plane."""
    rings, ring_owner = rings_of(polygons)
    if len(rings) == 0:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    degrees, ring = shapely.get_coordinates(shapely.segmentize(rings, _LONGEST_EDGE_DEG), return_index=True)
    vertices = np.column_stack(to_conformal(degrees[:, 0], degrees[:, 1]))
    first_of_ring = np.searchsorted(ring, np.arange(len(rings)))
    within_ring = np.arange(len(ring)) - first_of_ring[ring]
    last_of_ring = np.append(ring[1:] != ring[:-1], True)
    is_cut = (within_ring % _PIECE_EDGES == 0) & (within_ring > 0) & ~last_of_ring
    repeats = np.where(is_cut, 2, 1)  # a vertex at a cut ends one piece and begins the next
    source = np.repeat(np.arange(len(ring)), repeats)
    begins = np.append(True, source[1:] == source[:-1]) | np.append(
        True, ring[source][1:] != ring[source][:-1]
    )
    piece = np.cumsum(begins) - 1
    lines = shapely.linestrings(vertices[source], indices=piece)
    return lines, ring_owner[ring[source[begins]]]
