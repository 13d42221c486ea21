"""The kernel on PostGIS: events, idempotency, jobs."""

from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from gisgov.kernel import configuration, events
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.clock import FixedClock
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.errors import Conflict
from gisgov.kernel.idempotency import KEPT, once, sweep
from gisgov.kernel.jobs import defer


def test_an_event_and_its_job_are_one(tx: Tx) -> None:
    event_id = events.emit(
        tx,
        "order.reported",
        subject=("order", 5),
        version=1,
        area_no=9,
        user_ids=[3],
        lon=117.1,
        lat=36.6,
        data={"order_no": "1"},
    )
    found = events.by_id(tx, event_id)
    assert (found.kind, found.subject_id, found.at, found.user_ids) == ("order.reported", 5, tx.now, (3,))
    assert found.tile == (3380, 1599)
    jobs = tx.conn.execute(text("SELECT task_name, args FROM procrastinate_jobs")).all()
    assert [tuple(job) for job in jobs] == [("react", {"event_id": event_id})]


def _emit_and_fail(database: Database) -> None:
    with database.transaction(SYSTEM) as tx:
        events.emit(tx, "order.reported", subject=("order", 5))
        defer(tx, "react", event_id=1)
        raise RuntimeError


def test_what_is_rolled_back_leaves_neither_event_nor_job(database: Database) -> None:
    with pytest.raises(RuntimeError):
        _emit_and_fail(database)
    with database.transaction(SYSTEM) as tx:
        counted = "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM procrastinate_jobs)"
        assert tx.conn.execute(text(counted)).scalar_one() == 0


def test_a_position_separates_what_was_committed_from_what_comes(database: Database) -> None:
    with database.transaction(SYSTEM) as slow:
        events.emit(slow, "order.reported", subject=("order", 1))
        with database.transaction(SYSTEM) as tx:
            events.emit(tx, "order.reported", subject=("order", 2))
        with database.transaction(SYSTEM) as tx:
            position = events.position(tx)
            assert events.since(tx, position) == []
    with database.transaction(SYSTEM) as tx:
        assert [found.subject_id for found in events.since(tx, position)] == [1]


def test_the_search_for_missed_events_uses_its_index(database: Database) -> None:
    with database.transaction(SYSTEM) as tx:
        tx.conn.execute(
            text(
                "INSERT INTO event (at, kind, subject_kind, subject_id) "
                "SELECT now(), 'order.reported', 'order', n FROM generate_series(1, 5000) n"
            )
        )
    with database.transaction(SYSTEM) as tx:
        position = events.position(tx)
        plan = (
            tx.conn.execute(
                text(
                    "EXPLAIN SELECT * FROM event WHERE xid >= pg_snapshot_xmin(CAST(:p AS pg_snapshot)) "
                    "AND NOT pg_visible_in_snapshot(xid, CAST(:p AS pg_snapshot)) ORDER BY xid, id LIMIT 100"
                ),
                {"p": position},
            )
            .scalars()
            .all()
        )
    assert any("ix_event_xid_id" in line for line in plan), plan


def create(database: Database, key: str, content: str, replies: list[Any]) -> None:
    """Create something once under a key and keep the reply."""
    with database.transaction(SYSTEM) as tx:
        replies.append(
            once(
                tx,
                caller="anna",
                route="reports",
                key=key,
                fingerprint=content,
                run=lambda: {"id": events.emit(tx, "order.reported", subject=("order", 1))},
            )
        )


def test_a_create_that_arrives_many_times_at_once_happens_once(database: Database) -> None:
    replies: list[Any] = []
    threads = [Thread(target=create, args=(database, "k", "same", replies)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({reply["id"] for reply, _ in replies}) == 1
    assert sorted(replayed for _, replayed in replies) == [False] + [True] * 5


def test_a_key_is_not_for_other_content(database: Database) -> None:
    create(database, "k", "one", [])
    with pytest.raises(Conflict):
        create(database, "k", "other", [])


def test_keys_are_forgotten_when_nobody_retries_any_more(database: Database, clock: FixedClock) -> None:
    create(database, "k", "one", [])
    for waited, left in ((KEPT / 2, 1), (KEPT, 0)):
        clock.advance(waited)
        with database.transaction(SYSTEM) as tx:
            sweep(tx)
            assert tx.conn.execute(text("SELECT count(*) FROM idempotency_key")).scalar_one() == left


def test_stored_settings_are_replaced(tx: Tx) -> None:
    assert configuration.get(tx, "demo", {}) == {}
    configuration.put(tx, "demo", {"synthetic": True})
    configuration.put(tx, "demo", {"synthetic": False})
    assert configuration.get(tx, "demo") == {"synthetic": False}
