"""The nouns of media."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What a file is for its reader."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"


class Variant(StrEnum):
    """Which form of a file is served.

    `SHOWN` carries no metadata of the camera; `PREVIEW` is a small picture; `ORIGINAL` is what was sent.
    """

    SHOWN = "shown"
    PREVIEW = "preview"
    ORIGINAL = "original"


@dataclass(frozen=True)
class File:
    """One upload. `lon`, `lat` (WGS84) and `taken_at` are what the camera wrote, when it did."""

    id: int
    sha256: str
    size: int
    kind: Kind
    mime: str
    name: str
    created_by: int | None
    created_at: datetime
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Content:
    """The bytes of one variant: a path when the store is a folder of this machine, else chunks."""

    mime: str
    size: int
    etag: str
    path: Path | None
    chunks: Iterator[bytes]


@dataclass(frozen=True)
class Taken:
    """What a camera wrote into a picture."""

    at: datetime | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True)
class Picture:
    """A decoded image and its two shown forms, free of metadata."""

    width: int
    height: int
    taken: Taken
    mime: str
    shown: bytes
    preview: bytes
