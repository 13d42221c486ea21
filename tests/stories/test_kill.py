"""kill -9 of web, worker and PostgreSQL in the middle of reports: what was answered is there, once."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import httpx2
import pytest
from sqlalchemy import text

from gisgov.installation.cluster import Cluster, free_port
from gisgov.installation.migrate import upgrade
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database
from gisgov.kernel.settings import Settings
from tests.grid_makers import middle
from tests.order_makers import PASSWORD, found

CROWD, REPORTS, MANY_REPORTS = 8, 40, 500
COMMANDS = {"web": "serve", "worker": "work"}
PATIENCE_S = 90


@dataclass
class Installation:
    """A whole installation of the test's own: cluster, web, worker and the program that keeps them up."""

    cluster: Cluster
    database: Database
    address: str
    pid: int

    def kill(self, which: str) -> None:
        """End one of its parts as hard as can be."""
        os.kill(self._pid(which), signal.SIGKILL)

    def _pid(self, which: str) -> int:
        if which == "postgres":
            found_pid = self.cluster.pid()
            assert found_pid
            return found_pid
        return children(self.pid)[COMMANDS[which]]

    def ask(self, query: str) -> int:
        """A number from the database."""
        with self.database.transaction(SYSTEM) as tx:
            return int(tx.conn.execute(text(query)).scalar_one())


def children(pid: int) -> dict[str, int]:
    """Process ids by the command that each child runs."""
    seen = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("utf-8").split():
            words = Path(f"/proc/{child}/cmdline").read_text("utf-8").split("\0")
            if len(words) > 3:
                seen[words[3]] = int(child)
    return seen


@contextmanager
def running(settings: Settings, data_dir: Path) -> Iterator[tuple[str, int]]:
    """The web and the worker, kept up."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GISGOV_")}
    environment |= {"GISGOV_DATA_DIR": str(data_dir), "GISGOV_POOL_SIZE": "8"}
    port = free_port()
    command = [sys.executable, "-m", "gisgov.cli", "up", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for_answer(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def wait_for_answer(address: str) -> None:
    """Wait until the web is ready; a machine that does other things too may take long."""
    for _ in range(PATIENCE_S * 4):
        with contextlib.suppress(httpx2.TransportError):
            if httpx2.get(f"{address}/readyz", timeout=10).status_code == 200:
                return
        threading.Event().wait(0.25)
    raise AssertionError("the web does not become ready")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    cluster = Cluster(tmp_path)
    urls = cluster.start()
    settings = Settings(data_dir=tmp_path, database_url=urls.owner_url, app_database_url=urls.app_url)
    upgrade(settings.database_url)
    database = Database(settings)
    with database.transaction(SYSTEM) as tx:
        found(tx)
    try:
        with running(settings, tmp_path) as (address, pid):
            yield Installation(cluster, database, address, pid)
    finally:
        database.close()
        cluster.reset()


@dataclass
class Crowd:
    """People who report at once, each until it is answered, always with the same key."""

    address: str
    token: str
    answered: dict[int, str] = field(default_factory=dict)
    failures: int = 0
    progress: threading.Condition = field(default_factory=threading.Condition)

    def report(self, at: int) -> None:
        """Report until it is answered 201."""
        lon, lat = middle(at % 4, at // 4 % 4)
        body = {"source": "telephone", "content": f"第 {at} 件", "lon": lon, "lat": lat, "datum": "wgs84"}
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": f"key-{at}"}
        until = monotonic() + PATIENCE_S
        while monotonic() < until:
            try:
                reply = httpx2.post(f"{self.address}/api/reports", json=body, headers=headers, timeout=30)
            except httpx2.TransportError:
                reply = None
            if reply is not None and reply.status_code == 201:
                self._note(at, reply.json()["order_no"])
                return
            assert reply is None or reply.status_code == 503, reply.text
            self.failures += 1
            threading.Event().wait(0.1)
        raise AssertionError(f"report {at} was never answered")

    def _note(self, at: int, no: str) -> None:
        with self.progress:
            self.answered[at] = no
            self.progress.notify_all()

    def after(self, count: int, then: Callable[[], None]) -> None:
        """Do something once so many are answered."""
        with self.progress:
            assert self.progress.wait_for(lambda: len(self.answered) >= count, PATIENCE_S)
        then()


def reported_while(installation: Installation, count: int, victims: tuple[str, ...]) -> Crowd:
    """Let a crowd report while parts of the installation are killed, evenly spread."""
    credentials = {"login": "dispatcher", "password": PASSWORD}
    token = httpx2.post(f"{installation.address}/api/session?kind=bearer", json=credentials).json()["token"]
    crowd = Crowd(installation.address, token)
    with ThreadPoolExecutor(CROWD) as people:
        reports = [people.submit(crowd.report, at) for at in range(count)]
        for at, victim in enumerate(victims, 1):
            crowd.after(at * count // (len(victims) + 1), lambda victim=victim: installation.kill(victim))
        for report in reports:
            report.result()
    return crowd


def assert_everything_is_there_once(installation: Installation, crowd: Crowd, count: int) -> None:
    assert len(set(crowd.answered.values())) == count
    with installation.database.transaction(SYSTEM) as tx:
        stored = set(tx.conn.execute(text("SELECT no FROM orders")).scalars())
    assert stored == set(crowd.answered.values())
    for query in (
        "SELECT count(*) FROM report",
        "SELECT count(DISTINCT content) FROM orders",
        "SELECT count(*) FROM event WHERE kind = 'order.reported'",
        "SELECT count(*) FROM trace WHERE version = 2",
        "SELECT count(*) FROM orders WHERE state IN ('WAIT_SIGN', 'WAIT_DISPATCH') AND version = 2",
    ):
        assert installation.ask(query) == count, query


def test_answered_reports_survive_the_web_and_postgres(installation: Installation) -> None:
    crowd = reported_while(installation, REPORTS, ("web", "postgres"))
    assert crowd.failures > 0
    assert_everything_is_there_once(installation, crowd, REPORTS)


@pytest.mark.soak
def test_many_answered_reports_survive_everything(installation: Installation) -> None:
    crowd = reported_while(installation, MANY_REPORTS, ("web", "worker", "postgres", "web"))
    assert_everything_is_there_once(installation, crowd, MANY_REPORTS)
    undone = (
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'react' AND status IN ('todo', 'doing')"
    )
    for _ in range(PATIENCE_S):
        if installation.ask(undone) == 0:
            break
        threading.Event().wait(1)
    assert installation.ask("SELECT coalesce(sum(n), 0) FROM heat") == MANY_REPORTS
