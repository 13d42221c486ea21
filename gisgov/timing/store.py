"""SQL of calendar and limits."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from gisgov.kernel.db import Tx
from gisgov.timing.model import Calendar, DayKind, LimitRule, Unit
from gisgov.timing.tables import calendar_day, limit_rule


def add_days(tx: Tx, days: Iterable[tuple[date, DayKind, str]], source: str) -> None:
    """Add days that are not there yet; what an administrator changed stays."""
    rows = [{"day": day, "kind": kind, "name": name, "source": source} for day, kind, name in days]
    tx.conn.execute(insert(calendar_day).on_conflict_do_nothing(), rows)


def put_days(tx: Tx, days: Iterable[tuple[date, DayKind, str]], source: str) -> None:
    """Set days, whatever they were before."""
    rows = [{"day": day, "kind": kind, "name": name, "source": source} for day, kind, name in days]
    new = insert(calendar_day)
    changed = {name: new.excluded[name] for name in ("kind", "name", "source")}
    tx.conn.execute(new.on_conflict_do_update(index_elements=["day"], set_=changed), rows)


def calendar(tx: Tx, first: date, last: date) -> Calendar:
    """The known days of a period, both ends included."""
    query = sa.select(calendar_day.c.day, calendar_day.c.kind).where(calendar_day.c.day.between(first, last))
    return Calendar({day: DayKind(kind) for day, kind in tx.conn.execute(query)})


def add_limits(tx: Tx, rules: Iterable[LimitRule], valid_from: datetime) -> None:
    """Add versions that are not there yet."""
    rows = [asdict(rule) | {"valid_from": valid_from} for rule in rules]
    tx.conn.execute(insert(limit_rule).on_conflict_do_nothing(), rows)


_FIELDS = [column for column in limit_rule.c if column.name != "valid_from"]


def _rule(row: sa.Row[tuple[object, ...]]) -> LimitRule:
    fields = dict(row._mapping)
    return LimitRule(**fields | {"unit": Unit(fields["unit"])})


def limits(tx: Tx) -> list[LimitRule]:
    """Every limit in the version that is valid now, by key."""
    query = (
        sa.select(*_FIELDS)
        .where(limit_rule.c.valid_from <= tx.now)
        .distinct(limit_rule.c.key)
        .order_by(limit_rule.c.key, limit_rule.c.version.desc())
    )
    return [_rule(row) for row in tx.conn.execute(query)]


def limit(tx: Tx, key: str, version: int | None = None) -> LimitRule | None:
    """One limit: the version asked for, or the newest that is valid."""
    wanted = limit_rule.c.valid_from <= tx.now if version is None else limit_rule.c.version == version
    query = (
        sa.select(*_FIELDS)
        .where(limit_rule.c.key == key, wanted)
        .order_by(limit_rule.c.version.desc())
        .limit(1)
    )
    row = tx.conn.execute(query).first()
    return None if row is None else _rule(row)
