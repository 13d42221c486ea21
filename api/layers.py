"""What can be drawn: the layers a caller may see, and the base maps."""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.error import URLError
from urllib.request import urlopen

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse

from api.deps import TxDep, caller, database_of, public
from api.tiles import CatalogDep, template
from basemaps.catalog import DEFAULT, BaseMap, BaseMaps
from gisgov.kernel.actor import NOBODY
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import NotFound
from gisgov.kernel.settings import Settings
from layers.catalog import Layer

router = APIRouter(tags=["layers"])

UPSTREAM_TIMEOUT_S = 10


def base_maps(request: Request) -> BaseMaps:
    """Return the base maps of this application."""
    found: BaseMaps = request.app.state.base_maps
    return found


BaseMapsDep = Annotated[BaseMaps, Depends(base_maps)]


@router.get(
    "/api/layers", dependencies=[public("a caller is told of the layers he may see and of no others")]
)
def all_layers(tx: TxDep, layers: CatalogDep) -> dict[str, Any]:
    """List the caller's layers, bottom first, with style, legend and filters."""
    return {"layers": [_layer(tx, layer) for layer in layers.seeing(tx)]}


def _layer(tx: Tx, layer: Layer) -> dict[str, Any]:
    about = layer.about
    shown = ("id", "group", "title_zh", "title_en", "note_zh", "note_en", "on")
    return {
        **{name: getattr(about, name) for name in shown},
        "kind": "vector",
        "minzoom": layer.minzoom,
        "maxzoom": layer.maxzoom,
        "tiles": template(tx, layer, {}),
        "tilejson": f"/tiles/{layer.id}.json",
        "style": layer.style,
        "legend": about.legend,
        "filters": about.filter,
        "scoped": about.scope is not None,
    }


@router.get("/api/basemaps", dependencies=[public("base maps say nothing of anybody; keys stay here")])
def all_base_maps(request: Request, maps: BaseMapsDep) -> dict[str, Any]:
    """List the base maps with datum and attribution, and whether this installation can show each."""
    settings: Settings = request.app.state.settings
    return {"basemaps": [_base_map(settings, one) for one in maps], "default": DEFAULT}


def _base_map(settings: Settings, one: BaseMap) -> dict[str, Any]:
    told = one.model_dump(exclude={"file", "upstream", "key_setting"})
    return {**told, "url": one.urls[0], "available": one.available(settings)}


@router.get("/basemaps/{name}.pmtiles", dependencies=[public("the local base map, asked for in ranges")])
def local_file(name: str, request: Request, maps: BaseMapsDep) -> FileResponse:
    """Answer a local base map, whole or the range asked for."""
    path = maps.get(name).path(request.app.state.settings)
    if path is None or not path.is_file():
        raise NotFound("tile.basemap_absent", field="basemap", basemap=name)
    # A range of the file must stay that range: told that it is encoded already, the gzip middleware leaves it alone.
    headers = {"Cache-Control": "no-cache", "Content-Encoding": "identity"}
    return FileResponse(path, media_type="application/vnd.pmtiles", headers=headers)


@router.get(
    "/basemaps/{name}/{part}/{z}/{x}/{y}.png",
    dependencies=[
        public("asks inside who is calling, so that no connection is held while another server answers")
    ],
    response_class=Response,
)
def picture(name: str, part: str, z: int, x: int, y: int, request: Request, maps: BaseMapsDep) -> Response:
    """Answer one picture of a base map whose key must not leave this server; for those who are signed in."""
    with database_of(request).transaction(NOBODY) as tx:
        caller(request, tx).may("layer.read")
    address = maps.get(name).upstream_url(request.app.state.settings, part, z, x, y)
    if address is None:
        raise NotFound("tile.basemap_absent", field="basemap", basemap=name)
    try:
        with urlopen(address, timeout=UPSTREAM_TIMEOUT_S) as reply:  # noqa: S310 - the address is one of our own files
            kind = reply.headers.get_content_type()
            return Response(reply.read(), HTTPStatus.OK, {"Cache-Control": "private, max-age=604800"}, kind)
    except (URLError, TimeoutError) as error:
        raise NotFound("tile.basemap_silent", field="basemap", basemap=name) from error
