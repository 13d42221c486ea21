"""The key by which id numbers are matched without being stored."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from gisgov.kernel.settings import Settings

FILE = "registry.key"
KEY_BYTES = 32


def matching_key(settings: Settings) -> bytes:
    """Return the installation's key: the stated one, else one drawn once and kept beside the data.

    Several processes may ask for it at once for the first time; all get the same.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.data_dir / FILE
    if not path.exists():
        _draw(path)
    return path.read_bytes()


def _draw(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, written = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        # linking fails when the other process was faster, and never shows half a key
        with contextlib.suppress(FileExistsError):
            os.link(written, path)
    finally:
        Path(written).unlink()
