"""Keeps the programs of one installation running: web, worker and, for the demonstration, its day."""

import http.client
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gisgov.installation.postgres import ClusterError

RESTART_PAUSE_S: Final = 1.0
READY_POLL_S: Final = 0.2
READY_LIMIT_S: Final = 60.0
STOP_LIMIT_S: Final = 10.0
ANSWER_LIMIT_S: Final = 5.0
DATABASE_WATCH_S: Final = 2.0


@dataclass
class Program:
    """One child process that is started again whenever it ends by itself."""

    arguments: Sequence[str]
    stopping: threading.Event
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def begin(self) -> threading.Thread:
        """Start it, and a thread that keeps it up."""
        keeper = threading.Thread(target=self._keep, args=(self._spawn(),))
        keeper.start()
        return keeper

    def end(self) -> None:
        """Ask it to end, and make it end when it does not; `stopping` is set before."""
        with self.lock:
            process = self.process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        # Under the lock, so that what is started while everything stops is either seen by `end` or not started.
        with self.lock:
            if self.stopping.is_set():
                return None
            self.process = subprocess.Popen([sys.executable, "-m", "gisgov.cli", *self.arguments])
            return self.process

    def _keep(self, process: subprocess.Popen[bytes] | None) -> None:
        while process is not None:
            code = process.wait()
            if self.stopping.wait(RESTART_PAUSE_S):
                return
            process = self._spawn()
            sys.stderr.write(f"{self.arguments[0]} ended with {code}; started again\n")


def run_all(
    web: Sequence[str],
    others: Iterable[Sequence[str]],
    welcome: str,
    pid_file: Path,
    keep_database: Callable[[], object],
    scheme: str = "http",
) -> None:
    """Run the web, and once it answers the others, until SIGINT or SIGTERM.

    Parameters
    ----------
    web, others
        Command lines after ``gisgov``; the web's names its ``--host`` and ``--port``.
    welcome
        What is said once the web answers.
    pid_file
        Names this process while it runs, so that another one can stop it.
    keep_database
        Called again and again; starts the database when it is down.
    scheme
        ``http`` or ``https``: what the web speaks.
    """
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    pid_file.write_text(str(os.getpid()), encoding="utf-8")
    kept = [Program(arguments, stopping) for arguments in (web, *others)]
    keepers = [kept[0].begin()]
    try:
        ready = wait_ready(address(web), stopping, scheme)
        keepers += [program.begin() for program in kept[1:]]
        sys.stdout.write(welcome if ready else "")
        sys.stdout.flush()
        watch(keep_database, stopping)
    finally:
        stopping.set()
        for program in kept:
            program.end()
        for keeper in keepers:
            keeper.join()
        pid_file.unlink(missing_ok=True)


def address(web: Sequence[str]) -> tuple[str, int]:
    return web[web.index("--host") + 1], int(web[web.index("--port") + 1])


def watch(keep_database: Callable[[], object], stopping: threading.Event) -> None:
    while not stopping.wait(DATABASE_WATCH_S):
        try:
            keep_database()
        except ClusterError as error:
            sys.stderr.write(f"{error}\n")


def wait_ready(web: tuple[str, int], stopping: threading.Event, scheme: str) -> bool:
    """Whether the web answered before the limit, or before we were told to stop."""
    for _ in range(int(READY_LIMIT_S / READY_POLL_S)):
        if answers(web, scheme):
            return True
        if stopping.wait(READY_POLL_S):
            return False
    sys.stderr.write(f"The web does not answer after {READY_LIMIT_S:.0f} s. Next: ./run doctor\n")
    return False


def answers(web: tuple[str, int], scheme: str) -> bool:
    connection = _connection(*web, scheme)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _connection(host: str, port: int, scheme: str) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=ANSWER_LIMIT_S)
    # asked is whether our own child answers on this machine, by whatever names its certificate has
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=ANSWER_LIMIT_S, context=context)
