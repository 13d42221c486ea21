"""Screens that read the live stream over real HTTP."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2


@dataclass
class Stream:
    """What one screen received."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, kind: str = "event", seconds: float = 10) -> list[dict[str, Any]]:
        """Return the messages of a kind once there are that many."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.of(kind)) >= count, seconds), self.messages
            return self.of(kind)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages of a kind so far."""
        return [message for message in self.messages if message["kind"] == kind]


@contextmanager
def listening(address: str, token: str, after: str | None = None) -> Iterator[Stream]:
    """Read the stream in a thread until the block ends."""
    stream = Stream()
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": after} if after else {})
    with httpx2.stream("GET", f"{address}/api/live", headers=headers, timeout=30) as response:
        assert response.status_code == 200
        reader = threading.Thread(target=_collect, args=(response, stream), daemon=True)
        reader.start()
        if after is None:
            stream.wait_for(1, "snapshot")
        yield stream
        response.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        reader.join(10)


def _collect(response: httpx2.Response, stream: Stream) -> None:
    with contextlib.suppress(httpx2.TransportError):  # the block ended
        _read(response, stream)


def _read(response: httpx2.Response, stream: Stream) -> None:
    message: dict[str, Any] = {}
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            message["kind"] = value
        elif name == "id":
            message["id"] = value
        elif name == "data":
            message["data"] = json.loads(value)
        elif not line and "data" in message:
            with stream.came:
                stream.messages.append(message)
                stream.came.notify_all()
            message = {}
