"""What is wrong with a set of cells that should cover land without gap or overlap, each defect as a piece of land.

How it works. Walk every ring with its polygon on the left. In a sound coverage each inner edge is walked once in each
direction and cancels; the edges that do not cancel (the *open* edges) are where the number of cells over a place
changes in a way it should not, or the outer boundary. They are few. Divide the plane by them alone: over each of the
resulting faces the number of cells is constant, so one point per face tells whether nobody owns it (a gap) or several
do (an overlap). A frame joins in as one polygon walked the other way round. Every gap and overlap of whatever width is
found this way; GEOS's own coverage test passes pure gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely

from gisgov.spatial.arrays import BoolArray, FloatArray, GeometryArray, IntArray, rings_of
from gisgov.spatial.crs import LocalPlane


class DefectKind(StrEnum):
    """What is wrong at a place."""

    INVALID = "invalid"
    """A polygon that crosses itself, is empty, or is no polygon."""
    DUPLICATE = "duplicate"
    """A code that several polygons carry."""
    OVERLAP = "overlap"
    """Land of several cells."""
    GAP = "gap"
    """Land of no cell, enclosed by cells."""
    MISSING_FRAME = "missing_frame"
    """Land of the frame that no cell covers, open to the frame's border."""
    OUTSIDE_FRAME = "outside_frame"
    """Land of a cell outside of the frame."""
    UNMATCHED = "unmatched"
    """A border whose two sides have different vertices, though no land worth naming lies between them."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong.

    Parameters
    ----------
    kind
        See `DefectKind`.
    codes
        The cells involved, in order of their codes; for a gap those around it.
    geometry
        The piece of land in degrees; lines for `DefectKind.UNMATCHED`.
    area_m2
        Its area in square metres, 0 for lines.
    width_m
        The diameter of the largest circle inside it, in metres; 0 for lines.
    note
        What GEOS says of an invalid polygon, else empty.
    """

    kind: DefectKind
    codes: tuple[str, ...]
    geometry: shapely.Geometry
    area_m2: float = 0.0
    width_m: float = 0.0
    note: str = ""


def check_coverage(
    polygons: Sequence[shapely.Geometry] | GeometryArray,
    codes: Sequence[str],
    frame: shapely.Geometry | None = None,
    tolerance_m: float = 0.001,
) -> list[Defect]:
    """List everything that keeps polygons from being a coverage.

    Parameters
    ----------
    polygons
        Polygons or multipolygons in degrees.
    codes
        Their codes, as many.
    frame
        The land they should fill exactly, in degrees; None when any outline will do.
    tolerance_m
        Gaps and overlaps narrower than this are rounding, and show as unmatched borders only.

    Returns
    -------
    list of Defect
        Empty for a sound coverage.
    """
    shapes = np.array(polygons, dtype=object)
    names = np.array([str(code) for code in codes], dtype=object)
    found = [*_invalid(shapes, names), *_duplicates(shapes, names)]
    usable = _usable(shapes)
    shapes, names = shapes[usable], names[usable]
    if len(shapes) == 0:
        return found
    opened = _open_edges(shapes, frame)
    if len(opened.lines) == 0:
        return found
    faces = _Faces(shapes, names, frame, opened, tolerance_m).defects()
    suspects = np.unique(opened.owner[opened.owner >= 0])
    return found + faces + _unmatched(shapes, names, suspects, faces)


def _usable(shapes: GeometryArray) -> BoolArray:
    return np.asarray(
        shapely.is_valid(shapes) & ~shapely.is_empty(shapes) & (shapely.get_dimensions(shapes) == 2)
    )


def _invalid(shapes: GeometryArray, names: GeometryArray) -> list[Defect]:
    return [
        Defect(DefectKind.INVALID, (names[i],), _or_empty(shapes[i]), note=_why_invalid(shapes[i]))
        for i in np.flatnonzero(~_usable(shapes))
    ]


def _or_empty(shape: shapely.Geometry | None) -> shapely.Geometry:
    return shapely.Polygon() if shape is None else shape


def _why_invalid(shape: shapely.Geometry | None) -> str:
    if shape is None or shape.is_empty:
        return "empty"
    if not shape.is_valid:
        return str(shapely.is_valid_reason(shape))
    return f"not a polygon but a {shape.geom_type}"


def _duplicates(shapes: GeometryArray, names: GeometryArray) -> list[Defect]:
    codes, count = np.unique(names.astype(str), return_counts=True)
    return [
        Defect(
            DefectKind.DUPLICATE, (str(code),), shapely.union_all(shapely.make_valid(shapes[names == code]))
        )
        for code in codes[count > 1]
    ]


# --- open edges ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _OpenEdges:
    lines: GeometryArray
    owner: IntArray
    """Position of the polygon that each was taken from; -1 for the frame."""


def _open_edges(shapes: GeometryArray, frame: shapely.Geometry | None) -> _OpenEdges:
    """The edges that are not walked as often forth as back, the frame being walked the other way round."""
    start, end, owner = _directed_edges(shapes)
    if frame is not None:
        frame_start, frame_end, frame_owner = _directed_edges(np.array([frame], dtype=object))
        start, end = np.vstack([start, frame_end]), np.vstack([end, frame_start])
        owner = np.append(owner, frame_owner - 1)
    count = len(start)
    _, vertex = np.unique(np.vstack([start, end]) @ np.array([1, 1j]), return_inverse=True)
    a, b = vertex[:count].astype(np.int64), vertex[count:].astype(np.int64)
    edge = np.minimum(a, b) * (vertex.max() + 1) + np.maximum(a, b)
    order = np.argsort(edge, kind="stable")
    first = np.flatnonzero(np.append(True, edge[order][1:] != edge[order][:-1]))
    net = np.add.reduceat(np.where(a < b, 1, -1)[order], first)
    group = np.cumsum(np.bincount(first, minlength=count)) - 1
    is_open = np.zeros(count, dtype=bool)
    is_open[order] = net[group] != 0
    lines = shapely.linestrings(np.stack([start[is_open], end[is_open]], axis=1)) if is_open.any() else []
    return _OpenEdges(np.array(lines, dtype=object), owner[is_open])


def _directed_edges(shapes: GeometryArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Start and end of every edge, shape (edges, 2), walked with the polygon on the left, and whose it is."""
    rings, ring_owner = rings_of(shapely.orient_polygons(shapes, exterior_cw=False))
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end, owner = vertices[:-1][same], vertices[1:][same], ring_owner[ring[1:][same]]
    moves = (start != end).any(axis=1)
    return start[moves], end[moves], owner[moves]


# --- faces -----------------------------------------------------------------------------------------------------


_HAIR_DEG = 1e-9


class _Faces:
    """The pieces into which the open edges divide the plane, and what is wrong over each."""

    def __init__(
        self,
        shapes: GeometryArray,
        names: GeometryArray,
        frame: shapely.Geometry | None,
        opened: _OpenEdges,
        tolerance_m: float,
    ) -> None:
        self._shapes, self._names, self._frame = shapes, names, frame
        self._tolerance_m = tolerance_m
        self._tree = shapely.STRtree(shapes)
        self._opened, self._edge_tree = opened, shapely.STRtree(opened.lines)
        self._area_plane = LocalPlane.about(opened.lines, "area")
        noded = shapely.union_all(opened.lines)
        self._faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))

    def defects(self) -> list[Defect]:
        inner = np.array([self._inner_point(face) for face in self._faces], dtype=object)
        face, _ = self._tree.query(inner, predicate="intersects")
        holders = np.bincount(face, minlength=len(self._faces))
        framed = (
            np.ones(len(inner), dtype=bool) if self._frame is None else shapely.intersects(self._frame, inner)
        )
        wrong = np.where(framed, holders != 1, holders > 0)
        return [
            defect
            for shape, count, is_framed in zip(self._faces[wrong], holders[wrong], framed[wrong], strict=True)
            for defect in self._describe(shape, int(count), bool(is_framed))
        ]

    def _inner_point(self, face: shapely.Geometry) -> shapely.Point:
        """A point inside of a face and on the border of no cell: the number of its holders is the face's."""
        while True:
            point = shapely.point_on_surface(face)
            near = self._tree.query(point, predicate="intersects")
            on_border = near[~shapely.contains(self._shapes[near], point)]
            if len(on_border) == 0:
                return point
            smaller = shapely.intersection(face, self._shapes[on_border[0]])
            if smaller.is_empty or smaller.equals(face):
                return point
            face = smaller

    def _describe(self, face: shapely.Geometry, holders: int, framed: bool) -> list[Defect]:
        area_m2, width_m = _measure(self._area_plane.to_metres(face))
        if width_m < self._tolerance_m:
            return []
        codes = self._codes(face, holders)
        kinds = [DefectKind.OVERLAP] if holders > 1 else []
        if not framed:
            kinds.append(DefectKind.OUTSIDE_FRAME)
        if holders == 0:
            kinds.append(self._kind_of_gap(face))
        return [Defect(kind, codes, face, area_m2, width_m) for kind in kinds]

    def _kind_of_gap(self, face: shapely.Geometry) -> DefectKind:
        if self._frame is None:
            return DefectKind.GAP
        shared = shapely.intersection(shapely.boundary(self._frame), shapely.boundary(face))
        return DefectKind.MISSING_FRAME if shapely.length(shared) > 0 else DefectKind.GAP

    def _codes(self, face: shapely.Geometry, holders: int) -> tuple[str, ...]:
        """The cells that share a face, or those around it when nobody holds it."""
        involved = self._sharers(face) if holders else self._neighbours(face)
        return tuple(sorted({str(name) for name in self._names[involved]}))

    def _sharers(self, face: shapely.Geometry) -> IntArray:
        near = self._tree.query(face, predicate="intersects")
        shared = shapely.area(shapely.intersection(self._shapes[near], face))
        return np.asarray(near[shared > 1e-6 * shared.max(initial=0.0)])

    def _neighbours(self, face: shapely.Geometry) -> IntArray:
        """Owners of the open edges along a face; dividing the plane rounded, hence the hair's breadth."""
        rim = shapely.buffer(face.boundary, _HAIR_DEG)
        near = self._edge_tree.query(rim, predicate="intersects")
        along = shapely.length(shapely.intersection(self._opened.lines[near], rim)) > 4 * _HAIR_DEG
        owners = np.unique(self._opened.owner[near[along]])
        return owners[owners >= 0]


def _measure(shape: shapely.Geometry) -> tuple[float, float]:
    """Area in square metres and width in metres (diameter of the largest circle inside) of a polygon in metres."""
    area, length = float(shapely.area(shape)), float(shapely.length(shape))
    mean_width = 2 * area / length if length else 0.0
    if mean_width < 0.001:
        return area, mean_width
    circle = shapely.maximum_inscribed_circle(shape, tolerance=mean_width / 10)
    return area, 2 * float(shapely.length(circle))


# --- unmatched edges -------------------------------------------------------------------------------------------


def _unmatched(
    shapes: GeometryArray,
    names: GeometryArray,
    suspects: IntArray,
    faces: list[Defect],
) -> list[Defect]:
    """Borders that GEOS finds not edge-matched, unless a piece of land between them is listed already."""
    if len(suspects) == 0:
        return []
    tree = shapely.STRtree(shapes)
    _, beside = tree.query(shapes[suspects], predicate="intersects")
    asked = np.union1d(suspects, beside)
    edges = shapely.coverage_invalid_edges(shapes[asked])
    bad = np.flatnonzero(~shapely.is_empty(edges))
    known = shapely.STRtree([defect.geometry for defect in faces])
    defects = []
    for i in bad:
        lines = shapely.get_parts(edges[i])
        touched = (
            np.unique(known.query(lines, predicate="intersects")[0]) if faces else np.empty(0, dtype=np.int64)
        )
        rest = np.delete(lines, touched)
        if len(rest):
            defects.append(
                Defect(DefectKind.UNMATCHED, (str(names[asked[i]]),), shapely.multilinestrings(rest))
            )
    return defects
