"""The web application, made from settings; tests make as many as they like."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.gzip import GZipMiddleware

from api import (
    cells,
    errors,
    files,
    grids,
    health,
    heat,
    layers,
    live,
    locate,
    nearest,
    orders,
    patrol,
    registry,
    reports,
    session,
    setup,
    tiles,
    track,
    trust,
    users,
)
from api.console import Protect, mount_console
from api.health import Count, Figures
from api.hub import Hub
from api.tile_tags import TileTags
from basemaps.catalog import BaseMaps
from gisgov import __version__
from gisgov.kernel import logs
from gisgov.kernel.clock import Clock
from gisgov.kernel.db import Database
from gisgov.kernel.settings import Settings, load_settings
from layers.catalog import Catalog

ROUTERS = (
    health.router,
    live.router,
    session.router,
    setup.router,
    users.router,
    files.router,
    locate.router,
    grids.router,
    cells.router,
    registry.router,
    patrol.router,
    nearest.router,
    reports.router,
    orders.router,
    track.router,
    layers.router,
    heat.router,
    tiles.router,
    trust.router,
)


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    """Make the web application of one installation.

    Parameters
    ----------
    settings : Settings, optional
        Those of the process when left out, so that uvicorn can call this as a factory.
    clock : Clock, optional
        The machine's when left out.
    """
    logs.configure()
    settings = settings or load_settings()
    app = FastAPIOffline(title="gisgov", version=__version__, lifespan=_lifespan, redoc_url=None)
    app.state.settings = settings
    app.state.database = Database(settings, clock)
    app.state.admission = asyncio.Semaphore(settings.pool_size)
    app.state.hub = Hub(app.state.database)
    app.state.figures = Figures()
    app.state.layers = Catalog.load()
    app.state.base_maps = BaseMaps.load()
    app.state.tile_tags = TileTags(app.state.layers)
    app.state.hub.watchers.append(app.state.tile_tags.watch)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(Protect)
    app.add_middleware(Count, figures=app.state.figures)
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    mount_console(app, settings)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    listening = asyncio.create_task(app.state.hub.run())
    yield
    listening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listening
    app.state.database.close()
