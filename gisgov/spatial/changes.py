"""What differs between two coverages of the same land: cells added, retired, reshaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gisgov.spatial.arrays import GeometryArray
from gisgov.spatial.crs import area_m2


@dataclass(frozen=True, slots=True)
class Reshaped:
    """A cell whose outline moved; `gained` and `lost` are land in degrees, their areas in square metres."""

    code: str
    gained: shapely.Geometry
    lost: shapely.Geometry
    gained_m2: float
    lost_m2: float


@dataclass(frozen=True, slots=True)
class Changes:
    """Differences between two coverages, each list in the order of codes."""

    added: tuple[str, ...]
    retired: tuple[str, ...]
    reshaped: tuple[Reshaped, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.retired or self.reshaped)


def compare(
    before: Sequence[shapely.Geometry] | GeometryArray,
    before_codes: Sequence[str],
    after: Sequence[shapely.Geometry] | GeometryArray,
    after_codes: Sequence[str],
) -> Changes:
    """Compare two coverages whose codes are unique.

    A cell is reshaped when it covers other land; other vertices on the same lines are no change.
    """
    old = dict(zip(before_codes, np.array(before, dtype=object), strict=True))
    new = dict(zip(after_codes, np.array(after, dtype=object), strict=True))
    both = sorted(old.keys() & new.keys())
    moved = [code for code in both if not shapely.equals_exact(old[code], new[code], 0.0, normalize=True)]
    return Changes(
        added=tuple(sorted(new.keys() - old.keys())),
        retired=tuple(sorted(old.keys() - new.keys())),
        reshaped=tuple(
            _reshape(code, old[code], new[code]) for code in moved if not old[code].equals(new[code])
        ),
    )


def _reshape(code: str, old: shapely.Geometry, new: shapely.Geometry) -> Reshaped:
    gained, lost = shapely.difference(new, old), shapely.difference(old, new)
    return Reshaped(code, gained, lost, float(area_m2(gained)), float(area_m2(lost)))
