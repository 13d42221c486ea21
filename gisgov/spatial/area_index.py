"""Which polygon of a coverage owns a point: decided exactly, for one point or ten million.

The rule. A point belongs to the polygon whose *closed* area contains it; where several do (a shared edge, a corner,
an overlap), to the one whose code comes first as text by code point. Outside of all, a point within `snap_m` of a
polygon is *snapped* to the nearest. Containment is decided by GEOS's robust orientation test on the numbers as they
stand; no tolerance is applied to it, and no projection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from threading import Lock
from typing import overload

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgov.spatial.arrays import FloatArray, GeometryArray, IntArray
from gisgov.spatial.borders import Borders, Surroundings

_CHUNK = 65_536
_MANY = 2_048
_NEARLY_ON_M = 0.01
"""Only points this close to a border are asked, exactly, whether they lie on it."""


class Status(IntEnum):
    """How a point came to its owner."""

    INSIDE = 0
    BORDER = 1
    SNAPPED = 2
    OUTSIDE = 3

    @property
    def word(self) -> str:
        """The name that stands in tables and replies: ``inside``, ``border``, ``snapped``, ``outside``."""
        return self.name.lower()


_WORDS = np.array([status.word for status in Status], dtype=object)


@dataclass(frozen=True, slots=True)
class Decisions:
    """The owners of many points; every array has one entry per point.

    Parameters
    ----------
    position
        Position of the owner in the coverage, -1 for nobody.
    status
        Values of `Status`.
    border_m
        Distance in metres to the nearest border of any polygon; exactly 0 for `Status.BORDER` and NaN for a point
        that is no point.
    runner_up
        Position of the polygon of another code that is nearest, -1 where there is none.
    runner_up_m
        Its distance in metres, NaN where there is none.
    """

    position: IntArray
    status: NDArray[np.int8]
    border_m: FloatArray
    runner_up: IntArray
    runner_up_m: FloatArray

    @property
    def words(self) -> GeometryArray:
        """The statuses as words."""
        return _WORDS[self.status]

    def __len__(self) -> int:
        return len(self.position)


@dataclass(frozen=True, slots=True)
class Decision:
    """The owner of one point, with codes instead of positions; see `Decisions`."""

    code: str | None
    status: Status
    border_m: float | None
    runner_up: str | None
    runner_up_m: float | None


class AreaIndex:
    """An index over the polygons of one coverage.

    Parameters
    ----------
    polygons
        Polygons or multipolygons in WGS84 degrees, longitude first. Empty ones and None own nothing.
    codes
        Their codes as text, as many. Several polygons may share a code.

    Raises
    ------
    ValueError
        There are not as many codes as polygons.

    Notes
    -----
    Safe for use by several threads at once.
    """

    def __init__(self, polygons: Sequence[shapely.Geometry] | GeometryArray, codes: Sequence[str]) -> None:
        self.polygons: GeometryArray = np.array(polygons, dtype=object)
        self.codes = [str(code) for code in codes]
        if len(self.polygons) != len(self.codes):
            raise ValueError(f"{len(self.polygons)} polygons but {len(self.codes)} codes")
        alphabetical = sorted(set(self.codes))  # Python compares text by code point
        place = {code: rank for rank, code in enumerate(alphabetical)}
        self._rank = np.array([place[code] for code in self.codes], dtype=np.int64)
        self._by_rank = np.argsort(self._rank, kind="stable")
        self._order = np.empty_like(self._by_rank)
        self._order[self._by_rank] = np.arange(len(self._by_rank))
        self._tree = shapely.STRtree(self.polygons)
        self._tree.query(shapely.Point(0, 0))  # builds it now, so that threads only read
        self._borders = Borders(self.polygons)
        self._prepared: GeometryArray | None = None
        self._prepared_use = Lock()  # GEOS builds parts of a prepared polygon when it is first asked

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def locate(self, lon: float, lat: float) -> int: ...
    @overload
    def locate(self, lon: FloatArray, lat: FloatArray) -> IntArray: ...
    def locate(self, lon: float | FloatArray, lat: float | FloatArray) -> int | IntArray:
        """Find the owner of a point or of many.

        Returns
        -------
        int or ndarray of int64
            Position of the polygon, -1 where no closed polygon contains the point.
        """
        if np.ndim(lon) == 0:
            return int(self._locate_one(float(lon), float(lat)))
        lons, lats = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        owners = np.full(lons.shape, -1, dtype=np.int64)
        for part in _parts(len(lons)):
            row, cell = self._holders(lons[part], lats[part])
            owners[part] = self._first(len(lons[part]), row, cell)
        return owners

    def decide(self, lon: FloatArray, lat: FloatArray, snap_m: float = 30.0) -> Decisions:
        """Find owner, status, nearest border and runner-up of many points.

        Parameters
        ----------
        lon, lat
            Degrees, of one length; what is not finite is outside.
        snap_m
            A point outside of all polygons belongs to the nearest one if that is at most this far.
        """
        lons, lats = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        parts = [self._decide(lons[part], lats[part], snap_m) for part in _parts(len(lons))]
        columns = (
            [getattr(part, name) for part in parts]
            for name in ("position", "status", "border_m", "runner_up", "runner_up_m")
        )
        return Decisions(*(np.concatenate(column) for column in columns))

    def decide_one(self, lon: float, lat: float, snap_m: float = 30.0) -> Decision:
        """Find owner, status, nearest border and runner-up of one point."""
        many = self.decide(np.array([lon]), np.array([lat]), snap_m)
        return Decision(
            code=self._code(many.position[0]),
            status=Status(many.status[0]),
            border_m=_number(many.border_m[0]),
            runner_up=self._code(many.runner_up[0]),
            runner_up_m=_number(many.runner_up_m[0]),
        )

    # --- how ---------------------------------------------------------------------------------------------------

    def _locate_one(self, lon: float, lat: float) -> int:
        if not (np.isfinite(lon) and np.isfinite(lat)):
            return -1
        holders = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return int(self._by_rank[self._order[holders].min()]) if len(holders) else -1

    def _holders(self, lon: FloatArray, lat: FloatArray) -> tuple[IntArray, IntArray]:
        """Pairs (row of the point, position of a closed polygon that contains it)."""
        good = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        points = shapely.points(lon[good], lat[good])
        if len(good) < _MANY:
            row, cell = self._tree.query(points, predicate="intersects")
            return good[row], cell
        row, cell = self._tree.query(points)
        together = np.argsort(cell, kind="stable")  # one polygon after the other, while it is in the cache
        row, cell = good[row[together]], cell[together]
        with self._prepared_use:
            if self._prepared is None:
                self._prepared = self.polygons.copy()
                shapely.prepare(self._prepared)
            holds = shapely.intersects_xy(self._prepared[cell], lon[row], lat[row])
        return row[holds], cell[holds]

    def _first(self, rows: int, row: IntArray, cell: IntArray) -> IntArray:
        """For each row the polygon of the first code among its pairs, -1 where it has none."""
        best = np.full(rows, len(self.codes), dtype=np.int64)
        np.minimum.at(best, row, self._order[cell])
        return np.append(self._by_rank, -1)[best]

    def _decide(self, lon: FloatArray, lat: FloatArray, snap_m: float) -> Decisions:
        count = len(lon)
        row, cell = self._holders(lon, lat)
        owner = self._first(count, row, cell)
        border_m = np.full(count, np.nan)
        good = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        around = self._borders.around(lon[good], lat[good], owner[good])
        around = Surroundings(around.border_m, good[around.row], around.cell, around.metres)
        border_m[good] = around.border_m
        status = np.where(owner >= 0, Status.INSIDE, Status.OUTSIDE).astype(np.int8)
        on_border = self._on_border(lon, lat, border_m, row, cell)
        status[on_border], border_m[on_border] = Status.BORDER, 0.0
        nearest = self._first(count, around.row, around.cell)
        snapped = (owner < 0) & (border_m <= snap_m)
        status[snapped] = Status.SNAPPED
        owner = np.where(snapped, nearest, owner)
        runner_up, runner_up_m = self._runners_up(lon, lat, owner, (row, cell), around)
        return Decisions(owner, status, border_m, runner_up, runner_up_m)

    def _on_border(
        self, lon: FloatArray, lat: FloatArray, border_m: FloatArray, row: IntArray, cell: IntArray
    ) -> IntArray:
        """Rows that lie exactly on the border of a polygon that holds them."""
        close = border_m[row] < _NEARLY_ON_M
        row, cell = row[close], cell[close]
        interior = shapely.contains_xy(self.polygons[cell], lon[row], lat[row])
        return np.unique(row[~interior])

    def _runners_up(
        self,
        lon: FloatArray,
        lat: FloatArray,
        owner: IntArray,
        holders: tuple[IntArray, IntArray],
        around: Surroundings,
    ) -> tuple[IntArray, FloatArray]:
        """Of every point the nearest polygon of another code: another holder, the far side of the border, or further."""
        own_rank = np.append(self._rank, -1)[owner]
        runner_up, metres = np.full(len(lon), -1, dtype=np.int64), np.full(len(lon), np.nan)
        held, near = ((self._rank[c] != own_rank[r]) for r, c in (holders, (around.row, around.cell)))
        second = self._first(len(lon), holders[0][held], holders[1][held])
        across = self._first(len(lon), around.row[near], around.cell[near])
        border_m = np.full(len(lon), np.nan)
        border_m[around.row] = around.metres
        runner_up = np.where(second >= 0, second, across)
        metres = np.where(second >= 0, 0.0, np.where(across >= 0, border_m, np.nan))
        for own in np.unique(owner[(runner_up < 0) & (owner >= 0)]):
            rows = np.flatnonzero((runner_up < 0) & (owner == own))
            kin = np.flatnonzero(self._rank == self._rank[own])
            cell, far = self._borders.nearest_other(lon[rows], lat[rows], kin)
            runner_up[rows], metres[rows] = cell, np.where(cell >= 0, far, np.nan)
        return runner_up, metres

    def _code(self, position: int) -> str | None:
        return self.codes[position] if position >= 0 else None


def _parts(count: int) -> list[slice]:
    return [slice(start, min(start + _CHUNK, count)) for start in range(0, max(count, 1), _CHUNK)]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
