"""What a PostgreSQL server must have for us: PostGIS, two roles, a template and a database.

The private cluster is given all of it by its superuser; a server that the operator names is checked, and completed as far as its
role may.
"""

import contextlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import errors, sql
from sqlalchemy import make_url

from gisgov.installation.postgres import ClusterError

EXTENSIONS: Final = ("postgis", "pg_trgm", "btree_gist")
POSTGIS_FLOOR: Final = (3, 3)
TEMPLATE: Final = "template_gisgov"
DATABASE: Final = "gisgov"
OWNER: Final = "gisgov_owner"
APP: Final = "gisgov_app"


@dataclass(frozen=True)
class Urls:
    """Where the database is, as SQLAlchemy URLs: for migrations and for everything else."""

    owner_url: str
    app_url: str


def conninfo(url: str, database: str | None = None) -> str:
    """The URL as libpq reads it, on another database if one is named."""
    plain = make_url(url).set(drivername="postgresql")
    return (plain.set(database=database) if database else plain).render_as_string(hide_password=False)


def prepare(superuser_url: str, passwords: dict[str, str]) -> None:
    """Make roles, template and database of our own server; every step only if it is missing."""
    with psycopg.connect(conninfo(superuser_url, "postgres"), autocommit=True) as conn:
        for role, rights in ((OWNER, "CREATEDB"), (APP, "NOCREATEDB")):
            if not has_role(conn, role):
                make_role(conn, role, rights, passwords[role])
        # The owner drops and restores whole databases, whoever is connected to them.
        conn.execute(sql.SQL("GRANT pg_signal_backend TO {}").format(sql.Identifier(OWNER)))
        make_template(conn, superuser_url)
        if not has_database(conn, DATABASE):
            statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
            conn.execute(statement.format(*map(sql.Identifier, (DATABASE, OWNER, TEMPLATE))))


def adopt(owner_url: str, app_url: str, remembered: Path) -> Urls:
    """Check a given server, complete it as far as its role may, and say how to reach it.

    Parameters
    ----------
    owner_url
        The role that will own the tables.
    app_url
        The role ``gisgov_app`` on the same database; when empty, it is made with a random password.
    remembered
        The file of an earlier call, whose ``app_url`` is used again.

    Raises
    ------
    ClusterError
        When the server does not answer, its PostGIS is missing or too old, or the role cannot be made.
    """
    owner_url = make_url(owner_url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    try:
        with psycopg.connect(conninfo(owner_url), autocommit=True) as conn:
            add_extensions(conn)
            check_postgis(conn)
            app_url = app_url or recall(remembered, owner_url) or make_app_role(conn, owner_url)
            # The template is for tests alone; a role that may not make it can still run everything else.
            with contextlib.suppress(errors.InsufficientPrivilege):
                make_template(conn, owner_url)
    except psycopg.OperationalError as error:
        raise ClusterError(
            f"GISGOV_DATABASE_URL does not answer: {error}\nNext: check the address."
        ) from None
    return Urls(owner_url, app_url)


def identity(urls: Urls) -> str:
    """What changes when the database is another one, or was made anew."""
    with psycopg.connect(conninfo(urls.owner_url)) as conn:
        row = conn.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    return f"{make_url(urls.owner_url).render_as_string(hide_password=True)} {row[0] if row else ''}\n"


def add_extensions(conn: psycopg.Connection) -> None:
    for extension in EXTENSIONS:
        try:
            conn.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        except (errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.UndefinedFile):
            raise ClusterError(
                f"The database has no extension {extension} and this role cannot add it. "
                f"Next: let its administrator run CREATE EXTENSION {extension};"
            ) from None


def check_postgis(conn: psycopg.Connection) -> None:
    row = conn.execute("SELECT postgis_lib_version()").fetchone()
    version = str(row[0]) if row else "0.0"
    if tuple(int(part) for part in version.split(".")[:2]) < POSTGIS_FLOOR:
        raise ClusterError(
            f"PostGIS {version} is too old. Next: upgrade the server's PostGIS to 3.3 or newer."
        )


def recall(remembered: Path, owner_url: str) -> str:
    """The application's address from an earlier start on the same server, or nothing."""
    if not remembered.exists():
        return ""
    urls = Urls(**json.loads(remembered.read_text(encoding="utf-8")))
    return urls.app_url if urls.owner_url == owner_url else ""


def make_app_role(conn: psycopg.Connection, owner_url: str) -> str:
    next_step = f"Next: make the role {APP} and set GISGOV_APP_DATABASE_URL to its address."
    if has_role(conn, APP):
        raise ClusterError(f"The server has a role {APP} whose password is not known here. {next_step}")
    password = secrets.token_urlsafe(24)
    try:
        make_role(conn, APP, "NOCREATEDB", password)
    except errors.InsufficientPrivilege:
        raise ClusterError(f"This role may not make other roles. {next_step}") from None
    return make_url(owner_url).set(username=APP, password=password).render_as_string(hide_password=False)


def has_role(conn: psycopg.Connection, role: str) -> bool:
    return conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None


def has_database(conn: psycopg.Connection, name: str) -> bool:
    return conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def make_role(conn: psycopg.Connection, role: str, rights: str, password: str) -> None:
    create = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE {} PASSWORD {}")
    conn.execute(create.format(sql.Identifier(role), sql.SQL(rights), sql.Literal(password)))


def make_template(conn: psycopg.Connection, url: str) -> None:
    """Make the database that carries the extensions, unless it is there.

    Only a superuser may install PostGIS, and tests make databases as the owner; a template may be
    cloned by every role that may make databases.
    """
    if has_database(conn, TEMPLATE):
        return
    half_made = sql.Identifier(f"{TEMPLATE}_new")
    conn.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(half_made))
    conn.execute(sql.SQL("CREATE DATABASE {}").format(half_made))
    with psycopg.connect(conninfo(url, f"{TEMPLATE}_new"), autocommit=True) as inside:
        for extension in EXTENSIONS:
            inside.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
    whole = sql.Identifier(TEMPLATE)
    conn.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(half_made, whole))
    conn.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(whole))
