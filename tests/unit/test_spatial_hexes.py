"""Hexagons against the reference vectors of H3, and classes of a heat map."""

import numpy as np
import pytest
import shapely

from gisgov.spatial import classify, cover, hex_of, hexes_of, outlines, parents, rates


@pytest.mark.real_data
@pytest.mark.parametrize("resolution", [5, 9])
def test_5000_reference_points(real_data, resolution):
    lines = (real_data / f"fixtures/h3/rand{resolution:02d}centers.txt").read_text().split("\n")
    names, lat, lon = zip(*(line.split() for line in lines if line.strip()), strict=True)
    found = hexes_of((np.array(lon, float) + 180) % 360 - 180, np.array(lat, float), resolution)
    assert list(found) == list(names)


def test_a_point_lies_in_its_hexagon_and_near_its_parent():
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(117, 117.3, 500), rng.uniform(36.5, 36.8, 500)
    names = hexes_of(lon, lat, 9)
    assert names[0] == hex_of(lon[0], lat[0], 9)
    assert shapely.intersects(outlines(names), shapely.points(lon, lat)).all()
    above, anew = parents(names, 7), hexes_of(lon, lat, 7)
    assert 0 < (above != anew).mean() < 0.15  # going up is not the same as indexing anew
    assert hexes_of(np.array([np.nan]), np.array([1.0]), 9)[0] == ""


@pytest.mark.parametrize("size", [0.05, 0.0001])
def test_a_cover_leaves_nothing_out(size):
    hole = shapely.box(117.02, 36.62, 117.021, 36.621) if size > 0.01 else shapely.Polygon()
    area = shapely.union(
        shapely.box(117, 36.6, 117 + size, 36.6 + size) - hole, shapely.box(118, 36.6, 118.001, 36.601)
    )
    names = cover(area, 9)
    assert names == sorted(set(names))
    assert shapely.covers(shapely.buffer(shapely.union_all(outlines(names)), 1e-9), area)
    assert shapely.intersects(outlines(names), area).all()


def test_rates_say_nothing_where_nobody_is():
    np.testing.assert_allclose(rates([5, 0, 3], [1000, 50, 0]), [5.0, 0.0, np.nan])


@pytest.mark.parametrize("scheme", ["natural_breaks", "quantiles", "equal_interval"])
def test_classes_ascend_and_hold_every_value(scheme):
    values = np.append(np.random.default_rng(2).gamma(2, 5, 300), [np.nan])
    classes = classify(values, 5, scheme)
    assert len(classes.upper) == 5
    assert classes.index[-1] == -1
    assert (values[:-1] <= classes.upper[classes.index[:-1]] + 1e-12).all()
    assert set(classes.index[:-1]) == set(range(5))


def test_few_values_make_few_classes():
    classes = classify([3, 3, 1], 5)
    assert list(classes.upper) == [1, 3]
    assert list(classes.index) == [1, 1, 0]
    assert len(classify([], 5).upper) == 0
