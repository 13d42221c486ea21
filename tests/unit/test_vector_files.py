"""Every format in, WGS84 out; and clear words for each way in which a file can be wrong."""

import json
import tracemalloc
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gisgov.kernel import vector_files as files
from gisgov.kernel.catalogue import message
from gisgov.kernel.errors import Invalid
from gisgov.kernel.vector_formats import describe
from gisgov.spatial import from_wgs84

CELLS = gpd.GeoDataFrame(
    {"code": ["001", "002"], "name": ["洪家楼", "花园路"]},
    geometry=[shapely.box(117, 36.6, 117.1, 36.7), shapely.box(117.1, 36.6, 117.2, 36.7)],
    crs=4326,
)
FORMATS = ["cells.gpkg", "cells.fgb", "cells.geojson", "cells.parquet", "cells.zip", "cells.shp"]


def write(folder, name, frame=CELLS, **options):
    path = folder / name
    if name.endswith(".zip"):
        (folder / "parts").mkdir()
        frame.to_file(folder / "parts/cells.shp", **options)
        with zipfile.ZipFile(path, "w") as archive:
            for part in (folder / "parts").iterdir():
                archive.write(part, f"grid/{part.name}")
    elif name.endswith(".parquet"):
        frame.to_parquet(path)
    else:
        frame.to_file(path, **options)
    return path


def refused(code):
    return pytest.raises(Invalid, match=code.replace(".", r"\."))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_rows(tmp_path, name):
    path = write(tmp_path, name)
    frame = files.read(path, "wgs84").sort_values("code")  # FlatGeobuf keeps its own order
    assert list(frame["code"]) == ["001", "002"]
    assert list(frame["name"]) == ["洪家楼", "花园路"]
    assert frame.crs.to_epsg() == 4326
    assert shapely.equals(np.asarray(frame.geometry), np.asarray(CELLS.geometry)).all()
    one_by_one = list(files.batches(path, "wgs84", batch_rows=1, columns=["code"]))
    assert [list(batch.index) for batch in one_by_one] == [[0], [1]]
    assert set(one_by_one[0].columns) == {"code", "geometry"}


@pytest.mark.parametrize("name", [name for name in FORMATS if "json" not in name])
def test_a_file_that_states_its_projection_needs_no_word(tmp_path, name):
    path = write(tmp_path, name, CELLS.to_crs(4547))
    assert describe(path).stated.epsg == 4547
    placed = files.read(path)
    np.testing.assert_allclose(placed.total_bounds, CELLS.total_bounds, atol=1e-8)
    with refused("vector.datum_conflict"):
        files.read(path, "gcj02")
    assert len(files.read(path, "EPSG:4547")) == 2


def test_geojson_states_nothing_unless_it_has_a_crs_member(tmp_path):
    path = write(tmp_path, "cells.geojson")
    document = json.loads(path.read_text())
    document.pop("crs", None)
    path.write_text(json.dumps(document))
    with refused("vector.datum_missing"):
        files.read(path)
    document = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}} | document
    path.write_text(json.dumps(document))
    np.testing.assert_allclose(files.read(path).total_bounds, CELLS.total_bounds)


def test_gcj02_refines_what_a_file_calls_wgs84(tmp_path):
    shifted = CELLS.set_geometry(
        shapely.transform(np.asarray(CELLS.geometry), lambda xy: np.column_stack(from_wgs84(*xy.T, "gcj02")))
    )
    path = write(tmp_path, "cells.gpkg", shifted)
    np.testing.assert_allclose(files.read(path, "gcj02").total_bounds, CELLS.total_bounds, atol=1e-11)


def test_a_chinese_table_without_encoding_is_read(tmp_path):
    (tmp_path / "parts").mkdir()
    CELLS.to_file(tmp_path / "parts/cells.shp", encoding="GB18030")
    with zipfile.ZipFile(tmp_path / "cells.zip", "w") as archive:
        for part in (tmp_path / "parts").iterdir():
            if part.suffix != ".cpg":
                archive.write(part, part.name)
    assert list(files.read(tmp_path / "cells.zip")["name"]) == ["洪家楼", "花园路"]


def test_what_is_no_vector_file_is_named(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    for name, content in [("c.geojson", b"{]"), ("d.gpkg", b"x"), ("e.parquet", b"PAR1 no"), ("f.fgb", b"")]:
        (tmp_path / name).write_bytes(content)
    (tmp_path / "g.docx").write_bytes(b"")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "h.parquet")
    expected = {
        "a.zip": "no_zip", "b.zip": "no_shapefile", "c.geojson": "unreadable", "d.gpkg": "unreadable",
        "e.parquet": "unreadable", "f.fgb": "unreadable", "g.docx": "format", "h.parquet": "no_geometry",
        "none.gpkg": "no_file",
    }  # fmt: skip
    for name, code in expected.items():
        with refused(f"vector.{code}") as caught:
            files.read(tmp_path / name, "wgs84")
        for language in ("zh", "en"):
            assert message(caught.value.code, language, caught.value.params).title


def test_a_half_zipped_shapefile_is_refused(tmp_path):
    write(tmp_path, "cells.zip")
    with zipfile.ZipFile(tmp_path / "half.zip", "w") as archive:
        archive.write(tmp_path / "parts/cells.shp", "cells.shp")
    with refused("vector.no_shapefile"):
        files.read(tmp_path / "half.zip", "wgs84")


def test_wrong_columns_datums_layers_and_nothing_at_all(tmp_path):
    path = write(tmp_path, "cells.gpkg", layer="one")
    with refused("vector.no_column") as caught:
        files.read(path, "wgs84", columns=["cod"])
    assert caught.value.params["columns"] == "code, name"
    with refused("vector.datum_unknown"):
        files.read(path, "wgs72")
    CELLS.to_file(path, layer="two")
    with refused("vector.layers"):
        files.read(path, "wgs84")
    assert len(files.read(path, "wgs84", layer="two")) == 2
    with refused("vector.empty"):
        files.read(write(tmp_path, "none.gpkg", CELLS[:0]), "wgs84")


@pytest.mark.filterwarnings("ignore:invalid value encountered")  # that is what one of the rings is made of
@pytest.mark.parametrize(
    ("ring", "code"),
    [
        ([(36.6, 117), (36.7, 117), (36.7, 117.1)], "swapped"),
        ([(500_000, 4e6), (500_100, 4e6), (500_100, 4_000_100)], "out_of_world"),
        ([(117, 36), (np.nan, 36), (117, 37)], "not_finite"),
    ],
)
def test_impossible_coordinates_are_refused_with_a_hint(tmp_path, ring, code):
    path = write(
        tmp_path, "cells.gpkg", gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.Polygon(ring)], crs=4326)
    )
    with refused(f"vector.{code}"):
        files.read(path)
    assert len(list(files.batches(path, possible_only=False))) == 1


@pytest.mark.real_data
def test_a_projected_shapefile_of_a_real_city(real_data, tmp_path):
    wards = gpd.read_file(real_data / "dc311_2016/boundaries/ward-2012.geojson")
    path = write(tmp_path, "wards.zip", wards[["WARD", "geometry"]].to_crs(26985))
    back = files.read(path)
    np.testing.assert_allclose(back.total_bounds, wards.total_bounds, atol=1e-7)


def test_memory_is_bounded_by_the_batch(tmp_path):
    ring = shapely.segmentize(CELLS.geometry[0], 0.0005)
    feature = f'{{"type":"Feature","properties":{{"code":"1"}},"geometry":{shapely.to_geojson(ring)}}}'
    path = tmp_path / "large.geojson"
    with path.open("w") as stream:
        stream.write('{"type":"FeatureCollection","features":[')
        stream.write(",".join([feature] * 1500))
        stream.write("]}")
    assert path.stat().st_size > 25e6
    tracemalloc.start()
    rows = sum(len(batch) for batch in files.batches(path, "wgs84", batch_rows=50))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 1500
    assert peak < 8e6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("007", "007"),
        (" 11R ", "11R"),
        (7, "7"),
        (7.0, "7"),
        (7.5, "7.5"),
        (370112001001, "370112001001"),
        (float("nan"), None),
        (None, None),
        (pd.NA, None),
        (pd.NaT, None),
        ("", None),
        ("  ", None),
    ],
)
def test_what_a_column_says(value, text):
    assert files.text_of(value) == text
