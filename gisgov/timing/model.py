"""The nouns of time: a limit rule, a calendar, a running clock and its lamp."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Unit(StrEnum):
    """In what a limit is counted (自然时, 工作时, 工作日)."""

    CALENDAR_HOUR = "calendar_hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"


class DayKind(StrEnum):
    """What a day is by the official calendar, swapped days included."""

    WORKDAY = "workday"
    HOLIDAY = "holiday"


class Lamp(StrEnum):
    """Time left of a running clock (绿 正常, 黄 临期, 红 超时)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True)
class LimitRule:
    """One version of a time limit.

    Attributes
    ----------
    key, version
        Name of the limit and the number of this wording; an order keeps the version it began with.
    amount, unit
        How long, counted in what.
    yellow_share
        The last part of the limit during which the lamp is yellow, 0 … 1.
    ours, stated_by
        Whether the figure is this system's default (to be confirmed) and which document states it.
    """

    key: str
    version: int
    amount: float
    unit: Unit
    yellow_share: float = 0.25
    ours: bool = False
    stated_by: str = ""
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Calendar:
    """Days that are known; a day that is not listed is judged by its weekday and marked provisional."""

    days: Mapping[date, DayKind] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """A clock that runs: which rule, since when, until when."""

    key: str
    version: int
    started_at: datetime
    yellow_at: datetime
    due_at: datetime
    provisional: bool
