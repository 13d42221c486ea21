"""A report by HTTP, routed, signed for, handled, closed, rated; seen by those who should see it."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from gisgov import worker
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.events import since
from tests.grid_makers import WEST, middle
from tests.order_makers import PASSWORD, found, picture


@pytest.fixture
def town(database):
    with database.transaction(SYSTEM) as tx:
        return found(tx)


class Caller:
    """Somebody with a bearer token, or nobody."""

    def __init__(self, client: TestClient, login: str | None = None) -> None:
        self.client = client
        self.headers: dict[str, str] = {}
        if login:
            reply = client.post("/api/session?kind=bearer", json={"login": login, "password": PASSWORD})
            self.headers = {"Authorization": f"Bearer {reply.json()['token']}"}

    def get(self, path: str, **params: object):
        return self.client.get(path, params=params, headers=self.headers)

    def post(self, path: str, body: dict, **headers: str):
        return self.client.post(path, json=body, headers=self.headers | headers)

    def act(self, no: str, action: str, **body: object):
        version = self.get(f"/api/orders/{no}").json().get("version", 0)
        return self.post(f"/api/orders/{no}/actions/{action}", {"version": version} | body)

    def photo(self) -> int:
        files = {"file": ("site.jpg", picture(), "image/jpeg")}
        return self.client.post("/api/files", files=files, headers=self.headers).json()["id"]


@pytest.fixture
def calls(client, town):
    return lambda login=None: Caller(client, login)


def body(column: int = 1, row: int = 1, **more: object) -> dict:
    lon, lat = middle(column, row)
    return {"content": "路灯不亮", "category": "city.light", "lon": lon, "lat": lat, "datum": "wgs84"} | more


def test_from_a_report_to_a_rating(calls, database, clock):
    resident, worker_1, desk = calls(), calls("worker"), calls("dispatcher")
    filed = resident.post("/api/reports", body(), **{"Idempotency-Key": "k1"})
    assert filed.status_code == 201, filed.text
    told = filed.json()
    no, token = told["order_no"], told["tracking_token"]
    assert (told["state"], told["cell"]["code"], told["holder"]["name"]) == ("WAIT_SIGN", "0101", "张*")
    again = resident.post("/api/reports", body(), **{"Idempotency-Key": "k1"})
    assert again.json() == told
    assert again.headers["Idempotency-Replayed"] == "true"

    card = desk.get(f"/api/orders/{no}").json()
    assert card["decision"]["rule"]["key"] == "owner.worker"
    assert card["decision"]["chosen"]["name"] == "张三"
    assert card["limits"][0] | {"started_at": 0, "due_at": 0} == {
        "key": "sign_in.workday", "version": 1, "amount": 4, "unit": "calendar_hour", "ours": False,
        "stated_by": "JN 7.4", "name_zh": "签收（工作日）", "name_en": "sign-in, workday", "started_at": 0, "due_at": 0,
    }  # fmt: skip
    assert [area["code"] for area in card["area_path"]][1:] == ["S0", "C00"]
    assert card["category"]["char"] == "城"

    todo = worker_1.get("/api/orders", mine=True, open=True).json()
    assert [item["no"] for item in todo["items"]] == [no]
    assert worker_1.act(no, "sign_in").json()["state"] == "SIGNED"
    clock.advance(timedelta(hours=1))
    assert worker_1.act(no, "start").json()["state"] == "HANDLING"
    refused = worker_1.act(no, "submit_result", note="好了")
    assert (refused.status_code, refused.json()["code"]) == (422, "order.needs_photo")
    closed = worker_1.act(no, "submit_result", note="已更换灯泡", file_ids=[worker_1.photo()]).json()
    assert (closed["state"], closed["lamp"], closed["actions"]) == ("CLOSED", None, [])
    photo = closed["timeline"][0]["files"][0]["id"]
    assert desk.get(f"/api/files/{photo}").status_code == 200

    page = resident.get(f"/api/track/{token}").json()
    assert (page["heading_zh"], page["result"], page["may_rate"]) == ("已办结", "已更换灯泡", True)
    assert (
        resident.post(f"/api/track/{token}/rate", {"score": 5, "text": "很快"}).json()["ratings"][0]["score"]
        == 5
    )
    assert desk.get(f"/api/orders/{no}").json()["score"] == 5
    _reactions_do_no_harm_twice(database)
    heat = desk.get("/api/orders", q=no, open=False).json()
    assert heat["counts"]["total"] == 1


def _reactions_do_no_harm_twice(database) -> None:
    with database.transaction(SYSTEM) as tx:
        told = [event for event in since(tx, "1:1:") if event.subject_kind == "order"]
        assert [event.kind for event in told] == [
            "order.reported", "order.signed_in", "order.started", "order.result_submitted", "order.rated",
        ]  # fmt: skip
        for event in told * 2:
            worker.react(tx, event.id)


def test_the_desk_registers_a_call_dispatches_and_a_leader_supervises(calls):
    desk, leader, far = calls("dispatcher"), calls("leader"), calls("far_worker")
    call = body(2, 2, source="telephone", reporter={"name": "刘大成", "phone": "13912342806"})
    told = desk.post("/api/reports", call, **{"Idempotency-Key": "k"}).json()
    assert (told["state"], told["decision"]["rule"]["key"]) == ("WAIT_DISPATCH", "desk.nobody")
    no = told["order_no"]
    assert desk.get("/api/orders", open=True).json()["counts"]["to_dispatch"] == 1
    assert far.get(f"/api/orders/{no}").status_code == 404
    far_id = far.get("/api/session").json()["user"]["id"]
    sent = desk.act(no, "dispatch", user_id=far_id).json()
    assert (sent["state"], sent["holder"]["name"]) == ("WAIT_SIGN", "钱七")
    supervised = leader.act(no, "supervise", note="今天办结").json()
    assert supervised["supervised"]
    assert supervised["supervisions"][0]["instruction"] == "今天办结"
    seen = far.get(f"/api/orders/{no}").json()
    assert {action["action"] for action in seen["actions"]} == {"sign_in", "answer_supervision"}
    assert (seen["reporter"]["name"], seen["reporter"]["phone"]) == ("刘**", "139****2806")
    answered = far.act(no, "answer_supervision", note="在路上").json()
    assert answered["supervisions"][0]["state"] == "answered"


BAD_REPORTS = [
    ({"datum": None}, 422, "grid.datum_missing", "datum"),
    ({"lon": 36.5, "lat": 117.0}, 422, "grid.point_swapped", "lat"),
    ({"lon": 1e9}, 422, "grid.point_out_of_world", "lon"),
    ({"content": ""}, 422, "report.content_missing", "content"),
    ({"source": "12345"}, 403, "report.source_not_yours", "source"),
    ({"lon": "east"}, 422, "request.invalid", "lon"),
]


def test_bad_reports_are_answered_with_field_and_advice(calls):
    caller = calls()
    for at, (change, status, code, field) in enumerate(BAD_REPORTS):
        headers = {"Idempotency-Key": f"k{at}", "Accept-Language": "en"}
        refused = caller.post("/api/reports", body(**change), **headers)
        problem = refused.json()
        assert (refused.status_code, problem["code"], problem["field"]) == (status, code, field)
        assert problem["advice"]


def test_a_number_that_is_none_is_refused(calls):
    raw = '{"content": "x", "lon": NaN, "lat": 36.6, "datum": "wgs84"}'
    caller = calls()
    refused = caller.client.post(
        "/api/reports", content=raw, headers={"Idempotency-Key": "k", "Content-Type": "application/json"}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "grid.point_not_finite")


def test_a_report_needs_its_key_and_a_key_its_content(calls):
    caller = calls()
    assert caller.post("/api/reports", body()).json()["code"] == "request.key_missing"
    caller.post("/api/reports", body(), **{"Idempotency-Key": "k"})
    other = caller.post("/api/reports", body(content="别的"), **{"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"]) == (409, "request.key_reused")


def test_a_stale_action_is_a_conflict_and_a_foreign_order_is_not_found(calls):
    no = calls().post("/api/reports", body(), **{"Idempotency-Key": "k"}).json()["order_no"]
    stale = calls("worker").post(f"/api/orders/{no}/actions/sign_in", {"version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "order.conflict")
    assert calls("far_worker").act(no, "sign_in").status_code == 404
    assert calls("auditor").act(no, "sign_in").status_code == 403
    assert calls().get(f"/api/orders/{no}").status_code == 401
    assert calls("dispatcher").act(no, "dance").json()["code"] == "order.action_unknown"


BAD_FILTERS = [
    ({"bbox": "1,2,3"}, "request.box"),
    ({"bbox": "117,37,116,38"}, "request.box"),
    ({"state": "asleep"}, "order.filter"),
    ({"limit": 0}, "order.page_size"),
    ({"after": "?"}, "order.cursor"),
    ({"area": "nowhere"}, "area.unknown"),
]


def test_bad_filters_are_answered(calls):
    desk = calls("dispatcher")
    assert [desk.get("/api/orders", **params).json()["code"] for params, _ in BAD_FILTERS] == [
        code for _, code in BAD_FILTERS
    ]


def test_lists_by_area_box_and_lamp(calls, clock):
    caller = calls()
    for at, (column, row) in enumerate([(1, 1), (1, 0), (3, 3)]):
        assert (
            caller.post("/api/reports", body(column, row), **{"Idempotency-Key": f"k{at}"}).status_code == 201
        )
    desk = calls("dispatcher")
    assert desk.get("/api/orders", area="S0").json()["counts"]["total"] == 2
    assert desk.get("/api/orders", bbox=f"{WEST},36.5,{WEST + 0.02},36.51").json()["counts"]["total"] == 1
    clock.advance(timedelta(hours=3, minutes=30))
    assert desk.get("/api/orders", lamp="yellow").json()["counts"]["yellow"] == 3
    assert len(desk.get("/api/orders", lamp="red").json()["items"]) == 0


def test_the_catalogues_are_open(calls):
    found_categories = calls().get("/api/categories").json()["categories"]
    assert len([one for one in found_categories if one["parent_code"] is None]) == 11
    assert len({one["char"] for one in found_categories}) == 11
    assert "resident" in {one["code"] for one in calls().get("/api/sources").json()["sources"]}
