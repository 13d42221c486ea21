"""Positions of those on duty: sent by themselves, seen within scope."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from api.deps import TxDep, verb
from gisgov.grids import service as grids
from gisgov.orders import service as orders
from gisgov.patrol import service as patrol
from gisgov.patrol.model import Fix, NewFix, PatrolDay, Patroller

router = APIRouter(prefix="/api/patrol", tags=["patrol"])

BATCH = 500


class FixBody(BaseModel):
    """One position. A receiver speaks WGS84; a phone's map service may not, and then says so."""

    lon: float
    lat: float
    datum: str = "wgs84"
    at: AwareDatetime | None = None
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000)
    heading_deg: float | None = Field(default=None, ge=0, le=360)


@router.post("/fix", status_code=204, dependencies=[verb("patrol.fix")])
def record(body: FixBody | Annotated[list[FixBody], Field(max_length=BATCH)], tx: TxDep) -> None:
    """Send one's own position, or those gathered without a network; refused while not on duty."""
    sent = body if isinstance(body, list) else [body]
    fixes = []
    for each in sent:
        lon, lat = grids.to_wgs84(each.lon, each.lat, each.datum)
        at = each.at or tx.now
        fixes.append(NewFix(tx.actor.user_id or 0, lon, lat, at, each.accuracy_m, each.heading_deg))
    patrol.record_own(tx, sorted(fixes, key=lambda fix: fix.at))


@router.get("/patrollers", dependencies=[verb("patrol.read")])
def patrollers(tx: TxDep) -> dict[str, list[Patroller]]:
    """Return who is on duty in scope: where, since when, and with how many open orders."""
    return {"items": patrol.patrollers(tx, orders.loads)}


@router.get("/{user_id}/track", dependencies=[verb("patrol.read")])
def track(
    user_id: int, tx: TxDep, since: AwareDatetime | None = None, until: AwareDatetime | None = None
) -> dict[str, list[Fix]]:
    """Return the track of somebody in scope, by default of the last day."""
    return {"items": patrol.track(tx, user_id, since, until)}


@router.get("/{user_id}/days", dependencies=[verb("patrol.read")])
def days(user_id: int, since: date, tx: TxDep) -> dict[str, list[PatrolDay]]:
    """Return how far somebody in scope went on days whose tracks are no longer kept."""
    return {"items": patrol.days(tx, user_id, since)}
