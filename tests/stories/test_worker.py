"""The worker as a process: events are reacted to, clocks that run out are supervised, without being asked."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from gisgov.intake.model import NewReport
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database
from gisgov.kernel.settings import Settings
from gisgov.orders import service as orders
from tests.grid_makers import middle
from tests.order_makers import found

PATIENCE_S = 60


@pytest.fixture
def working(settings: Settings) -> Iterator[Database]:
    """A town whose worker runs; its clock is the machine's."""
    database = Database(settings)
    with database.transaction(SYSTEM) as tx:
        found(tx)
    environment = os.environ | {
        "GISGOV_DATA_DIR": str(settings.data_dir),
        "GISGOV_DATABASE_URL": settings.database_url,
        "GISGOV_APP_DATABASE_URL": settings.app_database_url,
    }
    with subprocess.Popen([sys.executable, "-m", "gisgov.cli", "work"], env=environment) as process:
        yield database
        process.terminate()
    database.close()


def comes(database: Database, query: str, wanted: object) -> bool:
    """Wait until the database gives a value."""
    for _ in range(PATIENCE_S * 5):
        with database.transaction(SYSTEM) as tx:
            if tx.conn.execute(text(query)).scalar_one_or_none() == wanted:
                return True
        threading.Event().wait(0.2)
    return False


def test_the_worker_counts_and_supervises_by_itself(working: Database) -> None:
    lon, lat = middle(1, 1)
    with working.transaction(SYSTEM) as tx:
        no = orders.report(tx, NewReport("resident", "路灯不亮", lon, lat, "wgs84")).order_no
    assert comes(working, "SELECT sum(n) FROM heat", 1)
    with working.transaction(SYSTEM) as tx:
        tx.conn.execute(text("UPDATE orders SET due_at = now() WHERE no = :no"), {"no": no})
    assert comes(working, "SELECT origin FROM supervision", "overdue")
    assert comes(working, "SELECT supervised FROM orders", True)
