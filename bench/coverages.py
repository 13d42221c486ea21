"""Coverages to measure on: irregular cells whose neighbours share every vertex."""

from typing import Any

import numpy as np
import shapely
from scipy.spatial import Voronoi

WEST, SOUTH, WIDTH, HEIGHT = 116.8, 36.2, 1.2, 1.0
INNER_POINTS = 15


def voronoi(cells: int, seed: int = 1) -> Any:
    """About so many cells around Jinan, with about 96 vertices each, an array of polygons."""
    rng = np.random.default_rng(seed)
    seeds = rng.uniform((WEST, SOUTH), (WEST + WIDTH, SOUTH + HEIGHT), (cells, 2))
    diagram = Voronoi(seeds)
    corners = diagram.vertices
    wobble = 0.05 * np.sqrt(WIDTH * HEIGHT / cells)
    sides: dict[tuple[int, int], Any] = {}
    polygons = []
    for region in (diagram.regions[number] for number in diagram.point_region):
        if not region or -1 in region or not _within(corners[region]):
            continue
        ring = []
        for a, b in zip(region, region[1:] + region[:1], strict=True):
            side = (min(a, b), max(a, b))
            if side not in sides:  # bent once, so that both neighbours have the same bend
                sides[side] = _bent(corners[side[0]], corners[side[1]], wobble, rng)
            ring.append(sides[side][:-1] if a < b else sides[side][:0:-1])
        polygons.append(shapely.Polygon(np.vstack(ring)))
    valid = np.array(polygons, dtype=object)
    return valid[shapely.is_valid(valid)]


def _within(ring: Any) -> bool:
    low, high = (WEST, SOUTH), (WEST + WIDTH, SOUTH + HEIGHT)
    return bool((ring >= low).all() and (ring <= high).all())


def _bent(a: Any, b: Any, wobble: float, rng: np.random.Generator) -> Any:
    share = np.linspace(0, 1, INNER_POINTS + 2)[:, None]
    line = a + share * (b - a)
    line[1:-1] += rng.normal(0, min(wobble, np.hypot(*(b - a)) / INNER_POINTS / 40), (INNER_POINTS, 2))
    return line
