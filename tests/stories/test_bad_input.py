"""Bad input, as people send it: each is answered with a code, the field and what to do, and loses nothing."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from api.app import create_app
from gisgov.intake.rules import ANONYMOUS_LIMIT
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.clock import FixedClock, SystemClock
from gisgov.kernel.db import Database
from gisgov.kernel.settings import Settings
from gisgov.spatial import from_wgs84

PASSWORD = "gisgov-demo"
HERE = {"lon": 117.06, "lat": 36.69, "datum": "wgs84"}


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    """The present, because the district's ninety days end now."""
    return FixedClock(SystemClock().now())


@pytest.fixture(scope="module")
def client(district: Settings, clock: FixedClock) -> Iterator[TestClient]:
    """The web service of a small district."""
    with TestClient(create_app(district, clock), headers={"Accept-Language": "en"}) as own:
        yield own


def signed_in(client: TestClient, login: str) -> dict[str, str]:
    """Return the headers of somebody of the demonstration."""
    reply = client.post("/api/session?kind=bearer", json={"login": login, "password": PASSWORD})
    return {"Authorization": f"Bearer {reply.json()['token']}"}


def report(client: TestClient, key: str = "k", **change: Any) -> Response:
    """Report a broken lamp in the district, with something changed."""
    body = {"source": "resident", "content": "路灯不亮", **HERE, **change}
    return client.post(
        "/api/reports",
        content=json.dumps(body),
        headers={"Idempotency-Key": key, "Content-Type": "application/json"},
    )


def told(reply: Response) -> tuple[int, str, str | None]:
    """Return status, code and field of a problem, after checking that it says what to do."""
    problem = reply.json()
    assert reply.headers["content-type"] == "application/problem+json"
    assert problem["title"] and problem["advice"] and len(problem["number"]) == 8
    return reply.status_code, problem["code"], problem["field"]


def counted(district: Settings, table: str) -> int:
    """Return how many rows a table has."""
    database = Database(district)
    with database.transaction(SYSTEM) as tx:
        count = int(tx.conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
    database.close()
    return count


BAD_POINTS = {
    "swapped": ({"lon": 36.69, "lat": 117.06}, "lat"),
    "not a number": ({"lon": float("nan")}, "lon"),
    "infinite": ({"lat": float("inf")}, "lat"),
    "out of the world": ({"lon": 190.0}, "lon"),
    "text": ({"lon": "east"}, "lon"),
    "no datum": ({"datum": None}, "datum"),
    "unknown datum": ({"datum": "mars"}, "datum"),
    "half a point": ({"lat": None}, "lat"),
}


@pytest.mark.parametrize("name", BAD_POINTS)
def test_a_bad_point_is_named_and_nothing_is_kept(client: TestClient, district: Settings, name: str) -> None:
    before = counted(district, "orders"), counted(district, "report")
    change, field = BAD_POINTS[name]
    status, code, named = told(report(client, **change))
    assert status == 422, code
    assert named == field
    assert (counted(district, "orders"), counted(district, "report")) == before


def test_a_point_far_away_goes_to_the_desk_with_the_reason(client: TestClient) -> None:
    filed = report(client, lon=2.35, lat=48.85).json()
    order = client.get(f"/api/orders/{filed['order_no']}", headers=signed_in(client, "dispatcher")).json()
    assert order["state"] == "WAIT_DISPATCH"
    assert order["decision"]["status"] == "outside"


UNSTORABLE = {
    "NUL": {"content": "a\0b"},
    "half a surrogate pair": {"content": "\ud800"},
    "a number beyond 64 bits": {"file_ids": [10**25]},
}


@pytest.mark.parametrize("name", UNSTORABLE)
def test_what_no_column_can_hold_is_refused_and_nothing_is_kept(
    client: TestClient, district: Settings, name: str
) -> None:
    before = counted(district, "report")
    assert told(report(client, key=name, **UNSTORABLE[name]))[:2] == (422, "request.unstorable")
    assert counted(district, "report") == before


@pytest.mark.parametrize("path", ["orders?cell=%00", f"files/{10**25}", "areas/%00", "orders/%00"])
def test_an_address_that_no_column_can_hold_is_refused(client: TestClient, path: str) -> None:
    reply = client.get(f"/api/{path}", headers=signed_in(client, "dispatcher"))
    assert told(reply)[:2] == (422, "request.unstorable")


def test_a_time_without_its_offset_is_refused(client: TestClient) -> None:
    worker, desk = signed_in(client, "worker001"), signed_in(client, "dispatcher")
    body = {"lon": HERE["lon"], "lat": HERE["lat"], "at": "2026-11-20T00:00:00"}
    assert told(client.post("/api/patrol/fix", json=body, headers=worker))[0] == 422
    since = {"since": "2026-11-20T00:00:00"}
    assert told(client.get("/api/orders", params=since, headers=desk))[::2] == (422, "since")


def test_a_report_without_its_key_is_refused(client: TestClient) -> None:
    assert told(client.post("/api/reports", json={"content": "x", **HERE}))[:2] == (
        422,
        "request.key_missing",
    )


def test_a_key_for_two_contents_is_refused_and_a_retry_is_not(client: TestClient) -> None:
    first = report(client, key="same").json()["order_no"]
    assert report(client, key="same").json()["order_no"] == first
    assert told(report(client, key="same", content="别的"))[:2] == (409, "request.key_reused")


def test_a_stranger_who_reports_too_often_is_told_when_to_come_back(client: TestClient) -> None:
    replies = [report(client, key=f"often {number}") for number in range(ANONYMOUS_LIMIT + 1)]
    assert {reply.status_code for reply in replies} == {201, 429}
    assert told(replies[-1])[:2] == (429, "report.too_many")
    assert replies[-1].headers["Retry-After"] == "3600"


def test_a_wrong_password_says_no_more_than_that(client: TestClient) -> None:
    wrong = [
        client.post("/api/session", json={"login": login, "password": "wrong"})
        for login in ("dispatcher", "nobody-of-that-name")
    ]
    assert [told(reply)[:2] for reply in wrong] == [(401, "session.wrong_password")] * 2


def test_an_expired_session_is_told_and_can_be_renewed(client: TestClient, clock: FixedClock) -> None:
    headers = signed_in(client, "dispatcher")
    later = clock.at + timedelta(days=60)
    now, clock.at = clock.at, later
    try:
        assert told(client.get("/api/orders", headers=headers))[:2] == (401, "session.required")
        assert client.get("/api/orders", headers=signed_in(client, "dispatcher")).status_code == 200
    finally:
        clock.at = now


def test_another_area_s_order_number_is_as_if_unknown(client: TestClient, district: Settings) -> None:
    mine = client.get("/api/orders", headers=signed_in(client, "street01")).json()
    everything = client.get("/api/orders?limit=200", headers=signed_in(client, "dispatcher")).json()
    seen = {item["no"] for item in mine["items"]}
    outside = next(
        item["no"]
        for item in everything["items"]
        if item["no"] not in seen and not item["place"].startswith(mine["items"][0]["place"][:4])
    )
    headers = signed_in(client, "street01")
    unknown = told(client.get("/api/orders/19990101-0001", headers=headers))
    assert told(client.get(f"/api/orders/{outside}", headers=headers)) == unknown
    step = {"version": 1, "note": "试", "file_ids": []}
    assert (
        told(client.post(f"/api/orders/{outside}/actions/sign_in", json=step, headers=headers))[:2]
        == unknown[:2]
    )


def imported(client: TestClient, name: str, content: bytes, **form: str) -> Response:
    """Import a coverage file as GIS staff."""
    fields = {"network": "basic", "code": "code", "datum": "wgs84", **form}
    return client.post(
        "/api/grids/import", files={"file": (name, content)}, data=fields, headers=signed_in(client, "gis")
    )


def feature_collection(*polygons: shapely.Geometry) -> bytes:
    """Return polygons with running codes as GeoJSON."""
    features = [
        {"type": "Feature", "properties": {"code": f"c{i}"}, "geometry": shapely.geometry.mapping(polygon)}
        for i, polygon in enumerate(polygons)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize(
    "name", ["网格.txt", "../../网格.txt", "网格\\网格.txt", "网格." + "x" * 300, "..", "网格\0.geojson"]
)
def test_a_file_is_called_by_its_own_name_whatever_that_is(client: TestClient, name: str) -> None:
    reply = imported(client, name, b"no map here")
    assert told(reply)[0] == 422
    assert "/" not in reply.json()["title"]
    if name == "网格.txt":
        assert name in reply.json()["title"]


def test_a_zip_that_is_no_shapefile_is_refused(client: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "no map here")
    status, code, _ = told(imported(client, "cells.zip", packed.getvalue()))
    assert (status, code.split(".")[0]) == (422, "vector")


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"{}", b'{"type":"FeatureCollection","features":[]}']
)
def test_what_is_no_coverage_is_refused(client: TestClient, content: bytes) -> None:
    assert told(imported(client, "cells.geojson", content))[0] == 422


def test_a_coverage_in_gcj02_declared_as_wgs84_is_recognised(client: TestClient, district: Settings) -> None:
    outline = shapely.geometry.shape(client.get("/api/areas/370112").json()["geojson"])
    shifted = shapely.transform(outline, lambda xy: np.column_stack(from_wgs84(xy[:, 0], xy[:, 1], "gcj02")))
    status, code, field = told(imported(client, "cells.geojson", feature_collection(shifted)))
    assert (status, field) == (422, "datum"), code
    assert counted(district, "draft_cell") == 0


def test_a_self_crossing_polygon_becomes_a_problem_with_its_place(client: TestClient) -> None:
    x, y = 117.06, 36.69
    bow_tie = shapely.Polygon([(x, y), (x + 0.01, y + 0.01), (x + 0.01, y), (x, y + 0.01)])
    reply = imported(client, "cells.geojson", feature_collection(bow_tie))
    assert reply.status_code in {200, 201}, reply.text
    release = reply.json()["report"]["release"]["id"]
    problems = client.get(f"/api/grids/releases/{release}/defects", headers=signed_in(client, "gis")).json()[
        "features"
    ]
    invalid = [problem for problem in problems if problem["properties"]["kind"] == "invalid"]
    assert invalid and invalid[0]["properties"]["codes"] == ["c0"]
    assert (
        shapely.geometry.shape(invalid[0]["geometry"]).distance(shapely.Point(x + 0.005, y + 0.005)) < 0.001
    )
    assert (
        told(
            client.post(f"/api/grids/releases/{release}/publish", json={}, headers=signed_in(client, "gis"))
        )[0]
        == 409
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_problems_speak_the_callers_language(client: TestClient, language: str) -> None:
    reply = client.get("/api/orders", headers={"Accept-Language": language})
    assert reply.headers["content-language"] == language
    assert reply.json()["title"].isascii() == (language == "en")
