"""Orders as tiles: lamps by the clock, single points from z13 only, nothing outside the caller's scope."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from gisgov.identity.rules import range_of
from gisgov.kernel.actor import NOBODY, Actor
from gisgov.kernel.errors import Invalid, NotAllowed, NotSignedIn
from layers import mvt, params
from layers.catalog import Catalog

POINT = (117.03, 36.61)


def numbers(features: list[dict]) -> list[str]:
    return sorted(one["no"] for one in features)


def strewn(town, count: int = 60) -> None:
    random = Random(7)
    for _ in range(count):
        lamp = random.choice(["green", "yellow", "red"])
        town.order(random.uniform(town.west, town.east), random.uniform(town.south, town.north), lamp)


@pytest.mark.parametrize("lamp", ["green", "yellow", "red"])
def test_the_lamp_is_read_from_the_clock(town, lamp: str) -> None:
    town.order(*POINT, lamp, major=True)
    (found,) = town.properties("orders", "orders", 14, *POINT)
    assert (found["lamp"], found["char"], found["major"], found["no"]) == (lamp, "城", True, "20261120-0001")
    later = replace(town.tx, now=town.tx.now + timedelta(days=1))
    (found,) = town.properties("orders", "orders", 14, *POINT, tx=later)
    assert found["lamp"] == "red"


def test_green_tells_how_much_time_is_left(town) -> None:
    town.order(*POINT, "green")
    (found,) = town.properties("orders", "orders", 14, *POINT)
    assert found["left12"] == 9  # three of four hours
    assert "left12" not in {**town.properties("orders", "orders", 14, *POINT, tx=_hours_on(town, 2.5))[0]}


def _hours_on(town, hours: float):
    return replace(town.tx, now=town.tx.now + timedelta(hours=hours))


def test_ended_orders_are_shown_only_when_asked_for_and_have_no_lamp(town) -> None:
    town.order(*POINT, "red", state="CLOSED", closed_at=town.tx.now)
    assert town.properties("orders", "orders", 14, *POINT) == []
    (found,) = town.properties("orders", "orders", 14, *POINT, open="false")
    assert found["lamp"] == "none"


def test_an_order_without_a_clock_has_no_lamp(town) -> None:
    town.order(*POINT, due_at=None, yellow_at=None, clock_started_at=None)
    assert town.properties("orders", "orders", 14, *POINT)[0]["lamp"] == "none"


@pytest.mark.parametrize(
    ("narrowed", "left"),
    [
        ({}, ["1", "2", "3"]),
        ({"lamp": "red"}, ["3"]),
        ({"lamp": "green,yellow"}, ["1", "2"]),
        ({"category": "city"}, ["1", "2"]),
        ({"category": "city.manhole"}, ["1"]),
        ({"state": "SIGNED"}, ["2"]),
        ({"since": "2026-11-20T00:00:00Z"}, ["1"]),
        ({"until": "2026-11-20T00:00:00Z"}, ["2", "3"]),
    ],
)
def test_filters_narrow(town, narrowed: dict[str, str], left: list[str]) -> None:
    town.order(*POINT, "green", no="1")
    town.order(*POINT, "yellow", no="2", state="SIGNED", category_code="city.light")
    town.order(*POINT, "red", no="3", category_code="environment.litter")
    assert numbers(town.properties("orders", "orders", 14, *POINT, **narrowed)) == left


def test_only_named_parameters_with_fitting_values_are_taken() -> None:
    orders = Catalog.load().get("orders")
    for given in (
        {"colour": "red"},
        {"lamp": "blue"},
        {"since": "yesterday"},
        {"since": "2026-11-20T00:00:00"},
        {"category": "x' OR 1=1"},
        {"open": "perhaps"},
    ):
        with pytest.raises(Invalid):
            params.parse(orders, given)


@pytest.mark.parametrize("zoom", [5, 8, 10, 12])
def test_from_afar_there_are_counts_that_add_up_and_never_a_single_point(town, zoom: int) -> None:
    strewn(town)
    for layer in Catalog.load():
        raw = {
            one.name
            for one in layer.about.source
            if one.geometry == "point" and not one.cluster and not one.label
        }
        assert not any(source in raw for source in town.features(layer.id, zoom, *POINT))
    squares = town.everywhere("orders", "orders_cluster", zoom)
    assert sum(one["n"] for one in squares) == 60
    assert sum(one["green"] + one["yellow"] + one["red"] for one in squares) == 60
    assert all("no" not in one for one in squares)


@pytest.mark.parametrize("zoom", [13, 15])
def test_each_order_lies_in_one_tile(town, zoom: int) -> None:
    strewn(town)
    assert len(numbers(town.everywhere("orders", "orders", zoom))) == 60


def test_a_tile_shows_what_the_scope_holds_and_nothing_else(town) -> None:
    strewn(town)
    west = {one["no"] for one in town.everywhere("orders", "orders", 13, tx=town.in_street("west"))}
    east = {one["no"] for one in town.everywhere("orders", "orders", 13, tx=town.in_street("east"))}
    assert west and east and not west & east and len(west | east) == 60
    assert town.everywhere("orders", "orders", 13, tx=town.sub()) == []
    assert town.everywhere("orders", "orders_cluster", 11, tx=town.sub()) == []


def test_holding_an_order_shows_it_wherever_it_lies(town) -> None:
    held, _ = town.order(117.01, 36.61), town.order(117.09, 36.65)
    org = town.put("org", code="cg", name="城管", kind="department")
    user = town.put("app_user", login="w1", name="王", password_hash="x", created_at=town.tx.now)
    town.put("order_party", order_id=held, org_id=org, user_id=user, part="past")
    for scope in ({"org_ids": frozenset({org})}, {"user_id": user}):
        assert numbers(town.everywhere("orders", "orders", 13, tx=town.sub(**scope))) == ["20261120-0001"]
    area = {"ranges": (range_of(town.no["east"], 2),), "user_id": user}
    assert len(town.everywhere("orders", "orders", 13, tx=town.sub(**area))) == 2


def test_without_the_verb_there_is_no_tile(town) -> None:
    orders = Catalog.load().get("orders")
    values = params.parse(orders, {})
    with pytest.raises(NotSignedIn):
        mvt.tile(town.tx.acting_as(NOBODY), orders, 13, 6758, 3199, values)
    with pytest.raises(NotAllowed):
        mvt.tile(town.tx.acting_as(Actor(5, "resident")), orders, 13, 6758, 3199, values)
