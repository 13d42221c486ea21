"""``gisgov route`` as its users meet it: real requests, every format, rows and files that are wrong."""

import csv
import gzip
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from gisgov.cli import command_line, main
from gisgov.kernel.errors import Invalid
from gisgov.kernel.vector_files import read
from gisgov.spatial import from_wgs84

POINTS = """id,lon,lat,note
1,117.05,36.65,first
2,117.1,36.65,on the edge
3,117.2001,36.65,9 m outside
4,117.3,36.65,far outside
5,117.05,36.65,"two
lines"
"""
CELLS = gpd.GeoDataFrame(
    {"no": [2, 1]},
    geometry=[shapely.box(117, 36.6, 117.1, 36.7), shapely.box(117.1, 36.6, 117.2, 36.7)],
    crs=4326,
)
EXPECTED = [
    ("2", "inside", "1"), ("1", "border", "2"), ("1", "snapped", "2"), (None, "outside", "1"), ("2", "inside", "1"),
]  # fmt: skip


def run(*arguments):
    return CliRunner().invoke(command_line(), ["route", *map(str, arguments)])


@pytest.fixture
def grids(tmp_path):
    CELLS.to_file(tmp_path / "cells.gpkg")
    return tmp_path / "cells.gpkg"


@pytest.fixture
def points(tmp_path):
    (tmp_path / "points.csv").write_text(POINTS)
    return tmp_path / "points.csv"


def answers(path):
    is_text = path.name.endswith((".csv", ".csv.gz"))
    frame = pd.read_csv(path, dtype=str) if is_text else read(path, "wgs84")
    frame = frame.astype(object).where(frame.notna(), None)
    assert list(frame["id"].astype(int)) == [1, 2, 3, 4, 5]
    return list(zip(frame["cell_code"], frame["status"], frame["runner_up"], strict=True)), frame


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.geojson", "out.gpkg", "out.parquet"])
def test_every_row_comes_out_once_and_in_order_in_every_format(tmp_path, grids, points, name):
    done = run(points, "--grids", grids, "--code", "no", "--datum", "wgs84", "-o", tmp_path / name)
    assert done.exit_code == 0, done.output
    found, frame = answers(tmp_path / name)
    assert found == EXPECTED
    assert list(frame["note"])[-1] == "two\nlines"
    metres = [float(value) for value in frame["border_m"]]
    assert metres[1] == 0
    assert metres[2] == pytest.approx(8.94, abs=0.02)
    assert metres[3] > 8_000
    assert not (tmp_path / "out.rejected.csv").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "cells.gpkg", "points.csv"])


def test_a_vector_file_keeps_its_attributes_and_gets_its_place(tmp_path, grids):
    table = pd.DataFrame({"id": [1, 2], "n": [5, None], "lon": ["a", "b"]}).astype({"n": "Int64"})
    placed = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([117.05, 117.15], [36.65, 36.65]), crs=4326)
    placed.to_crs(4547).to_file(tmp_path / "points.gpkg")
    done = run(tmp_path / "points.gpkg", "--grids", grids, "--code", "no", "-o", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader((tmp_path / "out.csv").open()))
    assert [(row["n"], row["lon"], row["cell_code"]) for row in rows] == [("5", "a", "2"), ("", "b", "1")]
    assert [float(row["wgs84_lon"]) for row in rows] == pytest.approx([117.05, 117.15], abs=1e-9)


def test_a_table_in_parquet_and_points_in_other_datums(tmp_path, grids):
    lon, lat = np.array([117.05, 117.15, np.nan]), np.array([36.65, 36.65, 36.65])
    for datum, suffix in (("gcj02", "parquet"), ("bd09", "csv"), ("EPSG:4547", "parquet")):
        x, y = from_wgs84(lon, lat, datum)
        table = pd.DataFrame({"id": [1, 2, 3], "east": x, "north": y})
        path = tmp_path / f"table.{suffix}"
        _ = table.to_parquet(path) if suffix == "parquet" else table.to_csv(path, index=False)
        done = run(
            path, "--grids", grids, "--code", "no", "--lon", "east", "--lat", "north", "--datum", datum,
            "-o", tmp_path / "out.csv",
        )  # fmt: skip
        assert done.exit_code == 3, done.output
        assert list(pd.read_csv(tmp_path / "out.csv", dtype=str)["cell_code"]) == ["2", "1"]
        rejected = pd.read_csv(tmp_path / "out.rejected.csv", dtype=str)
        assert len(rejected) == 1
        assert rejected["reason"][0] in ("longitude is empty", "longitude 'nan' is no number")


def test_rows_that_cannot_be_read_go_to_the_side_file_with_the_reason(tmp_path, grids):
    points = tmp_path / "points.csv"
    points.write_bytes(
        b"id,lon,lat\n1,117.05,36.65\n2,,36.65\n3,abc,36.65\n4,36.65,117.05\n5,117,nan\n6,400,36\n\n7,117.05\n"
        b"8,117.05,36.65,extra\n9,117.15,36.65\n"
        b"\xff10,117.05,36.65\n"
    )
    done = run(points, "--grids", grids, "--code", "no", "--datum", "wgs84", "-o", tmp_path / "out.csv")
    assert done.exit_code == 3
    with (tmp_path / "out.csv").open() as stream:
        assert [row["id"] for row in csv.DictReader(stream)] == ["1", "9", "\\xff10"]
    with (tmp_path / "out.rejected.csv").open() as stream:
        rejected = list(csv.reader(stream))
    assert rejected[0] == ["line", "reason", "id", "lon", "lat"]
    assert [(row[0], row[1].split(";")[-1].strip()) for row in rejected[1:]] == [
        ("3", "longitude is empty"),
        ("4", "longitude 'abc' is no number"),
        ("5", "longitude and latitude seem to be swapped"),
        ("6", "latitude 'nan' is no number"),
        ("7", "longitude 400, latitude 36 is no place on earth"),
        ("9", "2 fields instead of 3"),
        ("10", "4 fields instead of 3"),
    ]
    assert "7 rows could not be routed" in done.output.replace("\n", " ")


def test_chinese_tables_in_the_national_encoding(tmp_path, grids):
    (tmp_path / "points.csv").write_bytes("编号,经度,纬度,说明\n1,117.05,36.65,路灯\n".encode("gb18030"))
    done = run(
        tmp_path / "points.csv",
        "--grids",
        grids,
        "--code",
        "no",
        "--datum",
        "wgs84",
        "-o",
        tmp_path / "o.csv",
    )
    assert done.exit_code == 0, done.output
    assert "路灯" in (tmp_path / "o.csv").read_text("utf-8")


def test_features_that_are_no_points_are_rejected(tmp_path, grids):
    shapes = [shapely.Point(117.05, 36.65), None, shapely.Point(), shapely.LineString([(117, 36), (118, 37)])]
    frame = gpd.GeoDataFrame({"id": [1, 2, 3, 4], "n": [5, None, 6, 7]}, geometry=shapes, crs=4326)
    frame.to_file(tmp_path / "points.gpkg")
    done = run(tmp_path / "points.gpkg", "--grids", grids, "--code", "no", "-o", tmp_path / "out.geojson")
    assert done.exit_code == 3, done.output
    (feature,) = json.loads((tmp_path / "out.geojson").read_text())["features"]
    assert feature["properties"]["cell_code"] == "2"
    reasons = pd.read_csv(tmp_path / "out.rejected.csv")["reason"]
    assert list(reasons) == ["no geometry", "no geometry", "not a point but a LineString"]


def test_defects_of_polygons_are_a_warning(tmp_path, points):
    shapes = [
        *CELLS.geometry,
        shapely.box(117.1, 36.6, 117.2, 36.7),
        shapely.Polygon([(1, 1), (2, 2), (2, 1), (1, 2)]),
    ]
    gpd.GeoDataFrame({"no": ["2", "1", "0", None]}, geometry=shapes, crs=4326).to_file(tmp_path / "bad.gpkg")
    done = run(
        points,
        "--grids",
        tmp_path / "bad.gpkg",
        "--code",
        "no",
        "--datum",
        "wgs84",
        "-o",
        tmp_path / "out.csv",
    )
    assert done.exit_code == 0, done.output
    assert (
        "Warning: 3 defects in 4 polygons: 1 × invalid, 1 × overlap, 1 × without code."
        in done.output.replace("\n", " ")
    )
    assert list(pd.read_csv(tmp_path / "out.csv", dtype=str)["cell_code"].fillna("")) == [
        "2",
        "0",
        "0",
        "",
        "2",
    ]


def test_all_points_swapped_is_hinted(tmp_path):
    gpd.GeoDataFrame({"no": ["1"]}, geometry=[shapely.box(30, 50, 31, 51)], crs=4326).to_file(
        tmp_path / "cells.gpkg"
    )
    (tmp_path / "points.csv").write_text("lon,lat\n50.5,30.5\n50.6,30.6\n")
    done = run(
        tmp_path / "points.csv", "--grids", tmp_path / "cells.gpkg", "--code", "no", "--datum", "wgs84",
        "-o", tmp_path / "out.csv",
    )  # fmt: skip
    assert "seem to be swapped" in done.output.replace("\n", " ")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"--datum": None}, "vector.datum_missing"),
        ({"--datum": "mars"}, "vector.datum_unknown"),
        ({"--code": "nix"}, "vector.no_column"),
        ({"--lon": "nix"}, "vector.no_column"),
        ({"-o": "out.xlsx"}, "route.output_format"),
        ({"-o": "points.csv"}, "route.output_is_input"),
        ({"--grids": "none.gpkg"}, "vector.no_file"),
        ({"--grids": "points.csv"}, "vector.format"),
    ],
)
def test_refusals_write_nothing(tmp_path, grids, points, change, code):
    options = {"--grids": grids, "--code": "no", "--datum": "wgs84", "-o": tmp_path / "out.csv"} | change
    options |= {key: tmp_path / options[key] for key in ("-o", "--grids") if isinstance(options[key], str)}
    done = run(
        points, *(word for key, value in options.items() if value is not None for word in (key, value))
    )
    assert isinstance(done.exception, Invalid)
    assert done.exception.code == code
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cells.gpkg", "points.csv"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "vector.empty"),
        ("a,b\n1,2\n", "route.no_coordinates"),
        ("lon,lat,status\n", "route.columns_taken"),
    ],
)
def test_tables_that_are_none(tmp_path, grids, content, code):
    (tmp_path / "points.csv").write_text(content)
    done = run(
        tmp_path / "points.csv",
        "--grids",
        grids,
        "--code",
        "no",
        "--datum",
        "wgs84",
        "-o",
        tmp_path / "o.csv",
    )
    assert done.exception.code == code


def test_a_broken_archive_is_refused_and_leaves_nothing(tmp_path, grids):
    (tmp_path / "points.csv.gz").write_bytes(gzip.compress(POINTS.encode() * 1000)[:-200])
    done = run(
        tmp_path / "points.csv.gz",
        "--grids",
        grids,
        "--code",
        "no",
        "--datum",
        "wgs84",
        "-o",
        tmp_path / "o.csv",
    )
    assert done.exception.code == "vector.unreadable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cells.gpkg", "points.csv.gz"]


def test_a_header_alone_gives_a_header(tmp_path, grids):
    (tmp_path / "points.csv").write_text("lon,lat\n")
    done = run(
        tmp_path / "points.csv",
        "--grids",
        grids,
        "--code",
        "no",
        "--datum",
        "wgs84",
        "-o",
        tmp_path / "o.csv",
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "o.csv").read_text() == "lon,lat,cell_code,status,border_m,runner_up\n"


@pytest.mark.real_data
def test_a_citys_own_requests_agree_with_the_city(real_data, tmp_path):
    folder = real_data / "dc311_2016"
    wards = folder / "boundaries/ward-2012.geojson"
    done = run(
        folder / "requests.csv.gz", "--grids", wards, "--code", "WARD", "--datum", "wgs84", "--grids-datum", "wgs84",
        "-o", tmp_path / "out.csv",
    )  # fmt: skip
    assert done.exit_code == 3  # one request has no coordinates
    assert len(pd.read_csv(tmp_path / "out.rejected.csv")) == 1
    routed = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    asked = pd.read_csv(folder / "requests.csv.gz", dtype=str, keep_default_na=False)
    assert list(routed["SERVICEREQUESTID"]) == list(asked.loc[asked["lon"] != "", "SERVICEREQUESTID"])
    stated = routed[~routed["WARD"].isin(["NULL", ""])]
    agree = stated["cell_code"] == stated["WARD"].str.removesuffix(".0")
    assert (len(stated), agree.sum() >= 22_391) == (22_427, True)
    held = routed[routed["status"].isin(["inside", "border"])]
    polygons = gpd.read_file(wards).assign(code=lambda frame: frame["WARD"].astype(str)).sort_values("code")
    points = shapely.points(held["lon"].astype(float), held["lat"].astype(float))
    holds = shapely.intersects(np.asarray(polygons.geometry)[:, None], points[None, :])
    assert holds.any(axis=0).all()
    assert (polygons["code"].to_numpy()[holds.argmax(axis=0)] == held["cell_code"]).all()


def test_a_folder_that_is_not_there_is_said_in_a_sentence(points, grids, tmp_path, monkeypatch, capsys):
    output = tmp_path / "nowhere" / "routed.csv"
    words = ["gisgov", "route", points, "--grids", grids, "--code", "no", "--datum", "wgs84", "-o", output]
    monkeypatch.setattr("sys.argv", [str(word) for word in words])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 1
    assert "nowhere" in told and "Traceback" not in told
