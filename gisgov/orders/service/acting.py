"""Actions on an order: one function, rows of one table."""

from dataclasses import replace

from gisgov.grids import service as grids
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from gisgov.kernel.lifecycle import Step
from gisgov.media import service as media
from gisgov.orders.model import Inputs, Mode, Order, Part, State
from gisgov.orders.rules import routing
from gisgov.orders.rules.lifecycle import LIFECYCLE, VERB_PARTS, after_result, check_inputs
from gisgov.orders.service import deciding, effects, moving
from gisgov.orders.service.moving import Move
from gisgov.orders.service.reporting import digest, send
from gisgov.orders.store import reading


def find(tx: Tx, no: str, token: str | None = None) -> Order:
    """An order by number, seen by scope or by the reporter's token.

    Raises
    ------
    NotFound
        There is none, or none that the caller may see; code ``order.unknown``.
    """
    found = reading.by_no(tx, no) or (reading.by_token(tx, digest(token), no) if token else None)
    if found is None:
        raise NotFound("order.unknown", no=no)
    return found


def parts(tx: Tx, order: Order, token: str | None = None) -> frozenset[Part]:
    """What the actor is towards an order."""
    actor = tx.actor
    held = {part for verb, part in VERB_PARTS.items() if actor.has(verb)}
    if actor.everything:
        held.add(Part.SYSTEM)
    if _is_holder(tx, order):
        held.add(Part.HOLDER)
        held.discard(Part.REVIEWER)  # nobody reviews his own work
    elif _is_reporter(tx, order, token):  # nor does anybody rate it
        held.add(Part.REPORTER)
    return frozenset(held)


def _is_holder(tx: Tx, order: Order) -> bool:
    if not tx.actor.has("order.act") or tx.actor.user_id is None:
        return False
    if order.holder_user_id is not None:
        return order.holder_user_id == tx.actor.user_id
    return order.holder_org_id in tx.actor.org_ids


def _is_reporter(tx: Tx, order: Order, token: str | None) -> bool:
    if token is not None:
        return reading.by_token(tx, digest(token), order.no) is not None
    return tx.actor.user_id is not None and reading.is_author(tx, order.id, tx.actor.user_id)


def refuse_others(tx: Tx, order: Order, step: Step, held: frozenset[Part]) -> Part:
    """The part in which the actor takes a step.

    Raises
    ------
    NotSignedIn, NotAllowed
        He has none of the parts it asks for; code ``order.not_yours``.
    """
    having = sorted(held & step.who)
    if having:
        return Part(having[0])
    if tx.actor.user_id is None and not tx.actor.everything:
        raise NotSignedIn("session.required")
    raise NotAllowed("order.not_yours", action=step.action, no=order.no)


def refuse_stale(order: Order, inputs: Inputs) -> None:
    """Refuse what was decided on an older version of the order."""
    if inputs.version is not None and inputs.version != order.version:
        raise Conflict("order.conflict", field="version", no=order.no)


def act(tx: Tx, no: str, action: str, inputs: Inputs) -> Order:
    """Take an action on an order, and the steps that follow from it by themselves.

    Raises
    ------
    NotFound
        No such order in sight.
    Conflict
        Somebody was faster (``order.conflict``) or the state does not allow it (``order.not_now``).
    NotAllowed
        The actor has no part that may do it.
    Invalid
        Something it needs is missing.
    """
    if action not in {step.action for step in LIFECYCLE.steps}:
        raise Invalid("order.action_unknown", field="action", action=action)
    order = find(tx, no, inputs.token)
    refuse_stale(order, inputs)
    step = LIFECYCLE.step(action, order.state, order.closure_policy)
    part = refuse_others(tx, order, step, parts(tx, order, inputs.token))
    check_inputs(step, inputs, [file.kind for file in media.files_by_ids(tx, inputs.file_ids).values()])
    move = effects.of(tx, order, action, inputs)
    return _follow(tx, moving.take(tx, order, step, part, inputs, move), inputs)


def _follow(tx: Tx, order: Order, inputs: Inputs) -> Order:
    """Steps that follow without a person: filing routes, a result goes to check or review, a reassignment may name the next."""
    if order.state is State.FILED:
        return _route_filed(tx, order)
    if order.state is State.WAIT_DISPATCH and _named(inputs):
        target = replace(inputs, version=order.version, note="", file_ids=())
        return act(tx, order.no, "dispatch", target)
    if order.state is State.RESULT_SUBMITTED:
        return _to_check_or_review(tx, order)
    return order


def _named(inputs: Inputs) -> bool:
    return inputs.user_id is not None or inputs.org_id is not None or inputs.cell is not None


def _route_filed(tx: Tx, order: Order) -> Order:
    """T10: to the department of the list, else to the grid; T11 when neither is possible."""
    located = None
    if order.lon is not None and order.lat is not None:
        located = grids.locate_for_write(tx, order.lon, order.lat)
    choice = routing.filed(located, deciding.at_place(tx, located, order.function))
    why = routing.explain(choice, located, order.decision.get("accuracy_m"), order.function)
    place = {} if located is None else deciding.place_columns(located, order.area_no)
    policy = effects.closure_policy(order, choice.chosen)
    return send(tx, order, choice, why, Mode.LIST, **place, closure_policy=policy)


def _to_check_or_review(tx: Tx, order: Order) -> Order:
    """T24: to somebody of the cell who did not handle it, where the category asks for that; else to the centre."""
    people = [] if order.cell_id is None else deciding.candidates(
        tx, order.cell_id, grids.people(tx, order.cell_id), order.function
    )  # fmt: skip
    choice = routing.checker(people, order.holder_user_id)
    action = after_result(order, checkers=choice is not None)
    step = LIFECYCLE.step(action, order.state, order.closure_policy)
    move = Move()
    if action == "send_check" and choice is not None:
        move = Move(holder=choice.chosen, mode=Mode.CHECK, rule=routing.rule_ref(choice.rule))
    return moving.take(tx.acting_as(SYSTEM), order, step, Part.SYSTEM, Inputs(), move)
