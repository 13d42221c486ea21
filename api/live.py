"""Live push: server-sent events, one stream per screen. With `api.hub` the only async code."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.deps import TxDep, caller, verb
from api.hub import Batch, Client, Hint, Hub, Position
from gisgov.kernel.actor import NOBODY, Actor
from gisgov.kernel.db import Database
from gisgov.kernel.events import TILE_ZOOM, Event

router = APIRouter(tags=["live"])

PING_S = 15
RECHECK_S = 60.0
"""How long a stream may outlive its session or a change of scope."""
TOO_FAR_BEHIND = 5_000
"""A screen that missed more than this is told to load afresh."""


@dataclass(frozen=True)
class Push:
    """Who may learn of events about a kind of thing, and which layers they change."""

    verb: str
    layers: tuple[str, ...] = ()
    scoped: bool = True


PUSHED = {
    "order": Push("order.read", ("orders", "heat")),
    "release": Push("grid.read", ("cells", "areas"), scoped=False),
    "camera": Push("registry.read", ("cameras",)),
}
"""By subject of the event; what is not here is not pushed."""
HINTED = {"patrols": Push("patrol.read", ("patrols",))}


def present_actor(tx: TxDep) -> Actor:
    """Return the caller; the transaction ends before the stream begins."""
    return tx.actor


@router.get("/api/live", dependencies=[verb("live.read")])
async def live(
    request: Request,
    actor: Annotated[Actor, Depends(present_actor)],
    after: str | None = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventSourceResponse:
    """Stream what happens within the caller's scope, from a position on or from now."""
    given = last_event_id or after
    position = Position.parse(given) if given else None
    return EventSourceResponse(
        _stream(request, actor, position), ping=PING_S, headers={"Cache-Control": "no-store"}
    )


async def _stream(
    request: Request, actor: Actor, position: Position | None
) -> AsyncIterator[ServerSentEvent]:
    hub: Hub = request.app.state.hub
    client = Client()
    hub.clients.add(client)  # before reading the past, so that nothing falls between
    try:
        start = await hub.committed_since(str(position.snapshot) if position else "")
        if position is None or len(start.events) >= TOO_FAR_BEHIND:
            start = Batch(start.snapshot, ())
            yield _message("snapshot", {"position": str(start.snapshot)}, str(start.snapshot))
        for message in _messages(start, position or Position(start.snapshot), actor):
            yield message
        async for message in _onwards(request, hub, client, actor, Position(start.snapshot)):
            yield message
    finally:
        hub.clients.discard(client)


async def _onwards(
    request: Request, hub: Hub, client: Client, actor: Actor, position: Position
) -> AsyncIterator[ServerSentEvent]:
    clock = asyncio.get_running_loop()
    recheck_at = clock.time() + RECHECK_S
    while True:
        try:
            item = await asyncio.wait_for(client.queue.get(), max(0.0, recheck_at - clock.time()))
        except TimeoutError:
            recheck_at = clock.time() + RECHECK_S
            actor = await hub.read(_actor_now, request)
            if actor.has("live.read"):
                continue
            return
        if item is None:
            return
        if isinstance(item, Hint):
            if message := _hinted(item, actor):
                yield message
            continue
        for message in _messages(item, position, actor):
            yield message
        position = Position(item.snapshot)


def _actor_now(database: Database, request: Request) -> Actor:
    with database.transaction(NOBODY) as tx:
        return caller(request, tx)


def _messages(batch: Batch, position: Position, actor: Actor) -> Iterator[ServerSentEvent]:
    """Yield what a client may see of a batch; the last message carries the batch's own position."""
    visible = [found for found in batch.events if not position.has(found) and _may_see(actor, found)]
    for event in visible:
        position = position.after(event)
        at = Position(batch.snapshot) if event is visible[-1] else position
        yield _message("event", _described(event), str(at))


def _may_see(actor: Actor, event: Event) -> bool:
    push = PUSHED.get(event.subject_kind)
    if push is None or not actor.has(push.verb):
        return False
    return not push.scoped or actor.scope.sees(event.area_no, event.org_ids, event.user_ids)


def _described(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind,
        "subject_kind": event.subject_kind,
        "subject_id": event.subject_id,
        "version": event.version,
        "at": event.at.isoformat(),
        "tiles": [f"{TILE_ZOOM}/{event.tile[0]}/{event.tile[1]}"] if event.tile else [],
        "layers": PUSHED[event.subject_kind].layers,
        "order_no": event.data.get("no"),
        "data": event.data,
    }


def _hinted(hint: Hint, actor: Actor) -> ServerSentEvent | None:
    push = HINTED.get(hint.data["topic"])
    if push is None or not actor.has(push.verb) or not actor.scope.covers(hint.area_no):
        return None
    return _message("hint", {**hint.data, "layers": push.layers})


def _message(kind: str, data: dict[str, Any], position: str | None = None) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(data, ensure_ascii=False), event=kind, id=position)
