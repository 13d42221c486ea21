"""Tile and list are two views of one scope: what one shows, so does the other, with the same lamp."""

from random import Random

import pytest

from gisgov.identity.rules import range_of
from gisgov.orders import service as orders
from gisgov.orders.service import Filter
from gisgov.timing.model import Lamp

NAMES = ("nobody", "all", "west", "east", "cell", "holder", "department", "street and department")


def peopled(town) -> dict[str, object]:
    """Strew orders, some held from outside their street, and return transactions of different sight."""
    random = Random(11)
    org = town.put("org", code="cg", name="城管", kind="department")
    user = town.put("app_user", login="w1", name="王", password_hash="x", created_at=town.tx.now)
    for number in range(150):
        lon, lat = random.uniform(town.west, town.east), random.uniform(town.south, town.north)
        ended = {"state": "CLOSED", "closed_at": town.tx.now} if number % 7 == 0 else {}
        order = town.order(lon, lat, random.choice(["green", "yellow", "red"]), **ended)
        if number % 9 == 0:
            town.put("order_party", order_id=order, org_id=org, part=random.choice(["past", "tracker"]))
        if number % 11 == 0:
            town.put("order_party", order_id=order, user_id=user, part=random.choice(["holder", "author"]))
    west, east = (range_of(town.no[street], 2) for street in ("west", "east"))
    cell = (town.no["east-south"], town.no["east-south"] + 1)
    departments = frozenset({org})
    return {
        "nobody": town.sub(),
        "all": town.tx,
        "west": town.sub(ranges=(west,)),
        "east": town.sub(ranges=(east,)),
        "cell": town.sub(ranges=(cell,)),
        "holder": town.sub(user_id=user),
        "department": town.sub(org_ids=departments),
        "street and department": town.sub(ranges=(west,), org_ids=departments, user_id=user),
    }


def listed(tx, **wanted) -> dict[str, str]:
    found = orders.orders(tx, Filter(limit=200, **wanted)).items
    return {one.no: one.lamp.value if one.lamp and one.closed_at is None else "none" for one in found}


def drawn(town, tx, zoom: int, **given: str) -> dict[str, str]:
    return {one["no"]: one["lamp"] for one in town.everywhere("orders", "orders", zoom, tx=tx, **given)}


@pytest.mark.parametrize("name", NAMES)
def test_no_tile_shows_what_the_list_hides_and_none_hides_what_it_shows(town, name):
    tx = peopled(town)[name]
    for zoom in (13, 14):
        assert drawn(town, tx, zoom, open="false") == listed(tx)
        assert drawn(town, tx, zoom) == listed(tx, open=True)
    whole = sum(one["n"] for one in town.everywhere("orders", "orders_cluster", 11, tx=tx, open="false"))
    assert whole == len(listed(tx))
    assert bool(whole) is (name != "nobody")


@pytest.mark.parametrize("lamp", list(Lamp))
def test_both_filter_by_lamp_alike(town, lamp):
    tx = peopled(town)["street and department"]
    assert drawn(town, tx, 13, lamp=lamp.value).keys() == listed(tx, lamp=lamp, open=True).keys()
    for category in ("city", "city.manhole", "environment"):
        assert (
            drawn(town, tx, 13, category=category).keys() == listed(tx, category=category, open=True).keys()
        )
