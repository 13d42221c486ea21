"""The door to intake: sources, categories, and receiving a report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gisgov.grids import service as grids
from gisgov.intake import rules, seeds, store
from gisgov.intake.model import Category, FirstHop, NewReport, Report, Source
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict, Invalid, NotAllowed, TooMany
from gisgov.kernel.events import emit


def seed(tx: Tx) -> None:
    """Add the sources and categories an installation starts with; what is there stays."""
    store.add_sources(tx, seeds.SOURCES)
    store.add_categories(tx, seeds.categories())


def sources(tx: Tx) -> list[Source]:
    """Every active source; public."""
    return store.sources(tx)


def all_sources(tx: Tx) -> list[Source]:
    """Every source, closed ones too."""
    return store.sources(tx, closed=True)


def change_source(tx: Tx, code: str, *, active: bool, first_hop: FirstHop) -> None:
    """Open or close a source, and say where its reports go first; reports that came in stay as they are.

    Raises
    ------
    Invalid
        There is no such source; code ``report.source_unknown``.
    """
    tx.may("setting.write")
    if not store.change_source(tx, code, active=active, first_hop=first_hop):
        raise Invalid("report.source_unknown", field="source", source=code)
    data = {"code": code, "active": active, "first_hop": first_hop}
    emit(tx, "source.changed", subject=("source", None), data=data)


def categories(tx: Tx) -> list[Category]:
    """Every active category, major before its minor ones; public."""
    return store.categories(tx)


def category(tx: Tx, code: str | None) -> Category:
    """The category of a code; the collecting one when no code is given.

    Raises
    ------
    Invalid
        When there is no such category; code ``report.category_unknown``.
    """
    found = store.category_by_code(tx, code or rules.DEFAULT_CATEGORY)
    if found is None:
        raise Invalid("report.category_unknown", field="category", category=code)
    return found


def _source(tx: Tx, code: str) -> Source:
    found = store.source_by_code(tx, code)
    if found is None:
        raise Invalid("report.source_unknown", field="source", source=code)
    staff = tx.actor.everything or tx.actor.has("order.read")
    if found.channel != "public" and not staff:
        raise NotAllowed("report.source_not_yours", field="source", source=code)
    return found


def _check_rate(tx: Tx, client_key: str | None) -> None:
    if client_key is None:
        return
    if store.sent_by_client(tx, client_key, tx.now - rules.ANONYMOUS_WINDOW) >= rules.ANONYMOUS_LIMIT:
        wait_s = int(rules.ANONYMOUS_WINDOW.total_seconds())
        raise TooMany("report.too_many", most=rules.ANONYMOUS_LIMIT, retry_s=wait_s)


def _reporter(new: NewReport) -> tuple[str, str]:
    return ("", "") if new.anonymous else (new.reporter_name.strip(), new.reporter_phone.strip())


def _point(new: NewReport) -> tuple[float, float] | tuple[None, None]:
    """The point in WGS84, or none."""
    if new.lon is None or new.lat is None:
        return None, None
    return grids.to_wgs84(new.lon, new.lat, new.datum or "")


def receive(tx: Tx, new: NewReport) -> Report:
    """Check a report, convert its point to WGS84 once, and keep it with the point as it was sent.

    Raises
    ------
    Invalid
        The input cannot be used; the field and what to do are named.
    NotAllowed
        A source that is not open to the caller.
    TooMany
        Somebody who is not signed in reports too often.
    Conflict
        The outside number was already accepted from this source.
    """
    rules.check(new)
    _check_rate(tx, new.client_key)
    source, kind = _source(tx, new.source), category(tx, new.category)
    lon, lat = _point(new)
    name, phone = _reporter(new)
    kept = Report(
        id=0,
        source=source,
        category=kind,
        title=new.title.strip() or kind.name_zh,
        content=new.content.strip(),
        lon=lon,
        lat=lat,
        accuracy_m=new.accuracy_m,
        address=new.address.strip(),
        urgent=new.urgent,
        reporter_name=name,
        reporter_phone=phone,
        anonymous=new.anonymous,
        original={"lon": new.lon, "lat": new.lat, "datum": new.datum, "accuracy_m": new.accuracy_m},
        created_at=tx.now,
        created_by=tx.actor.user_id,
    )
    report_id = store.add_report(tx, store.row_of(new, kept), lon, lat)
    if report_id is None:
        raise Conflict("report.external_known", field="external_no", external_no=new.external_no)
    return replace(kept, id=report_id)


def reporter(tx: Tx, report_id: int) -> tuple[str, str]:
    """Name and telephone of who reported, for a thing that is itself in scope; both empty when anonymous."""
    return store.reporter(tx, report_id)


def import_history(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Keep reports of the past on behalf of a bulk import that has checked its own verb; return their ids in order."""
    return store.add_past(tx, rows)
