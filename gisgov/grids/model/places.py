"""Cells and areas as they stand, who works there, and where a point falls."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gisgov.grids.model.releases import ReleaseRef
from gisgov.identity.model import Area


class Post(StrEnum):
    """What somebody does in a cell (A-12)."""

    WORKER = "worker"
    SUBSTITUTE = "substitute"
    LEADER = "leader"


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in a published release; `no` is its area number."""

    id: int
    version_id: int
    network: str
    code: str
    name: str
    area_id: int
    no: int
    area_m2: float
    geojson: dict[str, Any] | None = None


@dataclass(frozen=True)
class AreaShape:
    """An area with its derived polygon."""

    area: Area
    area_m2: float | None
    geojson: dict[str, Any] | None


@dataclass(frozen=True)
class Person:
    """Somebody with a post in a cell; `mobile` is masked unless the caller may see it."""

    post: Post
    user_id: int
    name: str
    mobile: str | None
    org: str | None
    on_duty: bool
    since: date


@dataclass(frozen=True)
class Responsible:
    """The organisation, and perhaps the person, that answers for a function in a cell (A-11)."""

    function: str
    org_id: int
    user_id: int | None


@dataclass(frozen=True)
class StaffRow:
    """One row of staffing to store, for the bulk service."""

    cell_id: int
    user_id: int
    post: Post


@dataclass(frozen=True)
class CellRef:
    """Which cell, without its polygon."""

    id: int
    version_id: int
    code: str
    name: str
    no: int


@dataclass(frozen=True)
class RunnerUp:
    """The next nearest cell and how far it is."""

    code: str
    name: str
    distance_m: float


@dataclass(frozen=True)
class SpecialCell:
    """The cell of another network at the same place."""

    network: str
    code: str
    name: str


@dataclass(frozen=True)
class Location:
    """Everything the grids know about a point (A-09).

    `area_no` is what a located row stores: the cell's number, or the root's when there is no cell.
    `near_border` is set when the accuracy radius reaches over the nearest border.
    """

    status: str
    network: str
    area_no: int
    cell: CellRef | None
    ancestors: tuple[Area, ...]
    special: tuple[SpecialCell, ...]
    hex: str
    border_m: float | None
    near_border: bool
    runner_up: RunnerUp | None
    people: tuple[Person, ...]
    release: ReleaseRef | None


@dataclass(frozen=True)
class Locations:
    """The answer for many points, array by array; ids are 0 and `code` is None where there is no cell.

    `status` and `code` are arrays of text; `border_m` is metres to the nearest border, NaN where not measured.
    """

    status: NDArray[np.object_]
    cell_id: NDArray[np.int64]
    version_id: NDArray[np.int64]
    area_no: NDArray[np.int64]
    border_m: NDArray[np.float64]
    code: NDArray[np.object_]
    release_id: int | None = None
