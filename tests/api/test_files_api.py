from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from gisgov.identity import service as identity
from gisgov.identity.model import NewArea, NewGrant, NewUser, Role
from gisgov.kernel.actor import SYSTEM
from gisgov.media import service as media

PASSWORD = "gisgov-demo"


def photo() -> bytes:
    out = BytesIO()
    image = Image.new("RGB", (600, 400), 99)
    exif = image.getexif()
    exif[271] = "SecretPhone"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def tokens(client):
    """Bearer headers of two grid workers whose cells lie in different streets."""
    with client.app.state.database.transaction(SYSTEM) as tx:
        rows = [NewArea("1", "区", "区"), NewArea("a", "甲", "街道", "1"), NewArea("b", "乙", "街道", "1")]
        areas = identity.create_areas(tx, "admin", rows)
        ids = identity.create_users(
            tx, [NewUser("ann", "Ann"), NewUser("bob", "Bob"), NewUser("cy", "Cy")], PASSWORD
        )
        places = {"ann": "a", "bob": "b", "cy": "a"}
        identity.grant_many(
            tx, [NewGrant(ids[who], Role.GRID_WORKER, areas[code].id) for who, code in places.items()]
        )
    return {who: _bearer(client, who) for who in places} | {"area_no": areas["a"].no}


def _bearer(client, login):
    reply = client.post("/api/session?kind=bearer", json={"login": login, "password": PASSWORD})
    return {"Authorization": f"Bearer {reply.json()['token']}"}


def send(client, content, name="a.jpg", headers=None):
    return client.post("/api/files", files={"file": (name, content)}, headers=headers)


def kept(client) -> list[Path]:
    return [path for path in (client.app.state.settings.data_dir / "files").rglob("*") if path.is_file()]


def test_upload_is_served_without_camera_data_and_within_scope(client, tokens):
    sent = photo()
    reply = send(client, sent, "现场.exe", tokens["ann"])
    assert reply.status_code == 201
    body = reply.json()
    assert (body["kind"], body["mime"], body["size"]) == ("image", "image/jpeg", len(sent))
    url = f"/api/files/{body['id']}"
    shown = client.get(url, headers=tokens["ann"])
    assert shown.status_code == 200
    assert b"SecretPhone" not in shown.content
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "private" in shown.headers["cache-control"]
    assert len(client.get(url, params={"variant": "preview"}, headers=tokens["ann"]).content) < len(
        shown.content
    )
    assert client.get(url, params={"variant": "original"}, headers=tokens["ann"]).status_code == 403
    assert client.get(url, headers=tokens["cy"]).status_code == 404
    with client.app.state.database.transaction(SYSTEM) as tx:
        actor = identity.actor_of(tx, identity.users_by_logins(tx, ["ann"])["ann"].id)
        media.use(tx.acting_as(actor), [body["id"]], ("order", 1), area_no=tokens["area_no"] + 5)
    assert client.get(url, headers=tokens["cy"]).status_code == 200
    stranger = client.get(url, headers=tokens["bob"])
    assert (stranger.status_code, stranger.json()["code"]) == (404, "file.unknown")
    assert client.get(url).status_code == 401


def test_a_copy_that_is_still_right_is_not_sent_again(client, tokens):
    url = f"/api/files/{send(client, photo(), headers=tokens['ann']).json()['id']}"
    tag = client.get(url, headers=tokens["ann"]).headers["etag"]
    again = client.get(url, headers={**tokens["ann"], "If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(url, headers={**tokens["ann"], "If-None-Match": '"old"'}).status_code == 200
    assert client.get(url, headers={**tokens["bob"], "If-None-Match": tag}).status_code == 404


def test_range_requests_play_video(client, tokens):
    video = b"\x00\x00\x00\x20ftypisom" + bytes(1000)
    url = f"/api/files/{send(client, video, 'v.mp4', tokens['ann']).json()['id']}"
    part = client.get(url, headers={**tokens["ann"], "Range": "bytes=4-11"})
    assert (part.status_code, part.content) == (206, b"ftypisom")


@pytest.mark.parametrize("size_mb", [21, 50])
def test_over_the_limit_is_refused_with_the_limit_and_nothing_kept(client, tokens, size_mb):
    reply = send(client, b"\xff\xd8\xff" + bytes(size_mb * 2**20), headers=tokens["ann"])
    assert (reply.status_code, reply.json()["code"]) == (413, "file.too_large")
    assert "20 MB" in reply.json()["title"]
    assert kept(client) == []


def test_one_byte_over_the_limit_is_refused_too(client, tokens):
    head = b"%PDF-"
    assert send(client, head + bytes(20 * 2**20 - len(head)), headers=tokens["ann"]).status_code == 201
    assert send(client, head + bytes(20 * 2**20 - len(head) + 1), headers=tokens["ann"]).status_code == 413


def test_size_must_be_stated(client):
    def chunks():
        yield b"x"

    reply = client.post("/api/files", content=chunks())
    assert (reply.status_code, reply.json()["code"]) == (422, "file.length_required")


def test_kind_is_told_by_content(client, tokens):
    for content in (b"<html><script>alert(1)</script>", b"<svg xmlns='x'/>", b""):
        reply = send(client, content, "photo.jpg", tokens["ann"])
        assert (reply.status_code, reply.json()["code"]) == (422, "file.kind")
    assert kept(client) == []


def test_residents_upload_without_an_account_and_cannot_read(client):
    reply = send(client, photo())
    assert reply.status_code == 201
    assert client.get(f"/api/files/{reply.json()['id']}").status_code == 401


def test_upload_with_the_cookie_needs_its_token(client, tokens):
    csrf = client.post("/api/session", json={"login": "ann", "password": PASSWORD}).json()["csrf"]
    assert send(client, photo()).json()["code"] == "session.csrf"
    assert send(client, photo(), headers={"X-CSRF-Token": csrf}).status_code == 201
