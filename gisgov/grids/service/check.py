"""The check of a draft as a whole: is it a coverage, and does it fill its frame.

What passed is remembered by a fingerprint of everything the draft says, so that what is published is what was
checked.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gisgov.grids import rules
from gisgov.grids.model import Active, FrameRule, Level, MovedKind, Network, Root
from gisgov.grids.service.networks import network as network_of
from gisgov.grids.service.read import release
from gisgov.grids.store import drafts, findings, releases, versions
from gisgov.identity import service as identity
from gisgov.identity.model import Area
from gisgov.kernel.db import Tx
from gisgov.spatial.arrays import GeometryArray
from gisgov.spatial.crs import area_m2
from gisgov.spatial.topology import Defect, DefectKind, check_coverage

POLYGONAL = 2
"""The dimension of land."""


@dataclass(frozen=True)
class Frame:
    """What a draft has to fill: the outermost outline and the parents of the published release, by code.

    Either may be missing: nothing is published yet, or the draft replaces its frame.
    """

    outline: shapely.Geometry | None
    parents: Mapping[str, shapely.Geometry]


def check(tx: Tx, release_id: int, outline: shapely.Geometry | None = None) -> dict[DefectKind, int]:
    """Check a draft, store what is wrong with it, and remember what was checked.

    Parameters
    ----------
    outline : polygon, optional
        The outermost outline in WGS84, where a first or replacing import states one.

    Returns
    -------
    dict
        Kind → number of defects; empty for a draft that may be published.
    """
    tx.may("grid.import")
    draft = release(tx, release_id)
    network = network_of(tx, draft.network)
    active = active_of(tx, network)
    frame = frame_of(tx, network, active, draft.frame_rule, outline)
    codes, paths, polygons = drafts.cells(tx, release_id)
    tolerance_m, hole_width_m = draft.source["tolerance_m"], draft.source["hole_width_m"]
    found = check_coverage(polygons, codes, frame.outline, tolerance_m)
    if hole_width_m is not None and frame.outline is None:
        found = [defect for defect in found if not _is_hole(defect, hole_width_m)]
    if frame.parents:
        unions = _unions(polygons, _leaf_codes(tx, network, release_id, paths), sound=not found)
        if draft.frame_rule is FrameRule.KEEP:
            found += _parents_that_differ(unions, frame.parents, tolerance_m)
        else:
            _show_transfers(tx, release_id, unions, frame.parents, tolerance_m)
    findings.forget_defects(tx, release_id)
    findings.add_defects(tx, release_id, found)
    releases.checked(
        tx, release_id, drafts.fingerprint(tx, release_id), active.release_id if active else None
    )
    return findings.defect_counts(tx, release_id)


def active_of(tx: Tx, network: Network) -> Active | None:
    """Return the published release of a network."""
    return next((one for one in releases.active(tx) if one.network == network), None)


def frame_of(
    tx: Tx, network: Network, active: Active | None, rule: FrameRule, outline: shapely.Geometry | None = None
) -> Frame:
    """Return what a draft of a network has to fill under a frame rule."""
    if active is None or rule is FrameRule.REPLACE:
        return Frame(outline, {})
    shapes = versions.active_areas(tx, network.id)
    areas = identity.areas_by_ids(tx, list(shapes))
    above = {area.parent_id for area in areas.values()}
    leaves = {area.code: shapes[area.id] for area in areas.values() if area.id not in above}
    return Frame(_root_shape(areas, shapes), leaves)


def _is_hole(defect: Defect, hole_width_m: float) -> bool:
    return defect.kind is DefectKind.GAP and defect.width_m >= hole_width_m


def _root_shape(areas: Mapping[int, Area], shapes: Mapping[int, shapely.Geometry]) -> shapely.Geometry | None:
    return next((shapes[area.id] for area in areas.values() if area.parent_id is None), None)


def _leaf_codes(tx: Tx, network: Network, release_id: int, paths: Sequence[tuple[str, ...]]) -> list[str]:
    """Return for each cell the code of the area it lies, or will lie, in directly."""
    root, levels = releases.plan(tx, release_id)
    names = [Level(**level).level_name for level in levels]
    standing = identity.areas(tx, tree=network.tree)
    placement = rules.place(standing, Root(**root), names, drafts.paths(tx, release_id))
    return [placement.leaf_codes[path] for path in paths]


def _unions(
    polygons: GeometryArray, leaf_codes: Sequence[str], *, sound: bool
) -> dict[str, shapely.Geometry]:
    members: dict[str, list[int]] = defaultdict(list)
    for row, code in enumerate(leaf_codes):
        members[code].append(row)
    if sound:
        return {code: shapely.coverage_union_all(polygons[rows]) for code, rows in members.items()}
    usable = shapely.make_valid(polygons)
    return {code: shapely.union_all(usable[rows]) for code, rows in members.items()}


def _parents_that_differ(
    unions: Mapping[str, shapely.Geometry], frames: Mapping[str, shapely.Geometry], tolerance_m: float
) -> list[Defect]:
    """List where the children of a parent do not fill it, or leave it; its code stands for theirs."""
    found: list[Defect] = []
    for code, frame in frames.items():
        if code in unions:
            found += check_coverage([unions[code]], [code], frame, tolerance_m)
        else:
            found.append(
                Defect(DefectKind.MISSING_FRAME, (code,), frame, float(area_m2(frame)), note="no cells")
            )
    return found


def _show_transfers(
    tx: Tx,
    release_id: int,
    unions: Mapping[str, shapely.Geometry],
    frames: Mapping[str, shapely.Geometry],
    tolerance_m: float,
) -> None:
    """Record which land a draft that moves its frame takes from one parent and gives to another."""
    moves = list(_transfers(unions, frames))
    areas = area_m2(np.array([piece for *_, piece in moves], dtype=object)).tolist()
    crumb_m2 = tolerance_m * tolerance_m
    moved = [(*who, area, piece) for (*who, piece), area in zip(moves, areas, strict=True) if area > crumb_m2]
    findings.forget_moved(tx, release_id, MovedKind.TRANSFERRED)
    findings.add_moved(tx, release_id, MovedKind.TRANSFERRED, moved)


def _transfers(
    unions: Mapping[str, shapely.Geometry], frames: Mapping[str, shapely.Geometry]
) -> Iterator[tuple[str, str, shapely.Geometry]]:
    """Yield who had, who gets, and which piece; neighbours share lines, which are no land."""
    codes = list(frames)
    tree = shapely.STRtree([frames[code] for code in codes])
    for taker, union in unions.items():
        givers = [codes[at] for at in tree.query(union, predicate="intersects") if codes[at] != taker]
        for giver in sorted(givers):
            for piece in shapely.get_parts(shapely.intersection(union, frames[giver])):
                if shapely.get_dimensions(piece) == POLYGONAL:
                    yield giver, taker, piece
