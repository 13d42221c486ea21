import numpy as np
import pytest
import shapely

from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewUser, Role
from gisgov.kernel.actor import SYSTEM
from gisgov.registry import service as registry
from gisgov.registry.model import Kind
from gisgov.spatial.crs import from_wgs84
from tests import grid_makers

PASSWORD = "gisgov-demo"


@pytest.fixture
def people(client):
    """Bearer headers: GIS staff of the whole board, and workers of two streets."""
    with client.app.state.database.transaction(SYSTEM) as tx:
        grid_makers.publish(tx, grid_makers.board())
        places = {"gis": None, "west": "S0", "east": "S1"}
        ids = identity.create_users(tx, [NewUser(login, login) for login in places], PASSWORD)
        root = identity.areas(tx, tree="admin", depth=1)[0]
        areas = {login: identity.area_by_code(tx, code) if code else root for login, code in places.items()}
        roles = {"gis": Role.GIS_STAFF, "west": Role.GRID_WORKER, "east": Role.GRID_WORKER}
        identity.grant_many(tx, [NewGrant(ids[who], roles[who], areas[who].id) for who in places])
    return {who: _bearer(client, who) for who in places}


def _bearer(client, login):
    reply = client.post("/api/session?kind=bearer", json={"login": login, "password": PASSWORD})
    return {"Authorization": f"Bearer {reply.json()['token']}"}


def send(client, headers, kind, content: bytes, datum="wgs84"):
    files, data = {"file": ("t.csv", content)}, {"datum": datum}
    return client.post(f"/api/registry/{kind}/import", files=files, data=data, headers=headers)


def cameras(datum="wgs84") -> bytes:
    lines = ["编码,名称,经度,纬度,朝向"]
    for code, place in (("K1", (0, 0)), ("K2", (3, 3))):
        lon, lat = from_wgs84(*grid_makers.middle(*place), datum)
        lines.append(f"{code},路口,{lon},{lat},90")
    return "\n".join([*lines, "K3,坏,不是数,36.5,", "K4,交换,36.5,117.0,"]).encode("gb18030")


def test_import_of_a_table_of_another_datum_and_reading_within_scope(client, people):
    reply = send(client, people["gis"], "camera", cameras("gcj02"), "gcj02")
    assert reply.status_code == 200
    report = reply.json()
    assert (report["total"], report["added"], report["outside"]) == (4, 2, 0)
    assert [(bad["line"], bad["code"]) for bad in report["bad"]] == [
        (3, "registry.geometry_missing"),
        (4, "registry.geometry_world"),
    ]
    seen = {who: client.get("/api/registry/camera", headers=people[who]).json()["items"] for who in people}
    assert {c["code"] for c in seen["west"]} == {"K1"}
    assert {c["code"] for c in seen["east"]} == {"K2"}
    assert seen["west"][0]["lon"] == pytest.approx(grid_makers.middle(0, 0)[0], abs=1e-7)
    other = client.get(f"/api/registry/camera/{seen['east'][0]['id']}", headers=people["west"])
    assert (other.status_code, other.json()["code"]) == (404, "registry.unknown")
    assert client.get("/api/registry/camera").status_code == 401


USELESS = (
    (b"a,b\n1,2\n", "wgs84", "registry.no_rows"),
    (b"", "wgs84", "registry.table_unreadable"),
    ("编码,名称\nK1,x\n".encode(), "wgs84", "registry.no_rows"),
    (b"code,name,lon,lat\nK1,x,117,36\n", "mars", "vector.datum_unknown"),
)


def test_useless_tables_are_refused_with_the_reason(client, people):
    for content, datum, code in USELESS:
        reply = send(client, people["gis"], "camera", content, datum)
        assert (reply.status_code, reply.json()["code"]) == (422, code)


def test_import_needs_its_verb_and_a_datum(client, people):
    assert send(client, people["west"], "camera", cameras()).status_code == 403
    files = {"file": ("t.csv", cameras())}
    assert client.post("/api/registry/camera/import", files=files, headers=people["gis"]).status_code == 422


def test_people_are_masked_and_unmasking_leaves_a_trace(client, people):
    with client.app.state.database.transaction(SYSTEM) as tx:
        block = shapely.Point(grid_makers.middle(0, 0)).buffer(0.001)
        registry.import_rows(
            tx, Kind.BUILDING, [{"code": "B1", "name": "楼"}], np.array([block], dtype=object)
        )
    send(client, people["gis"], "house", "楼栋编码,室\nB1,301\n".encode())
    report = send(
        client, people["gis"], "person", "楼栋编码,室,姓名,手机号码\nB1,301,王小明,13812345678\n".encode()
    )
    assert report.json()["added"] == 1
    found = client.get("/api/registry/person", params={"cell": "0000"}, headers=people["west"]).json()[
        "items"
    ][0]
    assert (found["name"], found["mobile"]) == ("王**", "138****5678")
    assert not {"lon", "lat", "geom"} & found.keys()
    path = f"/api/registry/person/{found['id']}/unmask"
    assert client.post(path, json={"purpose": ""}, headers=people["west"]).status_code == 422
    assert client.post(path, json={"purpose": "入户走访"}, headers=people["east"]).status_code == 404
    assert client.post(path, json={"purpose": "入户走访"}, headers=people["gis"]).status_code == 403
    assert client.post(path, json={"purpose": "入户走访"}, headers=people["west"]).json()["name"] == "王小明"
    with client.app.state.database.transaction(SYSTEM) as tx:
        chief = identity.create_users(tx, [NewUser("chief", "值班长")], PASSWORD)["chief"]
        root = identity.areas(tx, tree="admin", depth=1)[0]
        identity.grant_many(tx, [NewGrant(chief, Role.DUTY_CHIEF, root.id)])
    assert client.get("/api/audit", headers=people["gis"]).status_code == 403
    log = client.get(
        "/api/audit", params={"kind": "registry.unmasked"}, headers=_bearer(client, "chief")
    ).json()
    assert [(line["actor_login"], line["data"]["purpose"]) for line in log["items"]] == [("west", "入户走访")]
    house = client.get("/api/registry/house", headers=people["west"]).json()["items"][0]
    card = client.get(f"/api/registry/house/{house['id']}/card", headers=people["west"]).json()
    assert (card["building"]["code"], card["people"][0]["name"]) == ("B1", "王**")


def test_pages_and_boxes(client, people):
    send(client, people["gis"], "camera", cameras())
    first = client.get("/api/registry/camera", params={"limit": 1}, headers=people["gis"]).json()
    rest = client.get(
        "/api/registry/camera", params={"limit": 1, "after": first["next"]}, headers=people["gis"]
    ).json()
    assert {first["items"][0]["code"], rest["items"][0]["code"]} == {"K1", "K2"}
    boxed = client.get(
        "/api/registry/camera", params={"bbox": "117,36.5,117.01,36.51"}, headers=people["gis"]
    )
    assert [c["code"] for c in boxed.json()["items"]] == ["K1"]
    assert (
        client.get("/api/registry/camera", params={"bbox": "1,2"}, headers=people["gis"]).status_code == 422
    )
    assert client.get("/api/registry/dragon", headers=people["gis"]).status_code == 422


def test_patrol_over_http(client, people):
    west = people["west"]
    lon, lat = grid_makers.middle(0, 0)
    fix = {"lon": lon, "lat": lat, "accuracy_m": 5}
    refused = client.post("/api/patrol/fix", json=fix, headers=west)
    assert (refused.status_code, refused.json()["code"]) == (409, "patrol.off_duty")
    assert client.put("/api/duty", json={"on_duty": True}, headers=west).status_code == 200
    assert client.post("/api/patrol/fix", json=[fix], headers=west).status_code == 204
    seen = client.get("/api/patrol/patrollers", headers=west).json()["items"]
    assert [(p["name"], p["stale"], p["load"]) for p in seen] == [("west", False, 0)]
    assert client.get("/api/patrol/patrollers", headers=people["east"]).json()["items"] == []
    user_id = seen[0]["user_id"]
    assert len(client.get(f"/api/patrol/{user_id}/track", headers=west).json()["items"]) == 1
    assert client.get(f"/api/patrol/{user_id}/track", headers=people["east"]).status_code == 404
    assert client.post("/api/patrol/fix", json=fix, headers=people["gis"]).status_code == 403
    swapped = client.post("/api/patrol/fix", json={"lon": lat, "lat": lon}, headers=west)
    assert swapped.json()["code"] == "grid.point_swapped"
