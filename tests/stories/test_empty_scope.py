"""Who may do everything, but in another district, learns nothing, through any channel.

The same requests are made by a person with every role elsewhere, and by the dispatcher of the whole
district: what the second sees of scoped things, the first must not.
"""

import json
import re
from collections.abc import Iterator

import mapbox_vector_tile
import morecantile
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from api.app import create_app
from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewUser, Role, SessionKind, SignedIn
from gisgov.identity.rules import GRANTS
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database
from gisgov.kernel.settings import Settings

PASSWORD = "correct horse battery staple"

OPEN_TO_ALL = {
    "/healthz", "/readyz", "/metrics", "/api/session", "/api/roles", "/api/categories", "/api/sources",
    "/api/layers", "/api/basemaps", "/tiles/{layer}.json", "/basemaps/{name}.pmtiles",
    "/basemaps/{name}/{part}/{z}/{x}/{y}.png",
    # boundaries, codes and names of areas and cells are public (decisions.md, Orders)
    "/api/areas", "/api/areas/{code}", "/api/cells", "/api/cells/{code}", "/api/grids/networks",
    "/api/grids/releases", "/api/locate",
    # the installation itself, for its administrators: official codes, channels, a form, how much of what is there
    "/api/setup", "/api/setup/divisions", "/api/setup/district", "/api/setup/template.xlsx", "/api/setup/channels",
    "/api/setup/checklist",
}  # fmt: skip
"""Reads whose answer is the same for everybody who may ask."""

OWN = {"/api/users", "/api/audit"}
"""Reads that show the caller's own account, here and nothing else."""

STREAMS = {"/api/live"}
"""Tried in test_live.py."""


@pytest.fixture(scope="module")
def clients(district: Settings) -> Iterator[dict[str, TestClient]]:
    """Clients of the dispatcher and of somebody with every role elsewhere."""
    database = Database(district)
    with database.transaction(SYSTEM) as tx:
        user = identity.create_user(tx, NewUser("nowhere", "外区"), PASSWORD)
        elsewhere = identity.create_area(tx, tree="admin", level_name="区县", code="000000", name="外区")
        for role in GRANTS:
            identity.grant(tx, NewGrant(user.id, Role(role), area_id=elsewhere.id))
    with TestClient(create_app(district)) as client:
        tokens = {
            "nowhere": _token(database, "nowhere", PASSWORD),
            "dispatcher": _token(database, "dispatcher", "gisgov-demo"),
        }
        yield {login: _client(client, token) for login, token in tokens.items()}
    database.close()


def _token(database: Database, login: str, password: str) -> str:
    with database.transaction(SYSTEM) as tx:
        signed_in = identity.sign_in(tx, login, password, "test", SessionKind.BEARER)
        assert isinstance(signed_in, SignedIn)
        return signed_in.token


def _client(client: TestClient, token: str) -> TestClient:
    return TestClient(client.app, headers={"Authorization": f"Bearer {token}"})


def _values(district: Settings) -> dict[str, str]:
    """Return values for the placeholders of paths, all of things that exist."""
    database = Database(district)
    queries = {
        "no": "SELECT no FROM orders ORDER BY id LIMIT 1",
        "user_id": "SELECT id FROM app_user ORDER BY id LIMIT 1",
        "release_id": "SELECT id FROM release WHERE state = 'published' LIMIT 1",
        "file_id": "SELECT coalesce(min(id), 1) FROM file",
        "person_id": "SELECT id FROM person LIMIT 1",
    }
    with database.transaction(SYSTEM) as tx:
        found = {name: str(tx.conn.execute(text(query)).scalar_one()) for name, query in queries.items()}
    database.close()
    return found | {
        "layer": "cameras",
        "kind": "person",
        "code": "370112001001",
        "house_id": "1",
        "token": "unknown",
        "month": "2026-11",
    }


ASKED = {
    "lon": "117.06",
    "lat": "36.69",
    "datum": "wgs84",
    "k": "5",
    "since": "2026-10-01T00:00:00Z",
    "until": "2026-12-31T00:00:00Z",
}


def _reads(app_client: TestClient, values: dict[str, str]) -> list[str]:
    paths = app_client.get("/openapi.json").json()["paths"]
    scoped = [
        path
        for path in paths
        if "get" in paths[path] and path not in OPEN_TO_ALL | STREAMS and "mvt" not in path
    ]
    return [re.sub(r"{(\w+)}", lambda found: values.get(found[1], "1"), path) for path in scoped]


def _shows(reply: Response) -> object:
    """Return what an answer shows: the content of its lists, empty when there is none."""
    if reply.status_code in {401, 403, 404}:
        return []
    assert reply.status_code == 200, (str(reply.url), reply.text[:300])
    body = reply.json()
    if isinstance(body, list):
        return body
    if body.get("type") == "FeatureCollection":
        return body["features"]
    return [value for value in body.values() if isinstance(value, list) and value]


def test_reads_over_http_show_nothing_without_an_area(
    clients: dict[str, TestClient], district: Settings
) -> None:
    reads = _reads(clients["nowhere"], _values(district))
    seen = {path: _shows(clients["nowhere"].get(path, params=ASKED)) for path in reads}
    assert {path: shown for path, shown in seen.items() if shown and path not in OWN} == {}
    others = [path for path in reads if _shows(clients["dispatcher"].get(path, params=ASKED))]
    assert {"/api/orders", "/api/nearest/cameras"} <= set(others), others


def test_tiles_show_nothing_scoped_without_an_area(clients: dict[str, TestClient]) -> None:
    layers = clients["nowhere"].get("/api/layers").json()["layers"]
    scoped = [layer["id"] for layer in layers if layer["scoped"]]
    assert {"orders", "people", "cameras", "patrols", "heat"} <= set(scoped)
    shown: dict[str, dict[str, int]] = {"nowhere": {}, "dispatcher": {}}
    for login, counts in shown.items():
        for layer in scoped:
            counts[layer] = sum(_features(clients[login], layer, zoom) for zoom in (10, 14))
    assert set(shown["nowhere"].values()) == {0}
    assert shown["dispatcher"]["orders"] > 0
    assert shown["dispatcher"]["cameras"] > 0


def _features(client: TestClient, layer: str, zoom: int) -> int:
    tiles = morecantile.tms.get("WebMercatorQuad").tiles(117.03, 36.66, 117.10, 36.72, [zoom])
    return sum(_count(client.get(f"/tiles/{layer}/{zoom}/{tile.x}/{tile.y}.mvt")) for tile in tiles)


def _count(reply: Response) -> int:
    if reply.status_code in {204, 403, 404} or not reply.content:
        return 0
    assert reply.status_code == 200, reply.text
    decoded = mapbox_vector_tile.decode(reply.content)
    return sum(len(layer["features"]) for layer in decoded.values())


def test_accounts_and_their_history_are_the_callers_own(clients: dict[str, TestClient]) -> None:
    me = clients["nowhere"].get("/api/session").json()["user"]["id"]
    assert [user["id"] for user in clients["nowhere"].get("/api/users").json()["items"]] == [me]
    assert {
        item["subject_id"]
        for item in clients["nowhere"].get("/api/audit", params={"kind": "session."}).json()["items"]
    } == {me}
    assert len(clients["dispatcher"].get("/api/users").json()["items"]) > 10


def test_a_place_tells_its_cell_but_not_its_people(clients: dict[str, TestClient]) -> None:
    found = {login: client.get("/api/locate", params=ASKED).json() for login, client in clients.items()}
    assert found["nowhere"]["cell"] == found["dispatcher"]["cell"] is not None
    assert found["nowhere"]["people"] == []
    assert found["dispatcher"]["people"] != []


def test_search_finds_nothing_without_an_area(clients: dict[str, TestClient]) -> None:
    found = {
        login: json.dumps(client.get("/api/orders", params={"q": "路灯"}).json()["items"])
        for login, client in clients.items()
    }
    assert found["nowhere"] == "[]"
