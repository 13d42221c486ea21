"""The nested partition: streets, their communities, and the cells, as one exact coverage.

The cut is made on an even plane (blocks square, borders straight) which is then bent a little, vertex by vertex,
so that borders wind as they do on a map. Nesting holds by construction: a community is the union of its cells.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gisgov.demo.cutting import SNAP_M, allocate, blocks, nearest_regions, spread, tidy
from gisgov.demo.divisions import read_divisions
from gisgov.demo.model import Division, Floats, Geometries, Grid, Ints, Size, generator
from gisgov.demo.plane import Plane
from gisgov.demo.sketch import CORE, SEATS, Sketch

TOWN_M2 = 420_000.0
"""Land of one urban community outside the core."""
PLOTS = 3_000
STEP_M = 90.0
"""Longest straight edge after bending."""
_WAVES = ((300.0, 14_000.0), (90.0, 6_100.0), (28.0, 1_700.0), (8.0, 640.0))
"""Amplitude and wavelength in metres of the bending."""


class Bend:
    """A smooth, invertible shift of the plane by a few metres to tens of metres."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._waves = [(a, 2 * np.pi / w, rng.uniform(0, 2 * np.pi, 4)) for a, w in _WAVES]

    def _shift(self, xy: Floats) -> Floats:
        x, y = xy[:, 0], xy[:, 1]
        total = np.zeros_like(xy)
        for amplitude, k, (p, q, r, s) in self._waves:
            total[:, 0] += amplitude * np.sin(k * y + p) * np.cos(0.6 * k * x + q)
            total[:, 1] += amplitude * np.sin(k * x + r) * np.cos(0.6 * k * y + s)
        return total

    def there(self, shapes: Any) -> Any:
        """From the even plane to the bent one."""
        return shapely.transform(shapes, lambda xy: xy + self._shift(xy))

    def back(self, shapes: Any) -> Any:
        """From the bent plane to the even one (fixed-point iteration; the shift is a contraction)."""

        def undo(xy: Floats) -> Floats:
            even = xy.copy()
            for _ in range(40):
                even = xy - self._shift(even)
            return even

        return shapely.transform(shapes, undo)


def make_grid(outline: Any, size: Size, seed: int) -> Grid:
    """Cut ``outline`` (WGS84 polygon) into streets, communities and ``size.cells`` cells.

    Returns
    -------
    Grid
        WGS84, rounded to 1e-7 degrees; cells numbered west to east within north to south per community.
    """
    rng = generator(seed, "partition")
    plane, sketch, bend = Plane(outline), Sketch(outline), Bend(rng)
    even = bend.back(shapely.segmentize(plane.outline, STEP_M))
    streets, communities = read_divisions()
    seats = _seats(even, streets, bend.back(plane.flat(sketch.points(_known(streets)))), rng)
    lands = _lands(even, streets, seats, rng)
    kept = size.streets or len(streets)
    streets = streets[:kept]
    communities = tuple(c for c in communities if c.parent_code in {s.code for s in streets})
    angles = np.array([rng.uniform(-2, 4) if s.code in CORE else rng.uniform(-14, 14) for s in streets])
    quarters, centres = _communities(streets, communities, lands, seats, angles, rng)
    street_of = _indexes([s.code for s in streets], [c.parent_code for c in communities])
    counts = _cells_each(size.cells, communities)
    pieces = [
        blocks(land, n, angles[s], rng) if c.urban else _village_cells(land, n, centre, rng)
        for land, n, s, c, centre in zip(quarters, counts, street_of, communities, centres, strict=True)
    ]
    community_of = np.repeat(np.arange(len(communities)), counts)
    cells = _finish(np.concatenate(pieces), bend, plane)
    order = _west_east_north_south(cells, community_of)
    serial = _serials(community_of[order])
    return Grid(
        streets=streets,
        communities=communities,
        cells=cells[order],
        codes=np.array(
            [f"{communities[c].code}{n:03d}" for c, n in zip(community_of[order], serial, strict=True)]
        ),
        names=np.array([f"第{n}网格" for n in serial]),
        community_of=community_of[order],
        street_of=street_of[community_of[order]],
        urban=np.array([c.urban for c in communities])[community_of[order]],
        community_points=plane.round(bend.there(shapely.points(centres))),
    )


def _known(streets: tuple[Division, ...]) -> list[tuple[float, float]]:
    return [SEATS[street.code] for street in streets]


def _seats(even: Any, streets: tuple[Division, ...], drawn: Geometries, rng: np.random.Generator) -> Floats:
    """Where each street has its seat: as sketched when that lies inside the outline, else spread out evenly."""
    if np.count_nonzero(shapely.contains(even, drawn)) == len(streets):
        return np.asarray(shapely.get_coordinates(drawn))
    return spread(even, len(streets), rng)


def _lands(even: Any, streets: tuple[Division, ...], seats: Floats, rng: np.random.Generator) -> Geometries:
    """Give each street its land: straight borders between streets of the core, ragged ones elsewhere.

    Ragged: the outline is cut into plots of some hundred metres, each of which goes to the nearest seat.
    """
    plots = nearest_regions(even, spread(even, PLOTS, rng, rounds=1))
    owner = cKDTree(seats).query(shapely.get_coordinates(shapely.centroid(plots)))[1]
    lands = tidy(
        np.array([shapely.coverage_union_all(plots[owner == i]) for i in range(len(seats))], dtype=object)
    )
    core = np.array([street.code in CORE for street in streets])
    lands[core] = nearest_regions(shapely.coverage_union_all(lands[core]), seats[core])
    return lands


def _indexes(keys: list[str], wanted: list[str]) -> Ints:
    at = {key: i for i, key in enumerate(keys)}
    return np.array([at[key] for key in wanted], dtype=np.int64)


def _communities(
    streets: tuple[Division, ...],
    communities: tuple[Division, ...],
    lands: Geometries,
    seats: Floats,
    angles: Floats,
    rng: np.random.Generator,
) -> tuple[list[Any], Floats]:
    """Give each community its land and its centre, street by street, in the order of the communities."""
    quarters: list[Any] = []
    centres: list[Floats] = []
    for street, land, seat, angle in zip(streets, lands, seats, angles, strict=False):
        members = [c for c in communities if c.parent_code == street.code]
        towns = sum(c.urban for c in members)
        town, country = _town(land, seat, towns, len(members) - towns, angle)
        in_town = list(blocks(town, towns, angle, rng)) if towns else []
        seeds = (
            spread(country, len(members) - towns, rng, rounds=6) if towns < len(members) else np.empty((0, 2))
        )
        in_country = list(nearest_regions(country, seeds)) if len(seeds) else []
        rank = np.argsort(np.hypot(*(seeds - seat).T), kind="stable")
        urban, rural = iter(in_town), iter([in_country[i] for i in rank])
        for member in members:
            piece = next(urban) if member.urban else next(rural)
            quarters.append(piece)
            centres.append(shapely.get_coordinates(shapely.point_on_surface(piece))[0])
    return quarters, np.array(centres)


def _town(land: Any, seat: Floats, towns: int, villages: int, angle_deg: float) -> tuple[Any, Any]:
    """Part a street's land into the town around its seat and the country around that."""
    if villages == 0:
        return land, None
    half = np.sqrt(TOWN_M2 * towns) / 2
    square = shapely.affinity.rotate(
        shapely.box(seat[0] - 1.2 * half, seat[1] - half / 1.2, seat[0] + 1.2 * half, seat[1] + half / 1.2),
        angle_deg,
        origin="centroid",
    )
    if towns == 0:
        return None, land
    parts = shapely.get_parts(shapely.intersection(land, square))
    town = parts[np.argmax(shapely.area(parts))]
    return town, shapely.difference(land, town)


def _cells_each(total: int, communities: tuple[Division, ...]) -> Ints:
    weight = {True: 12.0, False: 2.0}
    weights = np.array([weight[c.urban] * (1.2 if c.parent_code in CORE else 1.0) for c in communities])
    return allocate(total, weights, least=1)


def _village_cells(land: Any, count: int, centre: Floats, rng: np.random.Generator) -> Geometries:
    """Cut a village's land so that the borders meet among its houses, as lanes do."""
    if count == 1:
        return np.array([land], dtype=object)
    turn = rng.uniform(0, 2 * np.pi)
    angles = turn + 2 * np.pi * (np.arange(count) + rng.uniform(-0.2, 0.2, count)) / count
    reach = min(150.0, 0.3 * np.sqrt(land.area))
    seeds = centre + reach * np.column_stack((np.cos(angles), np.sin(angles)))
    if not shapely.contains_xy(land, seeds[:, 0], seeds[:, 1]).all():
        seeds = spread(land, count, rng)
    return nearest_regions(land, seeds)


def _finish(pieces: Geometries, bend: Bend, plane: Plane) -> Geometries:
    """Node the whole as one coverage, bend it, go to degrees; the same vertex stays the same everywhere."""
    noded = shapely.coverage_clean(pieces, snapping_distance=SNAP_M)
    fine = shapely.set_precision(shapely.segmentize(noded, STEP_M), 0.001, mode="pointwise")
    cells = plane.round(bend.there(fine))
    if not shapely.coverage_is_valid(cells):
        cells = shapely.set_precision(shapely.coverage_clean(cells), 1e-7, mode="pointwise")
    return np.asarray(cells)


def _west_east_north_south(cells: Geometries, community_of: Ints) -> Ints:
    """Order within each community: rows from north to south, each from west to east."""
    middle = shapely.get_coordinates(shapely.centroid(cells))
    height = np.median(np.diff(shapely.bounds(cells)[:, [1, 3]], axis=1))
    row = np.floor(-middle[:, 1] / max(height, 1e-9))
    return np.lexsort((middle[:, 0], row, community_of))


def _serials(community_of: Ints) -> Ints:
    starts = np.flatnonzero(np.r_[True, np.diff(community_of) != 0])
    counts = np.diff(np.r_[starts, len(community_of)])
    return np.arange(len(community_of)) - np.repeat(starts, counts) + 1
