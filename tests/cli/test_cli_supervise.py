"""The supervisor starts again what dies, and takes everything down when it is told to stop."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gisgov.installation.cluster import free_port
from gisgov.kernel.settings import Settings
from tests.https_serving import EVERYWHERE

RESTARTED = "serve ended with -9; started again"


@pytest.fixture(params=[()], ids=["http"])
def supervisor(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "GISGOV_DATA_DIR": str(tmp_path),
        "GISGOV_DATABASE_URL": settings.database_url,
        "GISGOV_APP_DATABASE_URL": settings.app_database_url,
    }
    command = [sys.executable, "-m", "gisgov.cli", "up", "--port", str(free_port()), "--welcome", "welcome"]
    command += request.param
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, bufsize=1, **pipes) as process:
        yield process
        process.terminate()


def children(pid: int) -> dict[str, int]:
    """Process ids by the command of ours that each child runs; others, short-lived ones, are left out."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("utf-8").split():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                words = Path(f"/proc/{child}/cmdline").read_text("utf-8").split("\0")
                if words[1:3] == ["-m", "gisgov.cli"]:
                    found[words[3]] = int(child)
    return found


def test_restarts_the_killed_and_stops_the_rest(supervisor: subprocess.Popen[str]) -> None:
    assert supervisor.stdout
    assert supervisor.stderr
    assert any(re.match(r"http://127.0.0.1:\d+", line) for line in supervisor.stdout)
    before = children(supervisor.pid)
    assert set(before) == {"serve", "work"}
    os.kill(before["serve"], signal.SIGKILL)
    assert any(RESTARTED in line for line in supervisor.stderr)
    supervisor.terminate()
    assert supervisor.wait(20) == 0
    assert not Path(f"/proc/{before['work']}").exists()


@pytest.mark.parametrize("supervisor", [("--host", EVERYWHERE)], indirect=True, ids=["https"])
def test_served_to_a_network_it_waits_for_https(supervisor: subprocess.Popen[str]) -> None:
    assert supervisor.stdout
    lines = iter(supervisor.stdout)
    assert any(re.match(r"https://.*:\d+$", line) for line in lines)
    assert any(line == "welcome\n" for line in lines)
    assert set(children(supervisor.pid)) == {"serve", "work"}
