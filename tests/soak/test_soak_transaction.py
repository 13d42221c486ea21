"""A writing transaction stays open for a minute: orders still appear at once, and who comes back misses none."""

from time import monotonic

import httpx2
import pytest

from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.events import emit
from gisgov.kernel.settings import Settings
from tests.conftest import serving
from tests.grid_makers import middle
from tests.live_readers import Stream, listening
from tests.order_makers import PASSWORD, found

pytestmark = pytest.mark.soak

HELD_S, APPEARS_S = 60, 2


def signed_in(address: str) -> str:
    """Sign the dispatcher in and return the token."""
    reply = httpx2.post(
        f"{address}/api/session?kind=bearer", json={"login": "dispatcher", "password": PASSWORD}
    )
    return str(reply.json()["token"])


def report(address: str, token: str, key: str) -> None:
    """Register a telephone call."""
    lon, lat = middle(1, 1)
    body = {"source": "telephone", "content": "路灯不亮", "lon": lon, "lat": lat, "datum": "wgs84"}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    assert httpx2.post(f"{address}/api/reports", json=body, headers=headers).status_code == 201


def ids(stream: Stream) -> list[int]:
    """Return the events a screen received, as they came."""
    return [message["data"]["id"] for message in stream.of("event")]


def come_back(address: str, token: str, after: str, expected: int) -> tuple[list[int], str]:
    """Connect from a position, wait for what was missed, and go again; returns the events and the new position."""
    with listening(address, token, after) as stream:
        missed = stream.wait_for(expected)
    return [message["data"]["id"] for message in missed], missed[-1]["id"]


def hold(tx: Tx) -> None:
    """Write something that nobody sees before the transaction ends."""
    lowest = tx.conn.exec_driver_sql("SELECT min(no) FROM area").scalar_one()
    emit(tx, "order.reported", subject=("order", 0), area_no=lowest)


def test_an_open_transaction_of_a_minute_delays_nobody(
    settings: Settings, database: Database, record_testsuite_property
) -> None:
    with database.transaction(SYSTEM) as tx:
        found(tx)
    with serving(settings) as address:
        token = signed_in(address)
        with listening(address, token) as screen:
            position, returned = screen.of("snapshot")[0]["data"]["position"], []
            waits: list[float] = []
            with database.transaction(SYSTEM) as slow:
                hold(slow)
                until = monotonic() + HELD_S
                while monotonic() < until:
                    sent = monotonic()
                    report(address, token, f"call {len(waits)}")
                    screen.wait_for(len(waits) + 1, seconds=APPEARS_S)
                    waits.append(monotonic() - sent)
                    seen, position = come_back(address, token, position, 1)
                    returned += seen
            screen.wait_for(len(waits) + 1, seconds=APPEARS_S)
            seen, position = come_back(address, token, position, 1)
            returned += seen
            assert len(returned) == len(set(returned)) == len(waits) + 1
            assert sorted(returned) == sorted(ids(screen))
    record_testsuite_property("orders_meanwhile", len(waits))
    record_testsuite_property("slowest_appearance_s", round(max(waits), 2))
    assert max(waits) < APPEARS_S
