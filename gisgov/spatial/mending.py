"""Mend the slivers of a coverage, and show every piece of land that changed hands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gisgov.spatial.arrays import FloatArray, GeometryArray
from gisgov.spatial.crs import LocalPlane, area_m2
from gisgov.spatial.topology import Defect, DefectKind, check_coverage

_CRUMB_M2 = 1e-4
"""Less land than a square centimetre is the rounding of a vertex."""
_CRUMB_DEG2 = 1e-16


@dataclass(frozen=True, slots=True)
class Transfer:
    """A piece of land that changed hands.

    Parameters
    ----------
    geometry
        The piece, in degrees.
    from_code, to_code
        Who had it and who has it now; None for nobody.
    area_m2
        Its area in square metres.
    """

    geometry: shapely.Geometry
    from_code: str | None
    to_code: str | None
    area_m2: float


@dataclass(frozen=True, slots=True)
class Mended:
    """What came of mending.

    Parameters
    ----------
    polygons
        The new polygons in degrees, one for each old one and in the same order.
    transfers
        Every piece of land of a square centimetre or more that changed hands.
    left
        The defects that remain: those wider than was allowed to be mended.
    """

    polygons: GeometryArray
    transfers: list[Transfer]
    left: list[Defect]


def mend_slivers(
    polygons: Sequence[shapely.Geometry] | GeometryArray, codes: Sequence[str], max_width_m: float
) -> Mended:
    """Close gaps and share out overlaps up to a width, and match all borders vertex by vertex.

    A sliver goes to the neighbour with the longest common border. Wider gaps stay gaps and wider overlaps stay
    overlaps: who owns such land is not for a program to say. Vertices that need not move keep their very numbers.

    Parameters
    ----------
    polygons
        Polygons or multipolygons in degrees. Invalid ones are made valid, and what that moves is shown too.
    codes
        Their codes, as many.
    max_width_m
        The widest gap or overlap that may be mended, as the diameter of the largest circle inside it, in metres.
    """
    before = np.array(polygons, dtype=object)
    valid = _polygonal(shapely.make_valid(before, method="structure"))
    plane = LocalPlane.about(valid)
    wide = [
        defect.geometry
        for defect in check_coverage(valid, codes)
        if defect.kind is DefectKind.OVERLAP and defect.width_m > max_width_m
    ]
    flat = plane.to_metres(valid)
    cleaned = _clean(flat, plane.to_metres(np.array(wide, dtype=object)), max_width_m)
    after = _back_to_degrees(cleaned, flat, valid, plane)
    return Mended(after, _transfers(valid, before, after, codes), check_coverage(after, codes))


def _polygonal(shapes: GeometryArray) -> GeometryArray:
    """Keep the areas of what `make_valid` returned."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_dimensions(parts) == 2
    kept = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    for i in np.unique(owner[areal]):
        own = parts[areal & (owner == i)]
        kept[i] = own[0] if len(own) == 1 else shapely.union_all(own)
    return kept


def _clean(flat: GeometryArray, wide: GeometryArray, max_width_m: float) -> GeometryArray:
    """Clean in metres, with each wide overlap taken out as a cell of its own and given back to all its holders."""
    holders, overlap = (
        shapely.STRtree(flat).query(wide, predicate="intersects")[::-1] if len(wide) else ([], [])
    )
    pairs = [
        (cell, face)
        for cell, face in zip(holders, overlap, strict=True)
        if shapely.area(shapely.intersection(flat[cell], wide[face])) > 0.5 * shapely.area(wide[face])
    ]
    carved = flat.copy()
    for cell, face in pairs:
        carved[cell] = shapely.difference(carved[cell], wide[face])
    cleaned = shapely.coverage_clean(np.append(_polygonal(carved), wide), gap_width=max_width_m)
    mended = cleaned[: len(flat)].copy()
    for cell, face in pairs:
        mended[cell] = shapely.union(mended[cell], cleaned[len(flat) + face])
    return np.asarray(mended, dtype=object)


def _back_to_degrees(
    cleaned: GeometryArray, flat: GeometryArray, degrees: GeometryArray, plane: LocalPlane
) -> GeometryArray:
    """Give every vertex that did not move the number it had; compute the others."""
    known = shapely.get_coordinates(flat) @ np.array([1, 1j])
    order = np.argsort(known)
    known, original = known[order], shapely.get_coordinates(degrees)[order]

    def lift(metres: FloatArray) -> FloatArray:
        sought = metres @ np.array([1, 1j])
        place = np.minimum(np.searchsorted(known, sought), len(known) - 1)
        computed = shapely.get_coordinates(plane.to_degrees(shapely.points(metres)))
        return np.asarray(np.where((known[place] == sought)[:, None], original[place], computed))

    return np.asarray(shapely.transform(cleaned, lift), dtype=object)


# --- what changed hands ----------------------------------------------------------------------------------------


_Move = tuple[shapely.Geometry, str | None, str | None]
"""A piece of land, who had it and who has it now."""


def _transfers(
    valid: GeometryArray, before: GeometryArray, after: GeometryArray, codes: Sequence[str]
) -> list[Transfer]:
    """List what changed hands; all pieces are measured at once, on one plane."""
    moves = list(_moves(valid, before, after, codes))
    areas = area_m2(np.array([piece for piece, _, _ in moves], dtype=object))
    measured = zip(moves, areas.tolist(), strict=True)
    return [Transfer(*move, area) for move, area in measured if area >= _CRUMB_M2]


def _moves(
    valid: GeometryArray, before: GeometryArray, after: GeometryArray, codes: Sequence[str]
) -> Iterator[_Move]:
    """Compare holders before and after, cell by changed cell."""
    changed = np.flatnonzero(~shapely.equals_exact(shapely.normalize(before), shapely.normalize(after), 0.0))
    old_tree, new_tree = shapely.STRtree(valid), shapely.STRtree(after)
    for cell in changed.tolist():
        lost = shapely.difference(valid[cell], after[cell])
        yield from _given(lost, codes[cell], after, new_tree, codes)
        gained = shapely.difference(after[cell], valid[cell])
        holders = old_tree.query(gained, predicate="intersects")
        yield from _pieces(_without(gained, valid[holders]), None, codes[cell])


def _given(
    lost: shapely.Geometry, giver: str, after: GeometryArray, tree: shapely.STRtree, codes: Sequence[str]
) -> Iterator[_Move]:
    takers = tree.query(lost, predicate="intersects")
    for taker in takers.tolist():
        yield from _pieces(shapely.intersection(lost, after[taker]), giver, codes[taker])
    yield from _pieces(_without(lost, after[takers]), giver, None)


def _without(land: shapely.Geometry, others: GeometryArray) -> shapely.Geometry:
    return shapely.difference(land, shapely.union_all(others)) if len(others) else land


def _pieces(land: shapely.Geometry, giver: str | None, taker: str | None) -> Iterator[_Move]:
    if giver == taker:
        return
    parts = shapely.get_parts(land)
    for part in parts[shapely.area(parts) > _CRUMB_DEG2]:
        yield part, giver, taker
