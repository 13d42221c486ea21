"""Orders: lists, cards, actions."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from api.deps import TxDep, verb
from gisgov.identity import service as identity
from gisgov.kernel.boxes import parse_box
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.orders import service as orders
from gisgov.orders.model import Inputs, Order, OrderView, Page, State
from gisgov.orders.service import Filter
from gisgov.oversight import service as oversight
from gisgov.timing.model import Lamp

router = APIRouter(prefix="/api/orders", tags=["orders"])


class ActionBody(BaseModel):
    """What comes with an action; `version` is the one the caller saw."""

    version: int
    note: str = Field("", max_length=5_000)
    file_ids: list[int] = []
    user_id: int | None = None
    org_id: int | None = None
    cell: str | None = None
    category: str | None = None
    score: int | None = None
    text: str = Field("", max_length=2_000)


# Every other action is a step of the order's own life cycle.
OVERSIGHT: dict[str, Callable[[Tx, str, Inputs], Order]] = {
    "supervise": oversight.supervise,
    "answer_supervision": oversight.answer,
}


@router.get("", dependencies=[verb("order.read")])
def list_orders(
    tx: TxDep,
    state: Annotated[str, Query(description="States, separated by commas.")] = "",
    lamp: Lamp | None = None,
    category: str | None = None,
    source: str | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
    bbox: Annotated[str, Query(description="west,south,east,north in degrees, WGS84.")] = "",
    cell: str | None = None,
    area: Annotated[str | None, Query(description="Code of an area.")] = None,
    mine: bool = False,
    open: bool | None = None,  # noqa: A002
    supervised: bool | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    sort: Annotated[str, Query(pattern="^(due|reported)$")] = "due",
    limit: int = 50,
    after: str | None = None,
) -> Page:
    """Orders in sight, by what is due first or newest first; `next` continues the list.

    `counts` belong to the filter without its lamp.
    """
    wanted = Filter(
        state=_states(state),
        lamp=lamp,
        category=category,
        source=source,
        q=q.strip(),
        bbox=parse_box(bbox, "bbox") if bbox else None,
        ranges=(identity.range_of_area(tx, area),) if area is not None else None,
        cell=cell,
        mine=mine,
        open=open,
        supervised=supervised,
        since=since,
        until=until,
        sort=sort,
        limit=limit,
    )
    return orders.orders(tx, wanted, after)


@router.get("/{no}", dependencies=[verb("order.read")])
def show(no: str, tx: TxDep) -> OrderView:
    """One order with everything its card shows."""
    return _card(tx, no)


@router.post("/{no}/actions/{action}", dependencies=[verb("order.act")])
def act(no: str, action: str, body: ActionBody, tx: TxDep) -> OrderView:
    """Take an action; 409 when somebody was faster or the state does not allow it."""
    inputs = Inputs(**body.model_dump(exclude={"file_ids"}), file_ids=tuple(body.file_ids))
    if action in OVERSIGHT:
        OVERSIGHT[action](tx, no, inputs)
    else:
        orders.act(tx, no, action, inputs)
    return _card(tx, no)


def _card(tx: Tx, no: str) -> OrderView:
    """An order's card with what oversight adds to it."""
    seen = orders.view(tx, no)
    told = [asdict(one) for one in oversight.of_order(tx, no)]
    return replace(seen, supervisions=told, actions=[*seen.actions, *oversight.actions(tx, no)])


def _states(text: str) -> tuple[State, ...]:
    known = {state.value: state for state in State}
    wanted = [word.strip().upper() for word in text.split(",") if word.strip()]
    for word in wanted:
        if word not in known:
            raise Invalid("order.filter", field="state", value=word, known=", ".join(known))
    return tuple(known[word] for word in wanted)
