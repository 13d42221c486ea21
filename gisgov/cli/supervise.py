"""Keeps the programs of one installation running: web, worker and, for the demonstration, the simulated day."""

import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gisgov.kernel.postgres import ClusterError

RESTART_PAUSE_S: Final = 1.0
READY_POLL_S: Final = 0.2
READY_LIMIT_S: Final = 60.0
STOP_LIMIT_S: Final = 10.0
DATABASE_WATCH_S: Final = 2.0


@dataclass
class Program:
    """One child process that is started again whenever it ends by itself."""

    name: str
    arguments: Sequence[str]
    stopping: threading.Event
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def keep(self) -> None:
        """Run it until told to stop."""
        while not self.stopping.is_set():
            self.process = subprocess.Popen([sys.executable, "-m", "gisgov.cli", *self.arguments])
            code = self.process.wait()
            if not self.stopping.is_set():
                sys.stderr.write(f"{self.name} ended with {code}; starting it again\n")
                self.stopping.wait(RESTART_PAUSE_S)

    def end(self) -> None:
        """Ask it to end, and make it end when it does not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()


def run_all(
    programs: Iterable[tuple[str, Sequence[str]]],
    web: tuple[str, int],
    welcome: str,
    pid_file: Path,
    keep_database: Callable[[], object],
) -> None:
    """Run the programs until SIGINT or SIGTERM; say `welcome` once the web answers.

    Parameters
    ----------
    programs
        Name and command line (after ``gisgov``) of each.
    web
        Host and port on which the web will answer.
    pid_file
        Names this process while it runs, so that another one can stop it.
    keep_database
        Called again and again; starts the database when it is down.
    """
    stopping = threading.Event()
    kept = [Program(name, arguments, stopping) for name, arguments in programs]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    pid_file.write_text(str(os.getpid()), encoding="utf-8")
    threads = [threading.Thread(target=program.keep) for program in kept]
    for thread in threads:
        thread.start()
    try:
        sys.stdout.write(welcome if wait_ready(web, stopping) else "")
        sys.stdout.flush()
        while not stopping.wait(DATABASE_WATCH_S):
            try:
                keep_database()
            except ClusterError as error:
                sys.stderr.write(f"{error}\n")
    finally:
        stopping.set()
        for program in kept:
            program.end()
        for thread in threads:
            thread.join()
        pid_file.unlink(missing_ok=True)


def wait_ready(web: tuple[str, int], stopping: threading.Event) -> bool:
    """Whether the web answered before the limit, or before we were told to stop."""
    for _ in range(int(READY_LIMIT_S / READY_POLL_S)):
        if answers(web):
            return True
        if stopping.wait(READY_POLL_S):
            return False
    sys.stderr.write(f"The web does not answer after {READY_LIMIT_S:.0f} s. Next: ./run doctor\n")
    return False


def answers(web: tuple[str, int]) -> bool:
    connection = http.client.HTTPConnection(*web, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
