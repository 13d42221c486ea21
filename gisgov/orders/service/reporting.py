"""A report becomes an order that somebody answers for."""

import hashlib
import secrets
from typing import Any

from gisgov.grids import service as grids
from gisgov.grids.model import Location
from gisgov.identity.rules import mask_name
from gisgov.intake import rules as intake_rules
from gisgov.intake import service as intake
from gisgov.intake.model import NewReport, Report
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.days import today
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid, NotAllowed
from gisgov.kernel.geometry import point
from gisgov.media import service as media
from gisgov.orders.model import Candidate, CellRef, Choice, Filed, Holder, Inputs, Mode, Order, Part, State
from gisgov.orders.rules import routing
from gisgov.orders.rules.lifecycle import LIFECYCLE, check_inputs
from gisgov.orders.service import deciding, moving
from gisgov.orders.service.moving import Move
from gisgov.orders.store import writing

TOKEN_BYTES = 16

_ROUTE_ACTION = {State.WAIT_SIGN: "route", State.SCREENING: "screen", State.WAIT_DISPATCH: "queue"}


def digest(token: str) -> bytes:
    """What is stored of a tracking token; it has 128 random bits, so a plain digest is enough."""
    return hashlib.sha256(token.encode()).digest()


def report(tx: Tx, new: NewReport) -> Filed:
    """Receive a report, find who answers for its place, and open an order there.

    Returns
    -------
    Filed
        Number, state, tracking token (given only now), cell, holder and the decision with its reasons.

    Raises
    ------
    Invalid, NotAllowed, TooMany, Conflict
        As `intake.service.receive`.
    """
    received = intake.receive(tx, new)
    location = _locate(tx, received)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    spot = new.handled_note is not None
    # What was handled on the spot has its photo with the handling, not with the finding.
    opened = _open(tx, received, location, digest(token), () if spot else new.file_ids)
    settled = _handle_on_spot(tx, opened, new, location) if spot else _route(tx, opened, received, location)
    if not spot:
        moving.attach(tx, settled, Inputs(file_ids=new.file_ids))
    moving.announce(tx, settled, "reported")
    return _filed(tx, settled, token)


def _locate(tx: Tx, received: Report) -> Location | None:
    if received.lon is None or received.lat is None:
        return None
    return grids.locate_for_write(tx, received.lon, received.lat, received.accuracy_m)


def _row(tx: Tx, received: Report, location: Location | None, tracking_hash: bytes) -> dict[str, Any]:
    day = today(tx)
    kind = received.category
    return {
        "no": f"{day:%Y%m%d}-{writing.take_number(tx, day):04d}",
        "title": received.title,
        "content": received.content,
        "category_code": kind.code,
        "source_code": received.source.code,
        "urgent": received.urgent,
        "major": kind.major,
        "state": State.REPORTED,
        "version": 1,
        "address": received.address,
        **deciding.place_columns(location, grids.root_no(tx) if location is None else 0),
        "function": kind.function,
        "closure_policy": kind.closure_policy,
        "decision": {},
        "reported_at": tx.now,
        "tracking_hash": tracking_hash,
    }


def _open(
    tx: Tx, received: Report, location: Location | None, tracking_hash: bytes, file_ids: tuple[int, ...]
) -> Order:
    row = _row(tx, received, location, tracking_hash)
    geom = {"geom": point(received.lon, received.lat)}
    opened = writing.add_order(tx, row | geom, received.id)
    writing.add_parties(tx, opened.id, "author", user_id=received.created_by)
    inputs = Inputs(note=received.content, file_ids=file_ids)
    moving.record(tx, None, opened, "reported", Part.REPORTER, inputs, None)
    return opened


def _route(tx: Tx, order: Order, received: Report, location: Location | None) -> Order:
    """T02 and T03: to the grid, or to the desk with the reason."""
    hop = intake_rules.first_hop(received.source, received.category)
    choice = routing.first_hop(hop, location, deciding.at_place(tx, location, order.function))
    why = routing.explain(choice, location, received.accuracy_m, order.function)
    return send(tx, order, choice, why, Mode.ROUTE, silent=True)


def send(
    tx: Tx,
    order: Order,
    choice: Choice,
    why: dict[str, Any],
    mode: Mode,
    *,
    silent: bool = False,
    **values: Any,
) -> Order:
    """Take the step of a routing decision as the system, and keep the decision with the order."""
    step = LIFECYCLE.step(_ROUTE_ACTION[choice.state], order.state)
    move = Move(
        values={"decision": why, **values},
        holder=choice.chosen,
        mode=mode,
        drops_holder=choice.chosen is None,
        limit=sign_in_limit(choice.chosen),
        rule=why["rule"],
    )
    return moving.take(tx.acting_as(SYSTEM), order, step, Part.SYSTEM, Inputs(), move, silent=silent)


def sign_in_limit(holder: Candidate | None) -> str | None:
    """R1 and R2 are for grid workers; for departments no document states a figure (R3a)."""
    return "sign_in.desk" if holder is not None and holder.post == routing.DEPARTMENT else None


def _handle_on_spot(tx: Tx, order: Order, new: NewReport, location: Location | None) -> Order:
    """T04: found on patrol and solved at once, with photo and note."""
    if tx.actor.user_id is None:
        raise NotAllowed("report.handled_not_patrol", field="handled_note")
    if order.source_code != "patrol":
        raise Invalid("report.handled_not_patrol", field="handled_note")
    finder = deciding.person(tx, tx.actor.user_id)
    if finder is None:
        raise NotAllowed("report.handled_not_patrol", field="handled_note")
    step = LIFECYCLE.step("handle_on_spot", order.state)
    inputs = Inputs(note=new.handled_note or "", file_ids=new.file_ids)
    check_inputs(step, inputs, [file.kind for file in media.files_by_ids(tx, new.file_ids).values()])
    rule = routing.rule_ref("spot.finder")
    choice = Choice("spot.finder", State.CLOSED, finder, (finder,))
    why = routing.explain(choice, location, new.accuracy_m, order.function)
    values = {"decision": why, "signed_at": tx.now}
    move = Move(values=values, holder=finder, mode=Mode.SPOT, rule=rule)
    done = moving.take(tx, order, step, Part.FINDER, inputs, move, silent=True)
    writing.change_assignment(tx, order.id, {"signed_at": tx.now, "done_at": tx.now, "ended_as": "done"})
    return done


def is_staff(tx: Tx) -> bool:
    """Whether the actor may read orders as part of his work; residents see less of staff."""
    return tx.actor.has("order.read")


def holder_of(order: Order, *, masked: bool) -> Holder | None:
    """Who holds an order; residents see no given name of staff."""
    if order.holder_name is None:
        return None
    personal = masked and order.holder_user_id is not None
    name = mask_name(order.holder_name) if personal else order.holder_name
    return Holder(None if masked else order.holder_user_id, name, order.holder_org_name or "")


def public_decision(why: dict[str, Any]) -> dict[str, Any]:
    """The part of a decision that its reporter may see: the rule, and the post that was chosen."""
    chosen = why.get("chosen")
    shown = None if chosen is None else {"post": chosen["post"], "name": mask_name(chosen["name"])}
    return {
        "status": why.get("status"),
        "rule": why.get("rule"),
        "chosen": shown,
        "function": why.get("function"),
    }


def _filed(tx: Tx, order: Order, token: str) -> Filed:
    staff = is_staff(tx)
    return Filed(
        order_no=order.no,
        state=order.state,
        tracking_token=token,
        cell=CellRef(order.cell_code, order.cell_name) if order.cell_code and order.cell_name else None,
        holder=holder_of(order, masked=not staff),
        decision=order.decision if staff else public_decision(order.decision),
    )
