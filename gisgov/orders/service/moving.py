"""One step of an order: clock, state, holder, files, record and event, in this order and nowhere else."""

from dataclasses import dataclass, field, fields, replace
from typing import Any

from gisgov.intake.rules import top_level
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Conflict
from gisgov.kernel.events import emit
from gisgov.kernel.lifecycle import Step
from gisgov.media import service as media
from gisgov.orders.model import Candidate, Inputs, Mode, Order, Part
from gisgov.orders.rules.lifecycle import ENDED, KEEPS_CLOCK, WORDS
from gisgov.orders.store import reading, writing
from gisgov.timing import service as timing
from gisgov.timing.model import Running

_ORDER_FIELDS = {one.name for one in fields(Order)}
_NO_HOLDER = dict.fromkeys(("holder_user_id", "holder_org_id", "holder_name", "holder_org_name"))
_NO_CLOCK = dict.fromkeys(("limit_key", "limit_version", "clock_started_at", "yellow_at", "due_at")) | {
    "provisional": False
}


@dataclass(frozen=True)
class Move:
    """What a step changes beside the state.

    Attributes
    ----------
    values : dict
        Columns of the order.
    holder, mode : optional
        The new holder and how he came to it; the former one becomes a past party.
    drops_holder : bool
        Nobody holds the order afterwards.
    ends : str or None
        How the open assignment ends: ``done``, ``reassigned`` …
    limit : str or None
        Overrides the step's limit.
    rule : dict or None
        The rule that decided, kept in the record.
    """

    values: dict[str, Any] = field(default_factory=dict)
    holder: Candidate | None = None
    mode: Mode = Mode.ROUTE
    drops_holder: bool = False
    ends: str | None = None
    limit: str | None = None
    rule: dict[str, Any] | None = None


def _clock(tx: Tx, step: Step, move: Move) -> dict[str, Any]:
    """Columns of the clock after a step."""
    if step.action in KEEPS_CLOCK:
        return {}
    key = move.limit or step.limit
    if step.target in ENDED or key is None:
        return _NO_CLOCK | {"overdue_fired_at": None}
    return clock_columns(timing.start(tx, key, tx.now))


def clock_columns(run: Running) -> dict[str, Any]:
    """A running clock as columns of its order; one that has not run out in vain yet."""
    return {
        "limit_key": run.key,
        "limit_version": run.version,
        "clock_started_at": run.started_at,
        "yellow_at": run.yellow_at,
        "due_at": run.due_at,
        "provisional": run.provisional,
        "overdue_fired_at": None,
    }


def _holder(move: Move) -> dict[str, Any]:
    if move.holder is None:
        return dict(_NO_HOLDER) if move.drops_holder else {}
    return {
        "holder_user_id": move.holder.user_id,
        "holder_org_id": move.holder.org_id,
        "holder_name": move.holder.name,
        "holder_org_name": move.holder.org,
    }


def _new_values(tx: Tx, order: Order, step: Step, move: Move) -> dict[str, Any]:
    values = {"state": step.target, **_clock(tx, step, move), **_holder(move)}
    if step.target in ENDED and order.state not in ENDED:
        values["closed_at"] = tx.now
    return values | move.values


def _hand_over(tx: Tx, before: Order, after: Order, move: Move) -> None:
    """End the open assignment, give the next one, and let parties and files follow."""
    if move.ends is not None:
        ended = {"ended_as": move.ends} | ({"done_at": tx.now} if move.ends == "done" else {})
        writing.change_assignment(tx, after.id, ended)
    if move.holder is None and not move.drops_holder:
        return
    if before.holder_user_id is not None or before.holder_org_id is not None:
        writing.end_holding(tx, after.id)
    if move.holder is not None:
        _assign(tx, after, move.holder, move.mode)
    if before.version > 1:  # a report gets its files after it has been routed
        orgs, users = reading.parties(tx, after.id)
        media.share(tx, ("order", after.id), area_no=after.area_no, org_ids=orgs, user_ids=users)


def _assign(tx: Tx, order: Order, holder: Candidate, mode: Mode) -> None:
    row = {
        "order_id": order.id,
        "mode": mode,
        "user_id": holder.user_id,
        "org_id": holder.org_id,
        "user_name": holder.name if holder.user_id is not None else None,
        "org_name": holder.org,
        "post": holder.post,
        "assigned_at": tx.now,
        "due_at": order.due_at,
    }
    writing.add_assignment(tx, row)
    writing.add_parties(tx, order.id, "holder", user_id=holder.user_id, org_id=holder.org_id)


def attach(tx: Tx, order: Order, inputs: Inputs) -> None:
    """Tie files to an order, seen by everybody who sees the order."""
    if inputs.file_ids:
        orgs, users = reading.parties(tx, order.id)
        media.use(
            tx, inputs.file_ids, ("order", order.id), area_no=order.area_no, org_ids=orgs, user_ids=users
        )


def record(
    tx: Tx,
    before: Order | None,
    after: Order,
    action: str,
    part: Part,
    inputs: Inputs,
    rule: dict[str, Any] | None,
) -> None:
    """Write one row of the record."""
    writing.add_trace(
        tx,
        {
            "order_id": after.id,
            "version": after.version,
            "action": action,
            "from_state": before.state if before else None,
            "to_state": after.state,
            "part": part,
            "actor_id": tx.actor.user_id,
            "actor_name": tx.actor.name,
            "at": tx.now,
            "note": inputs.note or inputs.text,
            "file_ids": list(inputs.file_ids),
            "rule": rule,
            "due_before": before.due_at if before else None,
            "due_after": after.due_at,
        },
    )


def announce(tx: Tx, order: Order, action: str) -> None:
    """Emit the event of a step to everybody in the area and every party, past ones too."""
    orgs, users = reading.parties(tx, order.id)
    data = {
        "no": order.no,
        "title": order.title,
        "lon": order.lon,
        "lat": order.lat,
        "state": order.state,
        "category": top_level(order.category_code),
        "major": order.major,
        "urgent": order.urgent,
        "supervised": order.supervised,
        "holder_user_id": order.holder_user_id,
        "due_at": order.due_at.isoformat() if order.due_at else None,
        "yellow_at": order.yellow_at.isoformat() if order.yellow_at else None,
    }
    emit(
        tx,
        WORDS[action].event,
        subject=("order", order.id),
        version=order.version,
        area_no=order.area_no,
        org_ids=sorted(orgs),
        user_ids=sorted(users),
        lon=order.lon,
        lat=order.lat,
        data=data,
    )


def take(
    tx: Tx, order: Order, step: Step, part: Part, inputs: Inputs, move: Move, *, silent: bool = False
) -> Order:
    """Take a step by compare-and-set on the version that was read.

    Parameters
    ----------
    silent : bool
        Leave the event to the caller, who announces several steps as one.

    Raises
    ------
    Conflict
        Somebody else changed the order in between; code ``order.conflict``.
    """
    values = _new_values(tx, order, step, move)
    if not writing.change(tx, order.id, order.version, values):
        raise Conflict("order.conflict", field="version", no=order.no)
    known = {name: value for name, value in values.items() if name in _ORDER_FIELDS}
    after = replace(order, **known, version=order.version + 1)
    _hand_over(tx, order, after, move)
    attach(tx, after, inputs)
    record(tx, order, after, step.action, part, inputs, move.rule)
    if not silent:
        announce(tx, after, step.action)
    return after
