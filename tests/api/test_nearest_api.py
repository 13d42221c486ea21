"""``GET /api/nearest/{layer}`` as the console asks it."""

import json

import numpy as np
import pytest
import shapely

from gisgov.grids import service as grids
from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewUser, Role
from gisgov.kernel.actor import SYSTEM
from gisgov.patrol import service as patrol
from gisgov.patrol.model import NewFix
from gisgov.registry import service as registry
from gisgov.registry.model import Kind
from gisgov.spatial import from_wgs84
from tests import grid_makers


@pytest.fixture
def town(client):
    """A board with two cameras, a part, and Ann on duty in the first cell."""
    with client.app.state.database.transaction(SYSTEM) as tx:
        grid_makers.publish(tx, grid_makers.board())
        ids = identity.create_users(tx, [NewUser("ann", "Ann"), NewUser("west", "West")], "gisgov-demo")
        root = identity.areas(tx, tree="admin", depth=1)[0]
        grants = [NewGrant(ids["ann"], Role.DISPATCHER, root.id)]
        grants.append(NewGrant(ids["west"], Role.GRID_WORKER, identity.area_by_code(tx, "S0").id))
        identity.grant_many(tx, grants)
        corners = [grid_makers.middle(0, 0), grid_makers.middle(3, 3)]
        points = np.array([shapely.Point(place) for place in corners], dtype=object)
        cameras = [{"code": f"K{i}", "name": f"路口{i}", "state": "online"} for i in range(2)]
        assert registry.import_rows(tx, Kind.CAMERA, cameras, points).bad == ()
        grids.set_duty(tx, [ids["ann"]], on_duty=True)
        patrol.record_many(tx, [NewFix(ids["ann"], *corners[0], tx.now)])
    return corners


def ask(client, login, layer, **query):
    if login:
        signed = client.post("/api/session?kind=bearer", json={"login": login, "password": "gisgov-demo"})
        headers = {"Authorization": f"Bearer {signed.json()['token']}"}
    else:
        headers = {}
    return client.get(f"/api/nearest/{layer}", params={"datum": "wgs84"} | query, headers=headers)


def test_cameras_and_patrollers_with_metres_and_direction(client, town):
    lon, lat = town[0]
    reply = ask(client, "ann", "cameras", lon=lon, lat=lat, k=5).json()
    first, second = reply["items"]
    assert (first["code"], first["distance_m"], first["cell"]["code"]) == ("K0", 0.0, "0000")
    assert second["distance_m"] > 1000
    assert 0 < second["azimuth_deg"] < 360
    assert reply["searched"] == {"lon": lon, "lat": lat, "k": 5, "radius_m": None}
    (ann,) = ask(client, "ann", "patrols", lon=lon, lat=lat, radius_m=500).json()["items"]
    assert (ann["name"], ann["on_duty"], ann["fix_age_s"], ann["load"]) == ("Ann", True, 0, 0)
    assert ask(client, "ann", "parts", lon=lon, lat=lat).json()["items"] == []


def test_datum_area_and_scope(client, town):
    lon, lat = from_wgs84(*town[1], "gcj02")
    (only,) = ask(client, "ann", "cameras", lon=lon, lat=lat, datum="gcj02", k=1).json()["items"]
    assert (only["code"], only["distance_m"]) == ("K1", 0.0)
    around = shapely.to_geojson(shapely.Point(town[1]).buffer(0.001))
    found = ask(client, "ann", "cameras", lon=town[0][0], lat=town[0][1], within=around).json()["items"]
    assert [item["code"] for item in found] == ["K1"]
    seen = ask(client, "west", "cameras", lon=town[1][0], lat=town[1][1]).json()["items"]
    assert [item["code"] for item in seen] == ["K0"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"datum": ""}, 422, None),
        ({"lon": 36.6, "lat": 117.0}, 422, None),
        ({"within": "{}"}, 422, "nearest.area"),
        ({"within": json.dumps({"type": "Point", "coordinates": [1, 2]})}, 422, "nearest.area"),
        (
            {"within": shapely.to_geojson(shapely.Polygon([(1, 1), (2, 2), (2, 1), (1, 2)]))},
            422,
            "nearest.area",
        ),
        ({"k": 0}, 422, None),
        ({"radius_m": -1}, 422, None),
    ],
)
def test_bad_questions_are_refused(client, town, query, status, code):
    reply = ask(client, "ann", "cameras", **({"lon": 117.0, "lat": 36.6} | query))
    assert reply.status_code == status, reply.text
    assert code is None or reply.json()["code"] == code


def test_strangers_and_unknown_layers(client, town):
    assert ask(client, None, "cameras", lon=117.0, lat=36.6).status_code == 401
    assert ask(client, "ann", "people", lon=117.0, lat=36.6).status_code == 422
    refused = ask(client, "ann", "patrols", lon=117.0, lat=36.6, state="online")
    assert refused.json()["code"] == "nearest.no_filter"
