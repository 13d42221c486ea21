import os
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from gisgov.identity import service as identity
from gisgov.identity.model import NewUser
from gisgov.kernel.actor import NOBODY, Actor
from gisgov.kernel.errors import Invalid, NotAllowed, NotFound, TooLarge
from gisgov.kernel.scope import NOTHING, Scope
from gisgov.media import service
from gisgov.media.model import Variant
from gisgov.media.objects import Objects


def picture(shade: int = 0) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (64, 48), shade).save(out, "JPEG")
    return out


@pytest.fixture
def mine(tx, tmp_path):
    """The transaction with a files folder of its own."""
    return replace(tx, settings=tx.settings.model_copy(update={"data_dir": tmp_path}))


@pytest.fixture
def people(mine):
    ids = identity.create_users(mine, [NewUser("ann", "Ann"), NewUser("bob", "Bob")], "gisgov-demo")

    def person(login: str, **scope) -> Actor:
        verbs = frozenset({"file.read"})
        return Actor(ids[login], login, verbs=verbs, scope=Scope(user_id=ids[login], **scope))

    return person


def objects_of(tx) -> set[str]:
    future = tx.now + timedelta(days=400_000)
    return set(Objects(tx.settings.files_store_url).older_than(future))


def test_owner_sees_his_upload_and_others_only_through_its_subject(mine, people):
    kept = service.keep(mine.acting_as(people("ann")), picture(), "C:/x/a.jpg")
    assert service.file(mine.acting_as(people("ann")), kept.id).name == "a.jpg"
    viewers = {
        "area": people("bob", ranges=((100, 200),)),
        "org": people("bob", org_ids=frozenset({5, 6})),
        "other area": people("bob", ranges=((200, 300),)),
        "other org": people("bob", org_ids=frozenset({7})),
        "nothing": replace(people("bob"), scope=NOTHING),
    }
    for viewer in viewers.values():
        with pytest.raises(NotFound):
            service.content(mine.acting_as(viewer), kept.id)
    service.use(mine.acting_as(people("ann")), [kept.id], ("order", 1), area_no=150, org_ids=[6])
    seen = set()
    for name, viewer in viewers.items():
        try:
            service.content(mine.acting_as(viewer), kept.id)
        except NotFound:
            continue
        seen.add(name)
    assert seen == {"area", "org"}
    service.share(mine, ("order", 1), area_no=250, user_ids=[people("bob").user_id])
    assert service.file(mine.acting_as(people("bob")), kept.id).id == kept.id
    with pytest.raises(NotFound):
        service.file(mine.acting_as(viewers["nothing"]), kept.id)


def test_token_of_a_subject_opens_its_files_alone(mine, people):
    kept = service.keep(mine.acting_as(people("ann")), picture(), "a.jpg")
    service.use(mine.acting_as(people("ann")), [kept.id], ("order", 1), area_no=None)
    stranger = mine.acting_as(NOBODY)
    assert service.content(stranger, kept.id, subject=("order", 1)).mime == "image/jpeg"
    with pytest.raises(NotFound):
        service.content(stranger, kept.id, subject=("order", 2))


def test_variants(mine, people):
    ann = mine.acting_as(people("ann"))
    kept = service.keep(ann, picture(), "a.jpg")
    assert b"".join(service.content(ann, kept.id, Variant.PREVIEW).chunks).startswith(b"\xff\xd8")
    with pytest.raises(NotAllowed):
        service.content(ann, kept.id, Variant.ORIGINAL)
    auditor = mine.acting_as(replace(people("ann"), verbs=frozenset({"file.original"})))
    assert service.content(auditor, kept.id, Variant.ORIGINAL).size == kept.size
    paper = service.keep(ann, BytesIO(b"%PDF-1.7 x"), "p.pdf")
    assert service.content(ann, paper.id).mime == "application/pdf"
    with pytest.raises(NotFound, match=r"file\.no_preview"):
        service.content(ann, paper.id, Variant.PREVIEW)


def test_only_own_seen_or_unclaimed_files_can_be_attached(mine, people):
    of_ann = service.keep(mine.acting_as(people("ann")), picture(), "a.jpg").id
    of_nobody = service.keep(mine.acting_as(NOBODY), picture(), "n.jpg").id
    for thief in (people("bob"), NOBODY):
        with pytest.raises(Invalid, match=r"file\.not_attachable"):
            service.use(mine.acting_as(thief), [of_ann], ("order", 9), area_no=1)
    service.use(mine.acting_as(NOBODY), [of_nobody], ("order", 1), area_no=1)
    with pytest.raises(Invalid):
        service.use(mine.acting_as(NOBODY), [of_nobody], ("order", 2), area_no=1)
    with pytest.raises(Invalid):
        service.use(mine.acting_as(people("bob")), [12345], ("order", 2), area_no=1)


def test_nothing_is_kept_of_what_is_refused(mine, people):
    small = replace(mine, settings=mine.settings.model_copy(update={"max_file_mb": 1}))
    with pytest.raises(TooLarge):
        service.keep(small, BytesIO(b"%PDF-" + bytes(2**20)), "big.pdf")
    with pytest.raises(Invalid):
        service.keep(small, BytesIO(b"\xff\xd8\xff broken"), "x.jpg")
    assert objects_of(small) == set()


def test_orphans_are_swept_and_used_files_stay(mine, people):
    ann = mine.acting_as(people("ann"))
    used, unused = service.keep(ann, picture(1), "u.jpg"), service.keep(ann, picture(200), "o.jpg")
    twin = service.keep(ann, picture(1), "twin.jpg")
    service.use(ann, [used.id], ("order", 1), area_no=1)
    assert used.sha256 == twin.sha256
    yesterday = (mine.now - timedelta(hours=30)).timestamp()
    for path in (mine.settings.data_dir / "files").rglob("*/*/*"):
        os.utime(path, (yesterday, yesterday))
    service.sweep(mine)
    assert service.file(ann, unused.id)
    late = replace(mine, now=mine.now + timedelta(hours=25))
    service.sweep(late)  # the rows go first
    service.sweep(late)  # then what they were made of
    assert set(service.files_by_ids(mine, [used.id, unused.id, twin.id])) == {used.id}
    assert unused.sha256 not in objects_of(mine)
    assert used.sha256 in objects_of(mine)
    assert service.content(ann, used.id, Variant.PREVIEW).size > 0
