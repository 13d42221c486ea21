"""Counts by hour behind the console's time slider."""

from datetime import timedelta

import pytest

from gisgov.analytics import service as analytics
from gisgov.analytics.model import HourCount
from gisgov.kernel.actor import NOBODY
from gisgov.kernel.errors import NotAllowed, NotSignedIn
from layers import releases

WEST_POINT, EAST_POINT = (117.031, 36.611), (117.082, 36.655)


def test_hours_are_summed_within_the_scope(town):
    now = town.tx.now
    hour = now.replace(minute=0, second=0, microsecond=0)
    for point in (WEST_POINT, WEST_POINT, EAST_POINT):
        town.order(*point, reported_at=now)
    town.order(*WEST_POINT, reported_at=now - timedelta(hours=2))
    analytics.rebuild(town.tx)

    window = (hour - timedelta(hours=3), hour + timedelta(hours=1))
    assert analytics.hours(town.tx, *window) == [HourCount(hour - timedelta(hours=2), 1), HourCount(hour, 3)]
    assert analytics.hours(town.tx, hour, window[1]) == [HourCount(hour, 3)]
    assert analytics.hours(town.in_street("east"), *window) == [HourCount(hour, 1)]
    assert analytics.hours(town.sub(), *window) == []


def test_hours_need_their_verb(town):
    with pytest.raises((NotAllowed, NotSignedIn)):
        analytics.hours(town.tx.acting_as(NOBODY), town.tx.now, town.tx.now)


def test_boundaries_tell_where_they_lie(town):
    assert releases.bounds(town.tx, town.release) == pytest.approx(
        [town.west, town.south, town.east, town.north]
    )
    assert releases.bounds(town.tx, town.release + 1) is None
