"""The web service as `./run serve --host 0.0.0.0` starts it: a process, its own authority, real TLS."""

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

from gisgov.cli.supervise import wait_ready
from gisgov.installation.cluster import free_port
from gisgov.kernel.settings import Settings

HOST = socket.gethostname().lower()
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a phone can reach
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Served:
    """A running service and what its terminal shows."""

    port: int
    tls: Path
    shown: Path

    def trusting(self) -> ssl.SSLContext:
        """Return what a device does that was told to trust the authority, and no other."""
        return ssl.create_default_context(cafile=self.tls / "authority.crt")

    def ask(self, name: str, method: str = "GET", path: str = "/healthz", **more: object) -> HTTPResponse:
        """Ask it by one of its names; whichever it is, the way leads to this machine."""
        context = self.trusting()
        connection = HTTPSConnection(name, self.port, context=context, timeout=20)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sock = context.wrap_socket(plain, server_hostname=name)
        connection.request(method, path, **more)  # type: ignore[arg-type]
        return connection.getresponse()


@contextmanager
def served_over_https(settings: Settings, *options: str) -> Iterator[Served]:
    """Start the service on every address of this machine, wait until it answers, and stop it."""
    port = free_port()
    environment = os.environ | {
        "GISGOV_DATA_DIR": str(settings.data_dir),
        "GISGOV_DATABASE_URL": settings.database_url,
        "GISGOV_APP_DATABASE_URL": settings.app_database_url,
        "GISGOV_WEB_DIR": str(ROOT / "web" / "dist"),
        "LC_ALL": "en_US.UTF-8",
        "PYTHONIOENCODING": "utf-8",
    }
    command = [
        sys.executable,
        "-m",
        "gisgov.cli",
        "serve",
        "--host",
        EVERYWHERE,
        "--port",
        str(port),
        *options,
    ]
    shown = settings.data_dir / "shown.txt"
    with shown.open("wb") as terminal, subprocess.Popen(command, env=environment, stdout=terminal) as process:
        try:
            assert wait_ready(("127.0.0.1", port), threading.Event(), "https")
            yield Served(port, settings.data_dir / "tls", shown)
        finally:
            process.terminate()
            process.wait(20)
