"""500 reports by 16 clients while web, worker and PostgreSQL are killed: none is lost, none is there twice."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import psycopg
import pytest

from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewUser, Role
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.cluster import Cluster, free_port
from gisgov.kernel.db import Database
from gisgov.kernel.server import conninfo
from gisgov.kernel.settings import Settings
from tests import grid_makers

pytestmark = pytest.mark.soak

REPORTS = 500
CLIENTS = 16
PASSWORD = "a-long-password-1"
TRIES = 600
PAUSE_S = 0.1
COLUMNS = 4


@dataclass
class Installation:
    """A running platform of the test's own, with its own PostgreSQL."""

    cluster: Cluster
    settings: Settings
    supervisor: subprocess.Popen[str]
    address: str

    def child(self, command: str) -> int:
        """Process id of the web (`serve`) or the worker (`work`)."""
        for task in Path(f"/proc/{self.supervisor.pid}/task").iterdir():
            for child in (task / "children").read_text("utf-8").split():
                if f"\0{command}\0" in Path(f"/proc/{child}/cmdline").read_text("utf-8"):
                    return int(child)
        raise AssertionError(command)

    def ask(self, query: str) -> int:
        with psycopg.connect(conninfo(self.settings.app_database_url)) as conn:
            row = conn.execute(query).fetchone()
            return int(row[0]) if row else 0


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    cluster = Cluster(tmp_path)
    urls = cluster.start()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GISGOV_")}
    environment["GISGOV_DATA_DIR"] = str(tmp_path)
    gisgov = [sys.executable, "-m", "gisgov.cli"]
    subprocess.run([*gisgov, "init"], env=environment, check=True)
    settings = Settings(data_dir=tmp_path, database_url=urls.owner_url, app_database_url=urls.app_url)
    people_a_district(settings)
    port = str(free_port())
    command = [*gisgov, "up", "--port", port]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout
        address = supervisor.stdout.readline().strip()
        # Somebody has to read on, or the programs stop when the pipe is full of what they say.
        threading.Thread(target=supervisor.stdout.read, daemon=True).start()
        yield Installation(cluster, settings, supervisor, address)
        supervisor.terminate()
    cluster.reset()


def people_a_district(settings: Settings) -> None:
    database = Database(settings)
    with database.transaction(SYSTEM) as tx:
        grid_makers.publish(tx, grid_makers.board(COLUMNS, COLUMNS))
        user = identity.create_user(tx, NewUser("soak", "Soak"), PASSWORD)
        identity.grant(tx, NewGrant(user.id, Role.DISPATCHER))
    database.close()


def insist(client: httpx.Client, address: str, number: int, pause: threading.Event) -> str:
    """Send one report under one key until it is answered; the order's number."""
    lon, lat = grid_makers.middle(number % COLUMNS, number // COLUMNS % COLUMNS)
    body = {"source": "telephone", "content": f"report {number}", "lon": lon, "lat": lat, "datum": "wgs84"}
    for _ in range(TRIES):
        try:
            reply = client.post(
                f"{address}/api/reports", json=body, headers={"Idempotency-Key": f"soak-{number}"}
            )
        except httpx.TransportError:
            pause.wait(PAUSE_S)
            continue
        if reply.status_code == httpx.codes.CREATED:
            return str(reply.json()["order_no"])
        assert reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR, reply.text
        pause.wait(PAUSE_S)
    raise AssertionError(f"report {number} was never answered")


def kill_in_turn(installation: Installation, answered: threading.Semaphore) -> None:
    """Kill web, worker and PostgreSQL, one after every fifth of the answers; then web again."""
    for victim in ("serve", "work", "postgres", "serve"):
        for _ in range(REPORTS // 5):
            answered.acquire()
        pid = installation.cluster.pid() if victim == "postgres" else installation.child(victim)
        assert pid
        os.kill(pid, signal.SIGKILL)


def wait_for_jobs(installation: Installation, pause: threading.Event) -> None:
    query = (
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'react' AND status IN ('todo', 'doing')"
    )
    for _ in range(TRIES):
        if installation.ask(query) == 0:
            return
        pause.wait(1)
    raise AssertionError("jobs of events are left undone")


def test_every_answered_report_is_there_once(installation: Installation) -> None:
    pause, answered = threading.Event(), threading.Semaphore(0)
    with httpx.Client(timeout=30, limits=httpx.Limits(max_connections=CLIENTS)) as client:
        signed = client.post(
            f"{installation.address}/api/session?kind=bearer", json={"login": "soak", "password": PASSWORD}
        )
        client.headers["Authorization"] = f"Bearer {signed.json()['token']}"

        def send(number: int) -> str:
            order_no = insist(client, installation.address, number, pause)
            answered.release()
            return order_no

        killer = threading.Thread(target=kill_in_turn, args=(installation, answered), daemon=True)
        killer.start()
        with ThreadPoolExecutor(CLIENTS) as pool:
            numbers = list(pool.map(send, range(REPORTS)))
        killer.join()
    assert len(set(numbers)) == REPORTS
    named = ", ".join(f"'{number}'" for number in numbers)
    assert installation.ask(f"SELECT count(*) FROM orders WHERE no IN ({named})") == REPORTS
    assert installation.ask("SELECT count(*) FROM orders") == REPORTS
    assert installation.ask("SELECT count(*) FROM event WHERE kind = 'order.reported'") == REPORTS
    wait_for_jobs(installation, pause)
    assert installation.ask("SELECT coalesce(sum(n), 0) FROM heat") == REPORTS
