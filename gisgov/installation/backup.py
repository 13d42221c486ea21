"""Backup and restore of a whole installation: one moment of the database, and every file it names.

A file is written before the row that names it commits, so whatever the dump names is in the store by then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import IO, Final, Protocol

from sqlalchemy import Connection, create_engine, text

from gisgov import __version__
from gisgov.installation import dump, migrate
from gisgov.installation.archive import (
    DATABASE,
    FILES,
    KEPT,
    Manifest,
    Reader,
    Writer,
    name_of,
    opened,
    sha256_of,
    written,
)
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.clock import Clock
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.errors import Conflict, Invalid
from gisgov.kernel.settings import Settings

IN_MEMORY: Final = 8 << 20
INITIAL: Final = ("alembic_version", "calendar_day", "category", "limit_rule", "setting", "source")
"""Tables that hold rows in an installation in which nothing has happened yet."""
JOBS: Final = "procrastinate_"

_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usename IS NOT NULL"  # of other roles' connections little more than the name is told
)


class Store(Protocol):
    """Where files are, by the SHA-256 of their content."""

    def put(self, content: IO[bytes] | bytes, sha256: str) -> None:
        """Write one."""

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Return the bytes of one; `FileNotFoundError` when it is not there."""


def back_up(
    settings: Settings,
    clock: Clock,
    target: Path,
    store: Store,
    named: Callable[[Tx], Iterable[str]],
    kept: Mapping[str, Path],
) -> tuple[Path, Manifest]:
    """Write one archive of the installation while it runs.

    Parameters
    ----------
    target : Path
        A file that is not there yet, or a folder that is.
    named : callable
        Returns the digests of all files that a transaction's database names.
    kept : mapping
        Files beside the database that it is worth nothing without, by name; absent ones are left out.

    Returns
    -------
    (Path, Manifest)
        The archive and what it holds.

    Raises
    ------
    Conflict
        The file is there already; code ``backup.exists``.
    Invalid
        ``pg_dump`` refused; code ``backup.dump``.
    """
    # The owner alone may read every table, the schema's version among them.
    database = Database(settings.model_copy(update={"app_database_url": settings.database_url}), clock)
    try:
        with database.transaction(SYSTEM) as tx:
            path = target / name_of(tx.now) if target.is_dir() else target
            if path.exists():
                raise Conflict("backup.exists", path=path)
            with written(path) as archive:
                return path, _write(archive, tx, path.parent, store, named, kept)
    finally:
        database.close()


def _write(
    archive: Writer,
    tx: Tx,
    folder: Path,
    store: Store,
    named: Callable[[Tx], Iterable[str]],
    kept: Mapping[str, Path],
) -> Manifest:
    snapshot = dump.freeze(tx.conn)
    with TemporaryDirectory(prefix=".gisgov-", dir=folder) as scratch:
        dumped = Path(scratch, DATABASE)
        dump.take(tx.settings.database_url, snapshot, dumped)
        _add(archive, DATABASE, dumped)
    for name, path in kept.items():
        if path.is_file():
            _add(archive, KEPT + name, path)
    missing = tuple(sha256 for sha256 in named(tx) if not _copied(archive, store, sha256))
    rows, revision, made_at = dump.row_counts(tx.conn), migrate.present(tx.conn), tx.now.isoformat()
    return archive.finish(lambda sums: Manifest(__version__, revision, made_at, rows, missing, sums))


def _add(archive: Writer, name: str, path: Path) -> None:
    with path.open("rb") as content:
        archive.add(name, content)


def _copied(archive: Writer, store: Store, sha256: str) -> bool:
    """Whether the store gave a file as it was; one lost photo must not make every backup impossible."""
    with SpooledTemporaryFile(IN_MEMORY) as content:
        try:
            whole = sha256_of(store.chunks(sha256), content) == sha256
        except FileNotFoundError:
            return False
        if whole:
            archive.add(FILES + sha256, content)
        return whole


def restore(settings: Settings, path: Path, store: Store, kept: Mapping[str, Path]) -> Manifest:
    """Put an archive into an empty installation, and bring it to the newest schema.

    Everything is examined before anything is written; the database changes in one transaction, after the files.

    Raises
    ------
    Invalid
        The archive is not whole (``backup.broken``), was made by a later version (``backup.newer``), or
        PostgreSQL refused it (``backup.database``).
    Conflict
        The installation holds something (``backup.not_empty``) or is at work (``backup.in_use``).
    """
    with opened(path) as archive, TemporaryDirectory(prefix="gisgov-") as scratch:
        manifest = archive.manifest
        if not migrate.known(manifest.revision):
            raise Invalid("backup.newer", version=manifest.version, revision=manifest.revision)
        with _connected(settings.database_url) as conn:
            _refuse_unless_empty(conn)
        for sha256 in archive.names(FILES):
            with archive.open(FILES + sha256) as content:
                store.put(content, sha256)
        _put_kept(archive, kept)
        dumped = Path(scratch, DATABASE)
        with archive.open(DATABASE) as content, dumped.open("wb") as out:
            sha256_of(iter(lambda: content.read(dump.CHUNK), b""), out)
        dump.replace(settings.database_url, dump.script(dumped), manifest.rows)
    migrate.upgrade(settings.database_url)
    migrate.analyze(settings.database_url)
    return manifest


def _put_kept(archive: Reader, kept: Mapping[str, Path]) -> None:
    for name in archive.names(KEPT):
        if name in kept:
            kept[name].parent.mkdir(parents=True, exist_ok=True)
            kept[name].touch(0o600)
            kept[name].write_bytes(archive.open(KEPT + name).read())


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.connect() as conn:
        yield conn
    engine.dispose()


def _refuse_unless_empty(conn: Connection) -> None:
    others = conn.execute(_OTHERS).scalar_one()
    if others:
        raise Conflict("backup.in_use", others=others)
    for name in dump.tables(conn):
        filled = name not in INITIAL and not name.startswith(JOBS)
        if filled and conn.execute(text(f'SELECT EXISTS (SELECT FROM public."{name}")')).scalar_one():
            raise Conflict("backup.not_empty", table=name)
