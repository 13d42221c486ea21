"""The whole city from a seed: the same seed makes the same city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gisgov.demo.buildings import make_buildings
from gisgov.demo.facilities import make_cameras, make_parts
from gisgov.demo.homes import make_houses, make_people
from gisgov.demo.landscape import make_landscape
from gisgov.demo.model import FULL, City, Size
from gisgov.demo.partition import make_grid
from gisgov.demo.roads import make_roads
from gisgov.demo.staff import make_staff


def make_city(
    outline: Any, seed: int, size: Size = FULL, told: Callable[[str], object] = lambda _: None
) -> City:
    """Generate the demonstration city.

    Parameters
    ----------
    outline
        The district's outline, a WGS84 polygon.
    told
        Called with the name of each part when it begins.
    """
    told("grid")
    grid = make_grid(outline, size, seed)
    told("roads")
    roads = make_roads(outline, grid, seed)
    landscape = make_landscape(outline, grid, seed)
    told("buildings")
    buildings = make_buildings(outline, grid, roads, landscape, size, seed)
    houses = make_houses(buildings, size, seed)
    told("people")
    people = make_people(houses, size, seed)
    cameras = make_cameras(outline, roads, grid, size, seed)
    parts = make_parts(outline, roads, grid, size, seed)
    staff = make_staff(grid, size, seed)
    return City(seed, size, outline, grid, roads, landscape, buildings, houses, people, cameras, parts, staff)
