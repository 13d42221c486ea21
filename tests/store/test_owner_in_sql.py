"""The two ways of asking who owns a point, memory and SQL, give one answer, on edges and corners too."""

import numpy as np
import pytest
import shapely
from scipy.spatial import Voronoi
from sqlalchemy import text

from gisgov.spatial import AreaIndex

OWNERS = text("""
    WITH cell AS MATERIALIZED (
        SELECT code, ST_GeomFromWKB(shape, 4326) AS geom FROM unnest(CAST(:codes AS text[]), CAST(:shapes AS bytea[])) AS given(code, shape)
    ), point AS (
        SELECT row, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS p
        FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY AS given(lon, lat, row)
    )
    SELECT (
        SELECT code FROM cell
        WHERE geom && p AND NOT ST_Disjoint(geom, p) ORDER BY code COLLATE "C" LIMIT 1
    ) FROM point ORDER BY row
""")


def coverage(dyadic):
    """Irregular cells; or squares on binary fractions, whose edges hold their middles exactly."""
    if dyadic:
        step = 2.0**-8
        return np.array(
            [shapely.box(117 + i * step, 36 + j * step, 117 + (i + 1) * step, 36 + (j + 1) * step)
             for i in range(6) for j in range(6)]
        )  # fmt: skip
    diagram = Voronoi(np.random.default_rng(4).uniform((117, 36), (117.2, 36.2), (60, 2)))
    rings = [
        diagram.vertices[r]
        for r in map(diagram.regions.__getitem__, diagram.point_region)
        if r and -1 not in r
    ]
    return np.array([shapely.Polygon(ring) for ring in rings if (np.abs(ring - (117.1, 36.1)) < 0.2).all()])


def hard_points(cells):
    """Vertices, rounded middles of edges, each also one unit in the last place to every side."""
    vertices, ring = shapely.get_coordinates(shapely.get_rings(cells), return_index=True)
    middles = ((vertices[1:] + vertices[:-1]) / 2)[ring[1:] == ring[:-1]]
    points = np.unique(np.vstack([vertices, middles]), axis=0)
    moved = [points]
    for axis in (0, 1):
        for towards in (-np.inf, np.inf):
            beside = points.copy()
            beside[:, axis] = np.nextafter(points[:, axis], towards)
            moved.append(beside)
    return np.vstack(moved).T


@pytest.mark.parametrize("dyadic", [False, True])
def test_memory_and_sql_agree(tx, dyadic):
    cells = coverage(dyadic)
    letters = np.random.default_rng(6).permutation([f"{letter}{i}" for letter in "aBZ-é" for i in range(20)])
    codes = [str(code) for code in letters[: len(cells)]]
    lon, lat = hard_points(cells)
    index = AreaIndex(cells, codes)
    positions = index.locate(lon, lat)
    mine = [codes[position] if position >= 0 else None for position in positions]
    given = {"codes": codes, "shapes": list(shapely.to_wkb(cells)), "lon": lon.tolist(), "lat": lat.tolist()}
    assert list(tx.conn.execute(OWNERS, given).scalars()) == mine
    assert len({*mine}) > len(cells) // 2
