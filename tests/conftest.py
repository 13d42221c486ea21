"""What every test can ask for: real PostGIS databases, a clock that stands still, the programs themselves."""

import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, make_url, text

from api.app import create_app
from gisgov.demo.load import Loader
from gisgov.demo.model import SMALL
from gisgov.demo.outline import read_outline
from gisgov.installation.cluster import Cluster
from gisgov.installation.migrate import upgrade
from gisgov.installation.server import TEMPLATE
from gisgov.intake import service as intake
from gisgov.kernel.actor import SYSTEM, Actor
from gisgov.kernel.clock import Clock, FixedClock
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.settings import Settings, load_settings
from gisgov.timing import service as timing

DISTRICT_SEED = 370112
FLAGS = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    # Drawing without a graphics card, the same on every machine.
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


@pytest.fixture(scope="session")
def server() -> Settings:
    """The addresses of a running PostGIS server: the stated one, or a cluster for tests alone."""
    settings = load_settings()
    if os.environ.get("GISGOV_DATABASE_URL"):
        return settings
    urls = Cluster(settings.data_dir / "tests", durable=False).start()
    return settings.model_copy(update={"database_url": urls.owner_url, "app_database_url": urls.app_url})


@pytest.fixture(scope="session")
def maintenance(server: Settings) -> Iterator[Engine]:
    """A connection that can make and drop databases."""
    url = make_url(server.database_url).set(database="postgres")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@contextmanager
def made_database(maintenance: Engine, server: Settings, template: str, data_dir: Path) -> Iterator[Settings]:
    """Clone a database, say how to reach it, and drop it afterwards."""
    name = f"gisgov_test_{uuid4().hex[:12]}"
    with maintenance.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield server.model_copy(
            update={
                "database_url": _at(server.database_url, name),
                "app_database_url": _at(server.app_database_url, name),
                "data_dir": data_dir,
            }
        )
    finally:
        with maintenance.connect() as conn:
            conn.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _at(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated(
    maintenance: Engine, server: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A database with the newest schema and nothing in it; others are cloned from it."""
    data_dir = tmp_path_factory.mktemp("template")
    with made_database(maintenance, server, TEMPLATE, data_dir) as settings:
        upgrade(settings.database_url)
        yield settings


@pytest.fixture(scope="session")
def shared_settings(
    maintenance: Engine, server: Settings, migrated: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of the database that tests share as long as they roll back."""
    template = str(make_url(migrated.database_url).database)
    with made_database(maintenance, server, template, tmp_path_factory.mktemp("shared")) as settings:
        yield settings


@pytest.fixture
def clock() -> FixedClock:
    """Friday 20 November 2026, 10:42 in Shanghai, until the test moves it."""
    return FixedClock(datetime(2026, 11, 20, 2, 42, tzinfo=UTC))


@pytest.fixture(scope="session")
def shared_database(shared_settings: Settings) -> Iterator[Database]:
    """The pool on the shared database, as ``gisgov_app``."""
    database = Database(shared_settings)
    yield database
    database.close()


@pytest.fixture
def tx(shared_database: Database, clock: FixedClock) -> Iterator[Tx]:
    """A transaction of the system that is rolled back at the end."""
    with shared_database.engine.connect() as conn:
        transaction = conn.begin()
        yield Tx(conn, SYSTEM, clock.now(), shared_database.settings)
        transaction.rollback()


@pytest.fixture
def as_actor(tx: Tx) -> Callable[[Actor], Tx]:
    """The same transaction on behalf of somebody else."""
    return tx.acting_as


@pytest.fixture
def settings(maintenance: Engine, server: Settings, migrated: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a database of the test's own, for tests that commit."""
    template = str(make_url(migrated.database_url).database)
    with made_database(maintenance, server, template, tmp_path) as own:
        yield own


@pytest.fixture
def database(settings: Settings, clock: FixedClock) -> Iterator[Database]:
    """The pool on the test's own database, as ``gisgov_app``."""
    own = Database(settings, clock)
    yield own
    own.close()


@pytest.fixture
def client(settings: Settings, clock: FixedClock) -> Iterator[TestClient]:
    """The web service on the test's own database."""
    with TestClient(create_app(settings, clock)) as own:
        yield own


@pytest.fixture(scope="session")
def loaded_district(
    maintenance: Engine, server: Settings, migrated: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A small demonstration district, loaded once for tests that clone it; do not write to it."""
    template = str(make_url(migrated.database_url).database)
    with made_database(maintenance, server, template, tmp_path_factory.mktemp("district")) as settings:
        database = Database(settings)
        with database.transaction(SYSTEM) as tx:
            intake.seed(tx)
            timing.seed(tx)
        Loader(database, read_outline(), DISTRICT_SEED, SMALL).run()
        database.close()
        yield settings


@pytest.fixture(scope="module")
def district(
    maintenance: Engine, server: Settings, loaded_district: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of a small demonstration district that the tests of one file share."""
    template = str(make_url(loaded_district.database_url).database)
    with made_database(maintenance, server, template, tmp_path_factory.mktemp("own")) as own:
        yield own


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with real data sets; `docs/test-data.md` says where each comes from."""
    folder = os.environ.get("GISGOV_TEST_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("GISGOV_TEST_DATA names no folder; see docs/test-data.md")
    return Path(folder)


@pytest.fixture(scope="session")
def real_cameras(real_data: Path) -> np.ndarray:
    """Longitudes and latitudes of the 739 cameras of Washington, D.C., shape (2, 739)."""
    points = []
    for name in ("cctv-street-cameras", "camera-enforcement-locations"):
        features = json.loads((real_data / f"dc311_2016/cameras/{name}.geojson").read_text())["features"]
        points += [feature["geometry"]["coordinates"][:2] for feature in features if feature["geometry"]]
    return np.array(points, dtype=float).T


@contextmanager
def serving(settings: Settings, clock: Clock | None = None) -> Iterator[str]:
    """Serve an installation over real HTTP on a free loopback port, in a thread of this process."""
    config = uvicorn.Config(create_app(settings, clock), port=0, log_config=None, timeout_graceful_shutdown=1)
    started = threading.Event()

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started.set()

    server = Announcing(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(30), "the web service does not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture
def served(settings: Settings, clock: FixedClock) -> Iterator[str]:
    """Address of the web service on the test's own database, over real HTTP."""
    with serving(settings, clock) as address:
        yield address


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, or the one that is stated; nothing is downloaded."""
    found = os.environ.get("GISGOV_BROWSER") or shutil.which("chromium")
    return {**browser_type_launch_args, "executable_path": found, "args": list(FLAGS)}
