"""The door to oversight: supervise, answer, and what time does by itself."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Tx
from gisgov.orders import service as orders
from gisgov.orders.model import Button, Inputs, Order, Part
from gisgov.orders.rules.lifecycle import check_inputs
from gisgov.oversight import rules, store
from gisgov.oversight.model import Origin, PastSupervision, Supervision, SupervisionState
from gisgov.timing import service as timing

WAITING = frozenset({SupervisionState.ISSUED, SupervisionState.READ, SupervisionState.SENT_BACK})


def of_order(tx: Tx, no: str) -> list[Supervision]:
    """Supervisions of an order in sight, newest first."""
    return store.of_order(tx, orders.find(tx, no).id)


def _parts(tx: Tx, order: Order) -> frozenset[Part]:
    """The actor's parts, with that of the one who has to answer."""
    held = orders.parts(tx, order)
    return held | {Part.SUPERVISED} if _mine(tx, order) else held


def _mine(tx: Tx, order: Order) -> list[Supervision]:
    """Supervisions that wait for the actor's answer."""
    return [one for one in store.of_order(tx, order.id) if one.state in WAITING and _targets(tx, one)]


def _targets(tx: Tx, one: Supervision) -> bool:
    if one.target_user_id is not None:
        return one.target_user_id == tx.actor.user_id
    if one.target_org_id is not None:
        return one.target_org_id in tx.actor.org_ids
    # nobody held the order: whoever dispatches has to answer
    return tx.actor.has("order.dispatch")


def actions(tx: Tx, no: str) -> list[Button]:
    """What the actor may do beside the steps of the order itself."""
    order = orders.find(tx, no)
    return [orders.button(step) for step in rules.STEPS.actions(order.state, _parts(tx, order))]


def _open(tx: Tx, order: Order, origin: Origin, instruction: str, issued_by: str) -> bool:
    run = timing.start(tx, "answer", tx.now)
    row: dict[str, Any] = {
        "order_id": order.id,
        "origin": origin,
        "state": SupervisionState.ISSUED,
        "instruction": instruction,
        "target_user_id": order.holder_user_id,
        "target_org_id": order.holder_org_id,
        "target_name": order.holder_name,
        "issued_by": issued_by,
        "issued_at": tx.now,
        "due_at": run.due_at,
        "clock_due_at": order.due_at if origin is Origin.OVERDUE else None,
    }
    return store.add(tx, row)


def supervise(tx: Tx, no: str, inputs: Inputs) -> Order:
    """Supervise an order with a written instruction (G-03); it goes to the top of its holder's list.

    Raises
    ------
    NotFound, NotAllowed, Conflict, Invalid
        As `orders.service.act`.
    """
    order, step, part = _step(tx, no, "supervise", inputs)
    check_inputs(step, inputs, [])
    _open(tx, order, Origin.LEADER, inputs.note.strip(), tx.actor.name)
    return orders.mark(tx, order, "supervise", part, inputs, {"supervised": True}, None)


def answer(tx: Tx, no: str, inputs: Inputs) -> Order:
    """Answer every supervision of an order that waits for the actor.

    Raises
    ------
    NotFound, NotAllowed, Conflict, Invalid
        As `orders.service.act`.
    """
    order, step, part = _step(tx, no, "answer_supervision", inputs)
    check_inputs(step, inputs, [])
    store.answer(tx, [one.id for one in _mine(tx, order)], inputs.note.strip())
    return orders.mark(tx, order, "answer_supervision", part, inputs, {}, None)


def _step(tx: Tx, no: str, action: str, inputs: Inputs) -> tuple[Order, Any, Part]:
    order = orders.find(tx, no)
    orders.refuse_stale(order, inputs)
    step = rules.STEPS.step(action, order.state)
    return order, step, orders.refuse_others(tx, order, step, _parts(tx, order))


def check_overdue(tx: Tx) -> None:
    """Open a supervision for every clock that has run out, once; a timer.

    What was missed while nothing ran is caught up. Several workers may run it at the same time.
    """
    for order in orders.overdue(tx):
        _fire(tx.acting_as(SYSTEM), order)


def _fire(tx: Tx, order: Order) -> None:
    clock = timing.limit(tx, order.limit_key, order.limit_version) if order.limit_key else None
    text = f"{rules.OVERDUE['text_zh']}（{clock.name_zh}）" if clock else str(rules.OVERDUE["text_zh"])
    _open(tx, order, Origin.OVERDUE, text, tx.actor.name)
    values = {"supervised": True, "overdue_fired_at": tx.now}
    rule = {**rules.OVERDUE, "limit": order.limit_key, "limit_version": order.limit_version}
    orders.mark(tx, order, "overdue", Part.SYSTEM, Inputs(note=text), values, rule)


def import_history(tx: Tx, rows: Iterable[PastSupervision]) -> int:
    """Write supervisions of the past; their orders are there already.

    Returns
    -------
    int
        How many were written.
    """
    tx.may("setting.write")
    past = list(rows)
    ids = orders.ids_of(tx, {one.order_no for one in past})
    values = [asdict(one) | {"order_id": ids[one.order_no]} for one in past]
    for row in values:
        del row["order_no"]
    if values:
        store.add_past(tx, values)
    return len(values)
