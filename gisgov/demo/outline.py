"""The outline of the demonstration district: the one that comes along, or any polygon file.

``python -m gisgov.demo.outline SOURCE DATUM TARGET`` made the one in ``data/``.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import shapely

from gisgov.spatial.crs import geometries_to_wgs84

MOST_VERTICES = 200
_GRID_DEG = 1e-6


def simplified(shape: Any, most: int = MOST_VERTICES) -> Any:
    """Simplify the largest polygon of ``shape`` until it has at most ``most`` vertices."""
    parts = shapely.get_parts(shape)
    largest = parts[shapely.area(parts).argmax()]
    tolerance, simple = 1e-6, shapely.Polygon(largest.exterior)
    while shapely.get_num_coordinates(simple) > most:
        tolerance *= 1.1
        simple = shapely.simplify(shapely.Polygon(largest.exterior), tolerance)
    return shapely.set_precision(simple, _GRID_DEG)


def read_outline(path: Path | None = None, datum: str = "wgs84") -> Any:
    """Read a district's outline as one WGS84 polygon.

    Parameters
    ----------
    path
        A GeoJSON file (geometry, feature or collection); None takes the one that comes along.
    datum
        What the numbers of the file mean: ``wgs84 | cgcs2000 | gcj02 | bd09``.

    Raises
    ------
    ValueError
        when the file holds no polygon.
    """
    source = path if path is not None else files("gisgov.demo").joinpath("data", "outline.geojson")
    shape = shapely.from_geojson(source.read_text(encoding="utf-8"))
    parts = [p for p in shapely.get_parts(shapely.get_parts(shape)) if p.geom_type == "Polygon"]
    if not parts:
        raise ValueError(f"{source} holds no polygon")
    return simplified(geometries_to_wgs84(shapely.union_all(parts), datum))


def main(source: str, datum: str, target: str) -> None:
    """Write the simplified WGS84 outline of ``source`` to ``target``."""
    feature = {
        "type": "Feature",
        "properties": {
            "name": "历城区",
            "code": "370112",
            "datum": "wgs84",
            "simplified_to_vertices": MOST_VERTICES,
        },
        "geometry": json.loads(shapely.to_geojson(read_outline(Path(source), datum))),
    }
    Path(target).write_text(json.dumps(feature, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
