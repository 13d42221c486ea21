"""Counts of what was reported, for screens that let one choose a window of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from api.deps import TxDep, verb
from gisgov.analytics import service as analytics
from gisgov.analytics.model import HourCount
from gisgov.kernel.errors import Invalid

router = APIRouter(prefix="/api/heat", tags=["layers"])

LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class Hours:
    """Counts by hour; hours without any are left out."""

    since: datetime
    until: datetime
    hours: list[HourCount]


@router.get("/hours", dependencies=[verb("heat.read")])
def hours(
    tx: TxDep,
    since: Annotated[AwareDatetime, Query(description="Start, included; a whole hour.")],
    until: Annotated[AwareDatetime, Query(description="End, not included.")],
) -> Hours:
    """Return how many orders were reported in each hour of a window, within the caller's areas."""
    if not timedelta(0) < until - since <= LONGEST:
        raise Invalid("heat.window", field="until", days=LONGEST.days)
    return Hours(since, until, analytics.hours(tx, since, until))
