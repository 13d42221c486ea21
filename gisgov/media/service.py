"""The use cases of media; the only door from outside."""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import timedelta
from itertools import islice
from pathlib import PurePath
from typing import IO

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid, NotFound
from gisgov.media import objects, pictures, rules, store
from gisgov.media.model import Content, File, Kind, Picture, Variant
from gisgov.media.objects import Objects

# whole numbers up to here survive JavaScript
ID_BITS = 52
KEPT_UNUSED = timedelta(hours=24)
SWEEP_BATCH = 1000


def keep(tx: Tx, stream: IO[bytes], name: str) -> File:
    """Keep an upload: its bytes are written and synced before the row that names them commits.

    Parameters
    ----------
    stream : binary file
        Can be read more than once.
    name : str
        As the sender called it; only shown, never trusted.

    Raises
    ------
    TooLarge
        Over the limit of the settings; nothing is kept. Code ``file.too_large``.
    Invalid
        A type that is not accepted, or a picture that cannot be read.
    """
    stream.seek(0)
    sha256, size = objects.digest(stream, tx.settings.max_file_mb * 2**20)
    stream.seek(0)
    mime = rules.mime_of(stream.read(rules.HEAD_BYTES))
    picture = _picture(tx, stream) if rules.KINDS[mime] is Kind.IMAGE else None
    kept = Objects(tx.settings.files_store_url)
    store.lock_objects(tx)
    kept.put(stream, sha256)
    file_id = secrets.randbits(ID_BITS)
    row = {
        "id": file_id,
        "sha256": sha256,
        "size": size,
        "kind": rules.KINDS[mime].value,
        "mime": mime,
        "name": PurePath(name).name[:200] or "file",
        "created_by": tx.actor.user_id,
        "created_at": tx.now,
    }
    store.insert_file(tx, row | _shown_forms(kept, picture))
    return store.by_ids(tx, [file_id])[0]


def file(tx: Tx, file_id: int) -> File:
    """Return what is known of a file in scope.

    Raises
    ------
    NotFound
        There is none, or none in scope; code ``file.unknown``.
    """
    found = store.find(tx, file_id)
    if found is None:
        raise NotFound("file.unknown", field="file")
    return store.model(found)


def content(
    tx: Tx, file_id: int, variant: Variant = Variant.SHOWN, subject: tuple[str, int] | None = None
) -> Content:
    """Return the bytes of a file in scope, or of one that `subject` uses.

    Parameters
    ----------
    subject : (str, int), optional
        A thing the caller has shown to be his by other means, such as the token of his report.

    Raises
    ------
    NotFound
        There is none in scope (``file.unknown``), or it has no such variant (``file.no_preview``).
    """
    row = store.find(tx, file_id, subject)
    if row is None:
        raise NotFound("file.unknown", field="file")
    if variant is Variant.ORIGINAL:
        tx.may("file.original")
    sha256, mime = {
        Variant.ORIGINAL: (row.sha256, row.mime),
        Variant.SHOWN: (row.shown_sha256 or row.sha256, row.shown_mime or row.mime),
        Variant.PREVIEW: (row.preview_sha256, row.shown_mime),
    }[variant]
    if sha256 is None:
        raise NotFound("file.no_preview", field="variant")
    kept = Objects(tx.settings.files_store_url)
    return Content(mime, kept.size(sha256), sha256, kept.path(sha256), kept.chunks(sha256))


def use(
    tx: Tx,
    file_ids: Collection[int],
    subject: tuple[str, int],
    *,
    area_no: int | None,
    org_ids: Iterable[int] = (),
    user_ids: Iterable[int] = (),
) -> None:
    """Attach files to a thing; whoever may see the thing may see them.

    Raises
    ------
    Invalid
        A file does not exist, or is neither the caller's nor seen by him; code ``file.not_attachable``.
    """
    wanted = set(file_ids)
    if not wanted:
        return
    refused = wanted - store.attachable(tx, wanted)
    if refused:
        raise Invalid("file.not_attachable", field="file_ids", ids=", ".join(map(str, sorted(refused))))
    audience = {"area_no": area_no, "org_ids": list(org_ids), "user_ids": list(user_ids)}
    use_of = {"subject_kind": subject[0], "subject_id": subject[1]}
    store.insert_uses(tx, [{"file_id": each, **use_of, **audience} for each in sorted(wanted)])


def share(
    tx: Tx,
    subject: tuple[str, int],
    *,
    area_no: int | None,
    org_ids: Iterable[int] = (),
    user_ids: Iterable[int] = (),
) -> None:
    """Change who may see the files of a thing, after it moved or got new parties."""
    store.set_audience(
        tx, subject, {"area_no": area_no, "org_ids": list(org_ids), "user_ids": list(user_ids)}
    )


def files_by_ids(tx: Tx, ids: Collection[int]) -> dict[int, File]:
    """Return files by id for things that are themselves in scope."""
    return {found.id: found for found in store.by_ids(tx, ids)} if ids else {}


def digests(tx: Tx) -> list[str]:
    """Return the digest of every object that a file is made of, in order; for backups."""
    tx.may("file.original")
    return store.digests(tx)


def sweep(tx: Tx) -> None:
    """Delete objects that no file is made of, and rows of files that nothing has used for a day; a job.

    The objects of the rows deleted now go with the next run: they must not go before the rows have.
    """
    before = tx.now - KEPT_UNUSED
    kept = Objects(tx.settings.files_store_url)
    old = kept.older_than(before)
    while batch := set(islice(old, SWEEP_BATCH)):
        store.lock_objects(tx, alone=True)
        for sha256 in batch - store.named(tx, batch):
            kept.delete(sha256)
    store.delete_unused(tx, before)


def _picture(tx: Tx, stream: IO[bytes]) -> Picture:
    stream.seek(0)
    return pictures.examine(stream, tx.settings.timezone)


def _shown_forms(kept: Objects, picture: Picture | None) -> dict[str, object]:
    if picture is None:
        return {"lon": None, "lat": None}
    digests = [hashlib.sha256(form).hexdigest() for form in (picture.shown, picture.preview)]
    for form, sha256 in zip((picture.shown, picture.preview), digests, strict=True):
        kept.put(form, sha256)
    return {
        "lon": picture.taken.lon,
        "lat": picture.taken.lat,
        "taken_at": picture.taken.at,
        "width": picture.width,
        "height": picture.height,
        "shown_mime": picture.mime,
        "shown_sha256": digests[0],
        "preview_sha256": digests[1],
    }
