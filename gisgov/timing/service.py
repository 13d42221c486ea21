"""The door to time limits."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import chinese_calendar

from gisgov.kernel.days import day_of, zone
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import NotFound
from gisgov.kernel.events import emit
from gisgov.timing import rules, store
from gisgov.timing.model import Calendar, DayKind, LimitRule, Running, Unit

CALENDAR_YEARS = (2025, 2026)
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""From when on the defaults hold, so that orders of the past have limits too."""

_HOLIDAY_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}


def _official_days(year: int) -> Iterator[tuple[date, DayKind, str]]:
    """Every day of a year by the State Council's calendar; a swapped working day bears its holiday's name."""
    day = date(year, 1, 1)
    while day.year == year:
        free, english = chinese_calendar.get_holiday_detail(day)
        name = _HOLIDAY_NAMES.get(english or "", "")
        swapped = "调休" if name and not free else ""
        yield day, DayKind.HOLIDAY if free else DayKind.WORKDAY, name + swapped
        day += timedelta(days=1)


def seed(tx: Tx) -> None:
    """Load the calendar years known to the library and the default limits; what is there stays."""
    for year in CALENDAR_YEARS:
        store.add_days(tx, _official_days(year), source="chinesecalendar")
    store.add_limits(tx, rules.LIMITS, ALWAYS)


def limits(tx: Tx) -> list[LimitRule]:
    """Every limit in its valid version."""
    return store.limits(tx)


def limit(tx: Tx, key: str, version: int | None = None) -> LimitRule:
    """One limit rule.

    Raises
    ------
    NotFound
        When there is no such rule.
    """
    rule = store.limit(tx, key, version)
    if rule is None:
        raise NotFound("timing.no_rule", key=key)
    return rule


def change_limit(tx: Tx, rule: LimitRule) -> LimitRule:
    """Add the next version of a limit; clocks that already run keep theirs."""
    tx.may("setting.write")
    old = limit(tx, rule.key)
    new = replace(rule, version=old.version + 1)
    store.add_limits(tx, [new], tx.now)
    return new


def load_days(tx: Tx, days: Iterable[tuple[date, DayKind, str]], source: str) -> int:
    """Set days of the calendar, as the State Council publishes them each November, and let deadlines follow.

    Returns
    -------
    int
        How many days were set.
    """
    tx.may("setting.write")
    rows = list(days)
    if rows:
        store.put_days(tx, rows, source)
        emit(tx, "calendar.loaded", subject=("calendar", None), data={"days": len(rows), "source": source})
    return len(rows)


def missing_days(tx: Tx, year: int) -> int:
    """Return how many days of a year are not in the calendar."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return (last - first).days + 1 - len(store.calendar(tx, first, last).days)


def again(tx: Tx, key: str, version: int | None, at: datetime) -> Running:
    """The same limit from the same moment by the calendar as it is now; the same version of the same rule."""
    fresh = start(tx, rules.stem(key), at)
    return fresh if fresh.key != key or fresh.version == version else _run(tx, limit(tx, key, version), at)


def start(tx: Tx, key: str, at: datetime) -> Running:
    """Start a clock: choose the rule (by the kind of day where it depends on that) and compute its end."""
    local = day_of(tx, at)
    that_day = store.calendar(tx, local, local) if key in rules.BY_DAY_KIND else Calendar()
    chosen, known = rules.rule_key(key, that_day, at, zone(tx))
    return _run(tx, limit(tx, chosen), at, known)


def _run(tx: Tx, rule: LimitRule, at: datetime, known: bool = True) -> Running:
    hours = rule.unit is Unit.CALENDAR_HOUR  # these look at no calendar
    days = Calendar() if hours else store.calendar(tx, day_of(tx, at), rules.horizon(at, rule))
    return rules.running(rule, at, days, known, zone(tx))
