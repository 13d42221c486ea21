from datetime import timedelta

import pytest

from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewOrg, NewUser, Role
from gisgov.kernel.actor import SYSTEM

PASSWORD = "gisgov-demo"


@pytest.fixture
def people(client):
    with client.app.state.database.transaction(SYSTEM) as tx:
        area = identity.create_area(tx, tree="admin", level_name="区", code="370112", name="历城区")
        org = identity.create_org(tx, NewOrg("centre", "综治中心", "centre"))
        rows = [NewUser("admin", "管理员", org.id), NewUser("street", "街道", org.id, mobile="13812345678")]
        ids = identity.create_users(tx, rows, PASSWORD)
        identity.grant_many(
            tx, [NewGrant(ids["admin"], Role.ADMIN), NewGrant(ids["street"], Role.STREET_LEADER, area.id)]
        )
    return ids


def sign_in(client, login="admin", password=PASSWORD, **params):
    return client.post("/api/session", json={"login": login, "password": password}, params=params)


def test_cookie_session_from_sign_in_to_sign_out(client, people):
    assert client.get("/api/session").status_code == 401
    reply = sign_in(client, "street")
    assert reply.status_code == 200
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    body = reply.json()
    assert body["token"] is None
    assert body["user"]["roles"] == ["street_leader"]
    assert body["user"]["areas"] == [{"code": "370112", "name": "历城区", "level_name": "区"}]
    assert body["user"]["org"] == "综治中心"
    assert body["demo"] is False
    assert client.get("/api/session").json()["csrf"] == body["csrf"]
    assert client.delete("/api/session").status_code == 403
    assert client.delete("/api/session", headers={"X-CSRF-Token": body["csrf"]}).status_code == 204
    assert client.get("/api/session").status_code == 401


def test_writing_with_the_cookie_needs_its_token(client, people):
    csrf = sign_in(client).json()["csrf"]
    body = {"login": "new", "name": "新人", "password": "long enough 1"}
    refused = client.post("/api/users", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "session.csrf")
    assert client.post("/api/users", json=body, headers={"X-CSRF-Token": "guess"}).status_code == 403
    assert client.post("/api/users", json=body, headers={"X-CSRF-Token": csrf}).status_code == 201


def test_bearer_needs_no_csrf_and_never_comes_back(client, people):
    signed = sign_in(client, kind="bearer")
    token = signed.json()["token"]
    assert token
    assert "set-cookie" not in signed.headers
    bearer = {"Authorization": f"Bearer {token}"}
    body = {"login": "new", "name": "新人", "password": "long enough 1"}
    assert client.post("/api/users", json=body, headers=bearer).status_code == 201
    assert client.get("/api/session", headers=bearer).json()["token"] is None
    assert client.delete("/api/session", headers=bearer).status_code == 204
    assert client.get("/api/users", headers=bearer).status_code == 401


def test_wrong_password_and_throttle(client, people):
    for _ in range(5):
        wrong = sign_in(client, password="wrong")
        assert (wrong.status_code, wrong.json()["code"]) == (401, "session.wrong_password")
    paused = sign_in(client)
    assert (paused.status_code, paused.json()["code"]) == (429, "session.throttled")
    assert int(paused.headers["retry-after"]) == 900
    assert "900" in paused.json()["advice"]
    assert sign_in(client, "street").status_code == 200


def test_expired_session_is_told_clearly(client, people, clock):
    csrf = sign_in(client).json()["csrf"]
    clock.advance(timedelta(hours=13))
    for reply in (
        client.get("/api/users"),
        client.post("/api/orgs", json={}, headers={"X-CSRF-Token": csrf}),
    ):
        assert (reply.status_code, reply.json()["code"]) == (401, "session.required")
        assert reply.json()["advice"]


def test_scope_and_masks_in_the_user_list(client, people):
    assert [u["mobile"] for u in _users(client, "admin") if u["login"] == "street"] == ["13812345678"]
    assert {u["login"] for u in _users(client, "street")} == {"street", "admin"}
    assert [u["mobile"] for u in _users(client, "street") if u["login"] == "street"] == ["13812345678"]
    refused = client.post(
        "/api/users", json={"login": "x1", "name": "x", "password": "y" * 12}, headers=_csrf(client)
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "session.verb_missing")


def test_grants_over_http(client, people):
    sign_in(client)
    path = f"/api/users/{people['street']}/grants"
    made = client.post(path, json={"role": "dispatcher"}, headers=_csrf(client))
    assert made.status_code == 201
    assert {g["role"] for g in client.get(path).json()["items"]} == {"street_leader", "dispatcher"}
    gone = client.delete(f"/api/grants/{made.json()['id']}", headers=_csrf(client))
    assert gone.status_code == 204
    assert client.delete("/api/grants/999999", headers=_csrf(client)).status_code == 404
    assert client.post(path, json={"role": "emperor"}, headers=_csrf(client)).status_code == 422
    assert len(client.get("/api/roles").json()["items"]) == len(Role)


def _csrf(client):
    return {"X-CSRF-Token": client.get("/api/session").json()["csrf"]}


def _users(client, login):
    sign_in(client, login)
    return client.get("/api/users").json()["items"]
