"""Which files are accepted, told by their first bytes and never by their name."""

from dataclasses import dataclass

from gisgov.kernel.errors import Invalid
from gisgov.media.model import Kind

HEAD_BYTES = 64


@dataclass(frozen=True)
class Signature:
    """Bytes at an offset that tell a type; `also` must occur in the first bytes as well."""

    offset: int
    magic: bytes
    mime: str
    also: bytes = b""


# Registered signatures: RFC 2083 (png), ISO/IEC 10918 (jpeg), 14496-12 (ftyp brands), RFC 3533 (ogg), 9649 (webp).
SIGNATURES = (
    Signature(0, b"\xff\xd8\xff", "image/jpeg"),
    Signature(0, b"\x89PNG\r\n\x1a\n", "image/png"),
    Signature(8, b"WEBP", "image/webp", also=b"RIFF"),
    Signature(8, b"WAVE", "audio/wav", also=b"RIFF"),
    Signature(4, b"ftypavif", "image/avif"),
    Signature(4, b"ftyphei", "image/heic"),
    Signature(4, b"ftypmif1", "image/heic"),
    Signature(4, b"ftypM4A", "audio/mp4"),
    Signature(4, b"ftypqt", "video/quicktime"),
    Signature(4, b"ftyp", "video/mp4"),
    Signature(0, b"\x1a\x45\xdf\xa3", "video/webm", also=b"webm"),
    Signature(0, b"OggS", "audio/ogg"),
    Signature(0, b"#!AMR", "audio/amr"),
    Signature(0, b"ID3", "audio/mpeg"),
    Signature(0, b"\xff\xfb", "audio/mpeg"),
    Signature(0, b"\xff\xf3", "audio/mpeg"),
    Signature(0, b"\xff\xf1", "audio/aac"),
    Signature(0, b"\xff\xf9", "audio/aac"),
    Signature(0, b"%PDF-", "application/pdf"),
)

KINDS: dict[str, Kind] = {
    "image/jpeg": Kind.IMAGE,
    "image/png": Kind.IMAGE,
    "image/webp": Kind.IMAGE,
    "image/avif": Kind.IMAGE,
    "video/mp4": Kind.VIDEO,
    "video/quicktime": Kind.VIDEO,
    "video/webm": Kind.VIDEO,
    "audio/aac": Kind.AUDIO,
    "audio/amr": Kind.AUDIO,
    "audio/mp4": Kind.AUDIO,
    "audio/mpeg": Kind.AUDIO,
    "audio/ogg": Kind.AUDIO,
    "audio/wav": Kind.AUDIO,
    "application/pdf": Kind.DOCUMENT,
}

MAX_PIXELS = 80_000_000
"""A picture with more is refused before it is decoded: it would fill the memory."""
SHOWN_PX = 2560
PREVIEW_PX = 480


def mime_of(head: bytes) -> str:
    """Return the type that the first bytes tell.

    Raises
    ------
    Invalid
        It is none that is accepted; code ``file.kind`` or, for HEIC, which cannot be shown, ``file.heic``.
    """
    found = next((each.mime for each in SIGNATURES if _fits(each, head)), None)
    if found == "image/heic":
        raise Invalid("file.heic", field="file")
    if found is None:
        raise Invalid("file.kind", field="file")
    return found


def _fits(signature: Signature, head: bytes) -> bool:
    return head.startswith(signature.magic, signature.offset) and signature.also in head
