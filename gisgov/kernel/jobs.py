"""Jobs and timers by procrastinate, deferred inside the caller's transaction.

A job is written on the connection of the transaction that wants it, so both commit or neither does.
Tasks are plain functions ``(tx, **arguments)``; `gisgov.worker` holds the table of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import procrastinate
from sqlalchemy import text

from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import SESSION_OPTIONS, Database, Tx

SILENT_S = 30
"""A worker that has shown no sign of life for so long is dead."""

_RESCUE = text(
    """
    SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM (
        SELECT id FROM procrastinate_jobs
        WHERE status = 'doing' AND (worker_id IS NULL OR worker_id IN (
            SELECT id FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => :silent_s)))
        FOR UPDATE SKIP LOCKED
    ) AS stranded
    """
)

KEPT_RETRIES = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=4)


@dataclass(frozen=True)
class Task:
    """Something the worker can do.

    Parameters
    ----------
    name : str
        How jobs name it.
    run : callable
        ``run(tx, **arguments)``, in a transaction of its own as the system.
    cron : str, optional
        When it also runs by itself; a sixth field counts seconds and stands last.
    """

    name: str
    run: Callable[..., object]
    cron: str | None = None


def defer(
    tx: Tx, task: str, *, schedule_at: datetime | None = None, lock: str | None = None, **arguments: Any
) -> None:
    """Write a job in the caller's transaction.

    Parameters
    ----------
    schedule_at : datetime, optional
        Not before this moment.
    lock : str, optional
        Jobs with the same lock run one after the other.
    """
    job = _deferring_app().configure_task(
        task, schedule_at=schedule_at, lock=lock, connection=tx.conn.connection.driver_connection
    )
    job.defer(**arguments)


def rescue(tx: Tx) -> int:
    """Give back the jobs of workers that were killed, to be done again; a timer.

    A worker shows every ten seconds that it lives. A job of a dead one was rolled back with its connection.

    Returns
    -------
    int
        How many were given back.
    """
    given_back = tx.conn.execute(_RESCUE, {"silent_s": SILENT_S})
    return len(given_back.all())


def run_worker(database: Database, tasks: Iterable[Task], concurrency: int = 4) -> None:
    """Work on jobs until the process is told to stop; a running job is finished first."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(**_connection_arguments(database)))
    for task in tasks:
        _register(app, database, task)
    app.run_worker(concurrency=concurrency, delete_jobs="successful", fetch_job_polling_interval=2.0)


@cache
def _deferring_app() -> procrastinate.App:
    # Never opened: every job it writes goes through the caller's connection.
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def _connection_arguments(database: Database) -> dict[str, Any]:
    return {"conninfo": database.conninfo, "kwargs": {"options": SESSION_OPTIONS}}


def _register(app: procrastinate.App, database: Database, task: Task) -> None:
    def run(**arguments: Any) -> None:
        arguments.pop("timestamp", None)  # periodic jobs carry the moment they stand for
        with database.transaction(SYSTEM) as tx:
            task.run(tx, **arguments)

    registered: Any = app.task(name=task.name, retry=KEPT_RETRIES)(run)
    if task.cron:
        app.periodic(cron=task.cron)(registered)
