"""Limits: amount × unit × calendar → due; moment → lamp."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgov.timing.model import Calendar, DayKind, Lamp, LimitRule, Unit
from gisgov.timing.rules import LIMITS, SHANGHAI, day_kind, due, horizon, lamp, rule_key, running
from gisgov.timing.service import CALENDAR_YEARS, _official_days

OFFICIAL = Calendar({day: kind for year in CALENDAR_YEARS for day, kind, _ in _official_days(year)})
FREE_WEEKENDS = Calendar()


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)


moments = st.integers(0, 669 * 86_400).map(lambda s: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
units = st.sampled_from(Unit)
amounts = st.floats(0.25, 60).map(lambda n: round(n, 2))


@given(moments, amounts, units)
def test_due_is_never_before_the_start(start, amount, unit):
    assert due(start, amount, unit, OFFICIAL)[0] >= start


@given(moments, amounts, amounts, units)
def test_a_longer_limit_ends_no_earlier(start, one, other, unit):
    short, long = sorted((one, other))
    assert due(start, short, unit, OFFICIAL)[0] <= due(start, long, unit, OFFICIAL)[0]


@given(moments, st.timedeltas(timedelta(), timedelta(days=9)), amounts, units)
def test_a_later_start_ends_no_earlier(start, later, amount, unit):
    assert due(start, amount, unit, OFFICIAL)[0] <= due(start + later, amount, unit, OFFICIAL)[0]


@given(moments, amounts)
def test_working_hours_end_on_a_working_day_within_office_hours(start, amount):
    at = due(start, amount, Unit.WORK_HOUR, OFFICIAL)[0].astimezone(SHANGHAI)
    assert day_kind(OFFICIAL, at.date())[0] is DayKind.WORKDAY
    assert 9 <= at.hour + at.minute / 60 <= 18


@given(moments, amounts, units)
def test_the_horizon_reaches_far_enough(start, amount, unit):
    rule = LimitRule("x", 1, amount, unit)
    at = due(start, amount, unit, OFFICIAL)[0]
    last = at - timedelta(seconds=1) if unit is Unit.WORK_DAY else at
    assert last.astimezone(SHANGHAI).date() <= horizon(start, rule)


@given(moments, amounts, units)
def test_the_lamp_turns_at_its_two_moments(start, amount, unit):
    run = running(LimitRule("x", 1, amount, unit), start, OFFICIAL)
    instant = timedelta(microseconds=1)
    assert lamp(run.due_at, run.yellow_at, run.due_at) is Lamp.RED
    if run.yellow_at < run.due_at:
        assert lamp(run.due_at - instant, run.yellow_at, run.due_at) is Lamp.YELLOW
        assert lamp(run.yellow_at - instant, run.yellow_at, run.due_at) is Lamp.GREEN


def test_no_clock_no_lamp():
    assert lamp(datetime(2026, 1, 1, tzinfo=UTC), None, None) is None


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        (local(2026, 11, 20, 10, 42), "sign_in.workday"),
        (local(2026, 11, 21, 10, 42), "sign_in.holiday"),
        (local(2026, 10, 1, 10), "sign_in.holiday"),
        (local(2026, 10, 10, 10), "sign_in.workday"),  # a Saturday worked in exchange for the National Day
        (datetime(2026, 11, 20, 16, 30, tzinfo=UTC), "sign_in.holiday"),  # Saturday has begun in Shanghai
    ],
)
def test_the_rule_of_signing_in_depends_on_the_day_of_the_place(moment, key):
    assert rule_key("sign_in", OFFICIAL, moment) == (key, True)


def test_beyond_the_loaded_years_a_deadline_is_provisional():
    start = local(2027, 1, 4, 10)
    assert rule_key("sign_in", OFFICIAL, start) == ("sign_in.workday", False)
    assert due(start, 2, Unit.WORK_DAY, OFFICIAL) == (local(2027, 1, 7).astimezone(UTC), False)
    assert running(LimitRule("x", 1, 4, Unit.CALENDAR_HOUR), start, OFFICIAL, day_known=False).provisional


def test_working_hours_pause_at_noon_and_at_night_and_over_the_holiday():
    assert due(local(2026, 11, 20, 11), 2, Unit.WORK_HOUR, OFFICIAL)[0] == local(2026, 11, 20, 14)
    assert due(local(2026, 9, 30, 17), 2, Unit.WORK_HOUR, OFFICIAL)[0] == local(2026, 10, 8, 10)


def test_working_days_do_not_count_the_first():
    assert due(local(2026, 11, 20, 9), 1, Unit.WORK_DAY, OFFICIAL)[0] == local(2026, 11, 24)


def test_swapped_days_are_in_the_official_calendar():
    kinds = OFFICIAL.days
    assert kinds[date(2026, 10, 10)] is DayKind.WORKDAY
    assert kinds[date(2026, 10, 1)] is DayKind.HOLIDAY
    assert len(kinds) == 730


def test_every_figure_of_ours_is_marked_and_every_other_names_its_document():
    assert all((rule.stated_by == "ours") is rule.ours for rule in LIMITS)
    stated = {rule.key: rule.amount for rule in LIMITS if not rule.ours}
    assert stated == {
        "sign_in.workday": 4, "sign_in.holiday": 48, "sign_in.transfer": 4, "plan": 24, "level.community": 24,
        "level.street": 48, "meeting": 72,
    }  # fmt: skip
