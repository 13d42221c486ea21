"""What callers are shown: summaries, cards, buttons, the reporter's page."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from gisgov.identity import service as identity
from gisgov.identity.rules import mask_mobile, mask_name
from gisgov.intake import service as intake
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import NotFound
from gisgov.kernel.lifecycle import Step
from gisgov.media import service as media
from gisgov.orders.model import (
    Button,
    CategoryRef,
    CellRef,
    FileRef,
    Limit,
    Order,
    OrderSummary,
    OrderView,
    Reporter,
    State,
    Track,
)
from gisgov.orders.rules.lifecycle import (
    ENDED,
    HEADINGS,
    LIFECYCLE,
    PRIMARY,
    STEP_LINE,
    WORDS,
    progress,
    rating_open,
)
from gisgov.orders.service.acting import find, parts
from gisgov.orders.service.reporting import digest, holder_of, is_staff
from gisgov.orders.store import reading
from gisgov.timing import service as timing
from gisgov.timing.rules import lamp


def button(step: Step) -> Button:
    """A step as something to press."""
    words = WORDS[step.action]
    return Button(step.action, words.zh, words.en, step.needs, step.action in PRIMARY)


def actions(tx: Tx, order: Order) -> list[Button]:
    """What the actor may do with an order now, the primary button first."""
    steps = LIFECYCLE.actions(order.state, parts(tx, order), order.closure_policy)
    pressable = [button(step) for step in steps if step.who != frozenset({"system"})]
    if order.state in ENDED and not _may_rate(tx, order):
        pressable = [one for one in pressable if one.action != "rate"]
    return sorted(pressable, key=lambda one: not one.primary)


def _window(tx: Tx) -> timedelta:
    return timedelta(hours=timing.limit(tx, "rating").amount)


def _may_rate(tx: Tx, order: Order) -> bool:
    rates = order.state in (State.CLOSED, State.ANSWERED)
    return rates and rating_open(order, tx.now, _window(tx)) and len(reading.ratings(tx, order.id)) < 2


def summaries(tx: Tx, found: Collection[Order]) -> list[OrderSummary]:
    """Orders as rows of a list."""
    categories = {
        one.code: CategoryRef(one.code, one.name_zh, one.name_en, one.char) for one in intake.categories(tx)
    }
    masked = not is_staff(tx)
    return [OrderSummary(**_summary(tx, order, categories, masked=masked)) for order in found]


def _summary(tx: Tx, order: Order, categories: dict[str, CategoryRef], *, masked: bool) -> dict[str, Any]:
    top = order.category_code.partition(".")[0]
    unknown = CategoryRef(order.category_code, order.category_code, order.category_code, "他")
    return {
        "no": order.no,
        "title": order.title,
        "category": categories.get(order.category_code) or categories.get(top) or unknown,
        "source": order.source_code,
        "state": order.state,
        "lamp": lamp(tx.now, order.yellow_at, order.due_at),
        "due_at": order.due_at,
        "yellow_at": order.yellow_at,
        "clock_started_at": order.clock_started_at,
        "provisional": order.provisional,
        "reported_at": order.reported_at,
        "closed_at": order.closed_at,
        "lon": order.lon,
        "lat": order.lat,
        "address": order.address,
        "cell": CellRef(order.cell_code, order.cell_name or "") if order.cell_code else None,
        "place": order.place,
        "holder": holder_of(order, masked=masked),
        "supervised": order.supervised,
        "major": order.major,
        "urgent": order.urgent,
        "version": order.version,
        "score": order.score,
    }


def view(tx: Tx, no: str) -> OrderView:
    """Everything about one order in sight, with what the caller may do."""
    order = find(tx, no)
    (summary,) = summaries(tx, [order])
    files = _files(tx, order)
    ratings = reading.ratings(tx, order.id)
    return OrderView(
        **vars(summary),
        content=order.content,
        area_path=[area.named for area in identity.areas_of_no(tx, order.area_no)],
        decision=order.decision,
        limits=_limits(tx, order),
        assignments=reading.assignments(tx, order.id),
        timeline=reading.timeline(tx, order.id, {file.id: file.kind for file in files}),
        actions=actions(tx, order),
        files=files,
        reporter=_reporter(tx, order),
        rating=ratings[0] if ratings else None,
        closure_policy=order.closure_policy,
    )


def _files(tx: Tx, order: Order) -> list[FileRef]:
    found = media.files_by_ids(tx, reading.file_ids(tx, order.id))
    return [FileRef(file.id, file.kind) for file in found.values()]


def _limits(tx: Tx, order: Order) -> list[Limit]:
    """The clock that runs, with the rule it began with."""
    if order.limit_key is None or order.clock_started_at is None or order.due_at is None:
        return []
    rule = timing.limit(tx, order.limit_key, order.limit_version)
    return [
        Limit(
            key=rule.key,
            version=rule.version,
            amount=rule.amount,
            unit=rule.unit,
            ours=rule.ours,
            stated_by=rule.stated_by,
            name_zh=rule.name_zh,
            name_en=rule.name_en,
            started_at=order.clock_started_at,
            due_at=order.due_at,
        )
    ]


def _reporter(tx: Tx, order: Order) -> Reporter | None:
    """The one who reported first, masked; nothing of somebody who reported anonymously."""
    ids = reading.report_ids(tx, order.id)
    contact = intake.reporter(tx, ids[0]) if ids else None
    if contact is None or contact == ("", ""):
        return None
    return Reporter(mask_name(contact[0]), mask_mobile(contact[1]))


def _told(tx: Tx, order: Order) -> str:
    """What the reporter is told at the end: what was done, or the answer, or why nothing will be (T05, T07)."""
    if order.state is State.CLOSED:
        results = [one.result for one in reading.assignments(tx, order.id) if one.result]
        return results[-1] if results else ""
    return reading.last_words(tx, order.id, order.state) if order.state in ENDED else ""


def track(tx: Tx, token: str) -> Track:
    """The reporter's page (F-37): what he may know of his order, by the token he was given.

    Raises
    ------
    NotFound
        No order has this token; code ``order.unknown_token``.
    """
    order = reading.by_token(tx, digest(token))
    if order is None:
        raise NotFound("order.unknown_token")
    ratings = reading.ratings(tx, order.id)
    seen = progress(order.state, rated=bool(ratings))
    zh, en = HEADINGS[seen.heading]
    line = [
        {"zh": word_zh, "en": word_en, "done": at < seen.step or (order.state in ENDED and at == seen.step),
         "now": at == seen.step}
        for at, (word_zh, word_en) in enumerate(STEP_LINE)
    ]  # fmt: skip
    return Track(
        no=order.no,
        title=order.title,
        heading=seen.heading,
        heading_zh=zh,
        heading_en=en,
        steps=line,
        place=order.place,
        address=order.address,
        holder=holder_of(order, masked=True),
        result=_told(tx, order),
        reported_at=order.reported_at,
        closed_at=order.closed_at,
        may_rate=_may_rate(tx, order),
        rate_until=order.closed_at + _window(tx) if order.closed_at else None,
        ratings=ratings,
    )
