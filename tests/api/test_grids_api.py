"""Grids over HTTP: boundaries for everybody, people for staff, imports for those who may."""

import json

import geopandas as gpd
import pytest
import shapely

from gisgov.grids import service as grids
from gisgov.grids.model import Post
from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewOrg, NewUser, Role
from gisgov.kernel.actor import SYSTEM
from tests.grid_makers import board, middle, publish, reshaped, reshaped_all, square

PASSWORD = "correct horse battery staple"


@pytest.fixture
def basic(database):
    with database.transaction(SYSTEM) as tx:
        publish(tx, board())
        users = identity.create_users(
            tx, [NewUser("gis", "葛艺"), NewUser("w1", "张三", mobile="13812345678")], PASSWORD
        )
        root = identity.areas(tx, tree="admin", depth=1)[0]
        identity.grant_many(tx, [NewGrant(users["gis"], Role.GIS_STAFF, area_id=root.id)])
        cells = grids.cell_ids(tx, ["0101"])
        grids.staff(tx, cells["0101"], users["w1"], Post.WORKER)
    return users


@pytest.fixture
def as_gis(client, basic):
    token = client.post("/api/session?kind=bearer", json={"login": "gis", "password": PASSWORD}).json()[
        "token"
    ]
    return {"Authorization": f"Bearer {token}"}


def geojson(cells, **changes):
    table = gpd.GeoDataFrame(
        {
            "grid": cells.codes,
            "street": [p[0] for p in cells.paths],
            "community": [p[1] for p in cells.paths],
        },
        geometry=cells.polygons,
        crs=4326,
    )
    return (
        "grid.geojson",
        json.dumps(json.loads(table.to_json()) | changes).encode(),
        "application/geo+json",
    )


FORM = {"network": "basic", "code": "grid", "parent": ["street", "community"], "datum": "wgs84"}


def test_strangers_see_boundaries_and_no_people(client, basic):
    lon, lat = middle(1, 1)
    found = client.get("/api/locate", params={"lon": lon, "lat": lat, "datum": "wgs84"}).json()
    assert (found["status"], found["cell"]["code"], found["people"]) == ("inside", "0101", [])
    assert [area["code"] for area in found["ancestors"]] == ["basic", "S0", "C00"]
    assert found["release"]["no"] == 1
    cell = client.get("/api/cells/0101").json()
    assert shapely.geometry.shape(cell["cell"]["geojson"]).equals(square(1, 1))
    assert (cell["people"], cell["responsible"]) == ([], [])
    assert len(client.get("/api/areas").json()["items"]) == 7
    assert client.get("/api/areas/C00").json()["geojson"]["type"] == "MultiPolygon"
    assert client.get("/api/cells", params={"unstaffed": True}).status_code == 401
    assert client.get("/api/grids/releases").status_code == 401


def test_staff_see_who_answers_and_page_through_cells(client, as_gis):
    lon, lat = middle(1, 1)
    found = client.get(
        "/api/locate", params={"lon": lon, "lat": lat, "datum": "wgs84"}, headers=as_gis
    ).json()
    assert [(p["post"], p["name"], p["mobile"], p["on_duty"]) for p in found["people"]] == [
        ("worker", "张三", "138****5678", False)
    ]
    first = client.get("/api/cells", params={"unstaffed": True, "limit": 10}, headers=as_gis).json()
    rest = client.get("/api/cells", params={"unstaffed": True, "after": first["next"]}, headers=as_gis).json()
    codes = [cell["code"] for cell in first["items"] + rest["items"]]
    assert (len(codes), "0101" in codes, rest["next"]) == (15, False, None)


def test_people_of_a_cell_are_told_within_its_scope_alone(client, basic, database):
    with database.transaction(SYSTEM) as tx:
        cells = grids.cell_ids(tx, ["0303"])
        grids.staff(tx, cells["0303"], basic["gis"], Post.WORKER)
    signed = client.post("/api/session?kind=bearer", json={"login": "w1", "password": PASSWORD}).json()
    as_worker = {"Authorization": f"Bearer {signed['token']}"}
    assert client.get("/api/cells/0101", headers=as_worker).json()["people"]
    assert client.get("/api/cells/0303", headers=as_worker).json()["people"] == []


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"lon": 117, "lat": 36.5}, "grid.datum_missing", "datum"),
        ({"lon": 117, "lat": 36.5, "datum": "mars"}, "grid.datum_unknown", "datum"),
        ({"lon": 36.5, "lat": 117, "datum": "wgs84"}, "grid.point_swapped", "lat"),
        ({"lon": "nan", "lat": 36.5, "datum": "wgs84"}, "grid.point_not_finite", "lon"),
        ({"lon": 361, "lat": 36.5, "datum": "wgs84"}, "grid.point_out_of_world", "lon"),
    ],
)
def test_points_that_are_none(client, params, code, field):
    reply = client.get("/api/locate", params=params)
    assert (reply.status_code, reply.json()["code"], reply.json()["field"]) == (422, code, field)


def test_import_publish_and_the_problem_list(client, as_gis):
    made = client.post("/api/grids/import", data=FORM, files={"file": geojson(board())}, headers=as_gis)
    assert made.status_code == 201, made.text
    draft = made.json()["report"]["release"]
    assert (draft["cells"], draft["defects"], draft["state"]) == (16, 0, "draft")
    assert client.post(f"/api/grids/releases/{draft['id']}/publish", headers=as_gis).json()["no"] == 2
    again = client.post(f"/api/grids/releases/{draft['id']}/publish", headers=as_gis)
    assert (again.status_code, again.json()["code"]) == (409, "grid.not_draft")

    west, south, east, north = shapely.bounds(square(1, 1))
    broken = reshaped(board(), 5, shapely.box(west + 0.00001, south, east, north))
    made = client.post("/api/grids/import", data=FORM, files={"file": geojson(broken)}, headers=as_gis).json()
    assert made["report"]["defects"]["gap"] == 1
    draft = made["report"]["release"]["id"]
    problems = client.get(f"/api/grids/releases/{draft}/defects", headers=as_gis)
    assert problems.headers["content-type"] == "application/geo+json"
    gap = next(f for f in problems.json()["features"] if f["properties"]["kind"] == "gap")
    assert gap["properties"]["width_m"] == pytest.approx(0.895, abs=0.01)
    assert (
        client.post(f"/api/grids/releases/{draft}/publish", headers=as_gis).json()["code"]
        == "grid.has_defects"
    )

    mending = FORM | {"mend_width_m": "2", "publish": "true"}
    mended = client.post(
        "/api/grids/import", data=mending, files={"file": geojson(broken)}, headers=as_gis
    ).json()
    assert mended["published"]["no"] == 3
    moved = client.get(
        f"/api/grids/releases/{mended['report']['release']['id']}/moved", headers=as_gis
    ).json()
    assert {f["properties"]["kind"] for f in moved["features"]} == {"mended"}


def test_nothing_is_half_imported(client, as_gis):
    before = client.get("/api/grids/releases", headers=as_gis).json()
    crossed = board(street=lambda c, r: f"S{r}", community=lambda c, r: f"C{c // 2}{r // 2}")
    refused = client.post(
        "/api/grids/import", data=FORM | {"network": "new"}, files={"file": geojson(crossed)}, headers=as_gis
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "grid.levels_do_not_nest")
    assert "community C00 → street S0 + S1" in refused.json()["advice"]
    assert client.get("/api/grids/releases", headers=as_gis).json() == before
    assert [n["code"] for n in client.get("/api/grids/networks").json()["items"]] == ["basic"]


def test_what_is_no_coverage(client, as_gis):
    def code(name, content, **form):
        files = {"file": (name, content, "application/octet-stream")}
        reply = client.post("/api/grids/import", data=FORM | form, files=files, headers=as_gis)
        assert reply.status_code in (409, 413, 422), reply.text
        return reply.json()["code"]

    _, content, _ = geojson(board())
    assert code("x.zip", b"no zip at all") == "vector.no_zip"
    assert code("x.docx", b"words") == "vector.format"
    assert code("x.geojson", b"{") == "vector.unreadable"
    assert code("x.geojson", content, datum="") == "vector.datum_missing"
    assert code("x.geojson", content, code="nix") == "vector.no_column"
    points = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"grid": "1", "street": "a", "community": "b"},
                    "geometry": {"type": "Point", "coordinates": [117.0, 36.5]},
                }
            ],
        }
    )
    assert code("x.geojson", points.encode()) == "grid.not_polygons"
    swapped = reshaped_all(board(), shapely.transform(board().polygons, lambda xy: xy[:, ::-1]))
    assert code("x.geojson", geojson(swapped)[1]) == "vector.swapped"


def test_staffing_and_duty(client, as_gis):
    made = client.post("/api/cells/0000/people", json={"login": "w1", "post": "leader"}, headers=as_gis)
    assert [p["post"] for p in made.json()["people"]] == ["leader"]
    gone = client.delete("/api/cells/0000/people/w1/leader", headers=as_gis)
    assert gone.json()["people"] == []
    token = client.post("/api/session?kind=bearer", json={"login": "w1", "password": PASSWORD}).json()[
        "token"
    ]
    as_worker = {"Authorization": f"Bearer {token}"}
    assert client.put("/api/duty", json={"on_duty": True}, headers=as_worker).json() == {"on_duty": True}
    assert client.get("/api/cells/0101", headers=as_worker).json()["people"][0]["on_duty"]
    forbidden = client.post(
        "/api/cells/0000/people", json={"login": "gis", "post": "worker"}, headers=as_worker
    )
    assert forbidden.status_code == 403


def test_an_organisation_answers_for_a_function(client, as_gis, database):
    with database.transaction(SYSTEM) as tx:
        identity.create_orgs(tx, [NewOrg("cg", "城管局", "department")])
    url = "/api/cells/0000/functions/city"
    bound = client.put(url, json={"org": "cg", "login": "w1"}, headers=as_gis).json()["responsible"]
    assert [(r["function"], r["user_id"] is not None) for r in bound] == [("city", True)]
    unknown = client.put(url, json={"org": "nix"}, headers=as_gis)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "org.unknown")
