"""What happens by itself: reactions to events, and timers. The only place that knows all domains."""

from collections.abc import Callable

from gisgov.analytics import service as analytics
from gisgov.identity import service as identity
from gisgov.kernel import events, idempotency
from gisgov.kernel.db import Tx
from gisgov.kernel.events import Event
from gisgov.kernel.jobs import Task, defer, rescue
from gisgov.media import service as media
from gisgov.orders import service as orders
from gisgov.oversight import service as oversight
from gisgov.patrol import service as patrol
from gisgov.registry import service as registry

Reaction = Callable[[Tx, Event], None]


def _reroute(tx: Tx, event: Event) -> None:
    """Orders that nobody has signed follow their cells."""
    orders.reroute(tx, [*event.data["changed_cell_ids"], *event.data["retired_cell_ids"]])


def _fall_again(tx: Tx, event: Event) -> None:
    """What is registered follows its cells too, in a job of its own: orders do not wait for it."""
    cell_ids = [*event.data["changed_cell_ids"], *event.data["retired_cell_ids"]]
    defer(tx, "registry.fall_again", lock="registry.fall_again", cell_ids=cell_ids)


def _recompute(tx: Tx, _event: Event) -> None:
    """Deadlines beyond the years that were known are settled by the official calendar."""
    orders.recompute(tx)


REACTIONS: dict[str, tuple[Reaction, ...]] = {
    "order.reported": (analytics.on_order,),
    "order.accepted": (analytics.on_order,),
    "order.dispatched": (analytics.on_order,),
    "order.rerouted": (analytics.on_order,),
    "order.voided": (analytics.on_order,),
    "calendar.loaded": (_recompute,),
    "grid.published": (_reroute, _fall_again),
}
"""Kind of event → what follows from it. Each may run twice and must do no harm then."""


def react(tx: Tx, event_id: int) -> None:
    """Run what follows from an event, in one transaction."""
    event = events.by_id(tx, event_id)
    for reaction in REACTIONS.get(event.kind, ()):
        reaction(tx, event)


TASKS = (
    Task("react", react),
    Task("orders.check_overdue", oversight.check_overdue, cron="* * * * * */10"),
    Task("jobs.rescue", rescue, cron="* * * * * */15"),
    Task("idempotency.sweep", idempotency.sweep, cron="29 * * * *"),
    Task("identity.sweep", identity.sweep, cron="17 * * * *"),
    Task("media.sweep", media.sweep, cron="41 3 * * *"),
    Task("patrol.reduce_old", patrol.reduce_old, cron="11 2 * * *"),
    Task("registry.fall_again", registry.fall_again),
)
"""Everything a worker does, with its timers; a sixth field counts seconds."""
