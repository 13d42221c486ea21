"""A hand-drawn sketch of the district, in degrees: where the streets have their seats, rivers, reservoirs, roads.

From general knowledge of the place, deliberately coarse and nowhere surveyed. For an outline other than the one
in ``data/`` the sketch is stretched onto that outline's bounding box.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gisgov.demo.model import Floats, Geometries

BOUNDS = (116.928, 36.330, 117.370, 36.892)

SEATS: dict[str, tuple[float, float]] = {
    "370112001": (117.057, 36.6745),
    "370112002": (117.061, 36.6875),
    "370112003": (117.079, 36.6835),
    "370112004": (117.074, 36.700),
    "370112007": (117.068, 36.732),
    "370112008": (117.145, 36.765),
    "370112009": (117.130, 36.722),
    "370112010": (117.190, 36.712),
    "370112011": (117.252, 36.735),
    "370112012": (117.230, 36.688),
    "370112013": (117.175, 36.632),
    "370112016": (117.265, 36.782),
    "370112017": (117.275, 36.605),
    "370112018": (117.005, 36.508),
    "370112019": (117.095, 36.425),
    "370112020": (117.245, 36.848),
    "370112021": (117.225, 36.490),
}

CORE = frozenset({"370112001", "370112002", "370112003", "370112004"})
"""Streets that are town from border to border."""

Line = tuple[tuple[float, float], ...]

RIVERS: tuple[tuple[str, float, Line], ...] = (
    # name, width in metres, course
    (
        "黄河",
        460.0,
        (
            (117.010, 36.735),
            (117.0145, 36.746),
            (117.0257, 36.757),
            (117.048, 36.7585),
            (117.076, 36.774),
            (117.087, 36.787),
            (117.109, 36.793),
            (117.125, 36.819),
            (117.142, 36.834),
            (117.142, 36.857),
            (117.163, 36.8625),
            (117.178, 36.895),
        ),
    ),
    (
        "小清河",
        55.0,
        (
            (117.02, 36.722),
            (117.06, 36.722),
            (117.10, 36.733),
            (117.15, 36.745),
            (117.20, 36.757),
            (117.26, 36.763),
            (117.34, 36.775),
        ),
    ),
    (
        "巨野河",
        28.0,
        ((117.275, 36.60), (117.265, 36.65), (117.27, 36.69), (117.285, 36.73), (117.295, 36.768)),
    ),
    (
        "锦绣川",
        30.0,
        ((117.245, 36.485), (117.19, 36.505), (117.14, 36.508), (117.08, 36.512), (117.01, 36.508)),
    ),
    (
        "锦阳川",
        26.0,
        ((117.13, 36.40), (117.09, 36.43), (117.05, 36.455), (117.02, 36.485), (117.005, 36.505)),
    ),
    ("锦云川", 22.0, ((116.99, 36.40), (116.995, 36.44), (116.985, 36.475), (116.975, 36.495))),
    ("玉符河", 45.0, ((117.01, 36.508), (116.985, 36.500), (116.965, 36.505), (116.94, 36.52))),
)

LAKES: tuple[tuple[str, float, tuple[float, float]], ...] = (
    # name, radius in metres, middle
    ("卧虎山水库", 900.0, (116.968, 36.494)),
    ("锦绣川水库", 620.0, (117.158, 36.508)),
    ("狼猫山水库", 640.0, (117.292, 36.632)),
    ("华山湖", 620.0, (117.082, 36.747)),
    ("杜张水库", 420.0, (117.255, 36.818)),
)

HILLS: tuple[tuple[str, float, tuple[float, float]], ...] = (
    # name, radius in metres, middle: single hills that stand out of the plain
    ("华山", 480.0, (117.091, 36.737)),
    ("卧牛山", 380.0, (117.058, 36.752)),
    ("鲍山", 330.0, (117.205, 36.725)),
    ("莲花山", 900.0, (117.145, 36.610)),
    ("围子山", 800.0, (117.245, 36.665)),
)

MOUNTAINS_FROM = (117.20, 36.660)
"""A point south of whose parallel the land between villages is wooded."""

HIGHWAYS: tuple[tuple[str, str, Line], ...] = (
    # name, class, course
    (
        "绕城高速",
        "trunk",
        (
            (117.03, 36.762),
            (117.11, 36.752),
            (117.165, 36.735),
            (117.172, 36.69),
            (117.160, 36.635),
            (117.165, 36.585),
            (117.175, 36.555),
            (117.10, 36.552),
            (117.02, 36.558),
            (116.95, 36.530),
        ),
    ),
    ("济青高速", "trunk", ((117.02, 36.745), (117.12, 36.757), (117.22, 36.772), (117.34, 36.765))),
    (
        "京沪高速",
        "trunk",
        ((117.165, 36.585), (117.19, 36.52), (117.175, 36.45), (117.14, 36.39), (117.11, 36.33)),
    ),
    (
        "经十东路",
        "trunk",
        ((117.15, 36.663), (117.20, 36.668), (117.26, 36.672), (117.31, 36.676), (117.38, 36.682)),
    ),
    (
        "工业北路",
        "primary",
        (
            (117.04, 36.697),
            (117.09, 36.703),
            (117.14, 36.715),
            (117.20, 36.722),
            (117.26, 36.730),
            (117.34, 36.740),
        ),
    ),
    ("工业南路", "primary", ((117.10, 36.690), (117.17, 36.690), (117.23, 36.684), (117.27, 36.672))),
    (
        "旅游路",
        "primary",
        ((117.14, 36.645), (117.19, 36.640), (117.24, 36.628), (117.29, 36.615), (117.35, 36.610)),
    ),
    ("港西路", "primary", ((117.165, 36.62), (117.20, 36.56), (117.215, 36.52), (117.225, 36.49))),
    (
        "仲宫大街",
        "primary",
        ((116.94, 36.52), (117.005, 36.510), (117.08, 36.507), (117.15, 36.500), (117.225, 36.49)),
    ),
    (
        "锦阳川路",
        "primary",
        ((117.005, 36.510), (117.045, 36.462), (117.095, 36.425), (117.13, 36.37), (117.14, 36.335)),
    ),
    (
        "机场路",
        "primary",
        ((117.13, 36.72), (117.165, 36.765), (117.205, 36.81), (117.245, 36.848), (117.26, 36.89)),
    ),
    ("郭董路", "primary", ((117.252, 36.735), (117.262, 36.78), (117.25, 36.845))),
    ("凤鸣路", "primary", ((117.228, 36.64), (117.230, 36.69), (117.245, 36.735))),
    ("彩西路", "primary", ((117.275, 36.605), (117.268, 36.56), (117.25, 36.51), (117.225, 36.49))),
    ("二环东路", "primary", ((117.064, 36.655), (117.066, 36.69), (117.064, 36.73), (117.066, 36.765))),
    ("花园路", "primary", ((117.03, 36.6815), (117.06, 36.683), (117.10, 36.687))),
)


class Sketch:
    """The sketch laid onto an outline (WGS84)."""

    def __init__(self, outline: Any) -> None:
        self._from, self._to = BOUNDS, outline.bounds
        near = np.abs(np.subtract(self._from, self._to)).max() < 0.02
        self.stretched = not near

    def points(self, lonlat: Sequence[tuple[float, float]]) -> Geometries:
        """Points of the sketch as they lie on the outline."""
        return np.asarray(shapely.points(self._fit(np.asarray(lonlat, dtype=float))))

    def line(self, lonlat: Line) -> Any:
        """One course of the sketch as it lies on the outline."""
        return shapely.linestrings(self._fit(np.asarray(lonlat, dtype=float)))

    def _fit(self, xy: Floats) -> Floats:
        if not self.stretched:
            return xy
        (w, s, e, n), (w2, s2, e2, n2) = self._from, self._to
        scale = np.array([(e2 - w2) / (e - w), (n2 - s2) / (n - s)])
        return np.asarray((xy - np.array([w, s])) * scale + np.array([w2, s2]))


def rounded(line: Any) -> Any:
    """Round the corners of a sketched course (Chaikin's cutting, four times)."""
    xy = shapely.get_coordinates(line)
    for _ in range(4):
        quarter, three = 0.75 * xy[:-1] + 0.25 * xy[1:], 0.25 * xy[:-1] + 0.75 * xy[1:]
        xy = np.concatenate((xy[:1], np.stack((quarter, three), axis=1).reshape(-1, 2), xy[-1:]))
    return shapely.linestrings(xy)
