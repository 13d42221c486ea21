"""The private PostGIS cluster: made, started and stopped by the program itself.

It listens on one free loopback port and nowhere else, keeps fsync on, and holds three roles whose
random passwords stand in ``<data_dir>/pg.json`` (mode 0600): its superuser, ``gisgov_owner`` (migrations,
may make databases) and ``gisgov_app`` (everything else, owns nothing).

There is no unix socket: its path is bounded at 107 bytes, and its directory would need different
rights for a cluster started by root than for one started by a user.
"""

import argparse
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from gisgov.installation import postgres, server
from gisgov.installation.postgres import ClusterError
from gisgov.installation.server import APP, DATABASE, OWNER, Urls

SUPERUSER: Final = "gisgov_super"
START_LIMIT_S: Final = 60.0
PORT_LIMIT_S: Final = 15.0
START_PAUSE_S: Final = 0.5


@dataclass(frozen=True)
class State:
    """What must survive a restart: the place, the port and the passwords by role."""

    pg_dir: str
    port: int
    passwords: dict[str, str] = field(repr=False)

    def url(self, role: str) -> str:
        return f"postgresql+psycopg://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{DATABASE}"


class Cluster:
    """One private cluster, named by its data directory.

    Parameters
    ----------
    data_dir
        The program's own directory (``.gisgov``); the cluster lives in ``pg`` below it, or below
        ``/var/lib/gisgov`` when the server's user cannot reach that directory.
    durable
        False for databases that live as long as a test: what is committed may then be lost with the machine.
    """

    def __init__(self, data_dir: Path | str = ".gisgov", *, durable: bool = True) -> None:
        self.data_dir = Path(data_dir).resolve()
        self.durable = durable

    @property
    def state_file(self) -> Path:
        return self.data_dir / "pg.json"

    def state(self) -> State | None:
        """The stored state, or None when there is no cluster yet."""
        if not self.state_file.exists():
            return None
        return State(**json.loads(self.state_file.read_text(encoding="utf-8")))

    def start(self) -> Urls:
        """Make the cluster if there is none, start it if it is down, and say where it is."""
        with self._locked():
            state = self.state()
            if state is None or not Path(state.pg_dir, "PG_VERSION").exists():
                state = self._create()
            state = self._running(state)
            urls = Urls(state.url(OWNER), state.url(APP))
            write_private(addresses(self.data_dir), asdict(urls))
        return urls

    def stop(self) -> None:
        """Stop the server, ending its connections; nothing happens when it is down."""
        with self._locked():
            state = self.state()
            if state is not None and self.pid() is not None:
                postgres.stop(Path(state.pg_dir))

    def reset(self) -> None:
        """Stop the server and remove the cluster with all its data."""
        self.stop()
        state = self.state()
        if state is not None:
            shutil.rmtree(state.pg_dir, ignore_errors=True)
            postgres.forget_place(Path(state.pg_dir).parent)
        for path in (self.state_file, addresses(self.data_dir)):
            path.unlink(missing_ok=True)

    def pid(self) -> int | None:
        """The process id of the running server, or None."""
        state = self.state()
        return postgres.running_pid(Path(state.pg_dir)) if state else None

    def _create(self) -> State:
        passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APP)}
        pg_dir = postgres.place(self.data_dir) / "pg"
        postgres.initdb(pg_dir, SUPERUSER, passwords[SUPERUSER])
        return self._keep(State(str(pg_dir), free_port(), passwords))

    def _keep(self, state: State) -> State:
        write_private(self.state_file, asdict(state))
        return state

    def _running(self, state: State) -> State:
        """Launch until the server answers.

        After a kill -9 the dying processes hold the lock file for a moment and may still take a
        connection, so one try is not enough; a server that cannot start is given up after a while.
        """
        pg_dir = Path(state.pg_dir)
        began = time.monotonic()
        while (waited_s := time.monotonic() - began) < START_LIMIT_S:
            if postgres.running_pid(pg_dir) is None:
                # The dying processes also hold the port; only a stranger holds it for long.
                if waited_s > PORT_LIMIT_S and not port_is_free(state.port):
                    state = self._keep(State(state.pg_dir, free_port(), state.passwords))
                postgres.launch(pg_dir, state.port, durable=self.durable)
            with contextlib.suppress(psycopg.OperationalError):
                server.prepare(state.url(SUPERUSER), state.passwords)
                return state
            time.sleep(START_PAUSE_S)
        raise ClusterError(f"PostgreSQL does not start. Next: read its log, {postgres.log_file(pg_dir)}")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Two programs that start at once must not both make the cluster."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "pg.lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def addresses(data_dir: Path) -> Path:
    """The file that says where the database is, whoever runs it."""
    return data_dir / "cluster.json"


def start_or_adopt(data_dir: Path) -> Urls:
    """Start the private cluster, or check the server that ``GISGOV_DATABASE_URL`` names."""
    given = os.environ.get("GISGOV_DATABASE_URL", "")
    if not given:
        return Cluster(data_dir).start()
    data_dir.mkdir(parents=True, exist_ok=True)
    remembered = addresses(data_dir)
    urls = server.adopt(given, os.environ.get("GISGOV_APP_DATABASE_URL", ""), remembered)
    write_private(remembered, asdict(urls))
    return urls


def keep_up(data_dir: Path) -> None:
    """Start the private cluster again if it was made and is down; another server is not ours to start."""
    cluster = Cluster(data_dir)
    if not os.environ.get("GISGOV_DATABASE_URL") and cluster.state() and cluster.pid() is None:
        cluster.start()


def write_private(path: Path, content: object) -> None:
    """Write JSON that only we may read, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out, indent=1)
    fresh.rename(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def perform(action: str, data_dir: Path) -> None:
    if action == "start":
        urls = start_or_adopt(data_dir)
        (data_dir / "database.id").write_text(server.identity(urls), encoding="utf-8")
    elif action == "stop":
        Cluster(data_dir).stop()
    elif action == "reset":
        Cluster(data_dir).reset()


def status(data_dir: Path) -> str:
    if os.environ.get("GISGOV_DATABASE_URL"):
        return "database: the server that GISGOV_DATABASE_URL names"
    cluster = Cluster(data_dir)
    pid, state = cluster.pid(), cluster.state()
    running = f"process {pid}, port {state.port}, {state.pg_dir}" if pid and state else "down"
    return f"private PostGIS cluster: {running}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m gisgov.installation.cluster", description=__doc__)
    parser.add_argument("action", choices=("start", "stop", "status", "reset"))
    parser.add_argument("--data-dir", type=Path, default=Path(os.environ.get("GISGOV_DATA_DIR", ".gisgov")))
    asked = parser.parse_args(arguments)
    try:
        perform(asked.action, asked.data_dir)
    except ClusterError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except PermissionError as error:
        sys.stderr.write(f"{error}\nNext: run it as the user who made {asked.data_dir}.\n")
        return 1
    sys.stdout.write(f"{status(asked.data_dir)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
