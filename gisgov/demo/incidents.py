"""What happened where and when: invented reports, for the past and for the simulated day."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely import STRtree

from gisgov.demo import rates
from gisgov.demo.facilities import along_roads
from gisgov.demo.homes import invented_names
from gisgov.demo.model import City, Floats, Ints, Texts
from gisgov.demo.plane import Plane

ZONE = ZoneInfo("Asia/Shanghai")


@cache
def texts() -> dict[str, dict[str, list[str]]]:
    """Templates and phrases of ``data/texts.toml``."""
    found: dict[str, dict[str, list[str]]] = tomllib.loads(
        files("gisgov.demo").joinpath("data", "texts.toml").read_text(encoding="utf-8")
    )
    return found


@dataclass(frozen=True)
class Incidents:
    """Invented reports, one per position of the arrays; points are WGS84."""

    at: list[datetime]
    lons: Floats
    lats: Floats
    categories: Texts
    sources: Texts
    titles: list[str]
    contents: list[str]
    addresses: list[str]
    reporters: Texts
    phones: Texts


class Places:
    """Where things happen in a city: by its people, its shops and its roads, more at some trouble spots."""

    def __init__(self, city: City) -> None:
        self._city, self._plane = city, Plane(city.outline)
        self._roads = self._plane.flat(city.roads.lines)
        buildings = city.buildings
        homes = np.bincount(city.houses.building_of, minlength=len(buildings.kinds))
        shops = np.where(np.isin(buildings.kinds, ("shop", "school", "office")), 14.0, 1.0)
        rng = np.random.default_rng([city.seed, 5])
        trouble = rng.lognormal(0, 0.75, len(city.grid.cells))[buildings.cell_of]
        self._weight = (homes + shops) * trouble
        self._middles = shapely.get_coordinates(self._plane.flat(shapely.centroid(buildings.footprints)))
        self._tree = STRtree(shapely.points(self._middles))
        named = np.flatnonzero((city.roads.names != "") & (city.roads.classes != "trunk"))
        self._named, self._road_tree = city.roads.names[named], STRtree(self._roads[named])

    def draw(self, categories: Texts, rng: np.random.Generator) -> tuple[Any, Ints, Texts]:
        """Draw a place for each category: WGS84 points, the nearest building, the nearest named road."""
        count = len(categories)
        village = self._city.buildings.kinds == "village"
        at = _choice(self._weight, count, rng)
        if village.any():
            rural = np.isin(categories, list(rates.IN_VILLAGES))
            at = np.where(rural, _choice(self._weight * village, count, rng), at)
        xy = self._middles[at] + rng.normal(0, 14, (count, 2))
        street, _, _ = along_roads(self._city.roads, self._roads, count, rng)
        road = np.isin(categories, list(rates.ON_THE_ROAD)) & (rng.random(count) < 0.55)
        xy = np.where(road[:, None], shapely.get_coordinates(street), xy)
        stray = rng.random(count) < rates.OUTSIDE_SHARE
        xy[stray] = self._beyond(int(stray.sum()), rng)
        points = shapely.points(xy)
        return (
            self._plane.round(points),
            self._tree.nearest(points),
            self._named[self._road_tree.nearest(points)],
        )

    def _beyond(self, count: int, rng: np.random.Generator) -> Floats:
        """Points just outside the district."""
        rim = self._plane.outline.buffer(180).exterior
        on_rim = shapely.line_interpolate_point(rim, rng.random(count), normalized=True)
        return np.asarray(shapely.get_coordinates(on_rim)) + rng.normal(0, 60, (count, 2))


def _choice(weight: Floats, count: int, rng: np.random.Generator) -> Ints:
    return np.asarray(np.searchsorted(np.cumsum(weight), rng.random(count) * weight.sum()))


def draw_categories(count: int, rng: np.random.Generator) -> Texts:
    """Draw categories by their rates."""
    names, weight = list(rates.CATEGORY_RATES), np.array(list(rates.CATEGORY_RATES.values()))
    return np.array(names, dtype=object)[_choice(weight, count, rng)]


def hour_weights(top: str) -> Floats:
    """Share of each hour of the day for a top category, summing to 1."""
    hours = np.arange(24) + 0.5
    weight = np.full(24, rates.TRICKLE)
    for middle, spread, height in rates.HOURS[top]:
        apart = np.abs(hours - middle)
        weight += height * np.exp(-0.5 * (np.minimum(apart, 24 - apart) / spread) ** 2)
    return np.asarray(weight / weight.sum())


def draw_times(categories: Texts, days: int, now: datetime, rng: np.random.Generator) -> list[datetime]:
    """Draw when each happened in the ``days`` before ``now``, by weekday and hour."""
    today = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    dates = [today - timedelta(days=back) for back in range(days, -1, -1)]
    daily = np.array([rates.WEEKDAYS[d.weekday()] for d in dates]) * rng.normal(1, 0.07, len(dates)).clip(
        0.8, 1.2
    )
    tops = np.array([c.split(".")[0] for c in categories])
    moments: list[datetime] = [now] * len(categories)
    for top in np.unique(tops):
        rate = (daily[:, None] * hour_weights(top)[None, :]).ravel()
        begins = [d + timedelta(hours=h) for d in dates for h in range(24)]
        rate *= np.array([min(max((now - b).total_seconds() / 3600, 0.0), 1.0) for b in begins])
        rate[:24] *= np.array([(b >= now - timedelta(days=days)) for b in begins[:24]])
        here = np.flatnonzero(tops == top)
        for i, begin in zip(here, (begins[k] for k in _choice(rate, len(here), rng)), strict=True):
            room = min((now - begin).total_seconds(), 3600.0)
            moments[i] = begin + timedelta(seconds=float(rng.uniform(0, max(room, 1.0))))
    return moments


def make_incidents(
    places: Places, city: City, at: list[datetime], categories: Texts, rng: np.random.Generator
) -> Incidents:
    """Invent reports of ``categories`` at the moments ``at``."""
    count = len(at)
    points, building, road = places.draw(categories, rng)
    xy = shapely.get_coordinates(points)
    sources = _sources(categories, rng)
    community = city.grid.community_of[city.buildings.cell_of[building]]
    titles, contents = [], []
    for i, category in enumerate(categories):
        templates = texts()["reports"][category]
        title, _, content = templates[rng.integers(len(templates))].partition("|")
        titles.append(title)
        contents.append(
            content.format(
                road=road[i],
                spot=city.buildings.names[building[i]],
                community=city.grid.communities[community[i]].name,
                n=rng.integers(2, 7),
            )
        )
    named = np.isin(sources, list(rates.NAMED_SOURCES))
    return Incidents(
        at=at,
        lons=xy[:, 0],
        lats=xy[:, 1],
        categories=categories,
        sources=sources,
        titles=titles,
        contents=contents,
        addresses=[f"{city.buildings.addresses[b]}附近" for b in building],
        reporters=np.where(named, invented_names(count, rng), ""),
        phones=np.where(named, [f"13{n:09d}" for n in rng.integers(0, 10**9, count)], ""),
    )


def _sources(categories: Texts, rng: np.random.Generator) -> Texts:
    names, weight = list(rates.SOURCES), np.array(list(rates.SOURCES.values()))
    sources = np.array(names, dtype=object)[_choice(weight, len(categories), rng)]
    blind = (sources == "camera") & ~np.isin(categories, list(rates.SEEN_BY_CAMERA))
    deaf = (sources == "sensor") & ~np.isin(categories, list(rates.FELT_BY_SENSOR))
    return np.where(blind | deaf, "resident", sources)
