"""A certificate for this machine in its own network, signed by an authority of its own.

Phones give position and service workers to pages over HTTPS alone, and no public authority signs for the names and
addresses of a local network. Whoever trusts this one trusts it for this machine's names and for addresses, and for
no other name: its certificate says so (RFC 5280, 4.2.1.10).
"""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Final

import ifaddr
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FOLDER: Final = "tls"
AUTHORITY: Final = "authority.crt"
AUTHORITY_KEY: Final = "authority.key"
CERTIFICATE: Final = "server.crt"
KEY: Final = "server.key"

AUTHORITY_LASTS: Final = timedelta(days=3650)
CERTIFICATE_LASTS: Final = timedelta(days=397)
"""Apple's systems take no longer ones from 2020 on (825 days from an authority of one's own)."""
RENEWED_BEFORE: Final = timedelta(days=30)
CLOCKS_DIFFER: Final = timedelta(days=1)

_ANY_ADDRESS: Final = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Names:
    """What a machine is called in its network."""

    hosts: tuple[str, ...]
    addresses: tuple[Address, ...]

    def alternatives(self) -> list[x509.GeneralName]:
        """Return them as a certificate says them."""
        return [*map(x509.DNSName, self.hosts), *map(x509.IPAddress, self.addresses)]


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in memory."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def names_of_this_machine() -> Names:
    """Return host name, its name for multicast DNS, and every address that another machine could use."""
    host = socket.gethostname().lower()
    hosts = dict.fromkeys((host, f"{host.partition('.')[0]}.local", "localhost"))
    found = (
        ip_address(str(ip.ip if ip.is_IPv4 else ip.ip[0]))
        for each in ifaddr.get_adapters()
        for ip in each.ips
    )
    addresses = sorted(
        {each for each in found if not each.is_link_local}, key=lambda each: (each.version, each)
    )
    return Names(tuple(hosts), tuple(addresses))


def lan_address(names: Names) -> Address:
    """Return the address that others in the network most probably reach this machine by.

    It is the one from which this machine would go out; nothing is sent to find that.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))
            outgoing = ip_address(probe.getsockname()[0])
        except OSError:
            outgoing = None
    if outgoing is not None and outgoing in names.addresses:
        return outgoing
    others = (each for each in names.addresses if not each.is_loopback)
    return next(others, IPv4Address("127.0.0.1"))


def ensure(folder: Path, names: Names, now: datetime) -> None:
    """Make authority and certificate below a folder, or renew what is near its end or names too little.

    The authority stays as long as it can: every phone that trusts it would have to be told anew.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = _read(folder / AUTHORITY, folder / AUTHORITY_KEY)
    if authority is None or _ends_soon(authority, now) or not _may_sign_for(authority, names):
        authority = _authority(names, now)
        _keep(folder / AUTHORITY, folder / AUTHORITY_KEY, authority)
    server = _read(folder / CERTIFICATE, folder / KEY)
    if server is None or _ends_soon(server, now) or not _serves(server, names, authority):
        _keep(folder / CERTIFICATE, folder / KEY, _server(names, now, authority))


def authority_of(folder: Path) -> x509.Certificate | None:
    """Return the certificate of the local authority, when there is one."""
    path = folder / AUTHORITY
    return x509.load_pem_x509_certificate(path.read_bytes()) if path.is_file() else None


def ends(folder: Path) -> datetime | None:
    """Return until when the certificate of a folder is good, when there is one."""
    path = folder / CERTIFICATE
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc if path.is_file() else None


def fingerprint(certificate: x509.Certificate) -> str:
    """Return SHA-256 of a certificate as phones show it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _authority(names: Names, now: datetime) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(f"gisgov {names.hosts[0]}")
    permitted = [*map(x509.DNSName, names.hosts), *(x509.IPAddress(each) for each in _ANY_ADDRESS)]
    builder = (
        _builder(subject, key, now, AUTHORITY_LASTS)
        .issuer_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
    )
    return Pair(builder.sign(key, hashes.SHA256()), key)


def _server(names: Names, now: datetime, authority: Pair) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        _builder(_name(names.hosts[0]), key, now, CERTIFICATE_LASTS)
        .issuer_name(authority.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names.alternatives()), critical=False)
        .add_extension(issuer, critical=False)
    )
    return Pair(builder.sign(authority.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now - CLOCKS_DIFFER + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])


def _usage(*used: str) -> x509.KeyUsage:
    known = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{each: each in used for each in known})


def _ends_soon(pair: Pair, now: datetime) -> bool:
    return pair.certificate.not_valid_after_utc - now < RENEWED_BEFORE


def _may_sign_for(authority: Pair, names: Names) -> bool:
    constraints = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = {
        each.value for each in constraints.permitted_subtrees or () if isinstance(each, x509.DNSName)
    }
    return permitted.issuperset(names.hosts)


def _serves(server: Pair, names: Names, authority: Pair) -> bool:
    """Whether a certificate is this authority's and names everything; an address that went away does no harm."""
    try:
        server.certificate.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError):
        return False
    found = server.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(found).issuperset(names.alternatives())


def _read(certificate: Path, key: Path) -> Pair | None:
    if not (certificate.is_file() and key.is_file()):
        return None
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    pair = Pair(x509.load_pem_x509_certificate(certificate.read_bytes()), private)
    return pair if pair.certificate.public_key() == private.public_key() else None


def _keep(certificate: Path, key: Path, pair: Pair) -> None:
    """Write the key first: one without its certificate is drawn anew, a certificate without its key is of no use."""
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    _write(key, pair.key.private_bytes(serialization.Encoding.PEM, *form), 0o600)
    _write(certificate, pair.certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    fresh = path.with_suffix(f"{path.suffix}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_EXCL, mode), "wb") as out:
        out.write(content)
    fresh.rename(path)
