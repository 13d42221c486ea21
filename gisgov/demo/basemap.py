"""The demonstration's base map: vector tiles of the invented landscape, cut by tippecanoe into one PMTiles file.

Source layers: ``land``, ``water``, ``green``, ``roads`` (class, name), ``buildings``, ``places`` (kind, name).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely

from gisgov.demo.model import City, Geometries

MIN_ZOOM, MAX_ZOOM = 8, 15
ROAD_FROM_ZOOM = {"trunk": 8, "primary": 9, "secondary": 11, "lane": 12, "residential": 13}
BUILDINGS_FROM_ZOOM = 13
PLACE_FROM_ZOOM = {"district": 8, "street": 9, "community": 12}

Feature = dict[str, Any]


def _features(
    shapes: Geometries, rows: Iterable[dict[str, Any]], min_zoom: Iterable[int]
) -> Iterator[Feature]:
    for text, row, zoom in zip(shapely.to_geojson(shapes), rows, min_zoom, strict=True):
        yield {
            "type": "Feature",
            "tippecanoe": {"minzoom": zoom},
            "properties": row,
            "geometry": json.loads(text),
        }


def _places(city: City) -> Iterator[Feature]:
    grid = city.grid
    streets = [shapely.coverage_union_all(grid.cells[grid.street_of == s]) for s in range(len(grid.streets))]
    yield from _features(
        shapely.point_on_surface(streets),
        ({"kind": "street", "name": street.name} for street in grid.streets),
        (PLACE_FROM_ZOOM["street"] for _ in grid.streets),
    )
    yield from _features(
        grid.community_points,
        ({"kind": "community", "name": community.name} for community in grid.communities),
        (PLACE_FROM_ZOOM["community"] for _ in grid.communities),
    )


def layers_of(city: City) -> dict[str, Iterator[Feature]]:
    """Return the features of each source layer of the base map."""
    roads, land = city.roads, city.landscape
    return {
        "land": _features(np.array([city.outline], dtype=object), [{"name": "历城区"}], [MIN_ZOOM]),
        "water": _features(
            land.water, ({"name": n} for n in land.water_names), (MIN_ZOOM for _ in land.water)
        ),
        "green": _features(
            land.green,
            ({"kind": k} for k in land.green_kinds),
            (11 if k == "park" else MIN_ZOOM for k in land.green_kinds),
        ),
        "roads": _features(
            roads.lines,
            (
                {"class": c} | ({"name": n} if n else {})
                for c, n in zip(roads.classes, roads.names, strict=True)
            ),
            (ROAD_FROM_ZOOM[c] for c in roads.classes),
        ),
        "buildings": _features(
            city.buildings.footprints,
            (
                {"kind": k, "floors": int(f)}
                for k, f in zip(city.buildings.kinds, city.buildings.floors, strict=True)
            ),
            (BUILDINGS_FROM_ZOOM for _ in city.buildings.kinds),
        ),
        "places": _places(city),
    }


def write_basemap(city: City, target: Path) -> None:
    """Write the base map as PMTiles; the file appears whole or not at all.

    Raises
    ------
    subprocess.CalledProcessError
        when tippecanoe fails; its words are in ``stderr``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent) as folder:
        inputs: list[str] = []
        for name, features in layers_of(city).items():
            path = Path(folder, f"{name}.geojsonl")
            with path.open("w", encoding="utf-8") as out:
                out.writelines(json.dumps(feature, ensure_ascii=False) + "\n" for feature in features)
            inputs += ["-L", f"{name}:{path}"]
        made = Path(folder, "map.pmtiles")
        subprocess.run(
            [
                Path(sys.executable).with_name("tippecanoe"),
                *("-o", made, "-Z", str(MIN_ZOOM), "-z", str(MAX_ZOOM), "-P", "-q", "-t", folder),
                *(
                    "--no-tile-size-limit",
                    "--no-feature-limit",
                    "--simplification=4",
                    "--no-simplification-of-shared-nodes",
                ),
                *("--name", "演示底图", "--attribution", "演示数据，边界为合成"),
                *inputs,
            ],
            check=True,
            capture_output=True,
            env=os.environ | {"TIPPECANOE_MAX_THREADS": "2"},
        )
        made.replace(target)
