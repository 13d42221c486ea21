"""What the demonstration city consists of: plain arrays, in WGS84 unless a name says ``plane``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Geometries = NDArray[Any]
"""Object array of shapely geometries."""
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[Any]


@dataclass(frozen=True)
class Size:
    """How much of everything; ``streets`` = 0 means all of them."""

    cells: int = 3_000
    buildings: int = 12_000
    houses: int = 60_000
    people: int = 180_000
    cameras: int = 1_500
    parts: int = 2_500
    staff: int = 300
    orders: int = 40_000
    days: int = 90
    streets: int = 0


FULL = Size()
SMALL = replace(
    FULL,
    cells=150,
    buildings=600,
    houses=3_000,
    people=9_000,
    cameras=75,
    parts=125,
    staff=40,
    orders=2_000,
    streets=4,
)


def generator(seed: int, part: str) -> np.random.Generator:
    """Give one part of the city its own stream, so that changing a part leaves the others as they were."""
    return np.random.default_rng([seed, crc32(part.encode())])


@dataclass(frozen=True)
class Division:
    """One official street or community: real code and name, synthetic polygon."""

    code: str
    name: str
    parent_code: str
    urban: bool


@dataclass(frozen=True)
class Grid:
    """The nested partition: cells, and which community and street each belongs to.

    ``cells`` is an exact coverage; a community is the union of its cells, a street that of its
    communities. ``community_of`` indexes `communities`, ``street_of`` indexes `streets`, both per cell.
    """

    streets: tuple[Division, ...]
    communities: tuple[Division, ...]
    cells: Geometries
    codes: Texts
    names: Texts
    community_of: Ints
    street_of: Ints
    urban: Bools
    """Per cell: a block of a town (true) or village land (false)."""
    community_points: Geometries
    """Per community: where its people live (the village, the middle of the quarter)."""


@dataclass(frozen=True)
class Roads:
    """Road centre lines with class ``trunk | primary | secondary | residential | lane`` and name ('' = none)."""

    lines: Geometries
    classes: Texts
    names: Texts


@dataclass(frozen=True)
class Landscape:
    """Water and green of the base map, with their kinds and names."""

    water: Geometries
    water_names: Texts
    green: Geometries
    green_kinds: Texts


@dataclass(frozen=True)
class Buildings:
    """Footprints: kind ``residence | village | shop | office | school | factory``, the cell each stands in."""

    footprints: Geometries
    kinds: Texts
    names: Texts
    addresses: Texts
    floors: Ints
    cell_of: Ints


@dataclass(frozen=True)
class Houses:
    """Dwellings: ``building_of`` indexes the buildings."""

    building_of: Ints
    units: Texts
    rooms: Texts
    occupancy: Texts


@dataclass(frozen=True)
class People:
    """Invented residents; ``house_of`` indexes the houses. They have no geometry of their own."""

    house_of: Ints
    names: Texts
    sexes: Texts
    ages: Ints
    birth_days: Ints
    """Days after the birthday that gives the age, 0…364."""
    residence: Texts


@dataclass(frozen=True)
class Cameras:
    points: Geometries
    names: Texts
    categories: Texts
    states: Texts
    heading_deg: Floats
    fov_deg: Floats
    range_m: Floats


@dataclass(frozen=True)
class Parts:
    points: Geometries
    classes: Texts
    types: Texts
    states: Texts


@dataclass(frozen=True)
class Staff:
    """People who work: ``post`` is worker, leader or one of the centre's roles; cells by index.

    ``worker_of``, ``substitute_of``, ``leader_of`` give per cell the index of a person here, −1 = nobody.
    """

    logins: Texts
    names: Texts
    posts: Texts
    org_codes: Texts
    mobiles: Texts
    on_duty: Bools
    worker_of: Ints
    substitute_of: Ints
    leader_of: Ints


@dataclass(frozen=True)
class City:
    """The whole demonstration district as generated from ``seed``."""

    seed: int
    size: Size
    outline: Any
    grid: Grid
    roads: Roads
    landscape: Landscape
    buildings: Buildings
    houses: Houses
    people: People
    cameras: Cameras
    parts: Parts
    staff: Staff
