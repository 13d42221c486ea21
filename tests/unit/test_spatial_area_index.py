"""Who owns a point: against brute force, on edges and corners, one ulp beside them, and with several threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from scipy.spatial import Voronoi

from gisgov.spatial.area_index import AreaIndex, Status
from gisgov.spatial.crs import GEOD, distance_m


def voronoi(count, seed=1):
    """A valid coverage of about `count` cells around Jinan, with every shared vertex the same number."""
    rng = np.random.default_rng(seed)
    diagram = Voronoi(rng.uniform(0, 1, (count, 2)) * [0.3, 0.25] + [117.0, 36.6])
    regions = [diagram.regions[r] for r in diagram.point_region]
    cells = np.array([shapely.Polygon(diagram.vertices[r]) for r in regions if r and -1 not in r])
    west, south, east, north = shapely.bounds(cells).T
    return cells[(west > 116.9) & (east < 117.4) & (south > 36.5) & (north < 36.95)]


def codes_for(cells, seed=2):
    return [f"{number:05d}" for number in np.random.default_rng(seed).permutation(len(cells))]


def brute_force(cells, codes, lon, lat):
    """The rule as it is written: of all closed polygons that contain the point the first code."""
    holds = shapely.intersects(cells[:, None], shapely.points(lon, lat)[None, :])
    alphabetical = np.array(sorted(range(len(codes)), key=lambda i: codes[i]))
    first = holds[alphabetical].argmax(axis=0)
    return np.where(holds.any(axis=0), alphabetical[first], -1)


def hard_points(cells):
    """Every vertex, the rounded middle of every edge, and both moved by one unit in the last place each way."""
    vertices, ring = shapely.get_coordinates(shapely.get_rings(cells), return_index=True)
    same = ring[1:] == ring[:-1]
    middles = ((vertices[1:] + vertices[:-1]) / 2)[same]
    points = np.unique(np.vstack([vertices, middles]), axis=0)
    moved = [points]
    for axis in (0, 1):
        for towards in (-np.inf, np.inf):
            other = points.copy()
            other[:, axis] = np.nextafter(points[:, axis], towards)
            moved.append(other)
    return np.vstack(moved).T


@pytest.fixture(scope="module")
def coverage():
    cells = voronoi(400)
    codes = codes_for(cells)
    return cells, codes, AreaIndex(cells, codes)


@pytest.mark.parametrize("batch", [100, 10_000])
def test_random_points_agree_with_brute_force(coverage, batch):
    cells, codes, index = coverage
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(116.95, 117.35, 2_500), rng.uniform(36.55, 36.9, 2_500)
    expected = brute_force(cells, codes, lon, lat)
    found = np.concatenate(
        [index.locate(lon[i : i + batch], lat[i : i + batch]) for i in range(0, 2_500, batch)]
    )
    np.testing.assert_array_equal(found, expected)
    assert [index.locate(float(x), float(y)) for x, y in zip(lon[:300], lat[:300], strict=True)] == list(
        expected[:300]
    )


def test_vertices_edges_and_one_ulp_beside_them_agree_with_brute_force(coverage):
    cells, codes, index = coverage
    lon, lat = hard_points(cells)
    expected = brute_force(cells, codes, lon, lat)
    np.testing.assert_array_equal(index.locate(lon, lat), expected)
    decided = index.decide(lon, lat, snap_m=0.0)
    held = decided.status <= Status.BORDER
    np.testing.assert_array_equal(np.where(held, decided.position, -1), expected)


def test_an_edge_belongs_to_the_first_code_by_code_point():
    # dyadic numbers: the points lie on the edges exactly
    cells = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(0, 1, 2, 2)]
    index = AreaIndex(
        cells, ["b", "B", "a"]
    )  # 'B' < 'a' < 'b' by code point; a dictionary would say otherwise
    owner = {
        point: index.codes[index.locate(*point)] for point in [(1.0, 0.5), (0.5, 1.0), (1.0, 1.0), (1.5, 1.0)]
    }
    assert owner == {(1.0, 0.5): "B", (0.5, 1.0): "a", (1.0, 1.0): "B", (1.5, 1.0): "B"}
    decision = index.decide_one(1.0, 1.0)
    assert (decision.code, decision.status, decision.border_m) == ("B", Status.BORDER, 0.0)
    assert (decision.runner_up, decision.runner_up_m) == ("a", 0.0)


def test_holes_islands_and_overlaps():
    ring = shapely.Polygon(shapely.box(0, 0, 4, 4).exterior.coords, [shapely.box(1, 1, 3, 3).exterior.coords])
    island = shapely.union_all([shapely.box(1.5, 1.5, 2, 2), shapely.box(10, 10, 11, 11)])
    index = AreaIndex([ring, island, shapely.box(3.5, 0, 5, 4)], ["2", "3", "1"])
    places = {(0.5, 0.5): "2", (1.75, 1.75): "3", (10.5, 10.5): "3", (3.75, 2.0): "1", (1.0, 2.0): "2"}
    assert {p: index.codes[index.locate(*p)] for p in places} == places
    assert index.locate(2.5, 2.5) == -1
    assert index.decide_one(10.5, 10.999).border_m == pytest.approx(
        110.6, abs=0.1
    )  # the second part's own border
    assert index.decide_one(11.0, 10.5).status is Status.BORDER
    assert index.decide_one(3.75, 2.0).runner_up == "2"  # the overlap's other holder, at no distance
    assert index.decide_one(3.75, 2.0).runner_up_m == 0.0


def test_what_is_no_point_or_no_polygon_owns_nothing():
    index = AreaIndex([shapely.box(0, 0, 1, 1), None, shapely.Polygon()], ["1", "2", "3"])
    decided = index.decide(np.array([np.nan, 0.5, np.inf]), np.array([0.5, 0.5, 0.5]))
    np.testing.assert_array_equal(decided.position, [-1, 0, -1])
    assert list(decided.words) == ["outside", "inside", "outside"]
    assert np.isnan(decided.border_m[[0, 2]]).all()
    assert index.locate(np.nan, 0.5) == -1
    assert decided.runner_up[1] == -1  # the only cell has no other beside it
    empty = AreaIndex([], [])
    assert empty.locate(0.0, 0.0) == -1
    assert list(empty.decide(np.array([0.0]), np.array([0.0])).words) == ["outside"]
    assert len(index.decide(np.array([]), np.array([]))) == 0
    with pytest.raises(ValueError, match="1 polygons but 2 codes"):
        AreaIndex([shapely.Point(0, 0)], ["a", "b"])


def test_border_and_runner_up_agree_with_brute_force_on_the_ellipsoid():
    cells = voronoi(60)
    index = AreaIndex(cells, codes_for(cells))
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(116.98, 117.32, 60), rng.uniform(36.58, 36.87, 60)
    decided = index.decide(lon, lat, snap_m=500.0)
    outlines = shapely.boundary(shapely.segmentize(cells, 3e-5))  # a vertex every three metres
    for row in range(len(lon)):
        metres = np.array([_to_vertices(outline, lon[row], lat[row]) for outline in outlines])
        assert decided.border_m[row] == pytest.approx(metres.min(), abs=0.3)
        others = np.flatnonzero(np.arange(len(cells)) != decided.position[row])
        assert decided.runner_up_m[row] == pytest.approx(metres[others].min(), abs=0.3)
        assert metres[decided.runner_up[row]] == pytest.approx(metres[others].min(), abs=0.3)


def _to_vertices(outline, lon, lat):
    vertices = shapely.get_coordinates(outline)
    near = np.abs(vertices - [lon, lat]).sum(axis=1)
    vertices = vertices[near <= near.min() * 2.5]
    return distance_m(lon, lat, vertices[:, 0], vertices[:, 1]).min()


def test_snapping_reaches_as_far_as_stated_and_no_further():
    index = AreaIndex([shapely.box(117, 36, 117.1, 36.1), shapely.box(117, 36.1, 117.1, 36.2)], ["b", "a"])
    away_m, lat = np.array([20.0, 29.9, 30.1, 5000.0]), np.full(4, 36.05)
    lon = GEOD.fwd(np.full(4, 117.1), lat, np.full(4, 90.0), away_m)[0]
    decided = index.decide(lon, lat, snap_m=30.0)
    assert list(decided.words) == ["snapped", "snapped", "outside", "outside"]
    np.testing.assert_array_equal(decided.position, [0, 0, -1, -1])
    np.testing.assert_allclose(decided.border_m, away_m, atol=0.01)
    np.testing.assert_array_equal(decided.runner_up, [1, 1, 0, 0])
    as_near_to_one_as_to_the_other = index.decide_one(117.1001, 36.1)
    assert (as_near_to_one_as_to_the_other.code, as_near_to_one_as_to_the_other.runner_up) == ("a", "b")


def test_a_far_neighbour_is_found_beyond_the_first_search():
    index = AreaIndex([shapely.box(0, 0, 0.01, 0.01), shapely.box(3, 0, 3.01, 0.01)], ["1", "2"])
    decision = index.decide_one(0.005, 0.005)
    assert decision.runner_up == "2"
    assert decision.runner_up_m == pytest.approx(float(distance_m(0.005, 0.005, 3.0, 0.005)), rel=1e-3)


def test_several_rows_of_one_code_are_one_cell():
    index = AreaIndex(
        [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(2, 0, 3, 1)], ["7", "7", "8"]
    )
    decision = index.decide_one(0.99, 0.5)
    assert (decision.code, decision.runner_up) == ("7", "8")


def test_threads_share_one_index(coverage):
    cells, codes, _ = coverage
    index = AreaIndex(cells, codes)
    rng = np.random.default_rng(9)
    lon, lat = rng.uniform(117.0, 117.3, 20_000), rng.uniform(36.6, 36.85, 20_000)
    expected = AreaIndex(cells, codes).decide(lon, lat)
    with ThreadPoolExecutor(6) as pool:
        for found in pool.map(lambda _: index.decide(lon, lat), range(12)):
            np.testing.assert_array_equal(found.position, expected.position)
            np.testing.assert_array_equal(found.border_m, expected.border_m)
