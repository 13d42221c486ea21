"""Networks and releases."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gisgov.grids.model import Active, FrameRule, Network, Release, ReleaseState
from gisgov.grids.tables import cell_version, defect, draft_cell, moved_land, network, release
from gisgov.kernel.db import Tx

_NETWORK = (network.c.id, network.c.code, network.c.name, network.c.basic, network.c.tree)


def networks(tx: Tx) -> list[Network]:
    """Return all networks, the basic one first."""
    query = select(*_NETWORK).order_by(network.c.basic.desc(), network.c.code)
    return [Network(*row) for row in tx.conn.execute(query)]


def network_by_code(tx: Tx, code: str) -> Network | None:
    """Return one network."""
    row = tx.conn.execute(select(*_NETWORK).where(network.c.code == code)).first()
    return Network(*row) if row else None


def ensure_network(tx: Tx, code: str, name: str, *, basic: bool, tree: str) -> None:
    """Make a network unless there is one with this code."""
    row = upsert(network).values(code=code, name=name, basic=basic, tree=tree)
    tx.conn.execute(row.on_conflict_do_nothing(index_elements=["code"]))


def active(tx: Tx) -> list[Active]:
    """Return the published release of every network that has one, the basic one first."""
    query = (
        select(release.c.id, release.c.no, release.c.published_at, release.c.copy_key, *_NETWORK)
        .join(network, network.c.id == release.c.network_id)
        .where(release.c.state == ReleaseState.PUBLISHED)
        .order_by(network.c.basic.desc(), network.c.code)
    )
    return [Active(*row[:4], network=Network(*row[4:])) for row in tx.conn.execute(query)]


def draft(tx: Tx, network_id: int, values: dict[str, Any]) -> int:
    """Insert an empty draft; returns its id."""
    row = {"network_id": network_id, "state": ReleaseState.DRAFT, "created_at": tx.now, **values}
    row["created_by"] = tx.actor.user_id
    return int(tx.conn.execute(insert(release).values(row).returning(release.c.id)).scalar_one())


def checked(tx: Tx, release_id: int, fingerprint: str, base_id: int | None) -> None:
    """Record what was checked, and against which published release."""
    values = {"fingerprint": fingerprint, "base_id": base_id}
    tx.conn.execute(update(release).where(release.c.id == release_id).values(values))


def releases(tx: Tx, network_id: int | None = None, release_id: int | None = None) -> list[Release]:
    """Return releases, newest first."""
    query = select(release, network.c.code.label("network"), *_counts()).join(
        network, network.c.id == release.c.network_id
    )
    if network_id is not None:
        query = query.where(release.c.network_id == network_id)
    if release_id is not None:
        query = query.where(release.c.id == release_id)
    return [_release(row) for row in tx.conn.execute(query.order_by(release.c.id.desc()))]


def _counts() -> tuple[Any, ...]:
    def of(table: Any) -> Any:
        return select(func.count()).where(table.c.release_id == release.c.id).scalar_subquery()

    standing = select(func.count()).where(
        cell_version.c.network_id == release.c.network_id,
        cell_version.c.since <= release.c.no,
        func.coalesce(cell_version.c.until > release.c.no, True),
    )
    cells = func.coalesce(func.nullif(of(draft_cell), 0), standing.scalar_subquery())
    return cells.label("cells"), of(defect).label("defects"), of(moved_land).label("moved_land")


def _release(row: Row[Any]) -> Release:
    return Release(
        id=row.id,
        network=row.network,
        no=row.no,
        state=ReleaseState(row.state),
        frame_rule=FrameRule(row.frame_rule),
        reason=row.reason,
        source=row.source,
        base_id=row.base_id,
        fingerprint=row.fingerprint,
        created_at=row.created_at,
        created_by=row.created_by,
        published_at=row.published_at,
        published_by=row.published_by,
        cells=row.cells,
        defects=row.defects,
        moved_land=row.moved_land,
    )


def plan(tx: Tx, release_id: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the root and the levels a draft was imported with."""
    row = tx.conn.execute(select(release.c.root, release.c.levels).where(release.c.id == release_id)).one()
    return row.root, row.levels


def settle_root(tx: Tx, release_id: int, root: dict[str, Any]) -> None:
    """Record the area above all cells of a draft."""
    tx.conn.execute(update(release).where(release.c.id == release_id).values(root=root))


def next_no(tx: Tx, network_id: int) -> int:
    """Return the number the network's next published release gets."""
    highest = select(func.coalesce(func.max(release.c.no), 0)).where(release.c.network_id == network_id)
    return int(tx.conn.execute(highest).scalar_one()) + 1


def switch(tx: Tx, network_id: int, release_id: int, no: int, reason: str, copy_key: UUID) -> None:
    """Retire the network's published release and publish another: the only two rows written under the lock."""
    retire = update(release).where(
        release.c.network_id == network_id, release.c.state == ReleaseState.PUBLISHED
    )
    tx.conn.execute(retire.values(state=ReleaseState.RETIRED))
    values = {
        "state": ReleaseState.PUBLISHED,
        "no": no,
        "reason": reason,
        "copy_key": copy_key,
        "published_at": tx.now,
        "published_by": tx.actor.user_id,
    }
    tx.conn.execute(update(release).where(release.c.id == release_id).values(values))


def discard(tx: Tx, release_id: int) -> None:
    """Delete a draft with everything that belongs to it."""
    tx.conn.execute(text("DELETE FROM release WHERE id = :id AND state = 'draft'"), {"id": release_id})
