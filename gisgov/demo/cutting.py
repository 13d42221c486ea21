"""Cutting one polygon into many: straight cuts for towns, nearest-seed regions for the countryside.

Everything here works on plane coordinates in metres and returns one polygon per wanted piece.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import affinity

from gisgov.demo.model import Floats, Geometries, Ints

SNAP_M = 0.02
_FAR_M = 1e6


def allocate(total: int, weights: Floats, least: int = 0) -> Ints:
    """Share ``total`` out by weight in whole numbers, each at least ``least`` (largest remainders).

    Raises
    ------
    ValueError
        when ``total`` is less than ``least`` for each.
    """
    spare = total - least * len(weights)
    if spare < 0:
        raise ValueError(f"{total} cannot give {least} to each of {len(weights)}")
    exact = spare * weights / weights.sum()
    whole = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: spare - int(whole.sum())]] += 1
    return np.asarray(whole + least)


def scatter(area: Any, count: int, rng: np.random.Generator) -> Floats:
    """Draw ``count`` points evenly at random inside ``area``: shape (count, 2)."""
    shapely.prepare(area)
    west, south, east, north = area.bounds
    found: list[Floats] = []
    need = count
    while need > 0:
        tries = rng.uniform((west, south), (east, north), (need * 3 + 16, 2))
        inside = tries[shapely.contains_xy(area, tries[:, 0], tries[:, 1])][:need]
        found.append(inside)
        need -= len(inside)
    return np.concatenate(found) if found else np.empty((0, 2))


def spread(area: Any, count: int, rng: np.random.Generator, rounds: int = 12) -> Floats:
    """Like `scatter`, then pushed apart (Lloyd's rounds on a sample), so that no two lie close together."""
    sample = scatter(area, max(40 * count, 200), rng)
    seeds = sample[:count].copy()
    for _ in range(rounds):
        near = cKDTree(seeds).query(sample)[1]
        sums = np.zeros_like(seeds)
        np.add.at(sums, near, sample)
        counts = np.bincount(near, minlength=count)
        seeds = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], seeds)
    return seeds


def nearest_regions(area: Any, seeds: Floats) -> Geometries:
    """Cut ``area`` into the regions nearest to each seed, in the order of the seeds."""
    if len(seeds) == 1:
        return np.array([area], dtype=object)
    cells = shapely.voronoi_polygons(
        shapely.multipoints(seeds), extend_to=shapely.box(*area.bounds).buffer(5_000), ordered=True
    )
    return tidy(shapely.intersection(shapely.get_parts(cells), area))


def blocks(area: Any, count: int, angle_deg: float, rng: np.random.Generator) -> Geometries:
    """Cut ``area`` into ``count`` blocks of similar size by straight cuts along and across ``angle_deg``."""
    upright = affinity.rotate(area, -angle_deg, origin=(0, 0))
    pieces = tidy(np.array(_cut(upright, count, rng), dtype=object))
    return np.array([affinity.rotate(piece, angle_deg, origin=(0, 0)) for piece in pieces], dtype=object)


def _cut(area: Any, count: int, rng: np.random.Generator) -> list[Any]:
    if count == 1:
        return [area]
    first = count // 2 if count % 2 == 0 or rng.random() < 0.5 else count // 2 + 1
    share = first / count * rng.uniform(0.93, 1.07)
    west, south, east, north = area.bounds
    across = (east - west) * rng.uniform(0.9, 1.1) > north - south
    low, high = (west, east) if across else (south, north)
    for _ in range(14):
        at = (low + high) / 2
        if shapely.area(_side(area, at, across, below=True)) < share * area.area:
            low = at
        else:
            high = at
    return [
        *_cut(_side(area, at, across, below=True), first, rng),
        *_cut(_side(area, at, across, below=False), count - first, rng),
    ]


def _side(area: Any, at: float, across: bool, below: bool) -> Any:
    low, high = (-_FAR_M, at) if below else (at, _FAR_M)
    half = shapely.box(low, -_FAR_M, high, _FAR_M) if across else shapely.box(-_FAR_M, low, _FAR_M, high)
    return shapely.intersection(area, half)


def tidy(pieces: Geometries) -> Geometries:
    """Make the pieces an exact coverage of single polygons: what a piece lost sight of goes to a neighbour."""
    clean = shapely.coverage_clean(pieces, snapping_distance=SNAP_M)
    parts, owner = shapely.get_parts(clean, return_index=True)
    area = shapely.area(parts)
    main = np.array([np.flatnonzero(owner == i)[np.argmax(area[owner == i])] for i in range(len(pieces))])
    for part in np.setdiff1d(np.argsort(-area, kind="stable"), main, assume_unique=True):
        grown = np.setdiff1d(np.arange(len(parts)), [part])
        edge = shapely.boundary(parts[part])
        border = shapely.length(shapely.intersection(edge, shapely.boundary(parts[grown])))
        owner[part] = owner[grown[np.argmax(border)]]
    return np.array([shapely.coverage_union_all(parts[owner == i]) for i in range(len(pieces))], dtype=object)
