"""Pure arithmetic of limits: amount × unit × calendar → due moment; moment → lamp.

Days are days of the place (Asia/Shanghai by default), instants are aware and given back in UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gisgov.timing.model import Calendar, DayKind, Lamp, LimitRule, Running, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")

# Office hours for limits in working hours: no document states them (ours).
OFFICE_HOURS = ((time(9), time(12)), (time(13), time(18)))

# A limit whose rule depends on the kind of the day on which its clock starts.
BY_DAY_KIND = {"sign_in": {DayKind.WORKDAY: "sign_in.workday", DayKind.HOLIDAY: "sign_in.holiday"}}

_H, _W = Unit.CALENDAR_HOUR, "ours"

# Defaults of the rule table. ``ours`` marks a figure that no document states and an administrator should confirm.
LIMITS = (
    LimitRule(
        "sign_in.workday", 1, 4, _H, stated_by="JN 7.4", name_zh="签收（工作日）", name_en="sign-in, workday"
    ),
    LimitRule(
        "sign_in.holiday", 1, 48, _H, stated_by="JN 7.4", name_zh="签收（节假日）", name_en="sign-in, holiday"
    ),
    LimitRule(
        "sign_in.transfer",
        1,
        4,
        _H,
        stated_by="JN 7.4.2b",
        name_zh="转办签收",
        name_en="sign-in after transfer",
    ),
    LimitRule(
        "sign_in.desk",
        1,
        4,
        _H,
        ours=True,
        stated_by=_W,
        name_zh="分拨签收",
        name_en="sign-in after dispatch",
    ),
    LimitRule("plan", 1, 24, _H, stated_by="JN 7.4.2b", name_zh="上报方案", name_en="handling plan"),
    LimitRule(
        "level.community", 1, 24, _H, stated_by="JN 7.4.3b", name_zh="社区处置", name_en="community solves"
    ),
    LimitRule("level.street", 1, 48, _H, stated_by="JN 7.4.3b", name_zh="街道处置", name_en="street solves"),
    LimitRule(
        "meeting", 1, 72, _H, stated_by="JN 7.4.3b", name_zh="专题会商", name_en="special meeting and plan"
    ),
    LimitRule("handle", 1, 72, _H, ours=True, stated_by=_W, name_zh="处置", name_en="handling"),
    LimitRule("accept", 1, 4, _H, ours=True, stated_by=_W, name_zh="受理", name_en="acceptance"),
    LimitRule("dispatch", 1, 2, _H, ours=True, stated_by=_W, name_zh="分拨", name_en="dispatch"),
    LimitRule("check", 1, 24, _H, ours=True, stated_by=_W, name_zh="现场核查", name_en="site check"),
    LimitRule("review", 1, 24, _H, ours=True, stated_by=_W, name_zh="结案审查", name_en="review"),
    LimitRule(
        "answer", 1, 24, _H, ours=True, stated_by=_W, name_zh="督办答复", name_en="answer to supervision"
    ),
    LimitRule("rating", 1, 360, _H, ours=True, stated_by=_W, name_zh="评价期", name_en="rating window"),
)


def day_kind(calendar: Calendar, day: date) -> tuple[DayKind, bool]:
    """Kind of a day and whether the calendar knew it; an unknown Saturday or Sunday is taken as free."""
    known = calendar.days.get(day)
    if known is not None:
        return known, True
    return (DayKind.HOLIDAY if day.weekday() >= 5 else DayKind.WORKDAY), False


def rule_key(key: str, calendar: Calendar, at: datetime, zone: ZoneInfo = SHANGHAI) -> tuple[str, bool]:
    """Rule that applies to a clock started now, and whether the day it depends on was known."""
    variants = BY_DAY_KIND.get(key)
    if variants is None:
        return key, True
    kind, known = day_kind(calendar, at.astimezone(zone).date())
    return variants[kind], known


def stem(key: str) -> str:
    """The limit of which a rule is the variant for a kind of day; another rule is its own."""
    return next((name for name, variants in BY_DAY_KIND.items() if key in variants.values()), key)


def _office_windows(day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    for opens, closes in OFFICE_HOURS:
        yield (
            datetime.combine(day, opens, zone).astimezone(UTC),
            datetime.combine(day, closes, zone).astimezone(UTC),
        )


def _work_hours(start: datetime, hours: float, calendar: Calendar, zone: ZoneInfo) -> tuple[datetime, bool]:
    """Walk the office windows of working days until the hours are used up."""
    left, day, known_all = timedelta(hours=hours), start.astimezone(zone).date(), True
    while True:
        kind, known = day_kind(calendar, day)
        known_all &= known
        for opens, closes in _office_windows(day, zone) if kind is DayKind.WORKDAY else ():
            begin = max(opens, start)
            room = max(closes - begin, timedelta())
            if room >= left:
                return begin + left, known_all
            left -= room
        day += timedelta(days=1)


def _work_days(start: datetime, days: float, calendar: Calendar, zone: ZoneInfo) -> tuple[datetime, bool]:
    """End of the n-th working day after the day of the start (Civil Code art. 201: that day does not count)."""
    left, day, known_all = days, start.astimezone(zone).date(), True
    while left > 0:
        day += timedelta(days=1)
        kind, known = day_kind(calendar, day)
        known_all &= known
        left -= kind is DayKind.WORKDAY
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    return midnight.astimezone(UTC), known_all


def due(
    start: datetime, amount: float, unit: Unit, calendar: Calendar, zone: ZoneInfo = SHANGHAI
) -> tuple[datetime, bool]:
    """Moment at which a limit that starts at `start` ends.

    Returns
    -------
    (datetime, bool)
        The moment in UTC, and whether every day it depends on was known (otherwise it is provisional).
    """
    match unit:
        case Unit.CALENDAR_HOUR:
            return start + timedelta(hours=amount), True
        case Unit.WORK_HOUR:
            return _work_hours(start, amount, calendar, zone)
        case Unit.WORK_DAY:
            return _work_days(start, amount, calendar, zone)


def running(
    rule: LimitRule, start: datetime, calendar: Calendar, day_known: bool = True, zone: ZoneInfo = SHANGHAI
) -> Running:
    """Start a clock by a rule."""
    due_at, known = due(start, rule.amount, rule.unit, calendar, zone)
    yellow_at = due_at - (due_at - start) * rule.yellow_share
    return Running(rule.key, rule.version, start, yellow_at, due_at, not (known and day_known))


def horizon(start: datetime, rule: LimitRule) -> date:
    """Last day a limit can possibly look at, generously: how much of the calendar must be read."""
    days = {Unit.CALENDAR_HOUR: 0.0, Unit.WORK_HOUR: rule.amount, Unit.WORK_DAY: rule.amount * 3}[rule.unit]
    return start.date() + timedelta(days=int(days) + 30)


def lamp(now: datetime, yellow_at: datetime | None, due_at: datetime | None) -> Lamp | None:
    """Colour of a clock at a moment: green before `yellow_at`, yellow before `due_at`, red from then on."""
    if yellow_at is None or due_at is None:
        return None
    if now >= due_at:
        return Lamp.RED
    return Lamp.YELLOW if now >= yellow_at else Lamp.GREEN
