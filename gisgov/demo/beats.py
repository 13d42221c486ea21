"""Where patrollers walk: along the streets around their cells in town, from house to house in the villages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gisgov.demo.model import City, Ints, generator
from gisgov.demo.plane import Plane

ON_FOOT_MPS = 1.3
ON_BIKE_MPS = 3.6


@dataclass(frozen=True)
class Beat:
    """One patroller's round: a closed line on the plane, walked for ever from a point of its own."""

    person: int
    line: Any
    speed_mps: float
    start_m: float

    def at(self, seconds: float) -> tuple[Any, float]:
        """Return the place (plane) and the heading (degrees from north) after ``seconds`` of walking."""
        gone = (self.start_m + self.speed_mps * seconds) % self.line.length
        here = shapely.line_interpolate_point(self.line, gone)
        ahead = shapely.line_interpolate_point(self.line, (gone + 4.0) % self.line.length)
        return here, float(np.degrees(np.arctan2(ahead.x - here.x, ahead.y - here.y)) % 360)


def make_beats(city: City, plane: Plane) -> list[Beat]:
    """Lay out the round of every grid worker who has cells."""
    rng = generator(city.seed, "beats")
    cells = plane.flat(city.grid.cells)
    homes = shapely.get_coordinates(plane.flat(shapely.centroid(city.buildings.footprints)))
    beats = []
    for person in np.unique(city.staff.worker_of[city.staff.worker_of >= 0]).tolist():
        own = np.flatnonzero(city.staff.worker_of == person)
        urban = bool(city.grid.urban[own].mean() > 0.5)
        if not urban:
            own = _one_village(city, own)
        line = (
            _streets(cells[own])
            if urban
            else _houses(homes[np.isin(city.buildings.cell_of, own)], cells[own])
        )
        speed = (ON_FOOT_MPS if urban else ON_BIKE_MPS) * rng.uniform(0.8, 1.2)
        beats.append(Beat(person, line, speed, float(rng.uniform(0, line.length))))
    return beats


def _one_village(city: City, own: Ints) -> Ints:
    """Of somebody's cells, those of the village with most houses: today's round."""
    community = city.grid.community_of[own]
    houses = np.bincount(city.buildings.cell_of, minlength=len(city.grid.cells))[own]
    largest = np.argmax(np.bincount(community, weights=houses + 0.1))
    return np.asarray(own[community == largest])


def _streets(cells: Any) -> Any:
    """Around one cell after the other, always going on from the nearest corner, and back."""
    at, way = shapely.get_coordinates(cells[0])[0], []
    for cell in cells:
        ring = shapely.get_coordinates(shapely.get_exterior_ring(shapely.get_geometry(cell, 0)))[:-1]
        first = int(np.argmin(np.hypot(*(ring - at).T)))
        way.append(np.roll(ring, -first, axis=0))
        at = way[-1][0]
        way.append(at[None, :])
    return shapely.linestrings(np.concatenate([*way, way[0][:1]]))


def _houses(homes: Any, cells: Any) -> Any:
    """From house to house, always to the nearest not yet visited; around the land where nobody lives."""
    if len(homes) < 3:
        return _streets(cells)
    left, order = set(range(1, len(homes))), [0]
    while left:
        rest = np.array(sorted(left))
        order.append(int(rest[np.argmin(np.hypot(*(homes[rest] - homes[order[-1]]).T))]))
        left.remove(order[-1])
    return shapely.linestrings(homes[[*order, 0]])
