"""Where a point falls: the copy in memory, PostGIS, and what is said about borders and people."""

import h3
import numpy as np
import pytest
import shapely
from sqlalchemy import text

from gisgov.grids import service as grids
from gisgov.kernel.actor import NOBODY
from gisgov.kernel.errors import Invalid
from gisgov.spatial.crs import from_wgs84
from tests.grid_makers import SOUTH, STEP, WEST, board, middle, publish, without_levels

OWNER_IN_SQL = text("""
    SELECT v.code FROM cell_version v JOIN network n ON n.id = v.network_id,
           ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS p
    WHERE n.code = 'basic' AND v.until IS NULL AND v.geom && p AND NOT ST_Disjoint(v.geom, p)
    ORDER BY v.code COLLATE "C" LIMIT 1""")
"""How SQL asks for the owner of a point where it must: GEOS, and the first code as text by code point."""


def in_sql(tx, lon, lat):
    return tx.conn.execute(OWNER_IN_SQL, {"lon": float(lon), "lat": float(lat)}).scalar_one_or_none()


def test_a_point_inside(tx):
    publish(tx, board())
    lon, lat = middle(2, 1)
    found = grids.locate(tx, lon, lat, accuracy_m=10)
    assert (found.status, found.cell.code, found.cell.name) == ("inside", "0201", "第0201网格")
    assert [area.code for area in found.ancestors] == ["basic", "S1", "C10"]
    assert found.area_no == found.cell.no
    assert found.hex == h3.latlng_to_cell(lat, lon, 9)
    assert found.border_m == pytest.approx(349, abs=3)
    assert not found.near_border
    assert grids.locate(tx, lon, lat, accuracy_m=400).near_border
    assert found.release.no == 1


def test_a_shared_edge_and_a_corner_belong_to_the_first_code(tx):
    publish(tx, board())
    edge = grids.locate(tx, WEST + STEP, SOUTH + STEP / 2)
    assert (edge.status, edge.cell.code, edge.border_m) == ("border", "0000", 0.0)
    assert edge.runner_up.code == "0100"
    corner = grids.locate(tx, WEST + 2 * STEP, SOUTH + 2 * STEP)
    assert (corner.status, corner.cell.code) == ("border", "0101")


def test_codes_are_compared_by_code_point_and_not_by_a_language(tx):
    # by most languages' rules a comes before B, and 10 is more than 9
    squares = [shapely.box(WEST + i * STEP, SOUTH, WEST + (i + 1) * STEP, SOUTH + STEP) for i in range(4)]
    publish(tx, without_levels(squares, ["a", "B", "10", "9"]))
    for column, winner in ((1, "B"), (2, "10"), (3, "10")):
        lon, lat = WEST + column * STEP, SOUTH + STEP / 2
        assert (grids.locate(tx, lon, lat).cell.code, in_sql(tx, lon, lat)) == (winner, winner)


def test_outside_is_snapped_up_to_the_limit_and_then_the_roots(tx):
    publish(tx, board())
    west = WEST - 20 / 89_000
    near = grids.locate(tx, west, SOUTH + STEP / 2)
    assert (near.status, near.cell.code) == ("snapped", "0000")
    assert near.border_m == pytest.approx(20, abs=0.5)
    far = grids.locate(tx, WEST - 0.01, SOUTH + STEP / 2)
    assert (far.status, far.cell) == ("outside", None)
    assert far.area_no == grids.root_no(tx)
    assert far.runner_up.code == "0000"


def test_before_anything_is_published_everything_is_outside(tx):
    found = grids.locate(tx, 117.0, 36.5)
    assert (found.status, found.cell, found.area_no, found.release) == ("outside", None, 0, None)
    many = grids.locate_many(tx, [117.0], [36.5])
    assert (many.status[0], many.cell_id[0], many.code[0]) == ("outside", 0, None)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (float("nan"), 36.5, "point_not_finite"),
        (117.0, float("inf"), "point_not_finite"),
        (36.5, 117.0, "point_swapped"),
        (190.0, 36.5, "point_out_of_world"),
        (500_000.0, 4_000_000.0, "point_out_of_world"),
    ],
)
def test_what_is_no_place_on_earth(tx, lon, lat, code):
    with pytest.raises(Invalid, match=code):
        grids.locate(tx, lon, lat)


def test_memory_and_postgis_agree_on_edges_and_vertices(tx):
    publish(tx, board(8, 8))
    rng = np.random.default_rng(11)
    corners = np.array([(WEST + i * STEP, SOUTH + j * STEP) for i in range(9) for j in range(9)])
    edges = corners[:-1] + np.array([STEP / 2, 0])
    near = np.nextafter(corners, corners + rng.choice([-1, 1], corners.shape))
    along = np.column_stack([WEST + rng.random(100) * 8 * STEP, SOUTH + rng.integers(0, 9, 100) * STEP])
    anywhere = np.array([WEST, SOUTH]) + rng.random((100, 2)) * 8 * STEP
    points = np.vstack([corners, edges, near, along, anywhere])
    many = grids.locate_many(tx, points[:, 0], points[:, 1], measured=True)
    unsnapped = [
        code if word != "snapped" else None for code, word in zip(many.code, many.status, strict=True)
    ]
    assert unsnapped == [in_sql(tx, lon, lat) for lon, lat in points]


def test_memory_and_postgis_agree_on_slanted_edges(tx):
    rng = np.random.default_rng(5)
    seeds = shapely.MultiPoint(np.array([WEST, SOUTH]) + rng.random((60, 2)) * 0.1)
    frame = shapely.box(WEST, SOUTH, WEST + 0.1, SOUTH + 0.1)
    shapes = shapely.coverage_clean(
        shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(seeds)), frame)
    )
    publish(tx, without_levels(shapes, [f"{i}" for i in range(len(shapes))]))
    vertices = np.unique(shapely.get_coordinates(shapes), axis=0)
    halves = np.vstack([(c[1:] + c[:-1]) / 2 for c in map(shapely.get_coordinates, shapes)])
    points = np.vstack([vertices, halves, np.nextafter(vertices, 200), np.nextafter(vertices, -200)])
    many = grids.locate_many(tx, points[:, 0], points[:, 1], measured=True)
    unsnapped = [
        code if word != "snapped" else None for code, word in zip(many.code, many.status, strict=True)
    ]
    assert unsnapped == [in_sql(tx, lon, lat) for lon, lat in points]
    assert (many.status == "border").sum() >= len(vertices)


def test_many_and_one_say_the_same(tx):
    publish(tx, board())
    rng = np.random.default_rng(3)
    lons, lats = WEST - 0.01 + rng.random(50) * 0.05, SOUTH - 0.01 + rng.random(50) * 0.05
    many = grids.locate_many(tx, lons, lats)
    assert (many.cell_id == grids.locate_many(tx, lons, lats, measured=True).cell_id).all()
    for i in range(50):
        one = grids.locate(tx, lons[i], lats[i])
        assert (one.status, one.area_no) == (many.status[i], many.area_no[i])
        assert (one.cell.id if one.cell else 0) == many.cell_id[i]


def test_ownership_is_asked_of_postgis_through_its_index(tx):
    publish(tx, board(30, 30, community=lambda c, r: f"C{c // 2}-{r // 2}"))
    tx.conn.execute(text("ANALYZE cell_version"))
    plan = tx.conn.execute(text("EXPLAIN " + OWNER_IN_SQL.text), {"lon": WEST, "lat": SOUTH}).scalars().all()
    assert any("ix_cell_version_geom" in line for line in plan), plan


def test_reading_is_open_to_strangers(tx):
    publish(tx, board())
    assert grids.locate(tx.acting_as(NOBODY), *middle(0, 0)).cell.code == "0000"


def test_a_stated_datum_is_converted_and_a_missing_one_refused():
    lon, lat = from_wgs84(117.0, 36.5, "gcj02")
    assert grids.to_wgs84(lon, lat, "GCJ-02") == pytest.approx((117.0, 36.5), abs=1e-9)
    for datum, code in (
        ("", "datum_missing"),
        (None, "datum_missing"),
        ("mars", "datum_unknown"),
        ("3857", "unknown"),
    ):
        with pytest.raises(Invalid, match=code):
            grids.to_wgs84(117.0, 36.5, datum)
