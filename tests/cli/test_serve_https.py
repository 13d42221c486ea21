"""Served to a network, the web speaks TLS that those accept who trust its authority, and nobody else."""

import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno

from gisgov.cli.https import chosen, invitation
from gisgov.identity import service as identity
from gisgov.identity.model import NewUser
from gisgov.installation import certificates
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database
from gisgov.kernel.errors import Invalid
from gisgov.kernel.settings import Settings
from tests.conftest import made_database
from tests.https_serving import EVERYWHERE, HOST, Served, served_over_https

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def served(maintenance, server, migrated, tmp_path_factory) -> Iterator[Served]:
    template = migrated.database_url.rpartition("/")[2]
    with made_database(maintenance, server, template, tmp_path_factory.mktemp("https")) as settings:
        database = Database(settings)
        with database.transaction(SYSTEM) as tx:
            identity.create_user(tx, NewUser("somebody", "某人"), PASSWORD)
        database.close()
        with served_over_https(settings) as served:
            yield served


@pytest.mark.parametrize("name", [HOST, f"{HOST.partition('.')[0]}.local", "localhost", "127.0.0.1"])
def test_whoever_trusts_the_authority_is_answered_by_every_name(served: Served, name: str) -> None:
    assert served.ask(name).status == 200


def test_whoever_does_not_trust_it_is_warned(served: Served) -> None:
    connected = socket.create_connection(("127.0.0.1", served.port), timeout=20)
    with connected, pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        ssl.create_default_context().wrap_socket(connected, server_hostname=HOST)


def test_no_other_name_is_served(served: Served) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for"):
        served.ask("example.org")


def test_the_session_goes_over_tls_alone(served: Served) -> None:
    body = json.dumps({"login": "somebody", "password": PASSWORD})
    reply = served.ask(HOST, "POST", "/api/session", body=body, headers={"Content-Type": "application/json"})
    assert reply.status == 200
    assert "Secure" in str(reply.headers["set-cookie"])


def test_the_terminal_shows_address_and_fingerprint(served: Served) -> None:
    authority = certificates.authority_of(served.tls)
    assert authority
    shown = served.shown.read_text("utf-8")
    address = certificates.lan_address(certificates.names_of_this_machine())
    assert f"https://{address}:{served.port}/trust" in shown
    assert certificates.fingerprint(authority) in shown
    assert "\u2588" in shown or "\u2580" in shown  # blocks that a camera reads


@pytest.mark.parametrize(("language", "words"), [("zh", "信任本系统"), ("en", "Trust this installation")])
def test_the_page_says_how_to_trust_it(served: Served, language: str, words: str) -> None:
    reply = served.ask(HOST, path="/trust", headers={"Accept-Language": language})
    page = reply.read().decode()
    authority = certificates.authority_of(served.tls)
    assert authority
    assert reply.headers["content-type"].startswith("text/html")
    assert words in page
    assert certificates.fingerprint(authority) in page
    assert "$" not in page


def test_phones_fetch_the_authority(served: Served) -> None:
    reply = served.ask(HOST, path="/trust/authority.crt")
    content = reply.read()
    assert reply.headers["content-type"] == "application/x-x509-ca-cert"
    assert ssl.DER_cert_to_PEM_cert(content) == (served.tls / "authority.crt").read_text("ascii")


def test_an_installation_without_authority_says_so(client) -> None:
    reply = client.get("/trust", headers={"Accept-Language": "en"})
    assert reply.status_code == 404
    assert reply.json()["code"] == "serve.no_authority"


def test_this_machine_alone_needs_no_tls(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    for host in ("127.0.0.1", "::1", "localhost"):
        assert chosen(settings, host, None, None, plain=False) is None
    assert chosen(settings, EVERYWHERE, None, None, plain=True) is None
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_of_ones_own_is_used_as_it_is(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    cert, key = tmp_path / "own.crt", tmp_path / "own.key"
    found = chosen(settings, EVERYWHERE, cert, key, plain=False)
    assert found and (found.certificate, found.key, found.fingerprint) == (cert, key, None)
    assert not settings.data_dir.exists()
    shown = invitation(found, "gisgov.example", 443)
    assert "https://gisgov.example:443" in shown and "/trust" not in shown
    assert segno.make("https://gisgov.example:443", error="m").designator[0].isdigit()
    for wrong in ((cert, None, False), (None, key, False), (cert, key, True)):
        with pytest.raises(Invalid):
            chosen(settings, EVERYWHERE, *wrong[:2], plain=wrong[2])
