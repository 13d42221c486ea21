"""Coverages come in: streamed into a draft, refused as a whole or kept as a whole with their problem list."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import shapely

from gisgov.grids import rules
from gisgov.grids.model import (
    Cells,
    FrameRule,
    ImportOrder,
    ImportReport,
    MovedKind,
    Network,
    Notice,
)
from gisgov.grids.service.check import active_of, check, frame_of
from gisgov.grids.service.networks import ensure_network
from gisgov.grids.service.read import release
from gisgov.grids.store import drafts, findings, releases
from gisgov.identity import service as identity
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.kernel.events import emit
from gisgov.spatial.arrays import GeometryArray
from gisgov.spatial.crs import KNOWN_DATUMS, from_wgs84, parse_datum
from gisgov.spatial.mending import mend_slivers
from gisgov.spatial.suspicion import DatumSuspicion, suspect_datum


@dataclass(frozen=True)
class Known:
    """Land that is known already; another network's need not be the same."""

    land: shapely.Geometry | None
    same_land: bool


MEND_AT_MOST_M = 50.0
"""Wider than this a piece is no sliver but land somebody has to decide on."""


def import_cells(
    tx: Tx, batches: Iterable[Cells], order: ImportOrder, outline: shapely.Geometry | None = None
) -> ImportReport:
    """Make a draft of cells in WGS84, check it as a whole and keep it with all that is wrong with it.

    Parameters
    ----------
    batches : iterable of Cells
        The coverage, in pieces that fit into memory.
    outline : polygon, optional
        The outermost outline in WGS84 that a first or replacing import has to fill.

    Raises
    ------
    Invalid
        Codes are missing or occur twice, levels do not nest, or the coordinates look like those of another
        place or datum. Nothing of the import is kept then: the caller's transaction ends.
    """
    tx.may("grid.import")
    _refuse_bad_mending(order)
    network = ensure_network(tx, order.network, order.network_name)
    active = active_of(tx, network)
    rule = rules.frame_rule(order.frame_rule, has_active=active is not None)
    release_id = releases.draft(tx, network.id, _values(order, rule))
    count = _load(tx, release_id, batches, order)
    _settle_root(tx, network, release_id, order)
    warnings = _refuse_wrong_place(tx, release_id, order, _known(tx, network, outline))
    if order.mend_width_m:
        _mend(tx, release_id, order.mend_width_m)
    defects = check(tx, release_id, outline)
    pieces, moved_m2 = findings.moved_sum(tx, release_id)
    said = {"network": network.code, "cells": count, "defects": sum(defects.values())}
    emit(tx, "grid.drafted", subject=("release", release_id), data=said)
    return ImportReport(release(tx, release_id), count, defects, moved_m2, pieces, warnings)


def _refuse_bad_mending(order: ImportOrder) -> None:
    if order.mend_width_m is not None and not 0 < order.mend_width_m <= MEND_AT_MOST_M:
        raise Invalid("grid.mend_too_wide", field="mend_width_m", limit_m=MEND_AT_MOST_M)


def _values(order: ImportOrder, rule: FrameRule) -> dict[str, object]:
    source = {"file": order.source_name, "datum": order.datum, "code": order.code, "name": order.name}
    return {
        "frame_rule": rule,
        "reason": order.reason,
        "source": source
        | {
            "mend_width_m": order.mend_width_m,
            "tolerance_m": order.tolerance_m,
            "hole_width_m": order.hole_width_m,
        },
        "levels": [asdict(level) for level in order.levels],
        "root": {},
    }


def _load(tx: Tx, release_id: int, batches: Iterable[Cells], order: ImportOrder) -> int:
    """Stream cells into a draft; of what went by only codes and paths are kept, to be judged together."""
    codes: list[str | None] = []
    paths: list[tuple[str | None, ...]] = []
    for batch in batches:
        drafts.add_cells(tx, release_id, batch)
        codes += batch.codes
        paths += batch.paths
    if not codes:
        raise Invalid("grid.no_cells", field="file")
    rules.refuse_bad_codes(codes)
    rules.refuse_levels_that_do_not_nest(order.levels, [code or "" for code in codes], paths)
    return len(codes)


def _settle_root(tx: Tx, network: Network, release_id: int, order: ImportOrder) -> None:
    tops = {path[0]: names[0] for path, names in drafts.paths(tx, release_id).items() if path}
    root = rules.stated_root(network, order.root, identity.areas(tx, tree=network.tree), tops)
    releases.settle_root(tx, release_id, asdict(root))


def _known(tx: Tx, network: Network, outline: shapely.Geometry | None) -> Known:
    """Return the land that an import has to agree with: its network's, the stated, or that of the basic network."""
    active = active_of(tx, network)
    if active is not None:
        return Known(frame_of(tx, network, active, FrameRule.KEEP).outline, same_land=True)
    if outline is not None or network.basic:
        return Known(outline, same_land=True)
    basic = ensure_network(tx, rules.BASIC_NETWORK, None)
    return Known(frame_of(tx, basic, active_of(tx, basic), FrameRule.KEEP).outline, same_land=False)


def _refuse_wrong_place(tx: Tx, release_id: int, order: ImportOrder, known: Known) -> tuple[Notice, ...]:
    """Compare with the land that is known; a draft that is meant to replace it is only warned."""
    if known.land is None:
        return ()
    _, _, polygons = drafts.cells(tx, release_id)
    complaint = _elsewhere(polygons, known.land) if known.same_land else None
    complaint = complaint or _other_datum(polygons, order.datum, known.land)
    if complaint is None:
        return ()
    if order.frame_rule is not FrameRule.REPLACE:
        raise complaint
    return (Notice(complaint.code, complaint.params),)


def _elsewhere(polygons: GeometryArray, known: shapely.Geometry) -> Invalid | None:
    if shapely.intersects(shapely.box(*shapely.total_bounds(polygons)), known):
        return None
    swapped = shapely.transform(polygons, lambda xy: xy[:, ::-1])
    back = shapely.intersects(shapely.box(*shapely.total_bounds(swapped)), known)
    code = "grid.coordinates_swapped" if back else "grid.outside_everything"
    lon, lat = shapely.get_coordinates(polygons)[0].tolist()
    return Invalid(code, field="file", lon=lon, lat=lat)


def _other_datum(polygons: GeometryArray, datum: str, known: shapely.Geometry) -> Invalid | None:
    doubt = _doubt(polygons, datum, known)
    if doubt is None:
        return None
    return Invalid(
        "grid.datum_suspect",
        field="datum",
        stated=str(doubt.stated),
        suspect=str(doubt.likely),
        overlap_stated=round(100 * doubt.overlap_stated, 1),
        overlap_likely=round(100 * doubt.overlap_likely, 1),
    )


def _doubt(polygons: GeometryArray, datum: str, known: shapely.Geometry) -> DatumSuspicion | None:
    if datum not in KNOWN_DATUMS:
        return None
    stated = parse_datum(datum)
    as_sent = polygons
    if not stated.shifts_nothing:
        as_sent = shapely.transform(
            polygons, lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], stated))
        )
    return suspect_datum(as_sent, "wgs84" if stated.shifts_nothing else stated, known)


def _mend(tx: Tx, release_id: int, width_m: float) -> None:
    """Mend slivers, store what changed shape, and show every piece of land that changed hands."""
    codes, _, polygons = drafts.cells(tx, release_id)
    mended = mend_slivers(polygons, codes, width_m)
    changed = np.flatnonzero(~shapely.equals_identical(drafts.as_multi(mended.polygons), polygons))
    drafts.reshape(tx, release_id, [codes[at] for at in changed], mended.polygons[changed])
    moved = [(t.from_code, t.to_code, t.area_m2, t.geometry) for t in mended.transfers]
    findings.add_moved(tx, release_id, MovedKind.MENDED, moved)
