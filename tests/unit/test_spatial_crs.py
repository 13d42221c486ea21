"""Conversions against other people's numbers, and back again."""

import csv
import json

import numpy as np
import pytest
import shapely

from gisgov.spatial import crs, on_earth, seems_swapped, suspect_datum


@pytest.fixture(scope="module")
def cities(real_data):
    listed = json.loads((real_data / "fixtures/gcj02/gcoord_china-cities.json").read_text())
    return {
        key: np.array([city["coords"][key] for city in listed], dtype=float).T
        for key in ("WGS84", "GCJ02", "BD09")
    }


@pytest.mark.real_data
@pytest.mark.parametrize(("datum", "column"), [("gcj02", "GCJ02"), ("bd09", "BD09")])
def test_664_cities_agree_both_ways_with_another_implementation(cities, datum, column):
    assert len(cities["WGS84"][0]) == 664
    # the fixture is rounded to seven digits and made by a one-step way back: below a metre, not below its rounding
    np.testing.assert_allclose(crs.from_wgs84(*cities["WGS84"], datum), cities[column], atol=7.5e-6)
    np.testing.assert_allclose(crs.to_wgs84(*cities[column], datum), cities["WGS84"], atol=7.5e-6)


@pytest.mark.real_data
def test_numeric_vectors_of_a_second_implementation(real_data):
    with (real_data / "fixtures/gcj02/eviltransform_vectors.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == "wgs84_to_gcj02"]
    for row in rows:
        found = crs.from_wgs84(float(row["in_lng"]), float(row["in_lat"]), "gcj02")
        assert found == pytest.approx((float(row["out_lng"]), float(row["out_lat"])), abs=1e-12)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_the_way_back_is_exact(datum):
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(73, 135, 50_000), rng.uniform(2, 54, 50_000)
    back_lon, back_lat = crs.to_wgs84(*crs.from_wgs84(lon, lat, datum), datum)
    assert np.abs(back_lon - lon).max() < 1e-11
    assert np.abs(back_lat - lat).max() < 1e-11


def test_outside_china_nothing_moves_and_nan_stays():
    lon, lat = np.array([-77.03, 2.35, np.nan, 151.2]), np.array([38.9, 48.86, 30.0, -33.87])
    for datum in ("gcj02", "bd09", "wgs84", "cgcs2000"):
        for step in (crs.to_wgs84, crs.from_wgs84):
            out_lon, out_lat = step(lon, lat, datum)
            np.testing.assert_array_equal(out_lon, lon)
            np.testing.assert_array_equal(out_lat, lat)


def test_a_projected_file_in_the_national_grid_becomes_degrees():
    lon, lat = crs.to_wgs84(500_000.0, 4_000_000.0, "EPSG:4547")  # CGCS2000, 3-degree zone about 114 E
    assert (lon, lat) == pytest.approx((114.0, 36.130293), abs=1e-6)
    assert crs.from_wgs84(lon, lat, "epsg:4547") == pytest.approx((500_000, 4_000_000), abs=1e-3)


@pytest.mark.parametrize(
    ("text", "name"),
    [("WGS-84", "wgs84"), ("GCJ_02", "gcj02"), ("EPSG:4490", "epsg:4490"), (4547, "epsg:4547")],
)
def test_what_people_write_is_understood(text, name):
    assert str(crs.parse_datum(text)) == name


@pytest.mark.parametrize("text", ["", "wgs85", "EPSG:1", "epsg:", "4326.0", "高德"])
def test_what_is_no_datum_is_refused(text):
    with pytest.raises(crs.UnknownDatumError):
        crs.parse_datum(text)


def test_metres_of_a_plane_agree_with_the_ellipsoid():
    square = shapely.box(117.0, 36.6, 117.1, 36.7)
    geodesic_area, _ = crs.GEOD.geometry_area_perimeter(shapely.segmentize(square, 0.001))
    assert crs.area_m2(square) == pytest.approx(abs(geodesic_area), rel=1e-6)
    np.testing.assert_allclose(
        crs.area_m2(np.array([square, None, shapely.Polygon()])), [crs.area_m2(square), 0, 0]
    )
    plane = crs.LocalPlane.about(square)
    corner = shapely.get_coordinates(plane.to_metres(shapely.Point(117.1, 36.7)))[0]
    assert np.hypot(*corner) == pytest.approx(float(crs.distance_m(117.05, 36.65, 117.1, 36.7)), rel=1e-9)
    back = shapely.get_coordinates(plane.to_degrees(plane.to_metres(square)))
    np.testing.assert_allclose(back, shapely.get_coordinates(square), atol=1e-11)


@pytest.mark.real_data
@pytest.mark.parametrize("drawn_in", ["gcj02", "bd09"])
def test_a_shifted_file_declared_as_wgs84_is_recognised(real_data, drawn_in):
    document = (real_data / "beijing_subdistricts/district/haidian-outline.geojson").read_text()
    outline = shapely.union_all(shapely.get_parts(shapely.from_geojson(document)))
    as_drawn = shapely.transform(
        outline, lambda xy: np.column_stack(crs.from_wgs84(xy[:, 0], xy[:, 1], drawn_in))
    )
    doubt = suspect_datum(np.array([as_drawn]), "wgs84", outline)
    assert doubt is not None
    assert doubt.likely.name == drawn_in
    assert doubt.overlap_stated < 0.95 < doubt.overlap_likely
    assert suspect_datum(np.array([outline]), "wgs84", outline) is None
    assert suspect_datum(np.array([as_drawn]), drawn_in, outline) is None


def test_numbers_that_changed_places_are_told_from_nonsense():
    lon = np.array([117.1, 36.6, 36.6, 200.0, np.nan, -180.0, 90.0])
    lat = np.array([36.6, 117.1, 200.0, 36.6, 36.6, -90.0, 180.0])
    assert on_earth(lon, lat).tolist() == [True, False, False, False, False, True, False]
    assert seems_swapped(lon, lat).tolist() == [False, True, False, False, False, False, True]
    assert seems_swapped(36.6, 117.1)
    assert not seems_swapped(117.1, 36.6)
