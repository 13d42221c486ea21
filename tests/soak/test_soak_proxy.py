"""Behind the nginx of `deploy/`: HTTP/2, and pushed events at once.

Needs nginx: apt-get install nginx-light.
"""

import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path

import pytest

from gisgov.cli.supervise import wait_ready
from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewUser, Role, SessionKind, SignedIn
from gisgov.installation import certificates
from gisgov.installation.cluster import free_port
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.clock import SystemClock
from gisgov.kernel.db import Database
from gisgov.kernel.events import emit

pytestmark = pytest.mark.soak

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
PASSWORD = "correct horse battery staple"
NAME = "gisgov.example"


@dataclass(frozen=True)
class Proxy:
    """A running nginx."""

    port: int
    tls: Path

    def connect(self, *protocols: str) -> ssl.SSLSocket:
        """Shake hands as somebody who trusts the authority."""
        context = ssl.create_default_context(cafile=self.tls / certificates.AUTHORITY)
        context.set_alpn_protocols(list(protocols))
        return context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), 20), server_hostname=NAME
        )

    def ask(self, path: str, **headers: str) -> HTTPResponse:
        """Ask over HTTP/1.1."""
        connection = HTTPSConnection(NAME, self.port, timeout=20)
        connection.sock = self.connect("http/1.1")
        connection.request("GET", path, headers=headers)
        return connection.getresponse()


@pytest.fixture
def proxy(served: str, tmp_path: Path) -> Iterator[Proxy]:
    nginx = shutil.which("nginx")
    assert nginx, "apt-get install nginx-light"
    names = certificates.Names((NAME,), (ip_address("127.0.0.1"),))
    certificates.ensure(tmp_path / "tls", names, SystemClock().now())
    port = free_port()
    config = tmp_path / "nginx.conf"
    config.write_text(configuration(served.rpartition(":")[2], port, tmp_path), encoding="utf-8")
    command = [nginx, "-p", str(tmp_path), "-c", str(config), "-e", str(tmp_path / "error.log")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    with subprocess.Popen([*command, "-g", "daemon off;"]) as process:
        assert wait_ready(("127.0.0.1", port), threading.Event(), "https")
        yield Proxy(port, tmp_path / "tls")
        process.terminate()
        process.wait(20)


def configuration(upstream: str, port: int, folder: Path) -> str:
    """Return the example as one reads it in `http {}`, with this test's ports, certificate and folders."""
    example = EXAMPLE.read_text("utf-8")
    example = example.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}").replace(
        "/etc/ssl/gisgov/fullchain.pem", "tls/server.crt"
    )
    example = example.replace("/etc/ssl/gisgov/key.pem", "tls/server.key")
    example = re.sub(r"listen \[::\].*\n", "", example)
    example = example.replace("listen 443 ", f"listen {port} ").replace(
        "listen 80;", f"listen {free_port()};"
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;" if folder.owner() == "root" else ""
    return f"{user}\npid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{folders}\n{example}\n}}\n"


@pytest.fixture
def token(database: Database) -> str:
    with database.transaction(SYSTEM) as tx:
        user = identity.create_user(tx, NewUser("somebody", "某人"), PASSWORD)
        area = identity.create_area(tx, tree="admin", level_name="区县", code="370112", name="历城区")
        identity.grant(tx, NewGrant(user.id, Role.DISPATCHER, area_id=area.id))
    with database.transaction(SYSTEM) as tx:
        signed_in = identity.sign_in(tx, "somebody", PASSWORD, "test", SessionKind.BEARER)
    assert isinstance(signed_in, SignedIn)
    return signed_in.token


def test_browsers_are_offered_http_2(proxy: Proxy) -> None:
    with proxy.connect("h2", "http/1.1") as connected:
        assert connected.selected_alpn_protocol() == "h2"


def test_an_event_passes_at_once(proxy: Proxy, database: Database, token: str) -> None:
    reply = proxy.ask("/api/live", Authorization=f"Bearer {token}")
    assert reply.status == 200
    assert "event: snapshot" in _until_blank(reply)
    with database.transaction(SYSTEM) as tx:
        user_id = identity.users(tx)[0].id
        emit(tx, "order.reported", subject=("order", 1), user_ids=(user_id,))
    assert "order.reported" in _until_blank(reply)


def _until_blank(reply: HTTPResponse) -> str:
    lines = []
    while line := reply.readline().decode().strip():
        lines.append(line)
    return "\n".join(lines)
