"""The k nearest, against the geodesic to every single point."""

import numpy as np
import pytest

from gisgov.spatial import GEOD, MovingIndex, SiteIndex, azimuth_deg, distance_m
from gisgov.spatial.nearest import SPHERE_MARGIN, Candidate, rank

SPHERE_R = 6_371_008.771415  # PostGIS: (2 a + b) / 3


def on_the_sphere(lon, lat, lons, lats):
    lon, lat, lons, lats = (np.radians(v) for v in (lon, lat, lons, lats))
    half = np.sin((lats - lat) / 2) ** 2 + np.cos(lat) * np.cos(lats) * np.sin((lons - lon) / 2) ** 2
    return 2 * SPHERE_R * np.arcsin(np.sqrt(half))


def stream(lon, lat, lons, lats):
    far = on_the_sphere(lon, lat, lons, lats)
    for i in np.argsort(far, kind="stable"):
        yield Candidate(int(i), float(lons[i]), float(lats[i]), float(far[i]))


def brute_force(lon, lat, lons, lats, k):
    far = distance_m(lon, lat, lons, lats)
    return np.lexsort((np.arange(len(far)), far))[:k], np.sort(far)[:k]


@pytest.mark.real_data
def test_streams_of_real_cameras_are_ranked_as_by_brute_force(real_cameras):
    assert len(real_cameras[0]) == 739
    rng = np.random.default_rng(1)
    for lon, lat in zip(rng.uniform(-77.12, -76.9, 400), rng.uniform(38.8, 39.0, 400), strict=True):
        expected, far = brute_force(lon, lat, *real_cameras, 5)
        found = rank(lon, lat, stream(lon, lat, *real_cameras), 5)
        np.testing.assert_allclose([one.distance_m for one in found], far, rtol=0, atol=1e-9)
        if len(np.unique(far)) == 5:  # some cameras stand at one point
            assert [one.item for one in found] == list(expected)
        assert found[0].azimuth_deg == pytest.approx(float(azimuth_deg(lon, lat, found[0].lon, found[0].lat)))


@pytest.mark.real_data
@pytest.mark.parametrize("places", [2_000, pytest.param(20_000, marks=pytest.mark.soak)])
def test_the_index_agrees_with_brute_force(real_cameras, places):
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(-77.12, -76.9, places), rng.uniform(38.8, 39.0, places)
    _, metres = SiteIndex(*real_cameras).nearest(lon, lat, 5)
    for rows in np.array_split(np.arange(places), 20):
        every = distance_m(lon[rows, None], lat[rows, None], real_cameras[0][None], real_cameras[1][None])
        np.testing.assert_allclose(metres[rows], np.sort(every, axis=1)[:, :5], rtol=0, atol=1e-9)


def test_the_margin_holds_all_over_the_earth():
    rng = np.random.default_rng(3)
    lat, azimuth, far = (
        rng.uniform(-89, 89, 20_000),
        rng.uniform(0, 360, 20_000),
        10 ** rng.uniform(0, 7, 20_000),
    )
    lons, lats, _ = GEOD.fwd(np.zeros(20_000), lat, azimuth, far)
    assert (on_the_sphere(0.0, lat, lons, lats) / far).max() < SPHERE_MARGIN


def test_far_apart_points_where_sphere_and_ellipsoid_disagree():
    rng = np.random.default_rng(4)
    lons, lats = rng.uniform(60, 150, 3_000), rng.uniform(-20, 70, 3_000)
    index, moving = SiteIndex(lons, lats), MovingIndex()
    for key, (x, y) in enumerate(zip(lons, lats, strict=True)):
        moving.put(key, x, y)
    disagree = 0
    for lon, lat in zip(rng.uniform(60, 150, 40), rng.uniform(-20, 70, 40), strict=True):
        expected, _ = brute_force(lon, lat, lons, lats, 25)
        found = [one.item for one in rank(lon, lat, stream(lon, lat, lons, lats), 25)]
        assert found == list(expected)
        assert list(index.nearest(np.array([lon]), np.array([lat]), 25)[0][0]) == list(expected)
        assert [key for key, _ in moving.nearest(lon, lat, 25)] == list(expected)
        disagree += found != [c.item for c, _ in zip(stream(lon, lat, lons, lats), range(25), strict=False)]
    assert disagree > 5  # the sphere alone would have been wrong


def test_limits_of_number_and_distance():
    lons, lats = np.array([0.0, 0.001, 0.002, 0.002]), np.zeros(4)
    assert [one.item for one in rank(0.0, 0.0, stream(0.0, 0.0, lons, lats), 9, within_m=200.0)] == [0, 1]
    assert [one.item for one in rank(0.0, 0.0, stream(0.0, 0.0, lons, lats), 3)] == [
        0,
        1,
        2,
    ]  # the earlier of two
    assert SiteIndex(lons, lats).nearest(np.array([0.0]), np.array([0.0]), 9)[0].shape == (1, 4)
    assert SiteIndex(np.array([]), np.array([])).nearest(np.array([0.0]), np.array([0.0]), 2)[0].shape == (
        1,
        0,
    )


def test_the_stream_is_read_no_further_than_needed():
    lons = np.linspace(0, 10, 10_001)
    taken = []
    candidates = (taken.append(c) or c for c in stream(0.0, 0.0, lons, np.zeros(10_001)))
    rank(0.0, 0.0, candidates, 5)
    assert len(taken) < 10


def test_moving_things_move_and_leave():
    moving = MovingIndex()
    assert moving.nearest(0, 0, 3) == []
    for key in range(50):
        moving.put(key, key / 1000, 0.0)
    moving.put(49, 0.0, 0.00001)
    moving.remove(0)
    moving.remove(0)
    assert [key for key, _ in moving.nearest(0, 0, 3)] == [49, 1, 2]
    assert len(moving) == 49
