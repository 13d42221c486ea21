"""Where the bytes are: a folder or an S3 store, each object named by the SHA-256 of its content."""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlparse

import obstore
from obstore.store import LocalStore, from_url

from gisgov.kernel.errors import TooLarge

CHUNK = 1024 * 1024


class Objects:
    """The store of one installation.

    Parameters
    ----------
    url : str
        ``file:///…`` or ``s3://bucket/prefix``.
    """

    def __init__(self, url: str) -> None:
        self._root = Path(unquote(urlparse(url).path)) if url.startswith("file:") else None
        self._store = LocalStore(self._root, mkdir=True) if self._root else from_url(url)

    def put(self, content: IO[bytes] | bytes, sha256: str) -> None:
        """Write an object and return only when it would survive a power cut."""
        if not isinstance(content, bytes):
            content.seek(0)
        obstore.put(self._store, key_of(sha256), content)
        if self._root:
            _sync(self._root, self._root / key_of(sha256))

    def path(self, sha256: str) -> Path | None:
        """Return the object's path on this machine, when there is one."""
        return self._root / key_of(sha256) if self._root else None

    def size(self, sha256: str) -> int:
        """Return the object's size in bytes."""
        return int(obstore.head(self._store, key_of(sha256))["size"])

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Return the object's bytes."""
        for chunk in obstore.get(self._store, key_of(sha256)).stream(min_chunk_size=CHUNK):
            yield bytes(chunk)

    def older_than(self, moment: datetime) -> Iterator[str]:
        """Return the digests of the objects written before a moment."""
        for page in obstore.list(self._store):
            yield from (
                str(meta["path"]).rpartition("/")[2] for meta in page if meta["last_modified"] < moment
            )

    def delete(self, sha256: str) -> None:
        """Delete an object."""
        obstore.delete(self._store, key_of(sha256))


def key_of(sha256: str) -> str:
    """Return where an object stands: two levels of folders, so that none grows too large."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def digest(stream: IO[bytes], limit_bytes: int) -> tuple[str, int]:
    """Return SHA-256 and size of a stream.

    Raises
    ------
    TooLarge
        It is over the limit; reading stops there. Code ``file.too_large``.
    """
    found, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit_bytes:
            raise TooLarge("file.too_large", field="file", limit_mb=limit_bytes // 2**20)
        found.update(chunk)
    return found.hexdigest(), size


def _sync(root: Path, path: Path) -> None:
    # the file, then every folder that may be new: a name is durable only when its folder is
    for each in (path, *(parent for parent in path.parents if parent.is_relative_to(root))):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
