"""Which cell a point falls into, who answers there, and how sure that is (落格).

One copy of the published cells per network is kept in memory under the release's key, so a stale copy cannot be
used. Whoever *stores* the answer calls `locate_for_write` (or `hold_releases` before `locate_many`), which holds
the release until the end of the transaction; whoever only reads takes no lock.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gisgov.grids.model import (
    Active,
    CellRef,
    Location,
    Locations,
    Person,
    ReleaseRef,
    RunnerUp,
    SpecialCell,
)
from gisgov.grids.rules import BASIC_NETWORK, BASIC_TREE, COUNTED_HEX, near_border
from gisgov.grids.service import staff
from gisgov.grids.service.points import refuse_bad_point
from gisgov.grids.store import cells, locks, releases
from gisgov.identity import service as identity
from gisgov.identity.model import Area
from gisgov.kernel.db import Tx
from gisgov.kernel.versioned import Versioned
from gisgov.spatial.area_index import AreaIndex, Status
from gisgov.spatial.arrays import FloatArray
from gisgov.spatial.hexes import hex_of


@dataclass(frozen=True)
class _Copy:
    """The cells of one published release in memory; positions of `index` are those of `cells`."""

    cells: cells.Loaded
    index: AreaIndex


@dataclass(frozen=True)
class _Found:
    """One network's answer for one point."""

    status: Status
    cell: CellRef | None
    border_m: float | None
    runner_up: RunnerUp | None


_Decided = tuple[NDArray[np.int64], NDArray[np.object_], FloatArray]
"""Positions of owners, statuses in words, metres to the border."""

_COPIES: defaultdict[str, Versioned[_Copy]] = defaultdict(Versioned)
"""By network code. Keys of releases are unique over all databases, so a process may serve several."""


def hold_releases(tx: Tx) -> None:
    """Keep the published releases what they are until the end of the transaction.

    To be called before the first look at a release by everybody who stores which cell something belongs to.
    A publication waits for such transactions, so they should be short.
    """
    locks.share(tx)


def locate_for_write(tx: Tx, lon: float, lat: float, accuracy_m: float | None = None) -> Location:
    """Locate a point whose cell will be stored in this transaction; see `locate`."""
    warm(tx)
    hold_releases(tx)
    return locate(tx, lon, lat, accuracy_m)


def locate(tx: Tx, lon: float, lat: float, accuracy_m: float | None = None) -> Location:
    """Return everything the grids know about a point.

    Parameters
    ----------
    lon, lat : float
        WGS84 degrees.
    accuracy_m : float, optional
        Radius of uncertainty; it decides `Location.near_border`.

    Raises
    ------
    Invalid
        The point is no place on Earth; codes ``grid.point_not_finite``, ``grid.point_swapped`` and
        ``grid.point_out_of_world``.
    """
    refuse_bad_point(lon, lat)
    active = {one.network.code: one for one in releases.active(tx)}
    basic = active.pop(BASIC_NETWORK, None)
    found = _find(tx, basic, lon, lat) if basic else _Found(Status.OUTSIDE, None, None, None)
    area_no = found.cell.no if found.cell else root_no(tx)
    return Location(
        status=found.status.word,
        network=BASIC_NETWORK,
        area_no=area_no,
        cell=found.cell,
        ancestors=_ancestors(tx, found.cell),
        special=_special(tx, active, lon, lat),
        hex=hex_of(lon, lat, COUNTED_HEX),
        border_m=found.border_m,
        near_border=near_border(found.border_m, accuracy_m),
        runner_up=found.runner_up,
        people=_people(tx, found.cell),
        release=ReleaseRef(basic.release_id, basic.no, basic.published_at) if basic else None,
    )


def warm(tx: Tx) -> None:
    """Load the published releases into memory, so that the next to ask need not wait for it."""
    for active in releases.active(tx):
        _copy(tx, active)


def locate_many(
    tx: Tx, lons: ArrayLike, lats: ArrayLike, network: str = BASIC_NETWORK, *, measured: bool = False
) -> Locations:
    """Locate many points at once, without people and ancestors.

    Parameters
    ----------
    lons, lats : array of float
        WGS84 degrees, of one length; what is not finite is outside.
    measured : bool
        Also measure `Locations.border_m`, which tells ``border`` from ``inside``; it takes ten times as long.
    """
    x, y = np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)
    active = next((one for one in releases.active(tx) if one.network.code == network), None)
    outside = root_no(tx)
    if active is None:
        nobody = np.zeros(len(x), dtype=np.int64)
        words = np.full(len(x), Status.OUTSIDE.word, dtype=object)
        blank = np.full(len(x), None, dtype=object)
        return Locations(words, nobody, nobody, nobody + outside, np.full(len(x), np.nan), blank)
    copy = _copy(tx, active)
    decide = _measured if measured else _unmeasured
    at, status, border_m = decide(copy.index, x, y, tx.settings.snap_m)
    return Locations(
        status=status,
        cell_id=np.append(copy.cells.cell_ids, 0)[at],
        version_id=np.append(copy.cells.version_ids, 0)[at],
        area_no=np.append(copy.cells.nos, outside)[at],
        border_m=border_m,
        code=np.array([*copy.cells.codes, None], dtype=object)[at],
        release_id=active.release_id,
    )


def _measured(index: AreaIndex, x: FloatArray, y: FloatArray, snap_m: float) -> _Decided:
    answer = index.decide(x, y, snap_m)
    return answer.position, answer.words, answer.border_m


def _unmeasured(index: AreaIndex, x: FloatArray, y: FloatArray, snap_m: float) -> _Decided:
    """Decide owners alone: the border is measured only for the few points outside, which may be snapped."""
    at = index.locate(x, y)
    status = np.full(len(x), Status.INSIDE.word, dtype=object)
    border_m = np.full(len(x), np.nan)
    out = np.flatnonzero(at < 0)
    if len(out):
        rest = index.decide(x[out], y[out], snap_m)
        at[out], status[out], border_m[out] = rest.position, rest.words, rest.border_m
    return at, status, border_m


def root_no(tx: Tx) -> int:
    """Return the area number of what lies in no cell: the basic tree's root, 0 before there is one."""
    roots = identity.areas(tx, tree=BASIC_TREE, depth=1)
    return roots[0].no if roots else 0


def _copy(tx: Tx, active: Active) -> _Copy:
    def load() -> _Copy:
        loaded = cells.of_release(tx, active.network.id, active.no)
        return _Copy(loaded, AreaIndex(loaded.polygons, loaded.codes))

    return _COPIES[active.network.code].at(active.copy_key, load)


def _find(tx: Tx, active: Active, lon: float, lat: float) -> _Found:
    copy = _copy(tx, active)
    answer = copy.index.decide(np.array([lon]), np.array([lat]), tx.settings.snap_m)
    at, runner_up = int(answer.position[0]), int(answer.runner_up[0])
    border_m = float(answer.border_m[0])
    return _Found(
        status=Status(answer.status[0]),
        cell=_cell(copy.cells, at) if at >= 0 else None,
        border_m=round(border_m, 2) if np.isfinite(border_m) else None,
        runner_up=_runner_up(copy.cells, runner_up, float(answer.runner_up_m[0])) if runner_up >= 0 else None,
    )


def _cell(of: cells.Loaded, at: int) -> CellRef:
    return CellRef(int(of.cell_ids[at]), int(of.version_ids[at]), of.codes[at], of.names[at], int(of.nos[at]))


def _runner_up(of: cells.Loaded, at: int, metres: float) -> RunnerUp:
    return RunnerUp(of.codes[at], of.names[at], round(metres, 2))


def _ancestors(tx: Tx, cell: CellRef | None) -> tuple[Area, ...]:
    return tuple(identity.areas_of_no(tx, cell.no)) if cell else ()


def _special(tx: Tx, active: dict[str, Active], lon: float, lat: float) -> tuple[SpecialCell, ...]:
    found: list[SpecialCell] = []
    for code, release in active.items():
        copy = _copy(tx, release)
        at = copy.index.locate(lon, lat)
        if at >= 0:
            found.append(SpecialCell(code, copy.cells.codes[at], copy.cells.names[at]))
    return tuple(found)


def _people(tx: Tx, cell: CellRef | None) -> tuple[Person, ...]:
    return staff.people(tx, cell.id) if cell else ()
