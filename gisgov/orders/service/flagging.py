"""Steps that leave the state as it is: what oversight marks on an order."""

from collections.abc import Iterator
from typing import Any

from gisgov.kernel.db import Tx
from gisgov.kernel.lifecycle import Step
from gisgov.orders.model import Inputs, Order, Part
from gisgov.orders.service import moving
from gisgov.orders.service.moving import Move
from gisgov.orders.store import reading
from gisgov.timing import service as timing


def mark(
    tx: Tx,
    order: Order,
    action: str,
    part: Part,
    inputs: Inputs,
    values: dict[str, Any],
    rule: dict[str, Any] | None,
) -> Order:
    """Change flags of an order by compare-and-set, with a row in the record and an event.

    Raises
    ------
    Conflict
        Somebody else changed the order in between; code ``order.conflict``.
    """
    step = Step(action, (order.state,), order.state, frozenset({part}))
    return moving.take(tx, order, step, part, inputs, Move(values=values, rule=rule))


def overdue(tx: Tx, batch: int = 200) -> Iterator[Order]:
    """Orders whose clock has run out and was not answered yet, locked; others working on the same are passed over.

    The caller has to `mark` each, which sets ``overdue_fired_at``, before it asks for the next batch.
    """
    while found := reading.claim_overdue(tx, batch):
        yield from found


_LOADED = {
    "key": "calendar.loaded",
    "version": 1,
    "text_zh": "节假日安排已公布，时限按其重算",
    "text_en": "The official calendar was loaded, so the deadline was computed again",
}


def recompute(tx: Tx) -> list[str]:
    """Compute provisional deadlines again after a calendar was loaded; the old value stays in the record.

    Returns
    -------
    list of str
        Numbers of the orders that are no longer provisional.
    """
    settled = []
    for order in reading.provisional(tx):
        if order.limit_key is None or order.clock_started_at is None:
            continue
        run = timing.again(tx, order.limit_key, order.limit_version, order.clock_started_at)
        if not run.provisional:
            mark(tx, order, "recompute", Part.SYSTEM, Inputs(), moving.clock_columns(run), _LOADED)
            settled.append(order.no)
    return settled
