"""How a phone comes to trust an installation that signs for itself."""

from pathlib import Path
from string import Template
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.deps import public
from gisgov.installation.certificates import FOLDER, authority_of, fingerprint
from gisgov.kernel.catalogue import negotiate
from gisgov.kernel.errors import NotFound
from gisgov.kernel.settings import Settings

# pages for people and no part of the interface that programs read
router = APIRouter(prefix="/trust", include_in_schema=False)

PAGES: Final = Path(__file__).parent / "pages"
BEFORE_SIGNING_IN = public(
    "a device must trust the installation before anybody signs in; what it shows is public"
)


@router.get("", dependencies=[BEFORE_SIGNING_IN], response_class=HTMLResponse)
def page(request: Request) -> HTMLResponse:
    """Show how a device is told to trust this installation, in the caller's language."""
    authority = _authority(request)
    language = negotiate(request.headers.get("accept-language"))
    words = Template((PAGES / f"trust.{language}.html").read_text("utf-8"))
    name = str(authority.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
    shown = words.substitute(fingerprint=fingerprint(authority), name=name)
    return HTMLResponse(shown, headers={"Content-Language": language, "Vary": "Accept-Language"})


@router.get("/authority.crt", dependencies=[BEFORE_SIGNING_IN], response_class=Response)
def certificate(request: Request) -> Response:
    """Return the authority's certificate (DER), as phones install it."""
    content = _authority(request).public_bytes(Encoding.DER)
    return Response(content, media_type="application/x-x509-ca-cert")


def _authority(request: Request) -> x509.Certificate:
    settings: Settings = request.app.state.settings
    found = authority_of(settings.data_dir / FOLDER)
    if found is None:
        raise NotFound("serve.no_authority")
    return found
