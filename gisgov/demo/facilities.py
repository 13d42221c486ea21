"""Cameras and parts (街面部件) along the roads."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gisgov.demo.model import Cameras, Floats, Geometries, Grid, Parts, Roads, Size, generator
from gisgov.demo.plane import Plane
from gisgov.demo.roads import WIDTH_M

CAMERA_KINDS = {"治安": 0.52, "交通": 0.26, "社会": 0.14, "安全生产": 0.08}
OFFLINE_SHARE = 0.06
PART_KINDS: tuple[tuple[str, str, float], ...] = (
    ("公用设施", "雨水井盖", 0.13), ("公用设施", "污水井盖", 0.09), ("公用设施", "路灯", 0.18), ("公用设施", "消防栓", 0.07),
    ("公用设施", "通信交接箱", 0.05), ("交通设施", "交通信号灯", 0.05), ("交通设施", "公交站牌", 0.07),
    ("交通设施", "交通标志牌", 0.06), ("交通设施", "隔离护栏", 0.04), ("市容环境", "垃圾箱", 0.11), ("市容环境", "公厕", 0.02),
    ("园林绿化", "行道树", 0.07), ("园林绿化", "休憩座椅", 0.03), ("其他设施", "宣传栏", 0.03),
)  # fmt: skip
PART_STATES = {"完好": 0.93, "破损": 0.05, "缺失": 0.02}
DENSITY = {"trunk": 0.15, "primary": 1.0, "secondary": 1.3, "residential": 0.8, "lane": 0.32}
"""Relative number of things along a kilometre of road by class."""


def along_roads(
    roads: Roads, flat: Geometries, count: int, rng: np.random.Generator
) -> tuple[Geometries, Floats, Any]:
    """Draw places along the roads: points, the direction of the road there (degrees from north), and the road."""
    weight = shapely.length(flat) * np.array([DENSITY[c] for c in roads.classes])
    road = rng.choice(len(flat), count, p=weight / weight.sum())
    parts, owner = shapely.get_parts(flat, return_index=True)
    longest = np.lexsort((-shapely.length(parts), owner))
    line = parts[longest[np.r_[True, np.diff(owner[longest]) != 0]]][road]
    at = rng.uniform(0, shapely.length(line))
    here, there = shapely.line_interpolate_point(line, at), shapely.line_interpolate_point(line, at + 2.0)
    back = shapely.line_interpolate_point(line, np.maximum(at - 2.0, 0))
    step = shapely.get_coordinates(there) - shapely.get_coordinates(back)
    heading = np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360
    side = rng.choice([-1.0, 1.0], count)
    away = np.array([WIDTH_M[c] / 2 + 1 for c in roads.classes])[road] * side
    xy = shapely.get_coordinates(here) + away[:, None] * np.column_stack(
        (np.cos(np.radians(heading)), -np.sin(np.radians(heading)))
    )
    return shapely.points(xy), heading, road


def make_cameras(outline: Any, roads: Roads, grid: Grid, size: Size, seed: int) -> Cameras:
    """Place ``size.cameras`` cameras that look along their road."""
    plane, rng = Plane(outline), generator(seed, "cameras")
    flat = plane.flat(roads.lines)
    points, heading, road = _inside(plane, roads, flat, size.cameras, grid, rng)
    turned = (heading + rng.choice([0, 180], size.cameras) + rng.normal(0, 12, size.cameras)) % 360
    kinds = rng.choice(list(CAMERA_KINDS), size.cameras, p=list(CAMERA_KINDS.values())).astype(object)
    where = roads.names[road]
    fov = rng.choice([55.0, 70.0, 90.0, 110.0, 360.0], size.cameras, p=[0.3, 0.3, 0.2, 0.13, 0.07])
    return Cameras(
        points=plane.round(points),
        names=np.array(
            [
                f"{name or '村道'}{kind}{i + 1:04d}"
                for i, (name, kind) in enumerate(zip(where, kinds, strict=True))
            ],
            dtype=object,
        ),
        categories=kinds,
        states=np.where(rng.random(size.cameras) < OFFLINE_SHARE, "offline", "online").astype(object),
        heading_deg=np.round(turned, 1) % 360,
        fov_deg=fov,
        range_m=np.round(rng.uniform(60, 160, size.cameras)),
    )


def make_parts(outline: Any, roads: Roads, grid: Grid, size: Size, seed: int) -> Parts:
    """Place ``size.parts`` pieces of street furniture."""
    plane, rng = Plane(outline), generator(seed, "parts")
    points, _, _ = _inside(plane, roads, plane.flat(roads.lines), size.parts, grid, rng)
    share = np.array([s for _, _, s in PART_KINDS])
    kind = rng.choice(len(PART_KINDS), size.parts, p=share / share.sum())
    return Parts(
        points=plane.round(points),
        classes=np.array([PART_KINDS[k][0] for k in kind], dtype=object),
        types=np.array([PART_KINDS[k][1] for k in kind], dtype=object),
        states=rng.choice(list(PART_STATES), size.parts, p=list(PART_STATES.values())).astype(object),
    )


def _inside(
    plane: Plane, roads: Roads, flat: Geometries, count: int, grid: Grid, rng: np.random.Generator
) -> tuple[Geometries, Floats, Any]:
    """Draw places along the roads that lie inside the cells."""
    land = shapely.coverage_union_all(plane.flat(grid.cells))
    shapely.prepare(land)
    points, heading, road = along_roads(roads, flat, 2 * count, rng)
    inside = np.flatnonzero(shapely.contains(land, points))[:count]
    return points[inside], heading[inside], road[inside]
