"""How the web service speaks: HTTP to this machine alone, HTTPS to others."""

from dataclasses import dataclass
from io import StringIO
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import segno

from gisgov.cli.words import in_callers_language
from gisgov.installation import certificates
from gisgov.kernel.clock import SystemClock
from gisgov.kernel.errors import Invalid
from gisgov.kernel.settings import Settings

TRUST_PAGE: Final = "/trust"


@dataclass(frozen=True)
class Https:
    """A certificate to serve with; `fingerprint` of the authority when it is the installation's own."""

    certificate: Path
    key: Path
    fingerprint: str | None


def chosen(
    settings: Settings, host: str, cert: Path | None, key: Path | None, *, plain: bool
) -> Https | None:
    """Return what to serve HTTPS with, made when there is none; nothing where HTTP will do.

    Raises
    ------
    Invalid
        A certificate without its key or the other way round, or together with plain HTTP; code ``serve.options``.
    """
    if (cert is None) != (key is None) or (plain and cert is not None):
        raise Invalid("serve.options")
    if cert is not None and key is not None:
        return Https(cert, key, None)
    if plain or _is_loopback(host):
        return None
    folder = settings.data_dir / certificates.FOLDER
    certificates.ensure(folder, certificates.names_of_this_machine(), SystemClock().now())
    authority = certificates.authority_of(folder)
    assert authority is not None
    found = certificates.fingerprint(authority)
    return Https(folder / certificates.CERTIFICATE, folder / certificates.KEY, found)


def invitation(https: Https, host: str, port: int) -> str:
    """Return what the terminal shows: the address for phones, also to be scanned, and how they come to trust it."""
    named = host if not _is_any(host) else str(certificates.lan_address(certificates.names_of_this_machine()))
    address = f"https://{f'[{named}]' if ':' in named else named}:{port}"
    scanned = StringIO()
    if https.fingerprint is None:
        segno.make(address, error="m").terminal(scanned, compact=True)
        words = in_callers_language("serve.address", {"address": address})
    else:
        segno.make(address + TRUST_PAGE, error="m").terminal(scanned, compact=True)
        given = {"address": address, "page": address + TRUST_PAGE, "fingerprint": https.fingerprint}
        words = in_callers_language("serve.trust", given)
    return f"{scanned.getvalue()}\n{words.title}\n{words.advice}\n"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_any(host: str) -> bool:
    return host in {"0.0.0.0", "::", ""}  # noqa: S104 - compared, not listened on
