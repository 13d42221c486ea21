"""Vector tiles and their TileJSON."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Request, Response

from api.deps import TxDep, public
from api.hub import Position
from api.tags import matches
from api.tile_tags import TileTags, content_tag
from gisgov.kernel import configuration
from gisgov.kernel.db import Tx
from layers import mvt, params, releases
from layers.catalog import Catalog, Layer
from layers.model import Source

router = APIRouter(tags=["tiles"])

MVT = "application/vnd.mapbox-vector-tile"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
POSITION = "after"
"""Parameter of a tile's address that is not the layer's: how much the asker has heard of."""

EACH_ITS_OWN = public("each layer names who may see it, and its rows are those of the caller's scope")


def catalog(request: Request) -> Catalog:
    """Return the layers of this application."""
    found: Catalog = request.app.state.layers
    return found


def tile_tags(request: Request) -> TileTags:
    """Return the counters of this process, fed from its event stream."""
    found: TileTags = request.app.state.tile_tags
    return found


CatalogDep = Annotated[Catalog, Depends(catalog)]


@router.get("/tiles/{layer}.json", dependencies=[EACH_ITS_OWN])
def tile_json(layer: str, request: Request, tx: TxDep, layers: CatalogDep) -> dict[str, Any]:
    """Describe a layer's tiles (TileJSON 3.0.0, https://github.com/mapbox/tilejson-spec)."""
    found = layers.get(layer)
    found.admit(tx)
    given = dict(request.query_params)
    values = params.parse(found, given)
    return {
        "tilejson": "3.0.0",
        **_bounded(tx, found, values),
        "name": found.about.title_zh,
        "description": found.about.note_zh,
        "scheme": "xyz",
        "tiles": [str(request.base_url).rstrip("/") + template(tx, found, given)],
        "minzoom": found.minzoom,
        "maxzoom": found.maxzoom,
        "vector_layers": [_described(source) for source in found.about.source],
    }


def _bounded(tx: Tx, layer: Layer, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a layer of boundaries lies and whether they are made up; of others that would tell too much."""
    if layer.about.freshness != "release":
        return {}
    named = values.get("release") or releases.current(tx, values.get("network"))
    found = releases.bounds(tx, named) if named else None
    return {"synthetic": configuration.synthetic(tx), **({"bounds": found} if found else {})}


def template(tx: Tx, layer: Layer, given: Mapping[str, str]) -> str:
    """Return the address of a layer's tiles; that of boundaries carries the release."""
    query = dict(given)
    if layer.about.freshness == "release" and "release" not in query:
        current = releases.current(tx, params.parse(layer, given).get("network"))
        query = {"release": str(current)} if current else query
    return f"/tiles/{layer.id}/{{z}}/{{x}}/{{y}}.mvt" + (f"?{urlencode(query)}" if query else "")


def _described(source: Source) -> dict[str, Any]:
    zooms = {"minzoom": source.minzoom, "maxzoom": source.maxzoom}
    return {"id": source.name, "fields": source.shown_fields, **zooms}


@router.get("/tiles/{layer}/{z}/{x}/{y}.mvt", dependencies=[EACH_ITS_OWN], response_class=Response)
def tile(
    layer: str,
    z: int,
    x: int,
    y: int,
    request: Request,
    tx: TxDep,
    layers: CatalogDep,
    tags: Annotated[TileTags, Depends(tile_tags)],
    after: str | None = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Answer one tile, or 304 where the asker's copy is still right.

    The layer's own parameters (``filters`` of ``/api/layers``) narrow it; ``after`` says how much the asker has
    heard of (a position of ``/api/live``), so that a process that knows less asks the database.
    """
    found = layers.get(layer)
    found.admit(tx)
    mvt.check_address(found, z, x, y)
    given = {name: value for name, value in request.query_params.items() if name != POSITION}
    heard_of = Position.parse(after) if after else None
    wanted = params.parse(found, given)
    if wanted.get("release"):
        releases.refuse_draft(tx, wanted)
        return _reply(mvt.tile(tx, found, z, x, y, wanted), None, _kept(tx, found))
    if found.about.freshness == "events":
        tag = _tag_by_events(tx, found, tags, (z, x, y), given)
        if matches(if_none_match, tag) and _heard(tags, heard_of):
            return _unchanged(tag)
        return _reply(mvt.tile(tx, found, z, x, y, wanted), tag, ASK_AGAIN)
    body = mvt.tile(tx, found, z, x, y, wanted)
    tag = content_tag(body)
    return _unchanged(tag) if matches(if_none_match, tag) else _reply(body, tag, ASK_AGAIN)


def _kept(tx: Tx, layer: Layer) -> str:
    return FOR_EVER if layer.open_to_all(tx) else FOR_EVER.replace("public", "private")


def _tag_by_events(
    tx: Tx, layer: Layer, tags: TileTags, address: tuple[int, int, int], given: Mapping[str, str]
) -> str:
    seconds = layer.about.clock_s
    moment = int(tx.now.timestamp() // seconds) if seconds else 0
    return tags.tag(layer, address, tx.scope.key, sorted(given.items()), moment)


def _heard(tags: TileTags, asker: Position | None) -> bool:
    """Tell whether this process knows of all the asker has heard of; else the database is asked."""
    return asker is None or (not asker.sent and tags.has_seen(asker.snapshot))


def _reply(body: bytes, tag: str | None, cache: str) -> Response:
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if cache == ASK_AGAIN:
        headers["Vary"] = "Accept-Encoding, Cookie, Authorization"
    return Response(body, media_type=MVT, headers=headers | ({"ETag": tag} if tag else {}))


def _unchanged(tag: str) -> Response:
    return Response(status_code=304, headers={"ETag": tag, "Cache-Control": ASK_AGAIN})
