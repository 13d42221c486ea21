"""SQL of intake."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from gisgov.intake.model import Category, Closure, FirstHop, NewReport, Report, Source
from gisgov.intake.tables import category, report, source
from gisgov.kernel.db import Tx
from gisgov.kernel.geometry import point

_CATEGORY = [column for column in category.c if column.name != "place"]
_SOURCE = [column for column in source.c if column.name != "place"]


def add_sources(tx: Tx, rows: Sequence[Source]) -> None:
    """Add sources that are not there yet."""
    values = [asdict(row) | {"place": place} for place, row in enumerate(rows)]
    tx.conn.execute(insert(source).on_conflict_do_nothing(), values)


def add_categories(tx: Tx, rows: Sequence[Category]) -> None:
    """Add categories that are not there yet; parents come before their children."""
    values = [asdict(row) | {"place": place} for place, row in enumerate(rows)]
    tx.conn.execute(insert(category).on_conflict_do_nothing(), values)


def _source(row: sa.Row[Any]) -> Source:
    return Source(**dict(row._mapping) | {"first_hop": FirstHop(row.first_hop)})


def _category(row: sa.Row[Any]) -> Category:
    hop = None if row.first_hop is None else FirstHop(row.first_hop)
    return Category(**dict(row._mapping) | {"first_hop": hop, "closure_policy": Closure(row.closure_policy)})


def sources(tx: Tx, *, closed: bool = False) -> list[Source]:
    """Every active source in its order, or the closed ones too."""
    query = sa.select(*_SOURCE).where(sa.or_(source.c.active, sa.literal(closed))).order_by(source.c.place)
    return [_source(row) for row in tx.conn.execute(query)]


def change_source(tx: Tx, code: str, *, active: bool, first_hop: FirstHop) -> bool:
    """Open or close a source and say where its reports go first; whether there is one."""
    values = {"active": active, "first_hop": first_hop.value}
    statement = sa.update(source).where(source.c.code == code).values(values).returning(source.c.code)
    return tx.conn.execute(statement).scalar_one_or_none() is not None


def categories(tx: Tx) -> list[Category]:
    """Every active category, parents before children."""
    query = sa.select(*_CATEGORY).where(category.c.active).order_by(category.c.place)
    return [_category(row) for row in tx.conn.execute(query)]


def source_by_code(tx: Tx, code: str) -> Source | None:
    """One active source."""
    row = tx.conn.execute(sa.select(*_SOURCE).where(source.c.code == code, source.c.active)).first()
    return None if row is None else _source(row)


def category_by_code(tx: Tx, code: str) -> Category | None:
    """One active category."""
    row = tx.conn.execute(sa.select(*_CATEGORY).where(category.c.code == code, category.c.active)).first()
    return None if row is None else _category(row)


def add_report(tx: Tx, row: dict[str, Any], lon: float | None, lat: float | None) -> int | None:
    """Keep a report; None when its source already sent the same outside number."""
    query = insert(report).values(**row, geom=point(lon, lat)).on_conflict_do_nothing().returning(report.c.id)
    return tx.conn.execute(query).scalar_one_or_none()


def sent_by_client(tx: Tx, client_key: str, since: datetime) -> int:
    """How many reports one client sent since a moment."""
    query = sa.select(sa.func.count()).where(report.c.client_key == client_key, report.c.created_at > since)
    return tx.conn.execute(query).scalar_one()


def row_of(new: NewReport, kept: Report) -> dict[str, Any]:
    """The columns of a report, without its point."""
    return {
        "source_code": kept.source.code,
        "external_no": new.external_no,
        "title": kept.title,
        "content": kept.content,
        "category_code": kept.category.code,
        "reporter_name": kept.reporter_name,
        "reporter_phone": kept.reporter_phone,
        "anonymous": kept.anonymous,
        "original": kept.original,
        "address": kept.address,
        "urgent": kept.urgent,
        "client_key": new.client_key,
        "created_at": kept.created_at,
        "created_by": kept.created_by,
    }


def reporter(tx: Tx, report_id: int) -> tuple[str, str]:
    """Name and telephone kept with a report."""
    query = sa.select(report.c.reporter_name, report.c.reporter_phone).where(report.c.id == report_id)
    name, phone = tx.conn.execute(query).one()
    return name, phone


_PAST = """
    INSERT INTO report (source_code, title, content, category_code, reporter_name, reporter_phone, anonymous,
                        original, geom, address, urgent, created_at)
    SELECT source_code, title, content, category_code, reporter_name, reporter_phone, reporter_name = '',
           jsonb_build_object('lon', lon, 'lat', lat, 'datum', 'wgs84'),
           ST_SetSRID(ST_MakePoint(lon, lat), 4326), address, urgent, created_at
    FROM ROWS FROM (jsonb_to_recordset(CAST(:rows AS jsonb)) AS (
        source_code text, title text, content text, category_code text, reporter_name text, reporter_phone text,
        lon float8, lat float8, address text, urgent bool, created_at timestamptz)) WITH ORDINALITY
    ORDER BY ordinality
    RETURNING id
"""
PAST_BATCH = 5_000


def add_past(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Keep many reports of the past; ids in the order of the rows."""
    ids: list[int] = []
    for start in range(0, len(rows), PAST_BATCH):
        batch = json.dumps(rows[start : start + PAST_BATCH], default=str)
        ids += tx.conn.execute(sa.text(_PAST), {"rows": batch}).scalars()
    return ids
