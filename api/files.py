"""Uploads and what is served of them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Response, UploadFile
from fastapi.responses import FileResponse, StreamingResponse

from api.deps import TxDep, public, verb
from api.tags import matches
from api.uploads import LimitedRoute
from gisgov.media import service as media
from gisgov.media.model import Kind, Variant

router = APIRouter(prefix="/api/files", tags=["files"], route_class=LimitedRoute)


@dataclass(frozen=True)
class Uploaded:
    """A kept file."""

    id: int
    sha256: str
    size: int
    kind: Kind
    mime: str


@router.post("", status_code=201, dependencies=[public("residents report without an account")])
def upload(file: UploadFile, tx: TxDep) -> Uploaded:
    """Keep a file; attach it by its id within a day, or it is deleted."""
    kept = media.keep(tx, file.file, file.filename or "")
    return Uploaded(kept.id, kept.sha256, kept.size, kept.kind, kept.mime)


@router.get("/{file_id}", dependencies=[verb("file.read")], response_class=Response)
def download(
    file_id: int,
    tx: TxDep,
    variant: Variant = Variant.SHOWN,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return a file in scope: as shown (no metadata of the camera), a small preview, or the original."""
    content = media.content(tx, file_id, variant)
    shown = content.mime.startswith(("image/", "video/", "audio/")) and variant is not Variant.ORIGINAL
    headers = {
        "Cache-Control": "private, no-cache",
        "ETag": f'"{content.etag}"',
        "Content-Disposition": "inline" if shown else "attachment",
    }
    if matches(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if content.path is not None:
        return FileResponse(content.path, media_type=content.mime, headers=headers)
    return StreamingResponse(
        content.chunks, media_type=content.mime, headers={**headers, "Content-Length": str(content.size)}
    )
