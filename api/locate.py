"""Which cell a point falls into; open to everybody, people only to those who work here."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import TxDep, public
from gisgov.grids import service as grids
from gisgov.grids.model import CellRef, Location, Person, ReleaseRef, RunnerUp, SpecialCell
from gisgov.identity.model import AreaName

router = APIRouter(prefix="/api/locate", tags=["grids"])


@dataclass(frozen=True)
class LocateReply:
    """Everything about a point; `lon` and `lat` are WGS84 whatever was sent, `people` empty for strangers."""

    lon: float
    lat: float
    status: str
    network: str
    cell: CellRef | None
    ancestors: list[AreaName]
    special: tuple[SpecialCell, ...]
    hex: str
    border_m: float | None
    near_border: bool
    runner_up: RunnerUp | None
    people: tuple[Person, ...]
    release: ReleaseRef | None
    at: datetime


@router.get("", dependencies=[public("boundaries are public by default; people are left out for strangers")])
def locate(
    tx: TxDep,
    lon: Annotated[float, Query(description="Longitude in degrees of the stated datum.")],
    lat: Annotated[float, Query(description="Latitude in degrees of the stated datum.")],
    datum: Annotated[str, Query(description="wgs84, cgcs2000, gcj02 or bd09.")] = "",
    accuracy_m: Annotated[float | None, Query(ge=0, le=100_000)] = None,
) -> LocateReply:
    """Return the cell of a point, what lies above it, who answers there, and how near the border is."""
    x, y = grids.to_wgs84(lon, lat, datum)
    grids.refuse_unless_public(tx)
    found = grids.locate(tx, x, y, accuracy_m)
    if found.cell is None or not (tx.actor.has("grid.read") and tx.scope.covers(found.cell.no)):
        found = replace(found, people=())
    return _reply(tx.now, x, y, found)


def _reply(now: datetime, lon: float, lat: float, found: Location) -> LocateReply:
    return LocateReply(
        lon=lon,
        lat=lat,
        status=found.status,
        network=found.network,
        cell=found.cell,
        ancestors=[area.named for area in found.ancestors],
        special=found.special,
        hex=found.hex,
        border_m=found.border_m,
        near_border=found.near_border,
        runner_up=found.runner_up,
        people=found.people,
        release=found.release,
        at=now,
    )
