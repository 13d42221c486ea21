"""After a publication: open orders of changed cells are located again."""

from collections.abc import Collection

from gisgov.grids import service as grids
from gisgov.grids.model import Location
from gisgov.kernel.db import Tx
from gisgov.orders.model import Inputs, Mode, Order, Part, State
from gisgov.orders.rules import routing
from gisgov.orders.rules.lifecycle import LIFECYCLE
from gisgov.orders.service import deciding, moving
from gisgov.orders.service.moving import Move
from gisgov.orders.store import reading

# Decisions that followed from the place; what a person chose stays as it was chosen.
BY_PLACE = ("owner.", "desk.outside", "desk.nobody")


def reroute(tx: Tx, cell_ids: Collection[int]) -> list[str]:
    """Locate the unsigned orders of changed cells again, and those that lay in no cell.

    An order that moves gets a row in its record, a new clock and an event that reaches the former and the new
    holder. Running it twice does no harm.

    Returns
    -------
    list of str
        Numbers of the orders that moved.
    """
    moved = []
    for order in reading.waiting_in_cells(tx, cell_ids):
        if not str(order.decision.get("rule", {}).get("key", "")).startswith(BY_PLACE):
            continue
        if order.lon is None or order.lat is None:
            continue
        location = grids.locate_for_write(tx, order.lon, order.lat, order.decision.get("accuracy_m"))
        if (location.cell.id if location.cell else None) != order.cell_id:
            _move(tx, order, location)
            moved.append(order.no)
    return moved


def _move(tx: Tx, order: Order, location: Location) -> Order:
    people = deciding.at_place(tx, location, order.function)
    choice = routing.to_grid(location, people)
    why = routing.explain(choice, location, order.decision.get("accuracy_m"), order.function)
    action = "reroute" if choice.state is State.WAIT_SIGN else "unroute"
    move = Move(
        values={"decision": why, **deciding.place_columns(location, order.area_no)},
        holder=choice.chosen,
        mode=Mode.ROUTE,
        drops_holder=choice.chosen is None,
        ends="rerouted",
        rule=why["rule"],
    )
    if order.state is State.WAIT_DISPATCH and action == "unroute":
        return order
    return moving.take(tx, order, LIFECYCLE.step(action, order.state), Part.SYSTEM, Inputs(), move)
