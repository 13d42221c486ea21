"""Tiles over HTTP: addresses, entity tags, what may be kept and what must be asked for again."""

import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread

import mapbox_vector_tile
import pytest

from basemaps.catalog import FOLDER, BaseMaps
from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewUser, Role, SessionKind
from gisgov.kernel import events
from gisgov.kernel.actor import SYSTEM

POINT = (117.03, 36.61)
TILE = "/tiles/orders/13/6759/3199.mvt"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def west(client, standing_town, database):
    """A client signed in as somebody who answers for the western street."""
    with database.transaction(SYSTEM) as tx:
        user = identity.create_users(tx, [NewUser("west", "西")], PASSWORD)["west"]
        identity.grant_many(tx, [NewGrant(user, Role.STREET_LEADER, standing_town.area["west"])])
    with database.transaction(SYSTEM) as tx:
        signed = identity.sign_in(tx, "west", PASSWORD, "test", SessionKind.BEARER)
    client.headers["Authorization"] = f"Bearer {signed.token}"
    return client


@pytest.fixture
def order(standing_town, database):
    """Put an order at a point and emit its event, committed."""

    def put(lon: float, lat: float, **more) -> int:
        with database.transaction(SYSTEM) as tx:
            standing_town.tx = tx
            order_id = standing_town.order(lon, lat, **more)
            area_no = standing_town.no[standing_town.cell_at(lon, lat)]
            events.emit(tx, "order.reported", subject=("order", order_id), area_no=area_no, lon=lon, lat=lat)
        return order_id

    return put


def test_tilejson_names_the_tiles_their_sources_and_fields(west):
    found = west.get("/tiles/orders.json").json()
    assert found["tilejson"] == "3.0.0"
    assert found["tiles"] == ["http://testserver/tiles/orders/{z}/{x}/{y}.mvt"]
    assert (found["minzoom"], found["maxzoom"]) == (5, 16)
    assert [one["id"] for one in found["vector_layers"]] == ["orders_cluster", "orders"]
    assert set(found["vector_layers"][1]["fields"]) >= {"no", "lamp", "char"}


def test_boundaries_carry_their_release_and_are_kept_for_ever(client, standing_town):
    address = client.get("/tiles/cells.json").json()["tiles"][0]
    assert address.endswith(f"/tiles/cells/{{z}}/{{x}}/{{y}}.mvt?release={standing_town.release}")
    tile = client.get(address.format(z=14, x=13519, y=6398))
    assert tile.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert tile.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert set(mapbox_vector_tile.decode(tile.content)) == {"cells"}
    assert client.get("/tiles/cells/14/13519/6398.mvt?release=999").status_code == 404
    now = client.get("/tiles/cells/14/13519/6398.mvt")
    assert now.headers["cache-control"] == "private, no-cache"
    again = client.get("/tiles/cells/14/13519/6398.mvt", headers={"If-None-Match": now.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_layers_are_listed_for_those_who_may_see_them(west, standing_town):
    listed = {one["id"]: one for one in west.get("/api/layers").json()["layers"]}
    assert set(listed) == {
        "areas",
        "cells",
        "people",
        "houses",
        "heat",
        "parts",
        "cameras",
        "patrols",
        "orders",
    }
    assert listed["cells"]["tiles"].endswith(f"?release={standing_town.release}")
    assert listed["orders"]["scoped"]
    assert listed["orders"]["legend"][0]["symbol"] == {
        "shape": "disc",
        "color": "#FFFFFF",
        "edge": "#0B7A5B",
        "char": None,
        "dash": [],
        "width": 1.0,
        "opacity": 1.0,
    }
    assert all("source" not in look for one in listed.values() for look in one["style"])
    del west.headers["Authorization"]
    assert [one["id"] for one in west.get("/api/layers").json()["layers"]] == ["areas", "cells"]
    assert west.get(TILE).status_code == 401
    assert west.get("/tiles/orders.json").status_code == 401


REFUSALS = [
    ("/tiles/trees/1/0/0.mvt", 404, "tile.layer"),
    ("/tiles/trees.json", 404, "tile.layer"),
    ("/tiles/orders/17/0/0.mvt", 404, "tile.address"),
    ("/tiles/orders/3/8/0.mvt", 404, "tile.address"),
    ("/tiles/orders/3/0/-1.mvt", 404, "tile.address"),
    ("/tiles/orders/three/0/0.mvt", 422, "request.invalid"),
    (TILE + "?colour=red", 422, "tile.param_unknown"),
    (TILE + "?lamp=blue", 422, "tile.param"),
    ("/tiles/orders.json?lamp=blue", 422, "tile.param"),
    (TILE + "?after=nonsense", 422, "live.position"),
    ("/basemaps/amap.pmtiles", 404, "tile.basemap"),
    ("/basemaps/local.pmtiles", 404, "tile.basemap_absent"),
    ("/basemaps/osm.pmtiles", 404, "tile.basemap_absent"),
    ("/basemaps/tianditu/vec/1/1/1.png", 404, "tile.basemap_absent"),
]


def test_what_cannot_be_answered_is_a_problem_with_advice(west):
    for address, status, code in REFUSALS:
        reply = west.get(address, headers={"If-None-Match": '"x"'})
        assert (reply.status_code, reply.json()["code"]) == (status, code), address
        assert reply.json()["advice"]
        english = west.get(address, headers={"Accept-Language": "en"}).json()
        assert english["title"] != reply.json()["title"]


def test_a_copy_is_right_until_something_happens_in_its_tile(west, order, standing_town, hub_heard):
    with hub_heard(1):
        order(*POINT)
    first = west.get(TILE)
    assert len(decoded(first)) == 1
    assert first.headers["cache-control"] == "private, no-cache"
    tag = {"If-None-Match": first.headers["etag"]}
    assert west.get(TILE, headers=tag).status_code == 304
    assert west.get(TILE + "?lamp=red", headers=tag).status_code == 200
    with hub_heard(1):
        order(117.09, 36.65)  # another z12 tile
    assert west.get(TILE, headers=tag).status_code == 304
    with hub_heard(1):
        order(POINT[0] + 0.001, POINT[1])
    again = west.get(TILE, headers=tag)
    assert len(decoded(again)) == 2
    assert again.headers["etag"] != first.headers["etag"]


def test_the_lamp_goes_on_without_an_event(west, order, clock):
    order(*POINT)
    first = west.get(TILE)
    clock.advance(timedelta(hours=2, minutes=10))
    later = west.get(TILE, headers={"If-None-Match": first.headers["etag"]})
    assert later.status_code == 200
    assert [one["properties"]["lamp"] for one in decoded(later)] == ["yellow"]


def test_an_asker_who_has_heard_more_than_this_process_is_not_told_nothing_changed(west, order, hub_heard):
    with hub_heard(1):
        order(*POINT)
    first = west.get(TILE)
    tag = {"If-None-Match": first.headers["etag"]}
    west.app.state.hub.watchers.clear()  # this process hears nothing any more
    order(POINT[0] + 0.001, POINT[1])
    with west.app.state.database.transaction(SYSTEM) as tx:
        position = events.position(tx)
    assert west.get(TILE, headers=tag).status_code == 304
    informed = west.get(TILE, params={"after": position}, headers=tag)
    assert len(decoded(informed)) == 2


def test_one_scope_s_copy_is_not_another_s(west, order, database, standing_town):
    order(*POINT)
    first = west.get(TILE)
    with database.transaction(SYSTEM) as tx:
        user = identity.create_users(tx, [NewUser("east", "东")], PASSWORD)["east"]
        identity.grant_many(tx, [NewGrant(user, Role.STREET_LEADER, standing_town.area["east"])])
    with database.transaction(SYSTEM) as tx:
        token = identity.sign_in(tx, "east", PASSWORD, "test", SessionKind.BEARER).token
    headers = {"Authorization": f"Bearer {token}", "If-None-Match": first.headers["etag"]}
    other = west.get(TILE, headers=headers)
    assert other.status_code == 200
    assert decoded(other) == []


def test_the_local_base_map_answers_ranges(client, settings):
    folder = settings.data_dir / "basemaps"
    folder.mkdir(parents=True)
    (folder / "local.pmtiles").write_bytes(bytes(range(256)) * 40)
    listed = client.get("/api/basemaps").json()
    assert listed["default"] == "local"
    assert {one["id"]: one["available"] for one in listed["basemaps"]} == {
        "local": True,
        "osm": True,
        "tianditu": False,
    }
    assert "tk=" not in client.get("/api/basemaps").text
    piece = client.get(
        "/basemaps/local.pmtiles", headers={"Range": "bytes=16-31", "Accept-Encoding": "identity"}
    )
    assert (piece.status_code, piece.content) == (206, bytes(range(16, 32)))
    assert piece.headers["content-range"] == "bytes 16-31/10240"
    large = client.get(
        "/basemaps/local.pmtiles", headers={"Range": "bytes=0-4095", "Accept-Encoding": "gzip"}
    )
    assert large.headers["content-length"] == "4096"


class Upstream(BaseHTTPRequestHandler):
    """Somebody else's picture server, which wants a key."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/7/3/2?tk=secret" else 403)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(b"\x89PNG")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_pictures_of_a_keyed_map_come_through_this_server_for_those_signed_in(west, tmp_path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    Thread(target=server.serve_forever, daemon=True).start()
    keyed = {
        **json.loads((FOLDER / "tianditu.json").read_text("utf-8")),
        "upstream": {"vec": f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}?tk={{key}}"},
    }
    (tmp_path / "tianditu.json").write_text(json.dumps(keyed), "utf-8")
    state = west.app.state
    state.base_maps = BaseMaps.load(tmp_path)
    state.settings = state.settings.model_copy(update={"tianditu_key": "secret"})
    picture = west.get("/basemaps/tianditu/vec/7/3/2.png")
    assert (picture.status_code, picture.content) == (200, b"\x89PNG")
    assert picture.headers["content-type"] == "image/png"
    assert west.get("/basemaps/tianditu/vec/7/3/9.png").json()["code"] == "tile.basemap_silent"
    assert west.get("/basemaps/tianditu/cva/7/3/2.png").json()["code"] == "tile.basemap_absent"
    del west.headers["Authorization"]
    assert west.get("/basemaps/tianditu/vec/7/3/2.png").status_code == 401
    server.shutdown()
    server.server_close()


def decoded(reply) -> list[dict]:
    found = mapbox_vector_tile.decode(reply.content) if reply.content else {}
    return found.get("orders", {"features": []})["features"]


@pytest.fixture
def hub_heard(client):
    """Wait until the hub has handed out as many batches with events as the block makes."""
    return lambda count: Heard(client.app.state.hub, count)


class Heard:
    def __init__(self, hub, count: int) -> None:
        self.hub, self.left, self.came = hub, count, Condition()

    def watch(self, item) -> None:
        with self.came:
            self.left -= len(getattr(item, "events", ()))
            self.came.notify_all()

    def __enter__(self) -> None:
        self.hub.watchers.append(self.watch)

    def __exit__(self, *_: object) -> None:
        with self.came:
            assert self.came.wait_for(lambda: self.left <= 0, 5)
        self.hub.watchers.remove(self.watch)
