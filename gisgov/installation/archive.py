"""The file that a backup is: a tar of the dump, the files by their SHA-256, and a manifest that stands last.

An archive whose writing was cut short has no manifest, so it is never taken for a whole one.
"""

import hashlib
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Final, Self

from gisgov.kernel.errors import Invalid

FORMAT: Final = 1
DATABASE: Final = "database.dump"
FILES: Final = "files/"
KEPT: Final = "kept/"
MANIFEST: Final = "manifest.json"
CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What an archive holds, and by which checksums one sees that it does."""

    version: str
    """Of the program that made it."""
    revision: str
    """Of the schema."""
    made_at: str
    rows: dict[str, int]
    """How many of each table."""
    missing: tuple[str, ...]
    """Files that the database names and the store did not give, or not as they were."""
    sums: dict[str, str] = field(repr=False)
    """SHA-256 of each entry."""
    format: int = FORMAT

    @property
    def files(self) -> int:
        """How many files there are."""
        return sum(name.startswith(FILES) for name in self.sums)

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read a manifest.

        Raises
        ------
        Invalid
            It is none; code ``backup.broken``.
        """
        try:
            found = json.loads(content)
            return cls(**found | {"missing": tuple(found["missing"])})
        except (ValueError, KeyError, TypeError):
            raise Invalid("backup.broken", entry=MANIFEST) from None


class Writer:
    """An archive while it is written."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w")  # noqa: SIM115 - closed by `finish`
        self.sums: dict[str, str] = {}

    def add(self, name: str, content: IO[bytes]) -> None:
        """Add an entry from a stream that can be read twice."""
        entry = tarfile.TarInfo(name)
        entry.mode = 0o600
        content.seek(0)
        self.sums[name] = _sum(content)
        entry.size = content.seek(0, os.SEEK_END)
        content.seek(0)
        self._tar.addfile(entry, content)

    def finish(self, describe: Callable[[dict[str, str]], Manifest]) -> Manifest:
        """Add the manifest and end."""
        manifest = describe(self.sums)
        self.add(MANIFEST, BytesIO(json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()))
        self._tar.close()
        return manifest


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """Write an archive that only we may read and that has its name only once it is whole and on the disk."""
    half = path.with_name(f"{path.name}.part")
    half.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as stream:
            yield Writer(stream)
            stream.flush()
            os.fsync(stream.fileno())
        half.rename(path)
    finally:
        half.unlink(missing_ok=True)


class Reader:
    """An archive whose every byte was found to be what its manifest says."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest

    def open(self, name: str) -> IO[bytes]:
        """Open an entry."""
        content = self._tar.extractfile(name)
        assert content is not None, name
        return content

    def names(self, prefix: str) -> Iterator[str]:
        """Return the entries of a folder, without it."""
        return (name.removeprefix(prefix) for name in self.manifest.sums if name.startswith(prefix))


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Open an archive and examine all of it.

    Raises
    ------
    Invalid
        It is not whole (``backup.broken``), or of a later format (``backup.newer``).
    """
    try:
        with tarfile.open(path, "r:") as tar:
            yield Reader(tar, _examined(tar))
    except (tarfile.TarError, EOFError):
        raise Invalid("backup.broken", entry=path.name) from None


def _examined(tar: tarfile.TarFile) -> Manifest:
    content = tar.extractfile(MANIFEST) if MANIFEST in tar.getnames() else None
    if content is None:
        raise Invalid("backup.broken", entry=MANIFEST)
    manifest = Manifest.read(content.read())
    if manifest.format > FORMAT:
        raise Invalid("backup.newer", version=manifest.version, revision=manifest.revision)
    entries = {entry.name: entry for entry in tar if entry.name != MANIFEST}
    for name in sorted(entries.keys() ^ manifest.sums.keys()):
        raise Invalid("backup.broken", entry=name)
    for name, entry in entries.items():
        content = tar.extractfile(entry)
        if content is None or _sum(content) != manifest.sums[name]:
            raise Invalid("backup.broken", entry=name)
    return manifest


def name_of(made_at: datetime) -> str:
    """Return how an archive is called that is written into a folder."""
    return f"gisgov-{made_at:%Y%m%dT%H%M%SZ}.tar"


def _sum(content: IO[bytes]) -> str:
    found = hashlib.sha256()
    while chunk := content.read(CHUNK):
        found.update(chunk)
    return found.hexdigest()


def sha256_of(chunks: Iterable[bytes], out: IO[bytes]) -> str:
    """Copy chunks to a stream and return the digest of their content."""
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
        out.write(chunk)
    return found.hexdigest()
