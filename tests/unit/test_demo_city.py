"""The invented city: the same from the same seed, nested exactly, and believable in its figures."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely

from gisgov.demo.basemap import layers_of
from gisgov.demo.beats import make_beats
from gisgov.demo.city import make_city
from gisgov.demo.cutting import allocate
from gisgov.demo.divisions import plain_name, read_divisions
from gisgov.demo.incidents import ZONE, Places, draw_categories, draw_times, make_incidents, texts
from gisgov.demo.model import FULL, SMALL, City
from gisgov.demo.outline import MOST_VERTICES, read_outline, simplified
from gisgov.demo.partition import make_grid
from gisgov.demo.plane import Plane
from gisgov.intake.seeds import categories
from gisgov.spatial import check_coverage

SEED = 370112


@pytest.fixture(scope="module")
def city() -> City:
    return make_city(read_outline(), SEED, FULL)


@pytest.fixture(scope="module")
def small() -> City:
    return make_city(read_outline(), SEED, SMALL)


def same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray):
        first = one.ravel()[0] if one.size else None
        if isinstance(first, shapely.Geometry):
            return bool(shapely.equals_identical(one, other).all())
        return bool(np.array_equal(one, other))
    return one == other


def test_the_same_seed_makes_the_same_city(small: City) -> None:
    again = make_city(read_outline(), SEED, SMALL)
    for part in ("grid", "roads", "landscape", "buildings", "houses", "people", "cameras", "parts", "staff"):
        for name, value in vars(getattr(small, part)).items():
            assert same(value, getattr(getattr(again, part), name)), f"{part}.{name}"


def test_another_seed_makes_another_city(small: City) -> None:
    other = make_grid(read_outline(), SMALL, SEED + 1)
    assert not shapely.equals_identical(small.grid.cells, other.cells).all()


@pytest.mark.parametrize("seed", [SEED, 2])
def test_the_cells_are_an_exact_coverage(seed: int) -> None:
    grid = make_grid(read_outline(), FULL, seed)
    assert len(grid.cells) == FULL.cells
    assert set(shapely.get_type_id(grid.cells)) == {shapely.GeometryType.POLYGON}
    assert shapely.coverage_is_valid(grid.cells)
    assert len(check_coverage(grid.cells, list(grid.codes))) == 0


def test_levels_nest_and_every_community_has_cells(city: City) -> None:
    grid = city.grid
    assert (len(grid.streets), len(grid.communities)) == (17, 632)
    assert np.bincount(grid.community_of, minlength=632).min() >= 1
    for cell, community in enumerate(grid.community_of):
        assert grid.streets[grid.street_of[cell]].code == grid.communities[community].parent_code
    whole = shapely.coverage_union_all(grid.cells)
    assert whole.geom_type == "Polygon"
    assert whole.symmetric_difference(city.outline).area / city.outline.area < 1e-4
    for c, point in enumerate(grid.community_points):
        union = shapely.coverage_union_all(grid.cells[grid.community_of == c])
        assert union.geom_type == "Polygon"
        assert union.contains(point)


def test_codes_are_the_communitys_with_a_serial(city: City) -> None:
    grid = city.grid
    assert len(set(grid.codes)) == FULL.cells
    for code, name, community in zip(grid.codes, grid.names, grid.community_of, strict=True):
        assert code[:12] == grid.communities[community].code
        assert name == f"第{int(code[12:])}网格"


def test_towns_are_dense_and_mountains_are_wide(city: City) -> None:
    area = shapely.area(Plane(city.outline).flat(city.grid.cells))
    core = np.isin(city.grid.street_of, [0, 1, 2, 3])
    south = shapely.get_y(shapely.centroid(city.grid.cells)) < 36.5
    assert np.median(area[core]) < 60_000
    assert np.median(area[south]) > 400_000
    people = np.bincount(
        city.buildings.cell_of[city.houses.building_of[city.people.house_of]], minlength=FULL.cells
    )
    assert people[core].sum() / area[core].sum() > 20 * people[south].sum() / area[south].sum()


def test_totals(city: City) -> None:
    assert len(city.buildings.kinds) == FULL.buildings
    assert len(city.houses.rooms) == FULL.houses
    assert len(city.people.names) == FULL.people
    assert len(city.cameras.names) == FULL.cameras
    assert len(city.parts.types) == FULL.parts
    assert len(city.staff.logins) == FULL.staff
    assert 35 < city.people.ages.mean() < 50
    assert 0.45 < (city.people.sexes == "男").mean() < 0.55
    vacant = city.houses.occupancy[city.people.house_of] == "空置"
    assert not vacant.any()


def test_no_two_homes_share_a_door(city: City) -> None:
    doors = zip(city.houses.building_of.tolist(), city.houses.units, city.houses.rooms, strict=True)
    assert max(Counter(doors).values()) == 1


def test_buildings_stand_free_of_roads_and_water_and_in_their_cells(city: City) -> None:
    plane = Plane(city.outline)
    footprints = plane.flat(city.buildings.footprints)
    wet = shapely.union_all(plane.flat(city.landscape.water))
    shapely.prepare(wet)
    assert not shapely.intersects(wet, footprints).any()
    assert not shapely.STRtree(footprints).query(plane.flat(city.roads.lines), predicate="intersects").size
    cells = plane.flat(city.grid.cells)[city.buildings.cell_of]
    assert shapely.contains(cells, shapely.centroid(footprints)).all()


def test_some_cells_have_nobody_and_some_workers_are_off_duty(city: City) -> None:
    staff = city.staff
    nobody = (staff.worker_of < 0) & (staff.substitute_of < 0) & (staff.leader_of < 0)
    assert 0 < nobody.sum() < 0.03 * FULL.cells
    assert 0 < (~staff.on_duty).sum() < 0.25 * FULL.staff
    assert len(set(staff.logins)) == FULL.staff
    several = np.bincount(staff.worker_of[staff.worker_of >= 0])
    assert several.max() < 30
    assert np.median(several[several > 0]) > 5


def test_patrollers_walk_inside_the_district(city: City) -> None:
    plane = Plane(city.outline)
    near = plane.outline.buffer(30)
    beats = make_beats(city, plane)
    assert len(beats) > 200
    for beat in beats[::7]:
        before, heading = beat.at(100.0)
        after, _ = beat.at(110.0)
        assert near.contains(before)
        assert before.distance(after) <= beat.speed_mps * 10 + 0.01
        assert 0 <= heading < 360


def test_every_category_has_words_and_a_rate() -> None:
    minor = {c.code for c in categories() if c.parent_code}
    assert set(texts()["reports"]) == minor
    assert set(draw_categories(60_000, np.random.default_rng(1))) == minor
    tops = Counter(code.split(".")[0] for code, lines in texts()["reports"].items() for _ in lines)
    assert min(tops.values()) >= 10


def test_reports_follow_the_hours(small: City) -> None:
    now = datetime(2026, 11, 20, 2, 42, tzinfo=UTC)
    rng = np.random.default_rng(3)
    kinds = draw_categories(4_000, rng)
    at = draw_times(kinds, 90, now, rng)
    assert max(at) <= now
    assert (now - min(at)).days <= 90
    local = Counter(moment.astimezone(ZONE).hour for moment in at)
    assert local[9] > 5 * local[3]
    what = make_incidents(Places(small), small, at, kinds, rng)
    assert len(set(what.titles)) > 100
    assert not any("{" in content for content in what.contents)


def test_the_base_map_has_the_promised_layers(small: City) -> None:
    found = {name: list(features) for name, features in layers_of(small).items()}
    assert set(found) == {"land", "water", "green", "roads", "buildings", "places"}
    assert all(found.values())
    assert {"class"} <= set(found["roads"][0]["properties"])


def test_official_names_lose_their_committees() -> None:
    assert plain_name("花园社区居民委员会") == "花园社区"
    assert plain_name("港沟村民委员会") == "港沟村"
    assert plain_name("仲宫南村村民委员会") == "仲宫南村"
    streets, communities = read_divisions(2)
    assert [street.name for street in streets] == ["山大路街道", "洪家楼街道"]
    assert {c.parent_code for c in communities} == {street.code for street in streets}


def test_the_outline_is_small_and_any_other_one_will_do() -> None:
    assert shapely.get_num_coordinates(read_outline()) <= MOST_VERTICES
    elsewhere = shapely.Point(12.0, 47.0).buffer(0.1, quad_segs=200)
    assert shapely.get_num_coordinates(simplified(elsewhere)) <= MOST_VERTICES
    city = make_city(simplified(elsewhere), SEED, FULL)
    assert shapely.coverage_is_valid(city.grid.cells)
    assert len(city.buildings.kinds) == FULL.buildings


def test_shares_are_whole_and_complete() -> None:
    shares = allocate(10, np.array([1.0, 1.0, 5.0]), least=1)
    assert shares.sum() == 10
    assert shares.min() >= 1
    with pytest.raises(ValueError, match="cannot give"):
        allocate(2, np.ones(3), least=1)
