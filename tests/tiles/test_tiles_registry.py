"""Buildings, people, cameras, parts and patrollers as tiles: counts and places, never a named person."""

from datetime import timedelta

import pytest
from mapbox_vector_tile import decode
from sqlalchemy import text

from gisgov.analytics.rules import people_band, people_of_cell
from layers import mvt
from layers.catalog import Catalog

POINT = (117.03, 36.61)
NAME = "王小明"


def building(town, lon: float, lat: float, people: int, code: str = "B1") -> int:
    cell = town.cell_at(lon, lat)
    place = {"cell_id": town.cell[cell], "area_no": town.no[cell]}
    ring = f"{lon} {lat},{lon + 1e-4} {lat},{lon + 1e-4} {lat + 1e-4},{lon} {lat + 1e-4},{lon} {lat}"
    made = town.put(
        "building",
        code=code,
        name="一号楼",
        address="花园路1号",
        floors=6,
        geom=f"SRID=4326;POLYGON(({ring}))",
        **place,
    )
    for room in range(-(-people // 3)):
        house = town.put("house", building_id=made, room=str(room), occupancy="self", **place)
        for _ in range(min(3, people - 3 * room)):
            town.put("person", house_id=house, name=NAME, residence_kind="registered", **place)
    return made


def test_buildings_tell_how_many_households_they_hold(town):
    building(town, *POINT, people=7)
    (found,) = town.properties("houses", "houses", 14, *POINT)
    assert found == {"code": "B1", "name": "一号楼", "address": "花园路1号", "floors": 6, "households": 3}
    assert town.properties("houses", "houses", 13, *POINT) == []
    assert town.properties("houses", "houses", 14, *POINT, tx=town.in_street("east")) == []


@pytest.mark.parametrize("people", [4, 5, 7, 19, 20, 53])
def test_people_are_shown_as_the_rules_say(town, people):
    building(town, *POINT, people)
    building(town, POINT[0] + 0.001, POINT[1], 3, "B2")
    bands = [one["band"] for one in town.properties("people", "people", 16, *POINT)]
    assert bands == [band for band in [people_band(people)] if band]
    figures = {one["code"]: one["people"] for one in town.everywhere("people", "people_cell", 13)}
    assert figures == {"west-south": people_of_cell([people, 3])}


def test_a_person_is_never_in_a_tile(town):
    building(town, *POINT, 30)
    people = Catalog.load().get("people")
    for zoom in range(17):
        x, y = town.tile_over(zoom, *POINT)
        body = mvt.tile(town.tx, people, zoom, x, y, {})
        assert NAME.encode() not in body
        kinds = {
            source: {one["geometry"]["type"] for one in found["features"]}
            for source, found in decode(body).items()
        }
        assert all(kind <= {"Polygon", "MultiPolygon"} for kind in kinds.values())


def test_people_are_counted_within_the_scope(town):
    building(town, *POINT, 30)
    assert town.everywhere("people", "people_cell", 13, tx=town.in_street("east")) == []
    assert town.everywhere("people", "people", 15, tx=town.sub()) == []


def camera(town, lon: float, lat: float, code: str, state: str = "online", **more) -> None:
    cell = town.cell_at(lon, lat)
    town.put(
        "camera",
        code=code,
        name="路口",
        category="street",
        state=state,
        geom=f"SRID=4326;POINT({lon} {lat})",
        cell_id=town.cell[cell],
        area_no=town.no[cell],
        **more,
    )


def test_cameras_show_where_they_look(town):
    camera(town, *POINT, "C1", heading_deg=90, fov_deg=60, range_m=100)
    camera(town, POINT[0], POINT[1] + 0.001, "C2", "offline")
    found = {one["code"]: one for one in town.properties("cameras", "cameras", 13, *POINT)}
    assert found["C1"]["heading"] == 90
    assert found["C2"]["state"] == "offline"
    assert [one["state"] for one in town.properties("cameras", "cameras_view", 16, *POINT)] == ["online"]
    assert [one["code"] for one in town.properties("cameras", "cameras", 13, *POINT, state="offline")] == [
        "C2"
    ]
    (square,) = town.properties("cameras", "cameras_cluster", 10, *POINT)
    assert square == {"n": 2, "offline": 1}


def test_a_view_lies_ahead_of_its_camera_and_as_far_as_it_sees(town):
    camera(town, *POINT, "C1", heading_deg=90, fov_deg=60, range_m=100)
    view = (
        Catalog.load()
        .get("cameras")
        .queries["view.sql"]
        .replace("{bounds}", "c.geom")
        .replace("{scope}", "true")
    )
    measured = text(f"""
        SELECT ST_XMin(v.geom) >= :lon - 1e-9, ST_MaxDistance(v.geom, c.geom) > 0,
               ST_Length(ST_BoundingDiagonal(v.geom)::geography), ST_IsValid(v.geom)
        FROM ({view}) v, camera c
    """)
    row = town.tx.conn.execute(measured, {"lon": POINT[0], "state": None}).one()
    assert row[0] and row[1] and row[3]
    assert row[2] == pytest.approx((100**2 + 100**2) ** 0.5, rel=0.01)  # 100 m ahead, 50 m to either side


def test_parts_single_from_z14(town):
    place = {"cell_id": town.cell["west-south"], "area_no": town.no["west-south"]}
    for number, state in enumerate(("完好", "破损")):
        town.put(
            "part",
            code=f"P{number}",
            part_class="公用",
            part_type="井盖",
            state=state,
            geom=f"SRID=4326;POINT({POINT[0]} {POINT[1]})",
            **place,
        )
    assert len(town.properties("parts", "parts", 14, *POINT)) == 2
    assert town.properties("parts", "parts_cluster", 13, *POINT) == [{"n": 2, "damaged": 1}]
    assert town.properties("parts", "parts", 14, *POINT, part_class="交通") == []


def patroller(town, login: str, *, on_duty: bool = True, age_s: int = 60) -> int:
    now = town.tx.now
    user = town.put("app_user", login=login, name=login, password_hash="x", created_at=now)
    town.put("duty", user_id=user, on_duty=on_duty, changed_at=now)
    town.put(
        "fix",
        user_id=user,
        at=now - timedelta(seconds=age_s),
        geom=f"SRID=4326;POINT({POINT[0]} {POINT[1]})",
        accuracy_m=8,
        heading_deg=45,
        area_no=town.no["west-south"],
    )
    return user


def test_patrollers_only_on_duty_with_the_age_of_their_position(town):
    patroller(town, "fresh")
    patroller(town, "stale", age_s=18 * 60)
    patroller(town, "home", on_duty=False)
    found = {one["name"]: one for one in town.properties("patrols", "patrols", 13, *POINT)}
    assert set(found) == {"fresh", "stale"}
    assert (found["fresh"]["stale"], found["fresh"]["age_s"], found["fresh"]["heading"]) == (False, 60, 45)
    assert (found["stale"]["stale"], found["stale"]["age_s"]) == (True, 1080)
    assert town.properties("patrols", "patrols_cluster", 11, *POINT) == [{"n": 2, "stale": 1}]


def test_a_patroller_sees_himself_wherever_he_is(town):
    user = patroller(town, "fresh")
    patroller(town, "other")
    assert len(town.properties("patrols", "patrols", 13, *POINT, tx=town.in_street("west"))) == 2
    assert town.properties("patrols", "patrols", 13, *POINT, tx=town.in_street("east")) == []
    (own,) = town.properties("patrols", "patrols", 13, *POINT, tx=town.sub(user_id=user))
    assert own["name"] == "fresh"


def test_with_the_empty_scope_no_scoped_layer_shows_anything(town):
    building(town, *POINT, 30)
    camera(town, *POINT, "C1", heading_deg=90, fov_deg=60, range_m=100)
    patroller(town, "fresh")
    town.order(*POINT)
    for layer in Catalog.load():
        if layer.about.scope is None:
            continue
        shown = [town.features(layer.id, zoom, *POINT) for zoom in range(layer.maxzoom + 1)]
        hidden = [town.features(layer.id, zoom, *POINT, tx=town.sub()) for zoom in range(layer.maxzoom + 1)]
        assert not any(hidden), layer.id
        assert any(shown) or layer.id in {"heat", "parts"}


def test_tiles_hold_exactly_the_fields_their_tilejson_tells(town):
    building(town, *POINT, 30)
    camera(town, *POINT, "C1", heading_deg=90, fov_deg=60, range_m=100)
    patroller(town, "fresh")
    town.order(*POINT)
    for layer in Catalog.load():
        for source in layer.about.source:
            for properties in town.properties(layer.id, source.name, source.maxzoom, *POINT):
                assert set(properties) <= set(source.shown_fields), layer.id
