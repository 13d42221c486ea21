"""Lists of orders: pages by key, with counts."""

import base64
import json
from dataclasses import replace
from datetime import datetime

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.orders.model import Page
from gisgov.orders.service.showing import summaries
from gisgov.orders.store import listing
from gisgov.orders.store.listing import SORTS, Filter

MAX_PAGE = 200


def cursor(key: tuple[str, ...]) -> str:
    """Where a page ended, as text to give back."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def read_cursor(text: str, sort: str) -> tuple[str, ...]:
    """Where to go on in a list of this order.

    Raises
    ------
    Invalid
        The text is no cursor of such a list; code ``order.cursor``.
    """
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        *rest, moment, order_id = (str(part) for part in json.loads(decoded))
        key = (*(str(int(part)) for part in rest), _moment(moment), str(int(order_id)))
    except (ValueError, TypeError):
        raise Invalid("order.cursor", field="after") from None
    if len(key) != len(SORTS[sort].parts):
        raise Invalid("order.cursor", field="after")
    return key


def _moment(text: str) -> str:
    return text if text == "infinity" else datetime.fromisoformat(text).isoformat()


def orders(tx: Tx, wanted: Filter, after: str | None = None, *, counted: bool = True) -> Page:
    """One page of the orders in sight.

    Parameters
    ----------
    after : str, optional
        `Page.next` of the page before.
    counted : bool
        Also count on the first page what the filter finds, by lamp; the lamp itself does not narrow the counts.
    """
    if not 1 <= wanted.limit <= MAX_PAGE:
        raise Invalid("order.page_size", field="limit", most=MAX_PAGE)
    sort = "todo" if wanted.mine and wanted.sort == "due" else wanted.sort
    wanted = replace(wanted, sort=sort, after=read_cursor(after, sort) if after else None)
    rows = listing.page(tx, wanted)
    items, more = rows[: wanted.limit], len(rows) > wanted.limit
    return Page(
        items=summaries(tx, [order for order, _ in items]),
        next=cursor(items[-1][1]) if more else None,
        counts=listing.counts(tx, wanted) if counted and after is None else None,
    )
