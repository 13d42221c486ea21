"""What is nearest to a point: cameras, patrollers on duty, parts, addresses; metres on the ellipsoid (A-17)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Query

from api.deps import TxDep, verb
from gisgov.grids import service as grids
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.kernel.nearest import Nearby
from gisgov.orders import service as orders
from gisgov.patrol import service as patrol
from gisgov.registry import service as registry
from gisgov.registry.model import Kind
from gisgov.spatial.crs import geometries_to_wgs84
from gisgov.spatial.nearest import Ranked

router = APIRouter(prefix="/api/nearest", tags=["nearest"])

MOST = 100
FARTHEST_M = 100_000


class NearestLayer(StrEnum):
    """Layers of points that can be asked for their nearest."""

    CAMERAS = "cameras"
    PATROLS = "patrols"
    PARTS = "parts"
    ADDRESSES = "addresses"


@dataclass(frozen=True)
class Shown:
    """What the registry calls a layer's things, and what is said of one of them."""

    kind: Kind
    tell: Callable[[Any], dict[str, Any]]


RECORDS = {
    NearestLayer.CAMERAS: Shown(
        Kind.CAMERA,
        lambda one: {"name": one.name, "code": one.code, "type": one.category, "state": one.state},
    ),
    NearestLayer.PARTS: Shown(
        Kind.PART,
        lambda one: {"name": one.part_type, "code": one.code, "type": one.part_type, "state": one.state},
    ),
    NearestLayer.ADDRESSES: Shown(Kind.ADDRESS, lambda one: {"name": one.text}),
}


@dataclass(frozen=True)
class CellName:
    """The cell a thing stands in."""

    id: int
    code: str
    name: str | None


@dataclass(frozen=True)
class NearItem:
    """One thing in its place; what its layer does not know is null."""

    id: int
    name: str
    lon: float
    lat: float
    distance_m: float
    azimuth_deg: float
    code: str | None = None
    type: str | None = None
    state: str | None = None
    cell: CellName | None = None
    user_id: int | None = None
    on_duty: bool | None = None
    fix_age_s: int | None = None
    stale: bool | None = None
    load: int | None = None


@dataclass(frozen=True)
class Searched:
    """What was asked, in WGS84."""

    lon: float
    lat: float
    k: int
    radius_m: float | None


@dataclass(frozen=True)
class NearReply:
    """The nearest first."""

    items: list[NearItem]
    searched: Searched


@router.get("/{layer}", dependencies=[verb("nearest.read")])
def nearest(
    layer: NearestLayer,
    tx: TxDep,
    lon: Annotated[float, Query(description="Longitude in degrees of the stated datum.")],
    lat: Annotated[float, Query(description="Latitude in degrees of the stated datum.")],
    datum: Annotated[str, Query(description="wgs84, cgcs2000, gcj02 or bd09; of `within` as well.")] = "",
    k: Annotated[int, Query(ge=1, le=MOST)] = 5,
    radius_m: Annotated[float | None, Query(gt=0, le=FARTHEST_M)] = None,
    type_: Annotated[str | None, Query(alias="type")] = None,
    state: str | None = None,
    within: Annotated[str | None, Query(description="A GeoJSON polygon.", max_length=50_000)] = None,
) -> NearReply:
    """Return the k nearest of a layer, those in scope only, in exact geodesic order."""
    x, y = grids.to_wgs84(lon, lat, datum)
    ask = Nearby(x, y, k, radius_m, _polygon(within, datum) if within else None)
    items = (
        _patrols(tx, ask, type_, state)
        if layer is NearestLayer.PATROLS
        else _records(tx, layer, ask, type_, state)
    )
    return NearReply(items, Searched(x, y, k, radius_m))


def _polygon(text: str, datum: str) -> Any:
    try:
        area = geometries_to_wgs84(shapely.from_geojson(text), datum)
    except shapely.errors.GEOSException as error:
        raise Invalid("nearest.area", field="within", reason="no GeoJSON geometry") from error
    if area.geom_type not in ("Polygon", "MultiPolygon") or area.is_empty:
        raise Invalid("nearest.area", field="within", reason=area.geom_type)
    if not area.is_valid:
        raise Invalid("nearest.area", field="within", reason=shapely.is_valid_reason(area))
    return area


def _patrols(tx: Tx, ask: Nearby, type_: str | None, state: str | None) -> list[NearItem]:
    for value, field in ((type_, "type"), (state, "state")):
        if value is not None:
            raise Invalid("nearest.no_filter", field=field, filter=field, layer="patrols")
    found = patrol.nearest(tx, ask, orders.loads)
    told = ("name", "user_id", "on_duty", "fix_age_s", "stale", "load")
    return [
        _item(one, one.item.user_id, {field: getattr(one.item, field) for field in told}) for one in found
    ]


def _records(
    tx: Tx, layer: NearestLayer, ask: Nearby, type_: str | None, state: str | None
) -> list[NearItem]:
    shown = RECORDS[layer]
    found = registry.nearest(tx, shown.kind, ask, type_, state)
    cells = grids.cells_by_ids(tx, {one.item.cell_id for one in found if one.item.cell_id})
    names = {cell.id: CellName(cell.id, cell.code, cell.name) for cell in cells.values()}
    return [
        _item(one, one.item.id, {**shown.tell(one.item), "cell": names.get(one.item.cell_id)})
        for one in found
    ]


def _item(one: Ranked[Any], id_: int, told: dict[str, Any]) -> NearItem:
    metres, degrees = round(one.distance_m, 2), round(one.azimuth_deg, 1)
    return NearItem(id=id_, lon=one.lon, lat=one.lat, distance_m=metres, azimuth_deg=degrees, **told)
