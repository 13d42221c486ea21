"""Orders of the past in bulk, for a demonstration or a migration from another system."""

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from gisgov.intake import service as intake
from gisgov.kernel.bulk import copy_rows
from gisgov.kernel.db import Tx
from gisgov.kernel.geometry import ewkt_point
from gisgov.orders.model import State
from gisgov.orders.rules.lifecycle import ENDED
from gisgov.orders.store import writing
from gisgov.orders.tables import assignment, order_party, order_report, orders, rating, trace


@dataclass(frozen=True)
class PastStep:
    """One row of the record of a past order."""

    action: str
    to_state: str
    at: datetime
    actor_id: int | None = None
    actor_name: str = "系统"
    part: str = "system"
    note: str = ""
    due_after: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PastOrder:
    """An order as it stands, and how it came there; names are those of the columns.

    `steps` begins with ``reported`` and ends in `state`. The clock is the one that runs now: none when ended.
    Set `overdue_fired_at` when the clock has run out and needs no supervision any more.
    """

    no: str
    title: str
    content: str
    category_code: str
    source_code: str
    lon: float
    lat: float
    state: str
    location_status: str
    cell_id: int | None
    cell_version_id: int | None
    cell_code: str | None
    cell_name: str | None
    place: str
    release_id: int | None
    area_no: int
    hex: str
    function: str
    closure_policy: str
    reported_at: datetime
    steps: tuple[PastStep, ...]
    urgent: bool = False
    major: bool = False
    address: str = ""
    near_border: bool = False
    border_m: float | None = None
    runner_up: str | None = None
    decision: dict[str, Any] = field(default_factory=dict)
    holder_user_id: int | None = None
    holder_org_id: int | None = None
    holder_name: str | None = None
    holder_org_name: str | None = None
    holder_post: str = "worker"
    limit_key: str | None = None
    limit_version: int | None = None
    clock_started_at: datetime | None = None
    yellow_at: datetime | None = None
    due_at: datetime | None = None
    overdue_fired_at: datetime | None = None
    supervised: bool = False
    signed_at: datetime | None = None
    closed_at: datetime | None = None
    score: int | None = None
    rating_text: str = ""
    rated_at: datetime | None = None
    reporter_name: str = ""
    reporter_phone: str = ""


_SAME = (
    "no title content category_code source_code urgent major state address location_status near_border border_m"
    " runner_up cell_id cell_version_id cell_code cell_name place release_id area_no hex function closure_policy"
    " holder_user_id holder_org_id holder_name holder_org_name limit_key limit_version clock_started_at yellow_at"
    " due_at overdue_fired_at supervised reported_at signed_at closed_at score"
).split()


def import_history(tx: Tx, rows: Iterable[PastOrder]) -> int:
    """Write orders of the past with their reports, assignments, records, parties and ratings, by COPY.

    No events are emitted: counts have to be made anew afterwards (`analytics.service.rebuild`). The numbers of
    their days are taken, so that reports of the same day go on after them.

    Returns
    -------
    int
        How many orders were written.
    """
    tx.may("setting.write")
    past = list(rows)
    if not past:
        return 0
    ids = writing.take_ids(tx, "orders", len(past))
    report_ids = intake.import_history(tx, [_report(one) for one in past])
    both = list(zip(ids, past, strict=True))
    copy_rows(tx, orders, ["id", *_SAME, "version", "geom", "decision", "tracking_hash"], map(_order, both))
    copy_rows(tx, order_report, ["order_id", "report_id"], zip(ids, report_ids, strict=True))
    _write_parts(tx, both)
    for day, used in _numbers(past).items():
        writing.open_day(tx, day, used)
    return len(past)


def _write_parts(tx: Tx, both: Sequence[tuple[int, PastOrder]]) -> None:
    held = [(order_id, one) for order_id, one in both if one.holder_name]
    assigned = ["order_id", "mode", "seq", "user_id", "org_id", "user_name", "org_name", "post", "assigned_at",
                "due_at", "signed_at", "done_at", "result", "ended_as"]  # fmt: skip
    copy_rows(tx, assignment, assigned, map(_assignment, held))
    copy_rows(tx, order_party, ["order_id", "org_id", "user_id", "part"], _parties(held))
    traced = ["order_id", "version", "action", "from_state", "to_state", "part", "actor_id", "actor_name", "at", "note",
              "rule", "due_before", "due_after"]  # fmt: skip
    copy_rows(tx, trace, traced, (row for order_id, one in both for row in _trace(order_id, one)))
    rated = [
        (i, o.score, o.rating_text, "first", o.rated_at or o.closed_at)
        for i, o in both
        if o.score is not None
    ]
    copy_rows(tx, rating, ["order_id", "score", "text", "kind", "at"], rated)


def _report(one: PastOrder) -> dict[str, Any]:
    return {
        "source_code": one.source_code,
        "title": one.title,
        "content": one.content,
        "category_code": one.category_code,
        "reporter_name": one.reporter_name,
        "reporter_phone": one.reporter_phone,
        "lon": one.lon,
        "lat": one.lat,
        "address": one.address,
        "urgent": one.urgent,
        "created_at": one.reported_at,
    }


def _order(numbered: tuple[int, PastOrder]) -> tuple[Any, ...]:
    order_id, one = numbered
    point = ewkt_point(one.lon, one.lat)
    same = (getattr(one, name) for name in _SAME)
    return (order_id, *same, len(one.steps), point, json.dumps(one.decision), secrets.token_bytes(32))


def _assignment(numbered: tuple[int, PastOrder]) -> tuple[Any, ...]:
    order_id, one = numbered
    ended = one.state in ENDED
    result = next((step.note for step in reversed(one.steps) if step.action == "submit_result"), "")
    routed = next((step.at for step in one.steps if step.to_state == State.WAIT_SIGN), one.reported_at)
    name = one.holder_name if one.holder_user_id is not None else None
    return (
        order_id, "route", 1, one.holder_user_id, one.holder_org_id, name, one.holder_org_name, one.holder_post,
        routed, one.due_at, one.signed_at, one.closed_at if ended else None, result, "done" if ended else None,
    )  # fmt: skip


def _parties(held: Iterable[tuple[int, PastOrder]]) -> Iterator[tuple[Any, ...]]:
    for order_id, one in held:
        if one.holder_user_id is not None:
            yield order_id, None, one.holder_user_id, "holder"
        if one.holder_org_id is not None:
            yield order_id, one.holder_org_id, None, "holder"


def _trace(order_id: int, one: PastOrder) -> Iterator[tuple[Any, ...]]:
    before: PastStep | None = None
    rule = one.decision.get("rule")
    for version, step in enumerate(one.steps, 1):
        routed = json.dumps(rule) if rule and step.action in ("route", "queue", "screen") else None
        yield (
            order_id, version, step.action, before.to_state if before else None, step.to_state, step.part,
            step.actor_id, step.actor_name, step.at, step.note, routed, before.due_after if before else None,
            step.due_after,
        )  # fmt: skip
        before = step


def _numbers(past: Iterable[PastOrder]) -> dict[date, int]:
    """The highest number of each day."""
    used: dict[date, int] = defaultdict(int)
    for one in past:
        day, _, number = one.no.partition("-")
        key = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        used[key] = max(used[key], int(number))
    return used
