"""Counts by hour and hexagon, and the heat layer drawn from them."""

from datetime import timedelta

import h3
import pytest
from shapely import box
from sqlalchemy import text

from gisgov.analytics import service as analytics
from gisgov.analytics.model import Bucket
from gisgov.kernel import events

POINT = (117.031, 36.611)
ELSEWHERE = (117.082, 36.655)
LEAF = h3.latlng_to_cell(POINT[1], POINT[0], 9)


def counted(town) -> list[tuple]:
    rows = town.tx.conn.execute(text("SELECT hour, hex, kind, area_no, n FROM heat ORDER BY 1, 2, 3, 4"))
    return [tuple(row) for row in rows]


def reported(town, count: int, point: tuple[float, float] = POINT, **more) -> int:
    order_id = [town.order(*point, "green", **more) for _ in range(count)][-1]
    analytics.rebuild(town.tx)
    return order_id


def test_counting_again_changes_nothing(town):
    reported(town, 6)
    before = counted(town)
    hour = before[0][0]
    for _ in range(3):
        analytics.recount(town.tx, [Bucket(hour, LEAF), Bucket(hour, LEAF)])
    assert counted(town) == before
    assert before == [(hour, LEAF, "city", town.no["west-south"], 6)]


def test_one_order_more_is_counted_by_its_event(town):
    reported(town, 6)
    order_id = town.order(*POINT, "green", category_code="environment.litter")
    event_id = events.emit(town.tx, "order.reported", subject=("order", order_id))
    event = events.by_id(town.tx, event_id)
    for _ in range(2):  # a job that is repeated
        analytics.on_order(town.tx, event)
    assert sorted((kind, n) for _, _, kind, _, n in counted(town)) == [("city", 6), ("environment", 1)]


def test_piecewise_and_at_once_count_the_same(town):
    for hours in range(4):
        at = town.tx.now - timedelta(hours=hours)
        town.order(*POINT, "green", reported_at=at)
        town.order(*ELSEWHERE, "green", reported_at=at)
    analytics.rebuild(town.tx)
    whole = counted(town)
    town.tx.conn.execute(text("DELETE FROM heat"))
    analytics.recount(town.tx, [Bucket(row[0], row[1]) for row in whole])
    assert counted(town) == whole
    assert len(whole) == 8


def test_void_orders_are_no_events(town):
    reported(town, 6, state="VOID", closed_at=town.tx.now)
    assert counted(town) == []


@pytest.mark.parametrize(("zoom", "res"), [(9, 7), (10, 7), (11, 8), (12, 8), (13, 9), (14, 9)])
def test_the_hexagon_grows_as_one_moves_away(town, zoom, res):
    reported(town, 7)
    (found,) = town.properties("heat", "heat", zoom, *POINT)
    assert found == {"hex": h3.cell_to_parent(LEAF, res) if res < 9 else LEAF, "n": 7}


def test_below_five_is_not_drawn(town):
    reported(town, 4)
    assert town.everywhere("heat", "heat", 13) == []
    assert analytics.counts(town.tx, town.tx.now - timedelta(days=1), town.tx.now) == []
    reported(town, 1)
    assert [one["n"] for one in town.everywhere("heat", "heat", 13)] == [5]


def test_window_and_kind_narrow(town):
    reported(town, 5, reported_at=town.tx.now - timedelta(days=20))
    reported(town, 6, category_code="environment.litter")
    month = (town.tx.now - timedelta(days=30)).isoformat().replace("+00:00", "Z")
    week = (town.tx.now - timedelta(days=7)).isoformat().replace("+00:00", "Z")

    def drawn(**given) -> list[int]:
        return [one["n"] for one in town.properties("heat", "heat", 13, *POINT, **given)]

    assert drawn() == [6]
    assert drawn(since=month) == [11]
    assert drawn(since=month, until=week) == [5]
    assert drawn(since=month, category="city") == [5]
    assert drawn(category="city") == []


def test_heat_is_summed_within_the_scope(town):
    reported(town, 5)
    reported(town, 6, ELSEWHERE)
    assert [one["n"] for one in town.everywhere("heat", "heat", 13, tx=town.in_street("west"))] == [5]
    assert [one["n"] for one in town.everywhere("heat", "heat", 13, tx=town.in_street("east"))] == [6]
    assert town.everywhere("heat", "heat", 13, tx=town.sub()) == []
    window = (town.tx.now - timedelta(days=1), town.tx.now + timedelta(hours=1))
    assert [one.n for one in analytics.counts(town.in_street("east"), *window)] == [6]
    assert analytics.counts(town.sub(), *window) == []


def test_a_city_is_filled_with_hexagons_that_touch_it(town):
    outline = box(town.west, town.south, town.east, town.north)
    count = analytics.fill_hexes(town.tx, outline)
    leaves = set(town.tx.conn.execute(text("SELECT id FROM hex WHERE res = 9")).scalars())
    assert len(leaves) == count > 400
    assert {h3.latlng_to_cell(lat, lon, 9) for lon, lat in outline.exterior.coords} <= leaves
    parents = text(
        "SELECT count(*) FROM hex c LEFT JOIN hex p ON p.id = c.parent_8 WHERE c.res = 9 AND p.id IS NULL"
    )
    assert town.tx.conn.execute(parents).scalar_one() == 0
    assert analytics.fill_hexes(town.tx, outline) == count  # twice does no harm
