"""Roads: motorways as sketched, main roads along the sketch but on the borders of cells, streets of the towns on
every border there, and in the country the lanes by which each village reaches its seat.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from scipy.ndimage import gaussian_filter1d

from gisgov.demo.model import Bools, Floats, Geometries, Grid, Ints, Roads, Texts, generator
from gisgov.demo.network import Network, border_network, strokes
from gisgov.demo.plane import Plane
from gisgov.demo.sketch import HIGHWAYS, Sketch, rounded
from gisgov.demo.words import TOWN_ROAD_ENDS, TOWN_ROAD_STEMS

COUNTY_ROAD_FROM = 9
"""A country lane that so many villages use is a county road."""
NAMED_FROM_M = 260.0
SHORTEST_MAIN_M = 1_500.0
STEP_M = 60.0
SMOOTH_M = 420.0
WIDTH_M = {"trunk": 32.0, "primary": 24.0, "secondary": 16.0, "residential": 8.0, "lane": 5.0}
_RANK = ("", "lane", "residential", "secondary", "primary")


def make_roads(outline: Any, grid: Grid, seed: int) -> Roads:
    """Lay the roads of the district: WGS84 lines with class and name."""
    plane, sketch, rng = Plane(outline), Sketch(outline), generator(seed, "roads")
    network = border_network(plane.flat(grid.cells))
    inner = network.sides[:, 1] >= 0
    urban = grid.urban[network.sides].any(axis=1) & inner
    ranks, names = _town_ranks(grid, network, urban), np.full(len(network.edges), "", dtype=object)
    _country_lanes(ranks, network, plane, grid, urban)
    _main_roads(ranks, names, network, plane, sketch)
    towns = shapely.coverage_union_all(plane.flat(grid.cells[grid.urban]))
    shapely.prepare(towns)
    lines, classes, labels = _streets(network, ranks, names, towns, rng)
    trunks = [
        (rounded(plane.flat(sketch.line(way))), kind, name) for name, kind, way in HIGHWAYS if kind == "trunk"
    ]
    motorways = shapely.intersection([line for line, _, _ in trunks], plane.outline.buffer(-5))
    return Roads(
        lines=plane.round(np.concatenate((motorways, lines))),
        classes=np.concatenate(([kind for _, kind, _ in trunks], classes)).astype(object),
        names=np.concatenate(([name for _, _, name in trunks], labels)).astype(object),
    )


def _town_ranks(grid: Grid, network: Network, urban: Bools) -> Ints:
    """Streets of the towns: between communities secondary, between cells residential."""
    a, b = network.sides.T
    apart = grid.community_of[a] != grid.community_of[b]
    return np.where(urban, np.where(apart, 3, 2), 0)


def _country_lanes(ranks: Ints, network: Network, plane: Plane, grid: Grid, urban: Bools) -> None:
    """Connect every village with the middle of its street by the cheapest way along the borders."""
    points = shapely.get_coordinates(plane.flat(grid.community_points))
    costs = network.lengths * np.where(urban, 0.6, 1.0)
    street_of = np.array([grid.street_of[grid.community_of == c][0] for c in range(len(grid.communities))])
    town = np.array([c.urban for c in grid.communities])
    for street in range(len(grid.streets)):
        members = np.flatnonzero(street_of == street)
        seat = members[town[members]][0] if town[members].any() else members[0]
        nodes = network.nearest(points[members])
        used = network.tree(costs, int(network.nearest(points[[seat]])[0]), nodes)
        rank = np.where(used >= COUNTY_ROAD_FROM, 3, np.where(used > 0, 1, 0))
        np.maximum(ranks, np.where(urban, 0, rank), out=ranks)


def _main_roads(ranks: Ints, names: Texts, network: Network, plane: Plane, sketch: Sketch) -> None:
    """Lead the sketched main roads along borders: the cheapest way that keeps to the sketch."""
    middles = shapely.line_interpolate_point(network.edges, 0.5, normalized=True)
    for name, kind, way in HIGHWAYS:
        course = shapely.intersection(plane.flat(sketch.line(way)), plane.outline)
        for piece in shapely.get_parts(course) if kind == "primary" else ():
            if piece.length < SHORTEST_MAIN_M:
                continue
            costs = network.lengths * (1 + (shapely.distance(middles, piece) / 180) ** 1.5)
            stops = shapely.line_interpolate_point(piece, [0.0, 1.0], normalized=True)
            edges = network.path(costs, network.nearest(shapely.get_coordinates(stops)))
            ranks[edges], names[edges] = 4, name


def _streets(
    network: Network, ranks: Ints, names: Texts, land: Any, rng: np.random.Generator
) -> tuple[Geometries, Texts, Texts]:
    """Join the edges of one street and one class to a line; smooth main roads in the country; name what is long."""
    kept = ranks > 0
    edges, rank, given = network.edges[kept], ranks[kept], names[kept]
    group = strokes(edges, network.ends[kept])
    lengths = np.bincount(group, weights=shapely.length(edges)).astype(np.float64)
    invented = _invented_names(lengths, np.bincount(group, weights=rank >= 2) > 0, rng)
    members: dict[tuple[int, str, int], list[int]] = {}
    for i, key in enumerate(zip(rank.tolist(), given.tolist(), group.tolist(), strict=True)):
        members.setdefault((key[0], key[1], -1 if key[1] else key[2]), []).append(i)
    keys = sorted(members)
    lines = np.array(
        [shapely.line_merge(shapely.multilinestrings(edges[members[k]])) for k in keys], dtype=object
    )
    classes = np.array([_RANK[k[0]] for k in keys], dtype=object)
    labels = np.array([name or invented[group_no] for _, name, group_no in keys], dtype=object)
    return _smoothed(lines, classes == "primary", land), classes, labels


def _smoothed(lines: Geometries, main: Bools, towns: Any) -> Geometries:
    """Let main roads run evenly through the country, and lead the lanes that met them to where they are now."""
    before = shapely.union_all(lines[main])
    lines = lines.copy()
    lines[main] = [
        shapely.multilinestrings([_even(p, towns) for p in shapely.get_parts(line)]) for line in lines[main]
    ]
    after = shapely.union_all(lines[main])
    shapely.prepare(before)
    for i in np.flatnonzero(~main & shapely.dwithin(lines, before, 1.0)):
        lines[i] = shapely.multilinestrings(
            [_led(part, before, after) for part in shapely.get_parts(lines[i])]
        )
    return lines


def _even(line: Any, towns: Any) -> Any:
    """Average a line over some hundred metres, except inside the towns and at its ends."""
    xy = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.linspace(0, line.length, 2 + int(line.length // STEP_M)))
    )
    country = gaussian_filter1d((~shapely.contains_xy(towns, xy[:, 0], xy[:, 1])).astype(float), 4)[:, None]
    smooth = gaussian_filter1d(xy, SMOOTH_M / STEP_M, axis=0, mode="nearest")
    mixed = (1 - country) * xy + country * smooth
    mixed[[0, -1]] = xy[[0, -1]]
    return shapely.linestrings(mixed) if country.max() > 0.05 else line


def _led(line: Any, before: Any, after: Any) -> Any:
    """Lengthen a lane at the ends that touched the old course to the nearest point of the new one."""
    xy = shapely.get_coordinates(line)
    for at, end in ((0, xy[:1]), (len(xy), xy[-1:])):
        point = shapely.points(end[0])
        gap = shapely.shortest_line(point, after)
        if shapely.dwithin(point, before, 1.0) and gap.length > 1.0:
            xy = np.insert(xy, len(xy) if at else 0, shapely.get_coordinates(gap)[-1], axis=0)
    return shapely.linestrings(xy)


def _invented_names(lengths: Floats, town: Bools, rng: np.random.Generator) -> list[str]:
    """Names for streets of some length, each name once, the longest first."""
    pool = [stem + end for end in TOWN_ROAD_ENDS for stem in rng.permutation(list(TOWN_ROAD_STEMS))]
    names = [""] * len(lengths)
    worthy = [i for i in np.argsort(-lengths, kind="stable") if town[i] and lengths[i] >= NAMED_FROM_M]
    for i, name in zip(worthy, pool, strict=False):
        names[i] = name
    return names
