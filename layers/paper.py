"""Any layer as one HTML file that draws with the network off: for notebooks, reports and the archive.

Leaflet stands inside the file; there is no base map, the boundaries lie beneath instead.
"""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping
from html import escape
from math import floor, log2
from pathlib import Path
from typing import Any, cast

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from sqlalchemy import text

from gisgov.kernel import configuration
from gisgov.kernel.days import zone
from gisgov.kernel.db import Tx
from gisgov.spatial.arrays import Box
from layers.catalog import Layer
from layers.model import LegendEntry, Source, Symbol
from layers.params import parse
from layers.query import binds, page_frame, rows
from layers.signs import svg

VENDORED = Path(__file__).parent / "vendor" / "leaflet"
PAGE_PX = 1024
SIGN_PX = 26
LEGEND_PX = 300
DEFAULT_SYMBOL = Symbol(shape="disc", color="#8A93A3", edge="#FFFFFF")
BACKDROP = Symbol(shape="line", color="#8A93A3", width=1)

Feature = dict[str, Any]
Links = list[tuple[str, str]]


def _inlined(name: str, kind: str) -> str:
    return f"data:{kind};base64,{b64encode((VENDORED / name).read_bytes()).decode()}"


# In place of the twelve addresses that folium would ask other hosts for.
SCRIPTS: Links = [("leaflet", _inlined("leaflet.js", "text/javascript"))]
STYLES: Links = [("leaflet_css", _inlined("leaflet.css", "text/css"))]


class MetricScale(MacroElement):
    """A scale bar in metres alone."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "L.control.scale({imperial: false, position: 'bottomright'}).addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca's own carries no types


def paper(
    tx: Tx, layer: Layer, box: Box, params: Mapping[str, str] | None = None, backdrop: Layer | None = None
) -> folium.Map:
    """Return a layer as a folium map with its legend, drawn as a screen would at the same scale.

    Parameters
    ----------
    box
        West, south, east, north (EPSG:4326) of the page.
    params
        As in the address of a tile.
    backdrop
        Boundaries to lie beneath.

    Raises
    ------
    Invalid, NotAllowed
        As for a tile.
    """
    layer.admit(tx)
    zoom = zoom_of(box)
    west, south, east, north = box
    page = folium.Map(tiles=None, attribution_control=False, prefer_canvas=True, zoom_snap=0.25)
    page.default_js, page.default_css = SCRIPTS, STYLES
    MetricScale().add_to(page)
    if backdrop is not None and backdrop.id != layer.id:
        for source in _drawn_at(backdrop, zoom):
            _add(page, source, BACKDROP, features(tx, backdrop, source, box, {}))
    for source in _drawn_at(layer, zoom):
        found = features(tx, layer, source, box, params or {})
        for entry, group in _by_legend(layer, source, found):
            _add(page, source, entry.symbol if entry else DEFAULT_SYMBOL, group)
    page.fit_bounds(
        [[south, west], [north, east]], padding_top_left=(LEGEND_PX, 12), padding_bottom_right=(12, 40)
    )
    cast("Figure", page.get_root()).html.add_child(Element(_legend(tx, layer, params or {})))
    return page


def zoom_of(box: Box) -> int:
    """Return the zoom at which a box is about as wide as a page (tiles of 512 pixels)."""
    west, _, east, _ = box
    return max(0, min(22, floor(log2(360 / max(east - west, 1e-9) * PAGE_PX / 512))))


def features(tx: Tx, layer: Layer, source: Source, box: Box, params: Mapping[str, str]) -> list[Feature]:
    """Return what a source shows in a box as GeoJSON features, within the caller's scope."""
    frame = page_frame(box, zoom_of(box))
    columns = "".join(f"f.{name}, " for name in source.shown_fields)
    sql = f"SELECT {columns} ST_AsGeoJSON(f.geom, 6)::jsonb AS geom FROM ({rows(tx, layer, source, frame)}) f"
    found = tx.conn.execute(text(sql), binds(tx, source, frame, parse(layer, params))).mappings()
    return [_feature(dict(row)) for row in found]


def _feature(row: dict[str, Any]) -> Feature:
    return {"type": "Feature", "geometry": row.pop("geom"), "properties": row}


def _drawn_at(layer: Layer, zoom: int) -> tuple[Source, ...]:
    sources = layer.sources_at(max(layer.minzoom, min(layer.maxzoom, zoom)))
    return tuple(source for source in sources if not source.label)


def _by_legend(
    layer: Layer, source: Source, found: Iterable[Feature]
) -> Iterable[tuple[LegendEntry | None, list[Feature]]]:
    entries = [one for one in layer.about.legend if one.source in {None, source.name}]
    groups: dict[int, list[Feature]] = defaultdict(list)
    for feature in found:
        properties = feature["properties"]
        groups[next((at for at, one in enumerate(entries) if fits(one, properties)), -1)].append(feature)
    return [(entries[at] if at >= 0 else None, groups[at]) for at in sorted(groups)]


def fits(entry: LegendEntry, properties: Mapping[str, Any]) -> bool:
    """Tell whether a legend entry stands for a feature."""
    return all(_equal(properties.get(name), wanted) for name, wanted in entry.where.items())


def _equal(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, tuple):
        return bool(value == wanted)
    above, upto = wanted
    return value is not None and (above is None or value > above) and (upto is None or value <= upto)


def _add(page: folium.Map, source: Source, symbol: Symbol, found: list[Feature]) -> None:
    if not found:
        return
    names = list(found[0]["properties"])
    collection = {"type": "FeatureCollection", "features": [_escaped(one) for one in found]}
    folium.GeoJson(
        collection,
        style_function=_style(source, symbol),
        marker=folium.Marker(
            icon=folium.DivIcon(
                icon_size=(SIGN_PX, SIGN_PX), icon_anchor=(SIGN_PX // 2, SIGN_PX // 2), class_name="sign"
            )
        ),
        tooltip=folium.GeoJsonTooltip(names, labels=True) if names else None,
    ).add_to(page)


def _escaped(feature: Feature) -> Feature:
    # Titles come from whoever reported; in a tooltip they are text, never markup.
    told = {
        name: escape(value) if isinstance(value, str) else value
        for name, value in feature["properties"].items()
    }
    return {**feature, "properties": told}


def _style(source: Source, symbol: Symbol) -> Any:
    if source.geometry == "point":
        return lambda feature: {"html": _sign(source, symbol, feature["properties"])}
    outline = symbol.shape == "line"
    look = {
        "color": symbol.color if outline else symbol.edge or symbol.color,
        "weight": symbol.width,
        "opacity": symbol.opacity,
        "fill": not outline,
        "fillColor": symbol.color,
        "fillOpacity": symbol.opacity,
        "dashArray": " ".join(map(str, symbol.dash)) or None,
    }
    return lambda _: look


def _sign(source: Source, symbol: Symbol, properties: Mapping[str, Any]) -> str:
    char = str(properties["n"]) if source.cluster is not None else properties.get("char")
    return svg(symbol, SIGN_PX, char, {color: properties[name] for name, color in source.ring.items()})


def _legend(tx: Tx, layer: Layer, params: Mapping[str, str]) -> str:
    about = layer.about
    narrowed = "".join(
        f"<p>{escape(one.label_zh)}：{escape(params[one.name])}</p>"
        for one in about.filter
        if one.name in params
    )
    lines = "".join(
        f"<li>{svg(entry.symbol)} {escape(entry.label_zh)} <small>{escape(entry.label_en)}</small></li>"
        for entry in about.legend
    )
    marked = "<p><b>演示数据，边界为合成</b></p>" if configuration.synthetic(tx) else ""
    moment = tx.now.astimezone(zone(tx)).strftime("%Y-%m-%d %H:%M")
    return f"""
    <style>
      .sign {{ background: none; border: 0 }}
      .leaflet-container {{ background: #EFEDE7 }}
      #legend {{ position: fixed; z-index: 1000; left: 12px; bottom: 12px; box-sizing: border-box; width: {LEGEND_PX - 24}px;
        padding: 12px 16px;
        background: #FFFFFF; border-radius: 10px; box-shadow: 0 8px 24px -6px rgba(18,24,38,.16); color: #14181F;
        font: 13px/20px "PingFang SC", "Microsoft YaHei UI", "Noto Sans CJK SC", sans-serif }}
      #legend ul {{ list-style: none; margin: 4px 0; padding: 0 }} #legend svg {{ vertical-align: middle }}
      #legend h1 {{ font-size: 16px; margin: 0 }} #legend p, #legend small {{ color: #454C59; margin: 0 }}
    </style>
    <div id="legend"><h1>{escape(about.title_zh)} <small>{escape(about.title_en)}</small></h1>
      <ul>{lines}</ul><p>{escape(about.note_zh)}</p>{narrowed}{marked}<p>WGS84 · {moment} {escape(tx.settings.timezone)}</p></div>
    """
