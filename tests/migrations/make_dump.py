"""Makes the dump of a version: ``python -m tests.migrations.make_dump``, once, just before the version is released.

It holds a small town with orders in several states, a photo, a draft and a household, as plain SQL that every
PostgreSQL from 15 on reads. `test_upgrades.py` leads each of these dumps to the newest schema.
"""

import gzip
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import shapely
from psycopg import sql
from sqlalchemy import make_url

from gisgov import __version__
from gisgov.installation import dump
from gisgov.installation.cluster import Cluster
from gisgov.installation.migrate import upgrade
from gisgov.installation.server import TEMPLATE, conninfo
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.clock import FixedClock
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.settings import Settings, load_settings
from gisgov.registry import service as registry
from gisgov.registry.model import Kind
from tests.grid_makers import board, put, square
from tests.order_makers import NOON, found

FOLDER = Path(__file__).parent / "dumps"
NOT_EVERYWHERE = re.compile(rb"^(SET transaction_timeout|\\(un)?restrict).*\n", re.MULTILINE)
"""What only the newest PostgreSQL programs write and read."""


def fill(tx: Tx) -> None:
    """Let people live and work in the town until there is one of everything."""
    town = found(tx)
    cells = board()
    put(tx, replace(cells, names=[f"新{name}" for name in cells.names]))
    town.report()
    town.act("worker", town.report(1, 1).order_no, "sign_in")
    handled = town.report(1, 0, category="city.road")
    town.handled(handled.order_no, "other_worker")
    closed = town.report(1, 1)
    town.handled(closed.order_no)
    town.report(40, 40)
    _household(tx)


def _household(tx: Tx) -> None:
    building = {"code": "B1", "name": "一号楼", "address": "花园路 1 号", "floors": "6"}
    house = {"building_code": "B1", "unit": "1", "room": "101", "occupancy": "自住"}
    registry.import_rows(tx, Kind.BUILDING, [building], shapely.buffer([square(1, 1).centroid], 0.0001))
    registry.import_rows(tx, Kind.HOUSE, [house])


def dumped(settings: Settings) -> bytes:
    """Return a database's content as SQL that replaces another's."""
    owner = Database(settings.model_copy(update={"app_database_url": settings.database_url}))
    with TemporaryDirectory() as folder, owner.transaction(SYSTEM) as tx:
        path = Path(folder, "dump")
        dump.take(settings.database_url, dump.freeze(tx.conn), path)
        content = b"".join(dump.script(path))
    owner.close()
    return NOT_EVERYWHERE.sub(b"", content)


def main() -> None:
    """Write the dump of this version."""
    urls = Cluster(load_settings().data_dir / "tests", durable=False).start()
    name = f"gisgov_dump_{uuid4().hex[:12]}"
    at = {
        "database_url": make_url(urls.owner_url).set(database=name).render_as_string(hide_password=False),
        "app_database_url": make_url(urls.app_url).set(database=name).render_as_string(hide_password=False),
    }
    with psycopg.connect(conninfo(urls.owner_url, "postgres"), autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, TEMPLATE)))
        )
        try:
            with TemporaryDirectory() as data_dir:
                _write(Settings(data_dir=Path(data_dir), **at))
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _write(settings: Settings) -> None:
    upgrade(settings.database_url)
    database = Database(settings, FixedClock(NOON))
    with database.transaction(SYSTEM) as tx:
        fill(tx)
    database.close()
    FOLDER.mkdir(exist_ok=True)
    # the time in the head of a gzip would make two equal dumps differ
    (FOLDER / f"{__version__}.sql.gz").write_bytes(gzip.compress(dumped(settings), mtime=0))


if __name__ == "__main__":
    main()
