"""What a layer's folder must hold, and what is refused."""

import json
import re
import tomllib

import pytest

from basemaps.catalog import BaseMapError, BaseMaps
from gisgov.kernel.errors import NotFound
from gisgov.kernel.settings import Settings
from layers.catalog import FOLDER, Catalog, LayerError, load_layer
from layers.model import RAW_FROM_ZOOM

NAMES = ["areas", "cells", "people", "houses", "heat", "parts", "cameras", "patrols", "orders"]

TOML = """
id = "trees"
group = "facilities"
order = 1
title_zh = "树"
title_en = "Trees"
verb = "registry.read"
scope = { alias = "t" }

[[source]]
name = "trees"
geometry = "point"
minzoom = 13
fields = { kind = "text" }

[[legend]]
label_zh = "树"
label_en = "Tree"
symbol = { shape = "disc", color = "#00FF00" }
"""
SQL = "SELECT t.kind, t.geom FROM tree t WHERE t.geom && {bounds} AND {scope}"
STYLE = [{"id": "trees", "type": "circle", "source-layer": "trees"}]


def folder(tmp_path, toml=TOML, sql=SQL, style=STYLE, name="trees"):
    made = tmp_path / name
    made.mkdir()
    (made / "layer.toml").write_text(toml, "utf-8")
    (made / "tile.sql").write_text(sql, "utf-8")
    (made / "style.json").write_text(json.dumps(style), "utf-8")
    return made


def test_all_layers_load_in_drawing_order():
    assert [layer.id for layer in Catalog.load()] == NAMES


def test_a_folder_is_a_layer(tmp_path):
    layer = load_layer(folder(tmp_path))
    assert (layer.id, layer.minzoom, layer.maxzoom) == ("trees", 13, 16)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"sql": SQL.replace(" AND {scope}", "")}, "no {scope} and the layer is not public"),
        ({"sql": SQL.replace("AND {scope}", "-- AND {scope}")}, "no {scope}"),
        ({"sql": SQL.replace("{bounds}", "ST_MakeEnvelope(0, 0, 1, 1)")}, "no {bounds}"),
        ({"sql": SQL + " AND {hidden}"}, "unknown markers"),
        ({"toml": TOML.replace('scope = { alias = "t" }', "")}, "either public or says"),
        (
            {"toml": TOML.replace('scope = { alias = "t" }', "public = true")},
            "{scope} and the layer is public",
        ),
        ({"toml": TOML.replace("minzoom = 13", "minzoom = 12")}, "single points below zoom 13"),
        ({"toml": TOML.replace('id = "trees"', 'id = "shrubs"')}, "calls itself shrubs"),
        ({"toml": TOML.replace("label_en", "label_de")}, "label_de"),
        ({"style": [{**STYLE[0], "source": "trees"}]}, "no source"),
        ({"style": [{**STYLE[0], "source-layer": "bushes"}]}, "must name a source-layer"),
        ({"style": []}, "nothing draws"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, change, complaint):
    with pytest.raises(LayerError, match="trees") as refusal:
        load_layer(folder(tmp_path, **change))
    assert complaint in str(refusal.value)


def test_an_unknown_layer_is_not_found():
    with pytest.raises(NotFound) as refusal:
        Catalog.load().get("../orders")
    assert refusal.value.code == "tile.layer"


@pytest.mark.parametrize("name", NAMES)
def test_queries_use_the_stored_reference_system(name):
    """``&&`` on the column as stored: a transformed column would not be found by its index."""
    for sql in Catalog.load().get(name).queries.values():
        assert re.search(r"geom && (ST_Expand\()?{bounds}", sql)
        assert "ST_Transform" not in sql


@pytest.mark.parametrize("name", NAMES)
def test_single_points_are_drawn_from_z13_only(name):
    for source in Catalog.load().get(name).about.source:
        if source.geometry == "point" and source.cluster is None and not source.label:
            assert source.minzoom >= RAW_FROM_ZOOM


@pytest.mark.parametrize("name", NAMES)
def test_style_names_no_fonts_to_fetch_and_ids_of_its_own(name):
    style = Catalog.load().get(name).style
    fonts = {font for look in style for font in look.get("layout", {}).get("text-font", [])}
    assert fonts <= {"Noto Sans CJK SC", "Noto Sans CJK SC Bold"}
    assert all(look["id"].startswith(f"{name}-") for look in style)
    assert all("text-field" not in look.get("layout", {}) or "text-font" in look["layout"] for look in style)


@pytest.mark.parametrize("name", NAMES)
def test_the_legend_is_told_in_both_languages_and_explains_every_source(name):
    about = Catalog.load().get(name).about
    assert all(entry.label_zh and entry.label_en for entry in about.legend)
    drawn = {source.name for source in about.source if not source.label}
    assert {entry.source or about.source[0].name for entry in about.legend} == drawn
    raw = tomllib.loads((FOLDER / name / "layer.toml").read_text("utf-8"))
    assert raw["id"] == name


def test_base_maps_state_datum_and_attribution(tmp_path):
    maps = {one.id: one for one in BaseMaps.load()}
    assert list(maps) == ["local", "osm", "tianditu"]
    assert all(one.attribution and one.datum in {"wgs84", "cgcs2000"} for one in maps.values())
    bare, keyed = (
        Settings(data_dir=tmp_path, tianditu_key=""),
        Settings(data_dir=tmp_path, tianditu_key="k&1"),
    )
    assert [one.id for one in maps.values() if one.available(bare)] == ["osm"]
    assert [one.id for one in maps.values() if one.available(keyed)] == ["osm", "tianditu"]
    (tmp_path / "basemaps").mkdir()
    (tmp_path / "basemaps" / "local.pmtiles").write_bytes(b"PMTiles")
    assert maps["local"].available(bare)


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "mars"])
def test_a_shifted_base_map_is_refused(tmp_path, datum):
    amap = {
        "title_zh": "高德",
        "title_en": "AMap",
        "kind": "raster",
        "urls": ["https://example.org/{z}/{x}/{y}"],
        "datum": datum,
        "attribution": "AMap",
        "needs_network": True,
        "maxzoom": 18,
    }
    (tmp_path / "amap.json").write_text(json.dumps(amap), "utf-8")
    with pytest.raises(BaseMapError, match=datum):
        BaseMaps.load(tmp_path)


def test_a_key_stays_on_the_server():
    tianditu = BaseMaps.load().get("tianditu")
    assert all(url.startswith("/basemaps/tianditu/") for url in tianditu.urls)
    assert "tk=secret" in tianditu.upstream_url(Settings(tianditu_key="secret"), "vec", 1, 1, 0)
    assert tianditu.upstream_url(Settings(tianditu_key="secret"), "other", 1, 1, 0) is None
