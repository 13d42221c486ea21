"""What may be wrong with this installation, each finding with the one thing to do about it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from gisgov.installation import certificates
from gisgov.installation.migrate import pending
from gisgov.kernel.clock import SystemClock
from gisgov.kernel.settings import Settings

DURABLE: Final = ("fsync", "full_page_writes", "synchronous_commit")
DISK_FLOOR_GB: Final = 2


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, what was seen, and what to do when it is not well."""

    what: str
    seen: str
    well: bool
    advice: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Check the machine, then the database; without a database the rest is not asked."""
    yield python()
    yield disk(settings)
    yield console(settings)
    yield https(settings)
    engine = create_engine(settings.app_database_url or "postgresql+psycopg:///")
    try:
        with engine.connect() as conn:
            for check in DATABASE_CHECKS:
                yield check(conn)
        old = pending(settings.database_url)
        yield Finding("schema", "older than the programs" if old else "newest", not old, "./run setup")
    except OperationalError as error:
        yield Finding("database", str(error.orig).splitlines()[0], well=False, advice="./run setup")
    finally:
        engine.dispose()


def python() -> Finding:
    version = sys.version.split()[0]
    return Finding("Python", version, sys.version_info >= (3, 11), "install Python 3.11 or newer")


def disk(settings: Settings) -> Finding:
    free_gb = shutil.disk_usage(settings.data_dir.resolve().parent).free / 2**30
    return Finding("disk", f"{free_gb:.0f} GB free", free_gb >= DISK_FLOOR_GB, "make room on this disk")


def console(settings: Settings) -> Finding:
    built = os.access(settings.web_dir / "index.html", os.R_OK)
    return Finding("console", "built" if built else "not built", built, "./run setup")


def https(settings: Settings) -> Finding:
    until = certificates.ends(settings.data_dir / certificates.FOLDER)
    if until is None:
        return Finding("HTTPS", "no certificate made here", well=True)
    well = until - SystemClock().now() > certificates.RENEWED_BEFORE
    return Finding(
        "HTTPS", f"certificate good until {until:%Y-%m-%d}", well, "start the web again: that renews it"
    )


def postgis(conn: Connection) -> Finding:
    row = conn.execute(text("SELECT current_setting('server_version'), postgis_lib_version()")).one()
    well = tuple(int(part) for part in row[1].split(".")[:2]) >= (3, 3)
    return Finding("PostgreSQL, PostGIS", f"{row[0]}, {row[1]}", well, "upgrade PostGIS to 3.3 or newer")


def durability(conn: Connection) -> Finding:
    off = [name for name in DURABLE if conn.execute(text(f"SHOW {name}")).scalar_one() == "off"]
    seen = f"off: {', '.join(off)}" if off else "on"
    return Finding("durability", seen, not off, f"turn on {', '.join(off)} in the server's configuration")


def role(conn: Connection) -> Finding:
    query = (
        "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    name, powerful = conn.execute(text(query)).one()
    owns = conn.execute(text("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")).scalar_one()
    seen = f"{name}, owns {owns} tables" + (", may do anything" if powerful else "")
    return Finding(
        "role", seen, not powerful and owns == 0, "set GISGOV_APP_DATABASE_URL to a role without power"
    )


DATABASE_CHECKS: Final[tuple[Callable[[Connection], Finding], ...]] = (postgis, durability, role)
