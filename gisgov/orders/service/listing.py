"""Lists of orders: pages by key, with counts."""

import base64
import json
from dataclasses import replace

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.orders.model import Page
from gisgov.orders.service.showing import summaries
from gisgov.orders.store import listing
from gisgov.orders.store.listing import Filter

MAX_PAGE = 200


def cursor(key: str, order_id: int) -> str:
    """Where a page ended, as text to give back."""
    return base64.urlsafe_b64encode(json.dumps([key, order_id]).encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[str, int]:
    """Where to go on.

    Raises
    ------
    Invalid
        The text is no cursor; code ``order.cursor``.
    """
    try:
        key, order_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return str(key), int(order_id)
    except (ValueError, TypeError):
        raise Invalid("order.cursor", field="after") from None


def orders(tx: Tx, wanted: Filter, after: str | None = None, *, counted: bool = True) -> Page:
    """One page of the orders in sight.

    Parameters
    ----------
    after : str, optional
        `Page.next` of the page before.
    counted : bool
        Also count what the filter finds, by lamp; the lamp itself does not narrow the counts.
    """
    if not 1 <= wanted.limit <= MAX_PAGE:
        raise Invalid("order.page_size", field="limit", most=MAX_PAGE)
    wanted = replace(wanted, after=read_cursor(after) if after else None)
    rows = listing.page(tx, wanted)
    items, more = rows[: wanted.limit], len(rows) > wanted.limit
    last, key = items[-1] if items else (None, "")
    return Page(
        items=summaries(tx, [order for order, _ in items]),
        next=cursor(key, last.id) if more and last else None,
        counts=listing.counts(tx, wanted) if counted else None,
    )
