"""Points into cells: AreaIndex beside geopandas.sjoin, in one run.

``locate`` answers the same question as sjoin (which cell contains the point); ``decide`` answers more: status,
distance to the border and runner-up. All are single-threaded; what counts is processor time, so that a busy machine
does not count.
"""

import json
import os
import platform
import statistics
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from bench.coverages import HEIGHT, SOUTH, WEST, WIDTH, voronoi
from gisgov.spatial import AreaIndex

RESULTS = Path(__file__).parent / "results"
CELLS = (3_000, 30_000)
POINTS = 300_000
ROUNDS = 5


def main() -> None:
    """Measure, print and keep the figures."""
    rows = [measure(cells) for cells in CELLS]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    versions = {
        "geopandas": gpd.__version__,
        "shapely": shapely.__version__,
        "geos": shapely.geos_version_string,
    }
    report = {
        "machine": machine,
        "versions": versions,
        "unit": "processor time, median of the rounds",
        "points": POINTS,
        "rounds": ROUNDS,
        "rows": rows,
    }
    (RESULTS / "route.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    for row in rows:
        print(
            f"{row['cells']:>7,} cells  sjoin {row['sjoin_ns']:>6} ns/point  locate {row['locate_ns']:>6}"
            f" ({row['sjoin_over_locate']:.2f} x)  decide {row['decide_ns']:>6}  built in {row['build_s']:.2f} s"
        )


def measure(cells: int) -> dict[str, Any]:
    """Time each method in turn, several rounds, and see that they agree."""
    polygons = voronoi(cells)
    rng = np.random.default_rng(2)
    lon = rng.uniform(WEST + 0.02, WEST + WIDTH - 0.02, POINTS)
    lat = rng.uniform(SOUTH + 0.02, SOUTH + HEIGHT - 0.02, POINTS)
    start = process_time()
    index = AreaIndex(polygons, [f"{i:06d}" for i in range(len(polygons))])
    index.decide(lon[:5_000], lat[:5_000])  # what is built when first needed
    build_s = process_time() - start
    cover = gpd.GeoDataFrame({"cell": range(len(polygons))}, geometry=polygons, crs=4326)
    methods: dict[str, Callable[[], Any]] = {
        "sjoin": lambda: gpd.sjoin(gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326), cover),
        "locate": lambda: index.locate(lon, lat),
        "decide": lambda: index.decide(lon, lat),
    }
    took: dict[str, list[float]] = {name: [] for name in methods}
    answers = {}
    for _ in range(ROUNDS):
        for name, method in methods.items():
            start = process_time()
            answers[name] = method()
            took[name].append(process_time() - start)
    joined = answers["sjoin"]
    assert len(joined) == np.count_nonzero(answers["locate"] >= 0)
    assert (answers["locate"][joined.index] == joined["cell"]).all()
    ns = {f"{name}_ns": round(statistics.median(times) / POINTS * 1e9) for name, times in took.items()}
    return {
        "cells": len(polygons),
        "vertices": int(shapely.get_num_coordinates(polygons).sum()),
        "build_s": round(build_s, 3),
        **ns,
        "sjoin_over_locate": round(ns["sjoin_ns"] / ns["locate_ns"], 2),
    }


if __name__ == "__main__":
    main()
