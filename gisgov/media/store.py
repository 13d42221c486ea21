"""SQL of media; private to this domain."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from gisgov.kernel.db import Tx
from gisgov.kernel.geometry import point
from gisgov.kernel.scope import Scope
from gisgov.media.model import File, Kind
from gisgov.media.tables import file, file_use

_FILE: tuple[sa.ColumnElement[Any], ...] = (
    file.c.id,
    file.c.sha256,
    file.c.size,
    file.c.kind,
    file.c.mime,
    file.c.name,
    file.c.created_by,
    file.c.created_at,
    file.c.taken_at,
    sa.func.ST_X(file.c.taken_geom).label("lon"),
    sa.func.ST_Y(file.c.taken_geom).label("lat"),
    file.c.width,
    file.c.height,
)
_USED: sa.Select[Any] = sa.select(file_use.c.file_id).where(file_use.c.file_id == file.c.id)

# Writing an object and naming it shares this lock; the sweep of nameless objects takes it alone.
_SHARED = sa.text("SELECT pg_advisory_xact_lock_shared(hashtext('gisgov.media'))")
_ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtext('gisgov.media'))")


def lock_objects(tx: Tx, *, alone: bool = False) -> None:
    """Keep the sweep away from objects that are not named yet, until the end of the transaction."""
    tx.conn.execute(_ALONE if alone else _SHARED)


def insert_file(tx: Tx, row: dict[str, Any]) -> None:
    """Insert a file; `lon` and `lat` become its place."""
    lon, lat = row.pop("lon"), row.pop("lat")
    tx.conn.execute(sa.insert(file).values(**row, taken_geom=point(lon, lat)))


def _seen(scope: Scope) -> sa.ColumnElement[bool]:
    audience = sa.or_(
        scope.areas(file_use.c.area_no),
        file_use.c.org_ids.overlap(sorted(scope.org_ids)) if scope.org_ids else sa.false(),
        file_use.c.user_ids.contains([scope.user_id]) if scope.user_id is not None else sa.false(),
    )
    own = file.c.created_by == scope.user_id if scope.user_id is not None else sa.false()
    return sa.or_(own, _USED.where(audience).exists())


def _used_by(subject: tuple[str, int]) -> sa.ColumnElement[bool]:
    by_it = (file_use.c.subject_kind == subject[0], file_use.c.subject_id == subject[1])
    return _USED.where(*by_it).exists()


def find(tx: Tx, file_id: int, subject: tuple[str, int] | None = None) -> sa.Row[Any] | None:
    """Return a file in scope, or one that a subject uses which the caller has shown to be his."""
    seen = _seen(tx.scope) if subject is None else _used_by(subject)
    forms = (file.c.shown_mime, file.c.shown_sha256, file.c.preview_sha256)
    query: sa.Select[Any] = sa.select(*_FILE, *forms)
    return tx.conn.execute(query.where(file.c.id == file_id, seen)).one_or_none()


def attachable(tx: Tx, ids: Collection[int]) -> set[int]:
    """Return which files the caller may attach: seen ones, and those sent without an account and unused."""
    unclaimed = sa.and_(file.c.created_by.is_(None), ~_USED.exists())
    query = sa.select(file.c.id).where(file.c.id.in_(ids), sa.or_(_seen(tx.scope), unclaimed))
    return set(tx.conn.execute(query).scalars())


def by_ids(tx: Tx, ids: Collection[int]) -> list[File]:
    """Return files by id, whatever the scope: they belong to things that are themselves in scope."""
    return [model(row) for row in tx.conn.execute(sa.select(*_FILE).where(file.c.id.in_(ids)))]


def model(row: sa.Row[Any]) -> File:
    """Return a row as a file."""
    return File(
        **{field: row._mapping[field] for field in File.__dataclass_fields__} | {"kind": Kind(row.kind)}
    )


def insert_uses(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Record that a subject uses files; twice is once."""
    tx.conn.execute(insert(file_use).on_conflict_do_nothing(), rows)


def set_audience(tx: Tx, subject: tuple[str, int], values: dict[str, Any]) -> None:
    """Change who may see the files of a subject."""
    uses = sa.and_(file_use.c.subject_kind == subject[0], file_use.c.subject_id == subject[1])
    tx.conn.execute(sa.update(file_use).where(uses).values(values))


def delete_unused(tx: Tx, before: datetime) -> int:
    """Delete the rows of files that nothing uses."""
    unused = sa.delete(file).where(file.c.created_at < before, ~_USED.exists())
    return tx.conn.execute(unused).rowcount


_OBJECTS = (file.c.sha256, file.c.shown_sha256, file.c.preview_sha256)
"""The columns that name the objects a file is made of."""


def digests(tx: Tx) -> list[str]:
    """Return the digest of every object that a file is made of, in order."""
    names = sa.union(*(sa.select(column.label("name")).where(column.is_not(None)) for column in _OBJECTS))
    return list(tx.conn.execute(names.order_by("name")).scalars())


def named(tx: Tx, wanted: Collection[str]) -> set[str]:
    """Return which of these objects a file is made of."""
    names = sa.union(*(sa.select(column).where(column.in_(wanted)) for column in _OBJECTS))
    return set(tx.conn.execute(names).scalars())
