from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import text

from gisgov.grids import service as grids
from gisgov.identity import rules as identity_rules
from gisgov.identity import service as identity
from gisgov.kernel.actor import Actor
from gisgov.kernel.errors import Invalid, NotAllowed, NotFound
from gisgov.kernel.scope import NOTHING, Scope
from gisgov.registry import service
from gisgov.registry.model import Kind
from tests import grid_makers

ID_NUMBER = "11010519491231002X"


@pytest.fixture
def mine(tx, tmp_path):
    """A board of cells, and a data folder of the test's own."""
    grid_makers.publish(tx, grid_makers.board())
    return replace(tx, settings=tx.settings.model_copy(update={"data_dir": tmp_path}))


def block(column: int, row: int):
    return shapely.Point(grid_makers.middle(column, row)).buffer(0.001, cap_style="square")


def points(*places):
    return np.array([shapely.Point(place) for place in places], dtype=object)


@pytest.fixture
def town(mine):
    """Two buildings in different streets, two doors and three people."""
    shapes = np.array([block(0, 0), block(3, 3)], dtype=object)
    rows = [{"code": f"B{i}", "name": f"{i}号楼", "floors": "6"} for i in (1, 2)]
    assert service.import_rows(mine, Kind.BUILDING, rows, shapes).bad == ()
    doors = [{"building_code": f"B{i}", "room": "301", "occupancy": "出租"} for i in (1, 2)]
    assert service.import_rows(mine, Kind.HOUSE, doors).added == 2
    people = [
        {
            "building_code": "B1",
            "room": "301",
            "name": "王小明",
            "id_number": ID_NUMBER,
            "birth_date": "1949-12-31",
        },
        {"building_code": "B1", "room": "301", "name": "李华"},
        {"building_code": "B2", "room": "301", "name": "张三", "mobile": "13812345678"},
    ]
    assert service.import_rows(mine, Kind.PERSON, people).added == 3
    return mine


def cell(tx, column: int, row: int):
    return grids.cell(tx, f"{column:02}{row:02}")


def in_cell(tx, column: int, row: int, *verbs: str):
    no = cell(tx, column, row).no
    actor = Actor(1, "x", verbs=frozenset({"registry.read", *verbs}), scope=Scope(((no, no + 1),)))
    return tx.acting_as(actor)


def test_each_row_falls_into_its_cell(town):
    cameras = [{"code": f"K{i}", "name": "路口"} for i in range(3)]
    places = points(grid_makers.middle(1, 2), grid_makers.middle(0, 0), (100.0, 20.0))
    report = service.import_rows(town, Kind.CAMERA, cameras, places)
    assert (report.added, report.outside, report.bad) == (3, 1, ())
    fallen = town.conn.execute(text("SELECT cell_id, area_no FROM camera ORDER BY code")).all()
    assert fallen[0] == (cell(town, 1, 2).id, cell(town, 1, 2).no)
    assert fallen[2] == (None, grids.root_no(town))
    people = (
        town.conn.execute(text("SELECT DISTINCT cell_id FROM person WHERE name <> '张三'")).scalars().all()
    )
    assert people == [cell(town, 0, 0).id]


def test_second_import_changes_and_does_not_repeat(town):
    rows = [{"code": "B1", "name": "新名", "floors": "8"}, {"code": "B3", "name": "三号楼"}]
    report = service.import_rows(
        town, Kind.BUILDING, rows, np.array([block(2, 1), block(1, 1)], dtype=object)
    )
    assert (report.added, report.changed) == (1, 1)
    moved = service.search(town, Kind.HOUSE, cell="0201")
    assert [house.room for house in moved] == ["301"]
    assert {p.cell_id for p in service.search(town, Kind.PERSON, cell="0201")} == {cell(town, 2, 1).id}
    again = [{"building_code": "B1", "room": "301", "name": "王晓明", "id_number": ID_NUMBER}]
    assert service.import_rows(town, Kind.PERSON, again).changed == 1
    assert town.conn.execute(text("SELECT count(*) FROM person")).scalar_one() == 3


def test_bad_rows_are_reported_and_good_ones_kept(mine):
    rows = [
        {"code": "K1", "name": "好"},
        {"code": "", "name": "无编码"},
        {"code": "K2", "name": "x", "state": "broken"},
        {"code": "K1", "name": "重复"},
        {"code": "K3", "name": "空"},
        {"code": "K4", "name": "面"},
        {"code": "K5", "name": "界外"},
        {"code": "K6", "name": "NaN"},
    ]
    shapes = [shapely.Point(grid_makers.middle(0, 0))] * 4
    shapes += [shapely.Point(), block(0, 0), shapely.Point(36.6, 117.0), shapely.Point(np.nan, 1)]
    report = service.import_rows(mine, Kind.CAMERA, rows, np.array(shapes, dtype=object))
    assert report.added == 1
    assert [(bad.line, bad.code.split(".")[1]) for bad in report.bad] == [
        (2, "value_missing"),
        (3, "value_bad"),
        (4, "twice"),
        (5, "geometry_missing"),
        (6, "geometry_kind"),
        (7, "geometry_world"),
        (8, "geometry_missing"),
    ]


def test_parents_must_be_there(town):
    houses = service.import_rows(town, Kind.HOUSE, [{"building_code": "B9", "room": "1"}])
    assert [bad.code for bad in houses.bad] == ["registry.building_unknown"]
    people = [
        {"building_code": "B1", "room": "999", "name": "无"},
        {"building_code": "B9", "room": "1", "name": "无"},
    ]
    report = service.import_rows(town, Kind.PERSON, people)
    assert [bad.code for bad in report.bad] == ["registry.house_unknown", "registry.building_unknown"]


def test_importer_writes_only_within_his_scope(town):
    importer = in_cell(town, 0, 0, "registry.import")
    rows = [{"code": "K1", "name": "a"}, {"code": "K2", "name": "b"}]
    places = points(grid_makers.middle(0, 0), grid_makers.middle(1, 0))
    report = service.import_rows(importer, Kind.CAMERA, rows, places)
    assert (report.added, [bad.code for bad in report.bad]) == (1, ["registry.not_yours"])
    stolen = [{"code": "B2", "name": "抢"}]
    report = service.import_rows(importer, Kind.BUILDING, stolen, np.array([block(0, 0)], dtype=object))
    assert [bad.code for bad in report.bad] == ["registry.not_yours"]
    with pytest.raises(NotAllowed):
        service.import_rows(in_cell(town, 0, 0), Kind.CAMERA, rows, places)


def test_id_numbers_are_not_stored(town):
    stored = town.conn.execute(text("SELECT person::text FROM person WHERE name = '王小明'")).scalar_one()
    assert ID_NUMBER not in stored
    assert [p.name for p in service.search(town, Kind.PERSON, text=ID_NUMBER)] == ["王**"]
    assert [p.id_number for p in service.search(town, Kind.PERSON, text="王小明")] == ["110105***********X"]
    assert service.search(town, Kind.PERSON, text="王") == []


def test_unmasking_needs_a_verb_a_purpose_and_is_recorded(town):
    person = service.search(town, Kind.PERSON, text="张三")[0]
    reader = in_cell(town, 3, 3)
    with pytest.raises(NotAllowed):
        service.unmask(reader, Kind.PERSON, person.id, "入户走访")
    visitor = in_cell(town, 3, 3, "registry.unmask")
    with pytest.raises(Invalid, match=r"registry\.purpose_missing"):
        service.unmask(visitor, Kind.PERSON, person.id, " ")
    seen = service.unmask(visitor, Kind.PERSON, person.id, "入户走访")
    assert (seen.name, seen.mobile) == ("张三", "13812345678")
    event = town.conn.execute(
        text("SELECT subject_id, area_no, data FROM event WHERE kind = 'registry.unmasked'")
    ).one()
    assert (event.subject_id, event.area_no, event.data["purpose"]) == (person.id, None, "入户走访")
    assert "张三" not in str(event.data)
    with pytest.raises(NotFound):
        service.unmask(in_cell(town, 0, 0, "registry.unmask"), Kind.PERSON, person.id, "入户走访")


def test_search_within_scope_by_place_and_text(town):
    assert [b.code for b in service.search(town, Kind.BUILDING)] == ["B1", "B2"]
    assert [b.code for b in service.search(in_cell(town, 3, 3), Kind.BUILDING)] == ["B2"]
    assert [b.code for b in service.search(town, Kind.BUILDING, text="1号")] == ["B1"]
    assert [b.code for b in service.search(town, Kind.BUILDING, area="S1")] == ["B2"]
    assert [b.code for b in service.search(town, Kind.BUILDING, bbox=(117.0, 36.5, 117.005, 36.505))] == [
        "B1"
    ]
    first = service.search(town, Kind.BUILDING, limit=1)
    assert [b.code for b in service.search(town, Kind.BUILDING, after=first[0].id)] == ["B2"]
    with pytest.raises(Invalid, match=r"registry\.no_place"):
        service.search(town, Kind.PERSON, bbox=(0, 0, 1, 1))


def test_house_shows_all_its_resources(town):
    house = service.search(town, Kind.HOUSE, cell="0000")[0]
    card = service.house_card(town, house.id)
    assert (card.building.code, [p.name for p in card.people]) == ("B1", ["王**", "李*"])


def test_empty_scope_reads_nothing(town):
    blind = town.acting_as(
        Actor(1, "x", verbs=frozenset({"registry.read", "registry.unmask"}), scope=NOTHING)
    )
    ids = {kind: [each.id for each in service.search(town, kind)] for kind in Kind}
    for kind in Kind:
        assert service.search(blind, kind) == []
        for record_id in ids[kind]:
            with pytest.raises(NotFound):
                service.record(blind, kind, record_id)
            with pytest.raises(NotFound):
                service.unmask(blind, kind, record_id, "purpose")
    with pytest.raises(NotFound):
        service.house_card(blind, ids[Kind.HOUSE][0])


def test_rows_fall_again_after_a_publication(town):
    service.add_many(
        town,
        Kind.PART,
        [{"code": "P1", "part_class": "公用设施", "part_type": "井盖", "state": "完好"}],
        points((100.0, 20.0)),
    )
    renamed = grid_makers.board(
        code=lambda column, row: "A" if (column, row) == (0, 0) else f"{column:02}{row:02}"
    )
    old = cell(town, 0, 0)
    grid_makers.publish(town, renamed)
    new = grids.cell(town, "A")
    moved = service.fall_again(town, [old.id, new.id])
    assert moved[Kind.BUILDING] == 1
    assert moved[Kind.PART] == 0
    assert {h.cell_id for h in service.search(town, Kind.HOUSE)} == {new.id, cell(town, 3, 3).id}
    assert [p.cell_id for p in service.search(town, Kind.PERSON, cell="A")] == [new.id] * 2
    assert service.fall_again(town, [old.id, new.id])[Kind.BUILDING] == 0


def test_many_rows_go_in_fast_and_in_order(mine):
    shapes = np.array([block(i % 4, 0) for i in range(2000)], dtype=object)
    rows = [{"code": f"X{i}", "name": "楼", "address": None, "floors": i % 30} for i in range(2000)]
    ids = service.add_many(mine, Kind.BUILDING, rows, shapes)
    houses = [{"building_id": each, "unit": "", "room": "1", "occupancy": "自住"} for each in ids]
    house_ids = service.add_many(mine, Kind.HOUSE, houses)
    people = [
        {
            "house_id": each,
            "name": "甲",
            "sex": "女",
            "birth_date": date(1990, 1, 1),
            "residence_kind": "户籍",
        }
        for each in house_ids
    ]
    service.add_many(mine, Kind.PERSON, people)
    assert (
        mine.conn.execute(text("SELECT code FROM building WHERE id = :id"), {"id": ids[7]}).scalar_one()
        == "X7"
    )
    for kind in (Kind.BUILDING, Kind.HOUSE, Kind.PERSON):
        assert len(service.search(mine, kind, cell="0300", limit=1000)) == 500


def test_search_in_an_area_uses_the_index_of_place_and_scope(town):
    no, depth = identity.area_by_code(town, "S0").no, 2
    low, high = identity_rules.range_of(no, depth)
    town.conn.execute(text("SET LOCAL enable_seqscan = off"))
    plan = town.conn.execute(
        text(
            f"EXPLAIN SELECT id FROM camera WHERE area_no >= {low} AND area_no < {high} "
            "AND geom && ST_MakeEnvelope(117, 36.5, 117.01, 36.51, 4326)"
        )
    )
    assert "camera_area_geom" in "\n".join(plan.scalars())


def test_vector_file_of_buildings(mine, tmp_path):
    path = tmp_path / "buildings.gpkg"
    shapes = [block(0, 0), block(1, 1), shapely.MultiPolygon([block(2, 2), block(3, 3)])]
    frame = gpd.GeoDataFrame(
        {"编码": [101.0, 102.0, 103.0], "名称": ["甲", None, "丙"]}, geometry=shapes, crs=4326
    )
    frame.to_file(path)
    report = service.import_file(mine, Kind.BUILDING, path)
    assert (report.added, [(bad.line, bad.code) for bad in report.bad]) == (
        1,
        [(2, "registry.value_missing"), (3, "registry.geometry_kind")],
    )
    assert service.search(mine, Kind.BUILDING)[0].code == "101"


@pytest.mark.real_data
def test_named_buildings_of_a_campus(mine, real_data, tmp_path):
    source = next((real_data / "osm_tsinghua").glob("*building*.geojson"))
    frame = gpd.read_file(source)
    frame = frame[frame.geom_type == "Polygon"]
    frame["编码"] = [f"T{i}" for i in range(len(frame))]
    frame["名称"] = frame["name"]
    path = tmp_path / "campus.geojson"
    frame[["编码", "名称", "geometry"]].to_file(path)
    report = service.import_file(mine, Kind.BUILDING, path, "wgs84")
    assert report.total == len(frame) == report.added + len(report.bad)
    assert report.added == report.outside > 300  # the others have no name, and are reported
