"""Uploads and what is served of them."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response, UploadFile
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.routing import APIRoute

from api.deps import TxDep, public, verb
from api.tags import matches
from gisgov.kernel.errors import Invalid, TooLarge
from gisgov.media import service as media
from gisgov.media.model import Kind, Variant

FORM_OVERHEAD = 64 * 1024
DRAINED = 8
"""So many times the limit are read and thrown away, so that the sender gets the answer and no broken pipe."""


class LimitedRoute(APIRoute):
    """Looks at the size before anything of the body is kept; a form is parsed before dependencies run."""

    limit = "max_file_mb"
    """The setting with the limit."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the check in front."""
        handle = super().get_route_handler()

        async def limited(request: Request) -> Response:
            if request.method == "POST":
                await _check_length(request, getattr(request.app.state.settings, self.limit))
            return await handle(request)

        return limited


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


async def _check_length(request: Request, limit_mb: int) -> None:
    stated = request.headers.get("content-length")
    if stated is None or not stated.isdigit():
        raise Invalid("file.length_required", field="Content-Length")
    if int(stated) <= limit_mb * 2**20 + FORM_OVERHEAD:
        return
    read = 0
    async for chunk in request.stream():
        read += len(chunk)
        if read > DRAINED * limit_mb * 2**20:
            break
    raise TooLarge("file.too_large", field="file", limit_mb=limit_mb)
