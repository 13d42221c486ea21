"""What was committed, handed to every screen of this process: one LISTEN, many queues.

A client's position is a snapshot, not a number, so that a transaction which stays open for minutes
neither hides events from those who come back nor holds anybody up. Within one batch the position also
names the events already sent: a client cut off in the middle misses none and sees none twice.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import psycopg
import structlog
from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError

from gisgov.kernel import events
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import RESERVE, Database
from gisgov.kernel.events import Event
from gisgov.kernel.snapshot import Snapshot

log = structlog.get_logger()

QUEUE_LENGTH = 1_000
RECONNECT_S = 1.0

T = TypeVar("T")


@dataclass(frozen=True)
class Position:
    """Where a client stands: all a snapshot shows, and some events after it."""

    snapshot: Snapshot
    sent: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``snapshot[;id,id…]``."""
        snapshot, _, sent = text.partition(";")
        return cls(
            Snapshot.parse(snapshot), frozenset(int(found) for found in sent.split(",") if found.isdigit())
        )

    def has(self, event: Event) -> bool:
        """Tell whether the client already has an event."""
        return self.snapshot.sees(event.xid) or event.id in self.sent

    def after(self, event: Event) -> "Position":
        """Return the position after one more event of a batch."""
        return Position(self.snapshot, self.sent | {event.id})

    def __str__(self) -> str:
        sent = ",".join(map(str, sorted(self.sent)))
        return f"{self.snapshot};{sent}" if sent else str(self.snapshot)


@dataclass(frozen=True)
class Batch:
    """Events that became visible together, and the snapshot that shows them."""

    snapshot: Snapshot
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Hint:
    """Something pushed once and not remembered."""

    area_no: int | None
    data: dict[str, Any]


@dataclass(eq=False)
class Client:
    """One connected screen."""

    queue: asyncio.Queue[Batch | Hint | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_LENGTH))

    def put(self, item: Batch | Hint) -> None:
        """Hand over something; a screen that reads too slowly is let go and comes back by its position."""
        try:
            self.queue.put_nowait(item)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class Hub:
    """Reads what was committed and hands it to every client of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._readers = CapacityLimiter(RESERVE)
        self._position = ""
        self.clients: set[Client] = set()
        self.watchers: list[Callable[[Batch | Hint], None]] = []

    async def run(self) -> None:
        """Listen until cancelled; after a lost connection go on where it broke off."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, SQLAlchemyError, OSError) as error:
                log.warning("live connection lost", error=str(error))
            await asyncio.sleep(RECONNECT_S)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._database.conninfo, autocommit=True) as conn:
            await conn.execute(f"LISTEN {events.EVENT_CHANNEL}")
            await conn.execute(f"LISTEN {events.HINT_CHANNEL}")
            await self._read()
            async for notice in conn.notifies():
                if notice.channel == events.HINT_CHANNEL:
                    self._hand_out(_hint(notice.payload))
                else:
                    await self._read()

    async def _read(self) -> None:
        batch = await self.committed_since(self._position)
        self._position = str(batch.snapshot)
        if batch.events:
            self._hand_out(batch)

    async def committed_since(self, position: str) -> Batch:
        """Return what was committed since a position (nothing for an empty one), and where that leads."""
        return await self.read(_committed_since, position)

    async def read(self, query: Callable[..., T], *arguments: Any) -> T:
        """Run ``query(database, *arguments)`` in a thread, on one of the connections kept for push."""
        return await to_thread.run_sync(query, self._database, *arguments, limiter=self._readers)

    def _hand_out(self, item: Batch | Hint) -> None:
        for watch in self.watchers:
            watch(item)
        for client in self.clients:
            client.put(item)


def _committed_since(database: Database, position: str) -> Batch:
    with database.transaction(SYSTEM) as tx:
        # One snapshot for the position and the events it stands for.
        tx.conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        now = events.position(tx)
        found = events.since(tx, position) if position else []
        return Batch(Snapshot.parse(now), tuple(found))


def _hint(payload: str) -> Hint:
    data = json.loads(payload)
    return Hint(data.pop("area_no"), data)
