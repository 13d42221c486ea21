"""SQL of oversight."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from gisgov.kernel.db import Tx
from gisgov.oversight.model import Origin, Supervision, SupervisionState
from gisgov.oversight.tables import supervision

_COLUMNS = [
    column for column in supervision.c if column.name not in {"order_id", "clock_due_at", "answered_by"}
]


def _supervision(row: sa.Row[Any]) -> Supervision:
    kinds = {"origin": Origin(row.origin), "state": SupervisionState(row.state)}
    return Supervision(**dict(row._mapping) | kinds)


def add(tx: Tx, row: dict[str, Any]) -> bool:
    """Write a supervision; False when this clock was supervised before."""
    written = insert(supervision).values(row).on_conflict_do_nothing().returning(supervision.c.id)
    return tx.conn.execute(written).first() is not None


def of_order(tx: Tx, order_id: int) -> list[Supervision]:
    """Supervisions of an order, newest first."""
    query = sa.select(*_COLUMNS).where(supervision.c.order_id == order_id).order_by(supervision.c.id.desc())
    return [_supervision(row) for row in tx.conn.execute(query)]


def answer(tx: Tx, supervision_ids: Sequence[int], text: str) -> None:
    """Write an answer to supervisions that wait for one."""
    tx.conn.execute(
        supervision.update()
        .where(supervision.c.id.in_(supervision_ids))
        .values(state="answered", answer=text, answered_at=tx.now, answered_by=tx.actor.user_id)
    )


def add_past(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Write supervisions of the past."""
    tx.conn.execute(supervision.insert(), rows)
