"""The authority stays, certificates are renewed in time, and keys are their maker's alone."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509

from gisgov.installation import certificates
from gisgov.installation.certificates import Names, ensure

NOON = datetime(2026, 11, 20, 2, 42, tzinfo=UTC)
NAMES = Names(("desk", "desk.local", "localhost"), (IPv4Address("127.0.0.1"), IPv4Address("192.168.1.7")))


def content(folder: Path) -> tuple[bytes, bytes]:
    ensured = (folder / certificates.AUTHORITY, folder / certificates.CERTIFICATE)
    return ensured[0].read_bytes(), ensured[1].read_bytes()


@pytest.fixture
def tls(tmp_path: Path) -> Path:
    folder = tmp_path / "tls"
    ensure(folder, NAMES, NOON)
    return folder


def test_keys_are_their_makers_alone(tls: Path) -> None:
    assert tls.stat().st_mode & 0o077 == 0
    for name in (certificates.AUTHORITY_KEY, certificates.KEY):
        assert (tls / name).stat().st_mode & 0o777 == 0o600


def test_nothing_is_made_twice(tls: Path) -> None:
    before = content(tls)
    ensure(tls, NAMES, NOON + timedelta(days=300))
    fewer = replace(NAMES, addresses=NAMES.addresses[:1])
    ensure(tls, fewer, NOON)
    assert content(tls) == before


def test_a_certificate_near_its_end_is_renewed_by_the_same_authority(tls: Path) -> None:
    before = content(tls)
    ensure(tls, NAMES, NOON + timedelta(days=370))
    assert content(tls)[0] == before[0]
    assert content(tls)[1] != before[1]


def test_a_new_address_needs_no_new_trust(tls: Path) -> None:
    before = content(tls)
    ensure(tls, replace(NAMES, addresses=(*NAMES.addresses, IPv4Address("10.0.0.7"))), NOON)
    assert content(tls)[0] == before[0]
    named = x509.load_pem_x509_certificate(content(tls)[1]).extensions
    found = named.get_extension_for_class(x509.SubjectAlternativeName).value
    assert IPv4Address("10.0.0.7") in found.get_values_for_type(x509.IPAddress)


def test_another_host_name_needs_another_authority(tls: Path) -> None:
    before = content(tls)
    ensure(tls, replace(NAMES, hosts=("table", "table.local", "localhost")), NOON)
    assert content(tls)[0] != before[0]


def test_an_authority_near_its_end_is_made_anew_with_its_certificate(tls: Path) -> None:
    before = content(tls)
    ensure(tls, NAMES, NOON + timedelta(days=3640))
    after = content(tls)
    assert after[0] != before[0] and after[1] != before[1]


def test_a_key_that_was_lost_or_replaced_is_drawn_anew(tls: Path) -> None:
    before = content(tls)
    (tls / certificates.KEY).unlink()
    ensure(tls, NAMES, NOON)
    assert content(tls)[0] == before[0] and content(tls)[1] != before[1]
    between = content(tls)
    (tls / certificates.KEY).write_bytes((tls / certificates.AUTHORITY_KEY).read_bytes())
    ensure(tls, NAMES, NOON)
    assert content(tls)[0] == before[0] and content(tls)[1] != between[1]


def test_the_authority_signs_for_no_website(tls: Path) -> None:
    """A certificate for a stranger's name, signed by the stolen key, is refused by whoever trusts the authority."""
    pair = certificates._read(tls / certificates.AUTHORITY, tls / certificates.AUTHORITY_KEY)
    assert pair
    forged = certificates._server(Names(("www.example.org",), ()), NOON, pair)
    certificates._keep(tls / "forged.crt", tls / "forged.key", forged)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shake_hands(tls / "forged.crt", tls / "forged.key", tls / certificates.AUTHORITY, "www.example.org")
    shake_hands(
        tls / certificates.CERTIFICATE, tls / certificates.KEY, tls / certificates.AUTHORITY, "desk.local"
    )


def shake_hands(certificate: Path, key: Path, trusted: Path, name: str) -> None:
    """Let a server and a client of TLS talk in memory."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, key)
    asking = ssl.create_default_context(cafile=trusted)
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = serving.wrap_bio(up, down, server_side=True)
    client = asking.wrap_bio(down, up, server_hostname=name)
    done = False
    while not done:
        done = all([_step(client), _step(server)])


def _step(side: ssl.SSLObject) -> bool:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
