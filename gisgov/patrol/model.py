"""The nouns of patrol; they are also the replies of the API. Points are WGS84, longitude first."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class NewFix:
    """A position of somebody on duty, as a receiver gives it: WGS84, whatever the map."""

    user_id: int
    lon: float
    lat: float
    at: datetime
    accuracy_m: float | None = None
    heading_deg: float | None = None


@dataclass(frozen=True)
class Fix:
    """One position in somebody's track."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None


@dataclass(frozen=True)
class Patroller:
    """Somebody on duty and where they last were; `stale` when that is longer ago than the setting."""

    user_id: int
    name: str
    on_duty: bool
    lon: float
    lat: float
    at: datetime
    fix_age_s: int
    stale: bool
    accuracy_m: float | None
    heading_deg: float | None
    load: int | None


@dataclass(frozen=True)
class PatrolDay:
    """What is left of a track after its time: how far somebody went on a day."""

    user_id: int
    day: date
    distance_m: float
    fixes: int
