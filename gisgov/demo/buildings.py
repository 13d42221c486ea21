"""Footprints: rows of slabs in the blocks of the towns, rows of courtyards in the villages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import STRtree

from gisgov.demo.landscape import park_cells
from gisgov.demo.model import (
    Bools,
    Buildings,
    Floats,
    Geometries,
    Grid,
    Ints,
    Landscape,
    Roads,
    Size,
    Texts,
    generator,
)
from gisgov.demo.plane import Plane
from gisgov.demo.roads import WIDTH_M
from gisgov.demo.words import ESTATE_FIRST, ESTATE_LAST, FACTORIES, OFFICES, SCHOOLS, SHOPS

TOWN_SHARE = 0.6
SETBACK_M = 9.0


@dataclass(frozen=True)
class Plan:
    """How a block of one kind is built up; lengths in metres, ``share`` of all blocks."""

    share: float
    wide: float
    deep: float
    gap: float
    row: float
    floors: tuple[int, ...]
    words: tuple[str, ...]


PLANS: dict[str, Plan] = {
    "residence": Plan(0.70, 46, 12, 12, 34, (5, 6, 6, 6, 7, 11, 18), ()),
    "shop": Plan(0.12, 40, 26, 14, 44, (1, 2, 3, 4, 5), SHOPS),
    "office": Plan(0.08, 34, 24, 22, 52, (4, 6, 9, 14, 20), OFFICES),
    "school": Plan(0.04, 60, 15, 30, 60, (3, 4, 5), SCHOOLS),
    "factory": Plan(0.06, 68, 34, 16, 52, (1, 1, 2), FACTORIES),
}
VILLAGE = Plan(0.0, 27, 10, 7, 22, (1, 1, 1, 2), ())


def make_buildings(
    outline: Any, grid: Grid, roads: Roads, landscape: Landscape, size: Size, seed: int
) -> Buildings:
    """Place ``size.buildings`` footprints (WGS84 polygons) with kind, name, address, floors and cell."""
    plane, rng = Plane(outline), generator(seed, "buildings")
    cells = plane.flat(grid.cells)
    taken = _taken(plane, roads, landscape)
    town, kinds = _town_candidates(cells, grid, park_cells(grid, seed), rng)
    village = _village_candidates(plane.flat(grid.community_points), grid, size, rng)
    town, kinds = town[free := _free(town, taken)], kinds[free]
    village = village[_free(village, taken)]
    in_town = min(len(town), round(size.buildings * TOWN_SHARE) if len(village) else size.buildings)
    picked = np.sort(rng.permutation(len(town))[:in_town])
    shapes = np.concatenate((town[picked], village[: size.buildings - in_town]))
    kind = np.concatenate((kinds[picked], np.full(len(shapes) - in_town, "village", dtype=object)))
    point, cell = STRtree(cells).query(shapely.centroid(shapes), predicate="within")
    order = point[np.argsort(cell, kind="stable")]
    shapes, kind, cell_of = shapes[order], kind[order], np.sort(cell, kind="stable")
    names, addresses = _addresses(plane, shapes, kind, cell_of, grid, roads, rng)
    plans = PLANS | {"village": VILLAGE}
    floors = np.array([rng.choice(plans[k].floors) for k in kind], dtype=np.int64)
    return Buildings(plane.round(shapes), kind, names, addresses, floors, cell_of)


def _taken(plane: Plane, roads: Roads, landscape: Landscape) -> Geometries:
    half = np.array([WIDTH_M[c] / 2 + 3 for c in roads.classes])
    return np.concatenate((shapely.buffer(plane.flat(roads.lines), half), plane.flat(landscape.water)))


def _free(shapes: Geometries, taken: Geometries) -> Bools:
    hit = STRtree(taken).query(shapes, predicate="intersects")[0]
    return ~np.isin(np.arange(len(shapes)), hit)


def _slabs(
    middle: Floats, angle_deg: float, extent: float, plan: Plan, rng: np.random.Generator
) -> Geometries:
    """Lay a lattice of slabs over a square around ``middle``, nearest to the middle first."""
    across, along = plan.wide + plan.gap, plan.row
    u = np.arange(-extent / 2, extent / 2, across) + rng.uniform(0, across)
    v = np.arange(-extent / 2, extent / 2, along) + rng.uniform(0, along)
    at = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    at = at[np.argsort(np.hypot(*at.T), kind="stable")] + rng.normal(0, 0.6, at.shape)
    wide, deep = plan.wide * rng.uniform(0.7, 1.1, len(at)), plan.deep * rng.uniform(0.9, 1.1, len(at))
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / 2
    rings = at[:, None, :] + corners[None] * np.stack((wide, deep), axis=1)[:, None, :]
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.asarray(shapely.polygons(rings @ np.array([[cos, sin], [-sin, cos]]) + middle))


def _angle(block: Any) -> float:
    """Direction of a block's side nearest to east-west, degrees (houses look south)."""
    xy = shapely.get_coordinates(shapely.minimum_rotated_rectangle(block))
    side = np.degrees(np.arctan2(xy[1, 1] - xy[0, 1], xy[1, 0] - xy[0, 0]))
    return float((side + 45) % 90 - 45)


def _town_candidates(
    cells: Geometries, grid: Grid, parks: Ints, rng: np.random.Generator
) -> tuple[Geometries, Texts]:
    names = list(PLANS)
    share = np.array([PLANS[n].share for n in names])
    shapes, kinds = [], []
    for cell in np.setdiff1d(np.flatnonzero(grid.urban), parks):
        kind = names[rng.choice(len(names), p=share / share.sum())]
        lot = shapely.buffer(cells[cell], -SETBACK_M)
        extent = 1.5 * float(np.hypot(*np.ptp(shapely.get_coordinates(cells[cell]), axis=0)))
        slabs = _slabs(
            shapely.get_coordinates(cells[cell].centroid)[0], _angle(cells[cell]), extent, PLANS[kind], rng
        )
        shapely.prepare(lot)
        inside = slabs[shapely.contains(lot, slabs)]
        shapes.append(inside)
        kinds.append(np.full(len(inside), kind, dtype=object))
    return np.concatenate(shapes), np.concatenate(kinds)


def _village_candidates(points: Geometries, grid: Grid, size: Size, rng: np.random.Generator) -> Geometries:
    """Rows of houses about each village's middle; drawn round by round, so that a cut leaves every village some."""
    villages = [i for i, c in enumerate(grid.communities) if not c.urban]
    if not villages:
        return np.empty(0, dtype=object)
    each = int(np.ceil(2.4 * size.buildings * (1 - TOWN_SHARE) / len(villages)))
    rounds = []
    for i in villages:
        many = min(each, max(4, round(each * rng.lognormal(-0.1, 0.45) / 2)))
        slabs = _slabs(shapely.get_coordinates(points[i])[0], rng.uniform(-20, 20), 700, VILLAGE, rng)
        rounds += [(k / many, slab) for k, slab in enumerate(slabs[: 2 * many])]
    rounds.sort(key=lambda pair: pair[0])
    return np.array([slab for _, slab in rounds], dtype=object)


def _addresses(
    plane: Plane,
    shapes: Geometries,
    kinds: Texts,
    cell_of: Ints,
    grid: Grid,
    roads: Roads,
    rng: np.random.Generator,
) -> tuple[Texts, Texts]:
    """Name each building and write its address after the nearest named road, or after its village."""
    named = np.flatnonzero((roads.names != "") & (roads.classes != "trunk"))
    lines = plane.flat(roads.lines[named])
    middles = shapely.centroid(shapes)
    road = STRtree(lines).query_nearest(middles, all_matches=False)[1]
    number = (
        2 * (shapely.line_locate_point(shapely.line_merge(lines[road]), middles) // 12).astype(np.int64) + 1
    )
    number += rng.integers(0, 2, len(shapes))
    first = np.r_[True, np.diff(cell_of) != 0]
    within = np.arange(len(shapes)) - np.maximum.accumulate(np.where(first, np.arange(len(shapes)), 0)) + 1
    village_no: Counter[int] = Counter()
    names, texts = [], []
    estate = ""
    for i, kind in enumerate(kinds):
        community = grid.communities[grid.community_of[cell_of[i]]]
        street = grid.streets[grid.street_of[cell_of[i]]].name
        if first[i]:
            estate = f"{rng.choice(ESTATE_FIRST)}{rng.choice(ESTATE_LAST)}"
        if kind == "village":
            village_no[grid.community_of[cell_of[i]]] += 1
            names.append(f"{community.name}{village_no[grid.community_of[cell_of[i]]]}号")
            texts.append(f"历城区{street}{names[-1]}")
            continue
        words = PLANS[kind].words
        names.append(f"{rng.choice(words)}" if words else f"{estate}{within[i]}号楼")
        texts.append(f"历城区{street}{roads.names[named[road[i]]]}{number[i]}号{names[-1]}")
    return np.array(names, dtype=object), np.array(texts, dtype=object)
