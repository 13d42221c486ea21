"""Water and green of the base map: sketched rivers, invented woods, parks in some blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gisgov.demo.cutting import scatter
from gisgov.demo.model import Floats, Geometries, Grid, Ints, Landscape, generator
from gisgov.demo.plane import Plane
from gisgov.demo.sketch import HILLS, LAKES, MOUNTAINS_FROM, RIVERS, Sketch, rounded

PARK_SHARE = 0.045
VILLAGE_FIELDS_M = 420.0
WOODS_PER_KM2 = 0.8


def park_cells(grid: Grid, seed: int) -> Ints:
    """Choose the cells of the towns that are parks, without buildings."""
    urban = np.flatnonzero(grid.urban)
    count = round(PARK_SHARE * len(urban))
    return np.sort(generator(seed, "parks").choice(urban, count, replace=False))


def make_landscape(outline: Any, grid: Grid, seed: int) -> Landscape:
    """Draw water and green inside the outline: WGS84 polygons."""
    plane, sketch, rng = Plane(outline), Sketch(outline), generator(seed, "landscape")
    names = [name for name, _, _ in RIVERS] + [name for name, _, _ in LAKES]
    shapes = [rounded(plane.flat(sketch.line(way))).buffer(width / 2) for _, width, way in RIVERS]
    lakes = plane.flat(sketch.points([at for _, _, at in LAKES]))
    shapes += [blob(xy, r, rng) for xy, (_, r, _) in zip(shapely.get_coordinates(lakes), LAKES, strict=True)]
    water = shapely.intersection(np.array(shapes, dtype=object), plane.outline)
    wet = shapely.union_all(water)
    woods = shapely.get_parts(_woods(plane, sketch, grid, wet, rng))
    parks = shapely.buffer(plane.flat(grid.cells[park_cells(grid, seed)]), -10)
    there, here = ~shapely.is_empty(water), ~shapely.is_empty(parks)
    return Landscape(
        water=plane.round(water[there]),
        water_names=np.array(names, dtype=object)[there],
        green=plane.round(np.concatenate((woods, parks[here]))),
        green_kinds=np.array(["wood"] * len(woods) + ["park"] * int(here.sum()), dtype=object),
    )


def blob(middle: Floats, radius_m: float, rng: np.random.Generator) -> Any:
    """Draw an uneven round shape."""
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    wave = np.zeros(len(angle))
    for k in (2, 3, 5):
        wave += rng.uniform(0.05, 0.2) * np.sin(k * angle + rng.uniform(0, 6.3))
    ring = middle + (radius_m * (1 + wave))[:, None] * np.column_stack((np.cos(angle), np.sin(angle)))
    return shapely.make_valid(shapely.polygons(ring))


def _woods(plane: Plane, sketch: Sketch, grid: Grid, wet: Any, rng: np.random.Generator) -> Any:
    west, south, east, _ = plane.outline.bounds
    border = plane.flat(sketch.points([MOUNTAINS_FROM])[0]).y
    mountains = shapely.intersection(plane.outline, shapely.box(west, south, east, border))
    hills = plane.flat(sketch.points([at for _, _, at in HILLS]))
    single = [blob(xy, r, rng) for xy, (_, r, _) in zip(shapely.get_coordinates(hills), HILLS, strict=True)]
    points = scatter(mountains, int(mountains.area / 1e6 * WOODS_PER_KM2), rng)
    masses = [blob(xy, rng.uniform(350, 950), rng) for xy in points]
    fields = _fields(plane.flat(grid.community_points), rng)
    towns = shapely.coverage_union_all(plane.flat(grid.cells[grid.urban])).buffer(60)
    taken = shapely.union_all([fields, towns, wet.buffer(40)])
    green = shapely.difference(shapely.union_all([*masses, *single]), taken)
    return shapely.simplify(shapely.intersection(green, plane.outline), 12)


def _fields(villages: Geometries, rng: np.random.Generator) -> Any:
    around = shapely.get_coordinates(villages)
    return shapely.union_all([blob(xy, VILLAGE_FIELDS_M * rng.uniform(0.8, 1.3), rng) for xy in around])
