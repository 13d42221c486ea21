"""Steps that leave the state as it is: what oversight marks on an order."""

from collections.abc import Iterator
from typing import Any

from gisgov.kernel.db import Tx
from gisgov.kernel.lifecycle import Step
from gisgov.orders.model import Inputs, Order, Part
from gisgov.orders.service import moving
from gisgov.orders.service.moving import Move
from gisgov.orders.store import reading


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
