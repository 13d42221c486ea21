"""A job whose worker was killed is done again; one whose worker lives is left alone."""

from sqlalchemy import text

from gisgov.kernel.db import Tx
from gisgov.kernel.jobs import defer, rescue


def test_jobs_of_dead_workers_are_given_back(tx: Tx) -> None:
    run = tx.conn.execute
    alive, dead = (
        run(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => :s)) RETURNING id"),
            {"s": silent_s}).scalar_one()
        for silent_s in (5, 31)
    )  # fmt: skip
    for worker_id in (alive, dead, None):
        defer(tx, "react", event_id=worker_id or 0)
        newest = text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :w WHERE status = 'todo'")
        run(newest, {"w": worker_id})
    assert rescue(tx) == 2
    assert rescue(tx) == 0
    left = run(text("SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing'")).scalars()
    assert list(left) == [alive]
