"""A stranger's district, from an empty database to the first routed report, over HTTP alone."""

import json
from dataclasses import dataclass

import geopandas as gpd
import pytest
import shapely

from gisgov.setup.model import Sheet
from tests.grid_makers import board, middle
from tests.setup_makers import administrator, filled, initialised, sent, signed_in

DISTRICTS = "cambridge_city_parts/PUBLICSAFETY_PoliceResponseDistricts.geojson"


@dataclass(frozen=True)
class Place:
    """What the stranger brings along: a district, a coverage, and a point with the cell that holds it."""

    district: dict
    name: str
    content: bytes
    form: dict
    lon: float
    lat: float
    cell: str
    path: tuple[str, ...]


class Stranger:
    """The administrator of the new installation."""

    def __init__(self, client, code: str) -> None:
        self.client = client
        assert client.get("/api/setup").json()["needs_admin"]
        self.headers = administrator(client, code) | {"Accept-Language": "en"}

    def get(self, path: str, **params: object):
        return self.client.get(path, params=params, headers=self.headers)

    def open_items(self) -> dict[str, int]:
        items = self.get("/api/setup/checklist").json()["items"]
        assert all(item["title"] and item["next"].isascii() for item in items)
        return {item["key"]: item["count"] for item in items if not item["done"]}

    def import_coverage(self, place: Place) -> dict:
        reply = self.client.post(
            "/api/grids/import",
            files={"file": (place.name, place.content)},
            data={"network": "basic", "datum": "wgs84", **place.form, "publish": "true"},
            headers=self.headers,
        )
        assert reply.status_code == 201, reply.text
        return reply.json()["report"]

    def import_people(self, rows: dict) -> dict[str, str]:
        packed = filled(self.get("/api/setup/template.xlsx").content, rows)
        checked = sent(self.client, self.headers, packed).json()
        assert [problem["code"] for problem in checked["problems"]] == ["setup.unknown_cells"]
        kept = sent(self.client, self.headers, packed, dry_run="false").json()
        assert kept["problems"] == checked["problems"]
        return {account["login"]: account["password"] for account in kept["accounts"]}


def people(cell: str, others: list[str]) -> dict:
    """Return a workbook's rows: an office, a department, two workers, one of them in every other cell."""
    return {
        Sheet.ORGS: [
            {"code": "centre", "name": "指挥中心", "kind": "指挥中心 centre"},
            {"code": "works", "name": "Public Works", "kind": "department", "parent_code": "centre"},
        ],
        Sheet.USERS: [
            {"login": "walker", "name": "张三", "org_code": "centre", "role": "网格员 Grid worker", "on_duty": "是 yes"},
            {"login": "other", "name": "李四", "org_code": "centre", "role": "Grid worker"},
            {"login": "desk", "name": "王五", "org_code": "centre", "role": "派遣员"},
            {"login": "works", "name": "Ann", "org_code": "works", "role": "department_handler"},
        ],
        Sheet.STAFFING: [
            {"cell": cell, "login": "walker", "post": "网格员 worker"},
            *({"cell": code, "login": "other", "post": "worker"} for code in others),
            {"cell": "no such cell", "login": "other", "post": "worker"},
        ],
        Sheet.FUNCTIONS: [{"function": "城管", "org_code": "works"}],
    }  # fmt: skip


def own_password(client, login: str, given: str) -> dict[str, str]:
    """Sign in for the first time, set a password of one's own, and sign in with it."""
    first = signed_in(client, login, given)
    me = client.get("/api/session", headers=first).json()["user"]
    assert me["must_change_password"]
    changed = client.put(
        f"/api/users/{me['id']}/password", json={"password": f"{me['id']} of my own"}, headers=first
    )
    assert changed.status_code == 204, changed.text
    return signed_in(client, login, f"{me['id']} of my own")


def from_nothing(client, database, place: Place) -> None:
    """Tell the story."""
    stranger = Stranger(client, initialised(database))
    assert {"district", "coverage", "organisations", "users", "staffing", "duty", "channels"} <= set(
        stranger.open_items()
    )
    made = client.post("/api/setup/district", json=place.district, headers=stranger.headers)
    assert made.status_code == 201, made.text
    cells = stranger.import_coverage(place)["cells"]
    assert stranger.open_items()["staffing"] == cells
    codes = [cell["code"] for cell in stranger.get("/api/cells", limit=1000).json()["items"]]
    given = stranger.import_people(people(place.cell, [code for code in codes if code != place.cell]))
    confirmed = client.put("/api/setup/channels", json={"sources": []}, headers=stranger.headers)
    assert confirmed.status_code == 200
    left = stranger.open_items()
    assert set(left) == {"functions", "base_map", "backup", "https"}
    assert left["functions"] == 10

    body = {"source": "resident", "content": "路灯不亮", "category": "city.light", "datum": "wgs84"}
    told = client.post(
        "/api/reports", json=body | {"lon": place.lon, "lat": place.lat}, headers={"Idempotency-Key": "first"}
    ).json()
    assert (told["state"], told["cell"]["code"], told["holder"]["name"]) == ("WAIT_SIGN", place.cell, "张*")
    walker = own_password(client, "walker", given["walker"])
    (todo,) = client.get("/api/orders", params={"mine": True, "open": True}, headers=walker).json()["items"]
    assert todo["no"] == told["order_no"]
    desk = own_password(client, "desk", given["desk"])
    card = client.get(f"/api/orders/{told['order_no']}", headers=desk).json()
    assert card["decision"]["rule"]["key"] == "owner.worker"
    assert tuple(area["name"] for area in card["area_path"]) == place.path
    other = own_password(client, "other", given["other"])
    assert client.get(f"/api/orders/{told['order_no']}", headers=other).status_code == 404


def test_a_district_with_official_codes(client, database):
    cells = board(street=lambda column, row: ("山大路街道", "洪家楼街道")[column // 2])
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "street": street, "community": community},
            "geometry": shapely.geometry.mapping(polygon),
        }
        for polygon, code, name, (street, community) in zip(
            cells.polygons, cells.codes, cells.names, cells.paths, strict=True
        )
    ]
    lon, lat = middle(1, 1)
    place = Place(
        district={"code": "370112"},
        name="cells.geojson",
        content=json.dumps({"type": "FeatureCollection", "features": features}).encode(),
        form={"code": "code", "name": "name", "parent": ["street", "community::社区"]},
        lon=lon, lat=lat, cell="0101", path=("历城区", "山大路街道", "C00"),
    )  # fmt: skip
    from_nothing(client, database, place)
    # the streets of the coverage are those of the official codes
    streets = client.get("/api/areas", params={"parent": "370112"}).json()["items"]
    assert len(streets) == 17
    assert {street["code"] for street in streets if street["geojson"]} == {"370112001", "370112002"}


@pytest.mark.real_data
def test_a_district_without_official_codes(client, database, real_data):
    table = gpd.read_file(real_data / DISTRICTS)
    chosen = table.iloc[40]
    point = chosen.geometry.representative_point()
    place = Place(
        district={"code": "cambridge", "name": "Cambridge", "levels": ["City", "Sector"]},
        name="districts.geojson",
        content=(real_data / DISTRICTS).read_bytes(),
        form={"code": "CADRA", "parent": ["SECTOR::Sector"]},
        lon=point.x, lat=point.y, cell=str(chosen["CADRA"]), path=("Cambridge", str(chosen["SECTOR"])),
    )  # fmt: skip
    from_nothing(client, database, place)
