"""The private PostGIS cluster: made, started and stopped by the program itself.

It listens on one free loopback port and nowhere else, keeps fsync on, and holds three roles whose
random passwords stand in ``<data_dir>/pg.json`` (mode 0600): the superuser, ``gisgov_owner`` (migrations, may
create databases) and ``gisgov_app`` (everything else, owns nothing). ``template_gisgov`` carries the extensions, because only a
superuser may install PostGIS and tests clone databases as the owner.

There is no unix socket: its path is bounded at 107 bytes, and its directory would need different
rights for a cluster started by root than for one started by a user.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

EXTENSIONS: Final = ("postgis", "pg_trgm", "btree_gist")
TEMPLATE: Final = "template_gisgov"
DATABASE: Final = "gisgov"
SUPERUSER: Final = "gisgov_super"
OWNER: Final = "gisgov_owner"
APP: Final = "gisgov_app"
SERVER_USER: Final = "postgres"  # PostgreSQL refuses to run as root; this account comes with its package
ELSEWHERE: Final = Path("/var/lib/gisgov")
START_TRIES: Final = 20
PORT_TRIES: Final = 6
START_PAUSE_S: Final = 0.5
STOP_TIMEOUT_S: Final = 60


class ClusterError(Exception):
    """The cluster cannot do what was asked; the message ends with the one thing to do next."""


@dataclass(frozen=True)
class Urls:
    """Where the database is, as SQLAlchemy URLs: for migrations and for everything else."""

    owner_url: str
    app_url: str


@dataclass(frozen=True)
class State:
    """What must survive a restart: the place, the port and the passwords by role."""

    pg_dir: str
    port: int
    passwords: Mapping[str, str] = field(repr=False)

    def url(self, role: str, database: str = DATABASE, scheme: str = "postgresql+psycopg") -> str:
        return f"{scheme}://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"


class Cluster:
    """One private cluster, named by its data directory.

    Parameters
    ----------
    data_dir
        The program's own directory (``.gisgov``); the cluster lives in ``pg`` below it, or below
        ``/var/lib/gisgov`` when the server's user cannot reach that directory.
    """

    def __init__(self, data_dir: Path | str = ".gisgov") -> None:
        self.data_dir = Path(data_dir).resolve()

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
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self._locked():
            state = self.state()
            if state is None or not Path(state.pg_dir, "PG_VERSION").exists():
                state = self._create()
            state = self._running(state)
            urls = Urls(state.url(OWNER), state.url(APP))
            write_private(self.data_dir / "cluster.json", asdict(urls))
        return urls

    def stop(self) -> None:
        """Stop the server, ending its connections; nothing happens when it is down."""
        with self._locked():
            state = self.state()
            if state is None or self.pid() is None:
                return
            done = run_pg("pg_ctl", "-D", state.pg_dir, "-m", "fast", "-w", "-t", str(STOP_TIMEOUT_S), "stop")
            if done.returncode:
                raise ClusterError(f"PostgreSQL does not stop: {done.stderr.strip()}\nSee {log_file(state)}")

    def reset(self) -> None:
        """Stop the server and remove the cluster with all its data."""
        self.stop()
        state = self.state()
        if state is not None:
            shutil.rmtree(state.pg_dir, ignore_errors=True)
        for name in ("pg.json", "cluster.json"):
            (self.data_dir / name).unlink(missing_ok=True)

    def pid(self) -> int | None:
        """The process id of the running server, or None."""
        state = self.state()
        if state is None:
            return None
        try:
            pid = int(Path(state.pg_dir, "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if state.pg_dir in command_line(pid) else None

    def _create(self) -> State:
        roles = (SUPERUSER, OWNER, APP)
        state = State(
            pg_dir=str(place(self.data_dir) / "pg"),
            port=free_port(),
            passwords={role: secrets.token_urlsafe(24) for role in roles},
        )
        initdb(state)
        write_private(self.state_file, asdict(state))
        return state

    def _running(self, state: State) -> State:
        """Launch until the server answers.

        After a kill -9 the dying processes hold the lock file for a moment and may still take a
        connection, so one try is not enough; a server that cannot start is given up after some.
        """
        for attempt in range(START_TRIES):
            if self.pid() is None:
                # The dying processes also hold the port; only a stranger holds it for long.
                if attempt >= PORT_TRIES and not port_is_free(state.port):
                    state = State(state.pg_dir, free_port(), state.passwords)
                    write_private(self.state_file, asdict(state))
                launch(state)
            with contextlib.suppress(psycopg.OperationalError):
                prepare(state)
                return state
            time.sleep(START_PAUSE_S)
        raise ClusterError(f"PostgreSQL does not start. Its log says why: {log_file(state)}")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Two programs that start at once must not both make the cluster."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "pg.lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def binaries() -> Path:
    """The directory of PostgreSQL's programs, newest first.

    Raises
    ------
    ClusterError
        When no installation has both ``initdb`` and the PostGIS extension.
    """
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    on_path = shutil.which("initdb")
    found = [*debian, *([Path(on_path).resolve().parent] if on_path else [])]
    for directory in found:
        if (directory / "initdb").exists() and has_postgis(directory):
            return directory
    what = "PostgreSQL is here but PostGIS is not" if found else "PostgreSQL is not installed"
    raise ClusterError(
        f"{what}. Debian, Ubuntu: sudo apt-get install postgresql postgis postgresql-postgis. "
        "macOS: brew install postgis. Fedora: sudo dnf install postgresql-server postgis. "
        "Any other: docker compose -f deploy/compose.yaml up -d db, then set GISGOV_DATABASE_URL."
    )


def has_postgis(directory: Path) -> bool:
    config = subprocess.run(
        [directory / "pg_config", "--sharedir"], capture_output=True, text=True, check=False
    )
    share = [Path(config.stdout.strip())] if config.returncode == 0 else []
    # Debian keeps pg_config in a development package; its share directory is named by the version.
    share.append(Path("/usr/share/postgresql", directory.parent.name))
    return any((path / "extension" / "postgis.control").exists() for path in share)


def as_server_user(command: list[str]) -> list[str]:
    """The command, run as the server's user when we are root."""
    if os.geteuid() != 0:
        return command
    if shutil.which("setpriv"):
        return ["setpriv", f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--init-groups", *command]
    return ["runuser", "-u", SERVER_USER, "--", *command]


def run_pg(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = as_server_user([str(binaries() / program), *arguments])
    # Not through pipes: the server inherits them from pg_ctl, and reading would wait until it stops.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", check=False, text=True
        )
        output.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, "", output.read())


def place(data_dir: Path) -> Path:
    """Where the cluster can live: below `data_dir` if the server's user can reach it."""
    if os.geteuid() != 0:
        return data_dir
    try:
        account = pwd.getpwnam(SERVER_USER)
    except KeyError:
        raise ClusterError(f"There is no user {SERVER_USER!r}. Next: apt-get install postgresql") from None
    reach = subprocess.run(as_server_user(["test", "-x", str(data_dir)]), cwd="/", check=False)
    if reach.returncode == 0:
        return data_dir
    elsewhere = ELSEWHERE / hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
    elsewhere.mkdir(parents=True, exist_ok=True)
    os.chown(elsewhere, account.pw_uid, account.pw_gid)
    return elsewhere


def initdb(state: State) -> None:
    """Make the cluster beside its place and move it there, so that an interrupted one never counts."""
    final = Path(state.pg_dir)
    fresh = final.with_name("pg.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(final, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="gisgov-") as password:
        password.write(state.passwords[SUPERUSER])
        password.flush()
        if os.geteuid() == 0:
            shutil.chown(fresh, SERVER_USER, SERVER_USER)
            shutil.chown(password.name, SERVER_USER)
        # C.UTF-8: order by code point, and letters of every script are letters (pg_trgm needs that).
        done = run_pg(
            "initdb", "-D", str(fresh), "-U", SUPERUSER, f"--pwfile={password.name}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
    if done.returncode:
        raise ClusterError(f"initdb failed: {done.stderr.strip()}\nNext: ./run doctor")
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as config:
        config.write("include 'gisgov.conf'\n")
    fresh.rename(final)


def write_config(state: State) -> None:
    memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    values = {
        "listen_addresses": "'127.0.0.1'",
        "port": state.port,
        "unix_socket_directories": "''",
        "max_connections": 200,
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "wal_compression": "on",
        "max_wal_size": "'2GB'",
        "shared_buffers": f"'{min(1024, max(64, memory_mb // 8))}MB'",
        "effective_cache_size": f"'{max(128, memory_mb // 2)}MB'",
        "work_mem": "'16MB'",
        "maintenance_work_mem": "'128MB'",
        "random_page_cost": 1.1,
        # Compiling a plan costs more than any of our short queries takes.
        "jit": "off",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
    }
    target = Path(state.pg_dir, "gisgov.conf")
    target.write_text("".join(f"{key} = {value}\n" for key, value in values.items()), encoding="utf-8")
    target.chmod(0o644)


def launch(state: State) -> None:
    write_config(state)
    run_pg("pg_ctl", "-D", state.pg_dir, "-l", str(log_file(state)), "-w", "start")


def prepare(state: State) -> None:
    """Roles, template and database; every step only if it is missing."""
    with psycopg.connect(state.url(SUPERUSER, "postgres", "postgresql"), autocommit=True) as conn:
        for role, rights in ((OWNER, "CREATEDB"), (APP, "NOCREATEDB")):
            make_role(conn, role, rights, state.passwords[role])
        has = {row[0] for row in conn.execute("SELECT datname FROM pg_database")}
        if TEMPLATE not in has:
            make_template(conn, state)
        if DATABASE not in has:
            statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
            conn.execute(statement.format(*map(sql.Identifier, (DATABASE, OWNER, TEMPLATE))))


def make_role(conn: psycopg.Connection, role: str, rights: str, password: str) -> None:
    if conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
        return
    create = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE {} PASSWORD {}")
    conn.execute(create.format(sql.Identifier(role), sql.SQL(rights), sql.Literal(password)))


def make_template(conn: psycopg.Connection, state: State) -> None:
    half_made = sql.Identifier(f"{TEMPLATE}_new")
    conn.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(half_made))
    conn.execute(sql.SQL("CREATE DATABASE {}").format(half_made))
    with psycopg.connect(state.url(SUPERUSER, f"{TEMPLATE}_new", "postgresql"), autocommit=True) as inside:
        for extension in EXTENSIONS:
            inside.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    conn.execute(rename.format(half_made, sql.Identifier(TEMPLATE)))
    # A template may be cloned by every role that may create databases.
    conn.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(TEMPLATE)))


def write_private(path: Path, content: object) -> None:
    """Write JSON that only we may read, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(content, out, indent=1)
    fresh.rename(path)


def command_line(pid: int) -> str:
    """The command of a living process; empty for a dead one and for a zombie.

    A stale lock file may name a stranger's process, so its number alone proves nothing.
    """
    proc = Path("/proc", str(pid), "cmdline")
    if Path("/proc/self").exists():
        return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace") if proc.exists() else ""
    seen = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return seen.stdout


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


def log_file(state: State) -> Path:
    return Path(state.pg_dir, "server.log")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m gisgov.kernel.cluster", description=__doc__)
    parser.add_argument("action", choices=("start", "stop", "status", "reset"))
    parser.add_argument("--data-dir", default=os.environ.get("GISGOV_DATA_DIR", ".gisgov"))
    asked = parser.parse_args(arguments)
    cluster = Cluster(asked.data_dir)
    try:
        if asked.action != "status":
            getattr(cluster, asked.action)()
    except (ClusterError, psycopg.OperationalError, PermissionError) as error:
        hint = (
            ""
            if isinstance(error, ClusterError)
            else "\nNext: run it as the user who made it, or ./run doctor"
        )
        sys.stderr.write(f"{error}{hint}\n")
        return 1
    pid, state = cluster.pid(), cluster.state()
    running = f"running: process {pid}, port {state.port}, {state.pg_dir}" if pid and state else "down"
    sys.stdout.write(f"private PostGIS cluster: {running}\n")
    return 0 if asked.action != "status" or pid else 3


if __name__ == "__main__":
    raise SystemExit(main())
