"""The built console, served from here; nothing of it comes from another host."""

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gisgov.kernel.settings import Settings

POLICY = (
    "default-src 'self'; img-src 'self' data: blob: https:; style-src 'self' 'unsafe-inline'; "
    "worker-src 'self' blob:; connect-src 'self' https:; frame-ancestors 'none'; base-uri 'none'"
)
DOCS = ("/docs", "/docs/oauth2-redirect")
"""FastAPI's own page starts its script in line; it is the one page that may."""


class Protect:
    """Sends the headers that keep strangers' scripts and frames out of every page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with the headers added."""

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                if scope["path"] not in DOCS:
                    headers["Content-Security-Policy"] = POLICY
            await send(message)

        await self._app(scope, receive, send_protected if scope["type"] == "http" else send)


def mount_console(app: FastAPI, settings: Settings) -> None:
    """Serve the built console at ``/``; last, because it takes every path that is left."""
    if settings.web_dir.is_dir():
        app.mount("/", StaticFiles(directory=settings.web_dir, html=True), name="console")
