"""What each action changes beside state and clock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from gisgov.grids import service as grids
from gisgov.intake import service as intake
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict, Invalid
from gisgov.orders.model import Assignment, Candidate, Inputs, Mode, Order
from gisgov.orders.rules import routing
from gisgov.orders.rules.lifecycle import rating_open
from gisgov.orders.service import deciding
from gisgov.orders.service.moving import Move
from gisgov.orders.service.reporting import sign_in_limit
from gisgov.orders.store import reading, writing
from gisgov.timing import service as timing


def closure_policy(order: Order, holder: Candidate | None) -> str:
    """W-02: what closes by itself when the grid worker handles it is reviewed when a department does."""
    department = holder is not None and holder.post == routing.DEPARTMENT
    return "review" if department and order.closure_policy == "auto" else order.closure_policy


def _accept(tx: Tx, _order: Order, inputs: Inputs) -> Move:
    if inputs.category is None:
        return Move()
    kind = intake.category(tx, inputs.category)
    values: dict[str, Any] = {
        "category_code": kind.code,
        "function": kind.function,
        "closure_policy": kind.closure_policy,
        "major": kind.major,
    }
    return Move(values=values)


def _dispatch(tx: Tx, order: Order, inputs: Inputs) -> Move:
    """To a person, an organisation, or whoever answers for a cell."""
    if inputs.cell is not None:
        return _dispatch_to_cell(tx, order, inputs.cell)
    if inputs.user_id is not None:
        target, field = deciding.person(tx, inputs.user_id), "user_id"
    else:
        target, field = deciding.organisation(tx, inputs.org_id or 0), "org_id"
    if target is None:
        raise Invalid("order.target_unknown", field=field)
    return _dispatched(order, target, {})


def _dispatch_to_cell(tx: Tx, order: Order, code: str) -> Move:
    grids.hold_releases(tx)
    cell = grids.cell(tx, code)
    target = routing.owner(deciding.candidates(tx, cell.id, grids.people(tx, cell.id), order.function))
    if target is None:
        raise Invalid("order.nobody_there", field="cell", cell=code)
    placed = {} if order.cell_id is not None else deciding.cell_columns(tx, cell)
    return _dispatched(order, replace(target, reason_code="chosen"), placed)


def _dispatched(order: Order, target: Candidate, values: dict[str, Any]) -> Move:
    rule = routing.rule_ref("desk.dispatched")
    why = order.decision | {"rule": rule, "chosen": routing.chosen(target)}
    values |= {"decision": why, "closure_policy": closure_policy(order, target)}
    return Move(values=values, holder=target, mode=Mode.DISPATCH, limit=sign_in_limit(target), rule=rule)


def _reassign(_tx: Tx, _order: Order, _inputs: Inputs) -> Move:
    return Move(values={"signed_at": None}, drops_holder=True, ends="reassigned")


def _sign_in(tx: Tx, order: Order, _inputs: Inputs) -> Move:
    """Whoever signs for an organisation becomes the holder."""
    values: dict[str, Any] = {"signed_at": tx.now}
    mine: dict[str, Any] = {"signed_at": tx.now}
    if order.holder_user_id is None:
        values |= {"holder_user_id": tx.actor.user_id, "holder_name": tx.actor.name}
        mine |= {"user_id": tx.actor.user_id, "user_name": tx.actor.name}
        writing.add_parties(tx, order.id, "holder", user_id=tx.actor.user_id)
    writing.change_assignment(tx, order.id, mine)
    return Move(values=values)


def _submit(tx: Tx, order: Order, inputs: Inputs) -> Move:
    writing.change_assignment(tx, order.id, {"result": inputs.note})
    rule = {"key": "closure.policy", "value": order.closure_policy}
    return Move(ends="done", rule=rule)


def _handler(tx: Tx, order: Order) -> tuple[Assignment, Candidate]:
    """The last one who handled the order, as distinct from who checked it."""
    last = [one for one in reading.assignments(tx, order.id) if one.mode != Mode.CHECK][-1]
    name = last.user_name or last.org_name or ""
    person = Candidate(last.post, last.user_id, last.org_id, name, last.org_name or "", "", True, 0)
    return last, person


def _check(tx: Tx, order: Order, inputs: Inputs) -> Move:
    """The checker is done; the order shows its handler again, whose assignment has ended."""
    writing.change_assignment(tx, order.id, {"result": inputs.note, "done_at": tx.now, "ended_as": "done"})
    _, person = _handler(tx, order)
    held = {"holder_user_id": person.user_id, "holder_org_id": person.org_id}
    return Move(values=held | {"holder_name": person.name, "holder_org_name": person.org})


def _reject(tx: Tx, order: Order, _inputs: Inputs) -> Move:
    """Back to the handler with a new assignment of the same kind."""
    last, person = _handler(tx, order)
    return Move(holder=person, mode=Mode(last.mode))


def _rate(tx: Tx, order: Order, inputs: Inputs) -> Move:
    """T29: a first rating, then one follow-up (追评), within the window."""
    window = timedelta(hours=timing.limit(tx, "rating").amount)
    if not rating_open(order, tx.now, window):
        raise Conflict("order.rating_closed", no=order.no)
    score = inputs.score or 0
    if writing.add_rating(tx, order.id, score, inputs.text, "first", tx.now):
        return Move(values={"score": score})
    if not writing.add_rating(tx, order.id, score, inputs.text, "follow_up", tx.now):
        raise Conflict("order.rated_twice", no=order.no)
    return Move()


_EFFECTS: dict[str, Callable[[Tx, Order, Inputs], Move]] = {
    "accept": _accept,
    "dispatch": _dispatch,
    "reassign": _reassign,
    "sign_in": _sign_in,
    "submit_result": _submit,
    "check": _check,
    "reject": _reject,
    "rate": _rate,
}


def of(tx: Tx, order: Order, action: str, inputs: Inputs) -> Move:
    """What an action changes; those that are not in the table change state and clock alone."""
    effect = _EFFECTS.get(action)
    return effect(tx, order, inputs) if effect else Move()
