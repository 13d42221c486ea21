"""An empty installation over HTTP: who may become its administrator, and what each step refuses."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.events import since
from gisgov.setup import service as setup
from gisgov.setup.model import Sheet
from tests.setup_makers import ADMINISTRATOR, PASSWORD, administrator, filled, initialised, sent, signed_in


@pytest.fixture
def code(database):
    return initialised(database)


@pytest.fixture
def admin(client, code):
    return administrator(client, code)


def refusal(reply) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


# ------------------------------------------------------------------ the first administrator
def test_nobody_becomes_administrator_without_the_code_of_the_terminal(client, code):
    assert client.get("/api/setup").json() == {"needs_admin": True, "demo": False}
    for wrong in ("", "aaaa-bbbb-cccc"):
        tried = client.post("/api/setup/admin", json={**ADMINISTRATOR, "code": wrong})
        assert refusal(tried) == (403, "setup.code_wrong")
    weak = client.post("/api/setup/admin", json={**ADMINISTRATOR, "password": "short", "code": code})
    assert refusal(weak) == (422, "user.password_short")
    # as people type it
    made = client.post(
        "/api/setup/admin", json={**ADMINISTRATOR, "code": f" {code.upper().replace('-', ' ')}"}
    )
    assert made.status_code == 201, made.text
    assert client.get("/api/setup").json() == {"needs_admin": False, "demo": False}
    again = client.post("/api/setup/admin", json={**ADMINISTRATOR, "login": "second", "code": code})
    assert refusal(again) == (409, "user.administrator_exists")


def test_an_installation_has_no_account_before_that(client, code):
    for login, password in (("admin", "admin"), ("admin", "gisgov-demo"), ("boss", "")):
        tried = client.post("/api/session", json={"login": login, "password": password})
        assert tried.status_code in {401, 422}


def test_of_many_at_once_one_becomes_administrator(client, code):
    def become(i: int) -> int:
        body = {**ADMINISTRATOR, "login": f"boss{i}", "code": code}
        return client.post("/api/setup/admin", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        codes = sorted(pool.map(become, range(6)))
    assert codes == [201] + [409] * 5


def test_a_new_code_voids_the_old_one_and_there_is_none_afterwards(client, database, code):
    with database.transaction(SYSTEM) as tx:
        newer = setup.new_code(tx)
    assert refusal(client.post("/api/setup/admin", json={**ADMINISTRATOR, "code": code}))[0] == 403
    administrator(client, newer)
    with database.transaction(SYSTEM) as tx:
        assert setup.new_code(tx) is None


def test_the_steps_are_the_administrator_s(client, code):
    for path in ("divisions", "district", "template.xlsx", "channels", "checklist"):
        assert refusal(client.get(f"/api/setup/{path}")) == (401, "session.required")


# ------------------------------------------------------------------ the district
def test_a_county_is_found_from_its_province_down_and_brings_its_streets(client, admin):
    def below(parent: str) -> dict[str, str]:
        found = client.get("/api/setup/divisions", params={"parent": parent}, headers=admin).json()["items"]
        return {item["name"]: item["code"] for item in found}

    county = below(below(below("")["山东省"])["济南市"])["历城区"]
    assert county == "370112"
    made = client.post("/api/setup/district", json={"code": county}, headers=admin)
    assert made.json() == {
        "code": "370112",
        "name": "历城区",
        "levels": ["区县", "街道", "社区"],
        "streets": 17,
    }
    areas = client.get("/api/areas", headers=admin).json()["items"]
    assert [(area["depth"], area["level_name"]) for area in areas][:2] == [(1, "区县"), (2, "街道")]
    assert client.get("/api/setup/district", headers=admin).json() == made.json()
    again = client.post("/api/setup/district", json={"code": "370102"}, headers=admin)
    assert refusal(again) == (409, "setup.district_exists")
    table = "\ufeffcode,name\n370112001001,甸柳社区\n370112001002,利农社区\n110101001001,别处\n"
    for added in (2, 0):
        reply = client.post(
            "/api/setup/communities", files={"file": ("c.csv", table.encode())}, headers=admin
        )
        assert reply.json() == {"added": added}
    bad = client.post(
        "/api/setup/communities", files={"file": ("c.csv", b"code,name\n12,x\n")}, headers=admin
    )
    assert refusal(bad) == (422, "setup.communities_form")
    for broken in (
        b"\xff\xfe",
        b"code,name\n370112001003,a\x00b\n",
        b'code,name\n370112001003,"' + b"x" * 200_000,
    ):
        bad = client.post("/api/setup/communities", files={"file": ("c.csv", broken)}, headers=admin)
        assert refusal(bad) == (422, "setup.communities_form")


def test_a_code_that_is_no_county_needs_a_name(client, admin):
    for wrong in ("3701", "999999", "cambridge"):
        made = client.post("/api/setup/district", json={"code": wrong}, headers=admin)
        assert refusal(made) == (404, "setup.division_unknown")
    free = {"code": "cambridge", "name": "Cambridge", "levels": ["city", "sector"]}
    made = client.post("/api/setup/district", json=free, headers=admin).json()
    assert (made["name"], made["levels"], made["streets"]) == ("Cambridge", ["city", "sector", "社区"], 0)
    nul = client.post("/api/setup/district", json={"code": "x\x00", "name": "x"}, headers=admin)
    assert nul.status_code == 422
    missing = client.get("/api/setup/divisions", params={"parent": "99"}, headers=admin)
    assert refusal(missing) == (404, "setup.division_unknown")


# ------------------------------------------------------------------ people
ROWS = {
    Sheet.ORGS: [
        {"code": "cg", "name": "城管局", "kind": "部门 department", "parent_code": "centre"},
        {"code": "centre", "name": "指挥中心", "kind": "指挥中心 centre"},
        {"code": "lost", "name": "无上级", "kind": "部门", "parent_code": "nobody"},
    ],
    Sheet.USERS: [
        {
            "login": "zhang",
            "name": "张三",
            "org_code": "centre",
            "role": "派遣员 Dispatcher",
            "on_duty": "是",
        },
        {"login": "li", "name": "李四", "org_code": "cg", "role": "部门处置人员"},
        {"login": "wang", "name": "王五", "org_code": "lost", "role": "网格员"},
    ],
}


def test_a_dry_run_says_everything_and_writes_nothing(client, database, admin):
    packed = filled(client.get("/api/setup/template.xlsx", headers=admin).content, ROWS)
    for language, title in (("zh", "没有此机构：nobody"), ("en", "There is no such organisation: nobody")):
        told = sent(client, admin | {"Accept-Language": language}, packed).json()
        assert told["dry_run"] and told["accounts"] == []
        assert [(s["key"], s["rows"], s["good"], s["bad"]) for s in told["sheets"]][:2] == [
            ("organisations", 3, 2, 1),
            ("users", 3, 2, 1),
        ]
        assert [(p["sheet"], p["row"], p["column"], p["code"]) for p in told["problems"]] == [
            ("机构 Organisations", 5, "上级编码 Parent code", "setup.unknown_orgs"),
            ("人员 Users", 5, "机构编码 Organisation", "setup.unknown_orgs"),
        ]
        assert told["problems"][0]["title"] == title
        assert told["problems"][0]["advice"]
    assert client.get("/api/orgs", headers=admin).json()["items"] == []
    assert len(client.get("/api/users", headers=admin).json()["items"]) == 1


def test_good_rows_are_kept_bad_ones_reported_and_a_second_time_changes_nothing(client, database, admin):
    packed = filled(client.get("/api/setup/template.xlsx", headers=admin).content, ROWS)
    told = sent(client, admin, packed, dry_run="false").json()
    assert [account["login"] for account in told["accounts"]] == ["zhang", "li"]
    assert len({account["password"] for account in told["accounts"]}) == 2
    assert len(told["problems"]) == 2
    again = sent(client, admin, packed, dry_run="false").json()
    assert [(s["good"], s["unchanged"]) for s in again["sheets"]][:2] == [(0, 2), (0, 2)]
    assert again["accounts"] == []
    with database.transaction(SYSTEM) as tx:
        secrets = {account["password"] for account in told["accounts"]}
        assert not [event for event in since(tx, "1:1:") if any(s in str(event.data) for s in secrets)]


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(client, admin, content):
    assert refusal(sent(client, admin, content)) == (422, "setup.not_excel")


# ------------------------------------------------------------------ the first password
def test_a_one_time_password_opens_the_way_to_a_new_one_and_nothing_else(client, admin):
    packed = filled(client.get("/api/setup/template.xlsx", headers=admin).content, ROWS)
    given = sent(client, admin, packed, dry_run="false").json()["accounts"][0]
    first = signed_in(client, "zhang", given["password"])
    me = client.get("/api/session", headers=first).json()["user"]
    assert me["must_change_password"]
    for path in ("/api/orders", "/api/sources", "/api/setup/checklist", "/api/users"):
        assert refusal(client.get(path, headers=first)) == (403, "session.password_change")
    assert client.get("/api/setup", headers=first).status_code == 200
    others = client.get("/api/users", headers=admin).json()["items"]
    boss = next(user["id"] for user in others if user["login"] == "boss")

    def change(user_id: int, password: str, headers: dict[str, str]):
        return client.put(f"/api/users/{user_id}/password", json={"password": password}, headers=headers)

    assert refusal(change(boss, PASSWORD, first)) == (403, "session.password_change")
    assert refusal(change(me["id"], given["password"], first)) == (422, "user.password_same")
    assert change(me["id"], "a password of my own", first).status_code == 204
    mine = signed_in(client, "zhang", "a password of my own")
    assert not client.get("/api/session", headers=mine).json()["user"]["must_change_password"]
    assert client.get("/api/orders", headers=mine).status_code == 200
    # what an administrator sets has to be changed as well
    assert change(me["id"], "chosen by the boss", admin).status_code == 204
    reset = signed_in(client, "zhang", "chosen by the boss")
    assert refusal(client.get("/api/orders", headers=reset)) == (403, "session.password_change")


# ------------------------------------------------------------------ channels
def test_channels_are_closed_and_opened(client, admin):
    choice = {"code": "telephone", "active": False, "first_hop": "desk"}
    changed = client.put("/api/setup/channels", json={"sources": [choice]}, headers=admin).json()["items"]
    assert next(s for s in changed if s["code"] == "telephone") | choice == next(
        s for s in changed if s["code"] == "telephone"
    )
    assert "telephone" not in {s["code"] for s in client.get("/api/sources").json()["sources"]}
    listed = client.get("/api/setup/channels", headers=admin).json()["items"]
    assert len(listed) == len(changed)
    body = {"source": "telephone", "content": "x", "lon": 117.0, "lat": 36.5, "datum": "wgs84"}
    closed = client.post("/api/reports", json=body, headers=admin | {"Idempotency-Key": "k"})
    assert refusal(closed) == (422, "report.source_unknown")
    choice = {**choice, "code": "smoke"}
    wrong = client.put("/api/setup/channels", json={"sources": [choice]}, headers=admin)
    assert refusal(wrong) == (422, "report.source_unknown")
