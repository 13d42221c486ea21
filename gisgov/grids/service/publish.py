"""From a checked draft to the published release of its network."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from uuid import uuid4

import numpy as np
import shapely

from gisgov.grids import rules
from gisgov.grids.model import Level, Network, Published, Release, Root
from gisgov.grids.service import staff
from gisgov.grids.service.networks import network as network_of
from gisgov.grids.service.read import release
from gisgov.grids.store import drafts, locks, releases, versions
from gisgov.identity import service as identity
from gisgov.identity.model import Area
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict
from gisgov.kernel.events import emit
from gisgov.spatial.arrays import GeometryArray

ATTEMPTS = 300
"""Attempts at the switch, of `locks.TRY_MS` each: half a minute behind somebody else's long transaction."""


def publish(tx: Tx, release_id: int, reason: str | None = None) -> Published:
    """Make a draft the published release of its network.

    All that takes time happens before the publication lock: versions, numbers, unions and the event are
    written first and seen by nobody until the commit. Under the lock two rows change.

    Raises
    ------
    Conflict
        The draft has defects, was changed after its check, or was checked against a release that is no longer
        the published one; or other transactions held the lock for too long (``grid.busy``).
    """
    tx.may("grid.publish")
    draft = release(tx, release_id)
    network = network_of(tx, draft.network)
    locks.prepare_alone(tx, network.id)
    draft = release(tx, release_id)
    _refuse_unpublishable(tx, draft)
    no = releases.next_no(tx, network.id)
    root = _grow_tree(tx, network, draft.id)
    result = _write_cells(tx, network, draft.id, no)
    _write_areas(tx, network, draft.id, no)
    drafts.empty(tx, draft.id)
    emit(
        tx,
        "grid.published",
        subject=("release", draft.id),
        version=no,
        area_no=root.no,
        data={
            "network": network.code,
            "no": no,
            "changed_cell_ids": result.changed_cell_ids,
            "retired_cell_ids": result.retired_cell_ids,
        },
    )
    _switch(tx, network, draft, no, reason)
    return result


def _refuse_unpublishable(tx: Tx, draft: Release) -> None:
    active = [one.release_id for one in releases.active(tx) if one.network.code == draft.network]
    is_draft = draft.state == "draft"
    rules.refuse_unpublishable(
        draft.state,
        draft.defects,
        same_content=is_draft and drafts.fingerprint(tx, draft.id) == draft.fingerprint,
        same_base=draft.base_id == (active[0] if active else None),
    )


def _grow_tree(tx: Tx, network: Network, draft_id: int) -> Area:
    """Make the areas a draft names that do not exist yet, say which cells lie where; return the tree's root."""
    stated_root, stated_levels = releases.plan(tx, draft_id)
    levels = [Level(**level) for level in stated_levels]
    paths = drafts.paths(tx, draft_id)
    standing = identity.areas(tx, tree=network.tree)
    placement = rules.place(standing, Root(**stated_root), [level.level_name for level in levels], paths)
    if placement.new:
        identity.create_areas(tx, network.tree, placement.new)
    tree = identity.areas(tx, tree=network.tree)
    ids = {area.code: area.id for area in tree}
    drafts.put_in_areas(tx, draft_id, {path: ids[code] for path, code in placement.leaf_codes.items()})
    return next(area for area in tree if area.parent_id is None)


def _write_cells(tx: Tx, network: Network, draft_id: int, no: int) -> Published:
    """End the versions that changed, begin the new ones, and let people's scopes follow."""
    versions.ensure_cells(tx, draft_id, network.id)
    ended = versions.close_changed(tx, draft_id, network.id, no)
    fresh = versions.fresh(tx, draft_id, network.id)
    numbers = _numbers(tx, fresh)
    versions.open_versions(tx, draft_id, network.id, no, numbers)
    begun = {one.cell_id: numbers[one.code] for one in fresh}
    staff.follow_numbers(tx, [c for c in begun.keys() | ended.keys() if begun.get(c) != ended.get(c)])
    changed = tuple(sorted(begun.keys() | ended.keys()))
    return Published(draft_id, no, changed, tuple(sorted(ended.keys() - begun.keys())))


def _numbers(tx: Tx, fresh: Sequence[versions.Fresh]) -> dict[str, int]:
    """Return the area number of each cell: the one it had in its area, else one never given before."""
    numbers = {one.code: one.no for one in fresh if one.no is not None}
    wanted = Counter(one.area_id for one in fresh if one.no is None)
    given = {
        area_id: iter(identity.take_cell_numbers(tx, area_id, wanted[area_id])) for area_id in sorted(wanted)
    }
    return numbers | {one.code: next(given[one.area_id]) for one in fresh if one.no is None}


def _write_areas(tx: Tx, network: Network, draft_id: int, no: int) -> None:
    unions = unions_of_areas(tx, versions.polygons_by_area(tx, draft_id))
    active = versions.active_areas(tx, network.id)
    same = {a for a, shape in unions.items() if a in active and shapely.equals_identical(shape, active[a])}
    versions.close_areas(tx, sorted(active.keys() - same), no)
    begun = sorted(unions.keys() - same)
    if begun:
        simple = _simplified(tx, unions)
        shapes = np.array([unions[a] for a in begun], dtype=object)
        versions.open_areas(
            tx, network.id, no, begun, shapes, np.array([simple[a] for a in begun], dtype=object)
        )


def unions_of_areas(tx: Tx, polygons: Mapping[int, GeometryArray]) -> dict[int, shapely.Geometry]:
    """Return the polygon of every area above some cells, as a published release has it.

    A parent with children is their union (decisions.md, Space).

    Parameters
    ----------
    polygons : mapping
        Area → the polygons directly in it, a valid coverage.

    Returns
    -------
    dict
        Area → normalised multipolygon, so that equal areas are equal vertex for vertex.
    """
    parts: dict[int, list[shapely.Geometry]] = defaultdict(list)
    for area_id, shapes in polygons.items():
        parts[area_id].extend(shapes)
    areas = _with_ancestors(tx, list(polygons))
    unions: dict[int, shapely.Geometry] = {}
    for area in sorted(areas.values(), key=lambda area: -area.depth):
        union = shapely.normalize(shapely.coverage_union_all(np.array(parts[area.id], dtype=object)))
        unions[area.id] = drafts.as_multi(np.array([union], dtype=object))[0]
        if area.parent_id is not None:
            parts[area.parent_id].append(union)
    return unions


def _with_ancestors(tx: Tx, area_ids: Sequence[int]) -> dict[int, Area]:
    found = identity.areas_by_ids(tx, area_ids)
    wanted = {area.parent_id for area in found.values() if area.parent_id is not None} - found.keys()
    while wanted:
        found |= identity.areas_by_ids(tx, wanted)
        wanted = {area.parent_id for area in found.values() if area.parent_id is not None} - found.keys()
    return found


def _simplified(tx: Tx, unions: Mapping[int, shapely.Geometry]) -> dict[int, shapely.Geometry]:
    """Simplify each level as one coverage, so that neighbours keep their common borders."""
    by_depth: dict[int, list[int]] = defaultdict(list)
    for area in identity.areas_by_ids(tx, list(unions)).values():
        by_depth[area.depth].append(area.id)
    simple: dict[int, shapely.Geometry] = {}
    for ids in by_depth.values():
        shapes = shapely.coverage_simplify(
            np.array([unions[a] for a in ids], dtype=object), rules.SIMPLIFY_DEG
        )
        simple |= dict(zip(ids, shapes, strict=True))
    return simple


def _switch(tx: Tx, network: Network, draft: Release, no: int, reason: str | None) -> None:
    if not any(locks.try_switch(tx) for _ in range(ATTEMPTS)):
        raise Conflict("grid.busy")
    releases.switch(tx, network.id, draft.id, no, reason or draft.reason, uuid4())
