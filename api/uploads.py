"""What is sent to be kept or read: bounded before anything of it is kept, and given a path where a reader wants one."""

import re
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import Request, Response, UploadFile
from fastapi.routing import APIRoute

from gisgov.kernel.errors import Invalid, TooLarge

FORM_OVERHEAD = 64 * 1024
DRAINED = 8
"""So many times the limit are read and thrown away, so that the sender gets the answer and no broken pipe."""
LONGEST_NAME = 60
"""Characters kept of a name, its end with the suffix; any file system takes as many, in Chinese too."""
UNFIT = re.compile(r"[^\w.\-]+")


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


class ImportRoute(LimitedRoute):
    """Refuses what is over the limit of imports."""

    limit = "max_import_mb"


def own_name(sent: str | None) -> str:
    """Return the name a sender gave a file, which messages call it by, as far as it is fit for a path."""
    return UNFIT.sub("_", Path(sent or "").name).lstrip(".")[-LONGEST_NAME:] or "upload"


@contextmanager
def on_disk(upload: UploadFile) -> Iterator[Path]:
    """Give an upload a path with its own name, by which formats are known; it was never in memory whole."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / own_name(upload.filename)
        with path.open("wb") as target:
            shutil.copyfileobj(upload.file, target, 1 << 20)
        yield path


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
