"""Whether the service lives, whether it can work, and its figures for Prometheus."""

import time

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from sqlalchemy import text
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deps import database_of, public
from gisgov.kernel.actor import NOBODY

router = APIRouter(tags=["health"])

A_BALANCER = public("a load balancer asks, some of them for the head alone")


class Figures:
    """What one process counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gisgov_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "gisgov_request_seconds", "Time to answer.", ["method", "route"], registry=self.registry
        )
        self.live_clients = Gauge(
            "gisgov_live_clients", "Screens connected for push.", registry=self.registry
        )


@router.head("/healthz", include_in_schema=False, dependencies=[A_BALANCER])
@router.get("/healthz", dependencies=[A_BALANCER])
def alive() -> dict[str, str]:
    """Answer as long as the process runs."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False, dependencies=[A_BALANCER])
@router.get("/readyz", dependencies=[A_BALANCER])
def ready(request: Request) -> dict[str, str]:
    """Answer when the database does."""
    with database_of(request).transaction(NOBODY) as tx:
        tx.conn.execute(text("SELECT 1"))
    return {"status": "ready"}


@router.get("/metrics", dependencies=[public("figures only, no content")])
def metrics(request: Request) -> Response:
    """Return the figures of this process."""
    figures: Figures = request.app.state.figures
    return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)


class Count:
    """Counts every request by its route, and the time until the answer begins."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and count it."""
        began = time.perf_counter()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "none")
                self._figures.requests.labels(scope["method"], route, message["status"]).inc()
                self._figures.seconds.labels(scope["method"], route).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, send_counted if scope["type"] == "http" else send)
