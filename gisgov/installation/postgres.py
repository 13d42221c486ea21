"""PostgreSQL's own programs: found on the machine, run as a user that PostgreSQL accepts."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from gisgov.kernel.errors import NotFound

SERVER_USER: Final = "postgres"  # PostgreSQL refuses to run as root; this account comes with its package
ELSEWHERE: Final = Path("/var/lib/gisgov")
STOP_TIMEOUT_S: Final = 60


class ClusterError(Exception):
    """The database cannot do what was asked; the message ends with the one thing to do next."""


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


def client(program: str) -> Path:
    """One of PostgreSQL's client programs, newest first: an older one cannot read a newer server.

    Raises
    ------
    NotFound
        There is none on this machine; code ``backup.no_client``.
    """
    debian = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: -int(path.parts[-3])
    )
    on_path = shutil.which(program)
    found = next(iter([*debian, *([Path(on_path)] if on_path else [])]), None)
    if found is None:
        raise NotFound("backup.no_client", program=program)
    return found


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


def forget_place(directory: Path) -> None:
    """Remove the directory that `place` made, once it is empty."""
    if directory.parent == ELSEWHERE:
        directory.rmdir()


def initdb(final: Path, superuser: str, password: str) -> None:
    """Make the cluster beside its place and move it there, so that an interrupted one never counts."""
    fresh = final.with_name("pg.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(final, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="gisgov-") as word:
        word.write(password)
        word.flush()
        if os.geteuid() == 0:
            shutil.chown(fresh, SERVER_USER, SERVER_USER)
            shutil.chown(word.name, SERVER_USER)
        # C.UTF-8: order by code point, and letters of every script are letters (pg_trgm needs that).
        done = run_pg(
            "initdb", "-D", str(fresh), "-U", superuser, f"--pwfile={word.name}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
    if done.returncode:
        raise ClusterError(f"initdb failed: {done.stderr.strip()}\nNext: ./run doctor")
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as config:
        config.write("include 'gisgov.conf'\n")
    fresh.rename(final)


def write_config(pg_dir: Path, port: int, *, durable: bool) -> None:
    safety = "on" if durable else "off"
    memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    values = {
        "listen_addresses": "'127.0.0.1'",
        "port": port,
        "unix_socket_directories": "''",
        "max_connections": 200,
        "fsync": safety,
        "full_page_writes": safety,
        "synchronous_commit": safety,
        # Where everything is rolled back it would come at any moment and tell the planner that tables are empty.
        "autovacuum": safety,
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
    target = pg_dir / "gisgov.conf"
    target.write_text("".join(f"{key} = {value}\n" for key, value in values.items()), encoding="utf-8")
    target.chmod(0o644)


def launch(pg_dir: Path, port: int, *, durable: bool) -> None:
    """Start the server once; whether it answers is for the caller to see."""
    write_config(pg_dir, port, durable=durable)
    run_pg("pg_ctl", "-D", str(pg_dir), "-l", str(log_file(pg_dir)), "-w", "start")


def stop(pg_dir: Path) -> None:
    """Stop the server, ending its connections."""
    done = run_pg("pg_ctl", "-D", str(pg_dir), "-m", "fast", "-w", "-t", str(STOP_TIMEOUT_S), "stop")
    if done.returncode:
        raise ClusterError(f"PostgreSQL does not stop: {done.stderr.strip()}\nSee {log_file(pg_dir)}")


def log_file(pg_dir: Path) -> Path:
    return pg_dir / "server.log"


def running_pid(pg_dir: Path) -> int | None:
    """The process id of the server of this directory, or None."""
    try:
        pid = int((pg_dir / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if str(pg_dir) in command_line(pid) else None


def command_line(pid: int) -> str:
    """The command of a living process; empty for a dead one and for a zombie.

    A stale lock file may name a stranger's process, so its number alone proves nothing.
    """
    proc = Path("/proc", str(pid), "cmdline")
    if Path("/proc/self").exists():
        return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace") if proc.exists() else ""
    seen = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return seen.stdout
