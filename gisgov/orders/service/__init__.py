"""The door to orders."""

from gisgov.orders.service.acting import act, find, parts, refuse_others, refuse_stale
from gisgov.orders.service.flagging import mark, overdue, recompute
from gisgov.orders.service.history import PastOrder, PastStep, import_history
from gisgov.orders.service.listing import orders
from gisgov.orders.service.reporting import report
from gisgov.orders.service.rerouting import reroute
from gisgov.orders.service.showing import actions, button, track, view
from gisgov.orders.store.listing import Filter
from gisgov.orders.store.reading import ids_of, loads
from gisgov.orders.store.seeing import order_scope

__all__ = [
    "Filter",
    "PastOrder",
    "PastStep",
    "act",
    "actions",
    "button",
    "find",
    "ids_of",
    "import_history",
    "loads",
    "mark",
    "order_scope",
    "orders",
    "overdue",
    "parts",
    "recompute",
    "refuse_others",
    "refuse_stale",
    "report",
    "reroute",
    "track",
    "view",
]
