"""What others may know of networks, releases, cells and areas. Boundaries are public by default."""

from typing import Any

from sqlalchemy import and_, true

from gisgov.grids.model import AreaShape, Cell, Defect, MovedLand, Network, Post, Release
from gisgov.grids.rules import BASIC_NETWORK, BASIC_TREE
from gisgov.grids.service.networks import network as network_of
from gisgov.grids.store import cells as cell_store
from gisgov.grids.store import findings, releases
from gisgov.grids.store import staffing as staffing_store
from gisgov.identity import service as identity
from gisgov.kernel.days import today
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid, NotFound
from gisgov.spatial.arrays import Box

LIMIT = 1000


def refuse_unless_public(tx: Tx) -> None:
    """Refuse boundaries to strangers where the installation keeps them for its staff."""
    if not tx.settings.public_boundaries:
        tx.may("grid.read")


def networks(tx: Tx) -> list[Network]:
    """Return all networks, the basic one first."""
    return releases.networks(tx)


def all_releases(tx: Tx, network: str | None = None) -> list[Release]:
    """Return releases, drafts included, newest first."""
    tx.may("grid.read")
    return releases.releases(tx, network_of(tx, network).id if network else None)


def release(tx: Tx, release_id: int) -> Release:
    """Return one release.

    Raises
    ------
    NotFound
        There is none; code ``grid.release_unknown``.
    """
    tx.may("grid.read")
    found = releases.releases(tx, release_id=release_id)
    if not found:
        raise NotFound("grid.release_unknown", field="release", release=release_id)
    return found[0]


def defects(tx: Tx, release_id: int) -> list[Defect]:
    """Return every piece of the map that keeps a draft from being published, largest first."""
    return findings.defects(tx, release(tx, release_id).id)


def moved_land(tx: Tx, release_id: int) -> list[MovedLand]:
    """Return every piece of land that changed hands in a draft, largest first."""
    return findings.moved(tx, release(tx, release_id).id)


def discard(tx: Tx, release_id: int) -> None:
    """Delete a draft.

    Raises
    ------
    Invalid
        It is no draft any more; code ``grid.not_draft``.
    """
    tx.may("grid.import")
    found = release(tx, release_id)
    if found.state != "draft":
        raise Invalid("grid.not_draft", state=found.state, count=0)
    releases.discard(tx, release_id)


def cell(tx: Tx, code: str, network: str = BASIC_NETWORK) -> Cell:
    """Return an active cell with its polygon.

    Raises
    ------
    NotFound
        There is none; code ``grid.cell_unknown``.
    """
    refuse_unless_public(tx)
    found = cell_store.by_code(tx, network, code)
    if found is None:
        raise NotFound("grid.cell_unknown", field="cell", cell=code, network=network)
    return found


def cells_by_ids(tx: Tx, cell_ids: set[int]) -> dict[int, Cell]:
    """Return active cells by id, without polygons, for things that refer to them."""
    return cell_store.by_ids(tx, cell_ids)


def cell_ids(tx: Tx, codes: list[str], network: str = BASIC_NETWORK) -> dict[str, int]:
    """Return the ids of active cells by code; unknown codes are left out."""
    return cell_store.ids_by_code(tx, network, codes)


def cell_codes(tx: Tx, network: str = BASIC_NETWORK) -> list[str]:
    """Return the codes of all active cells of a network in the caller's scope."""
    return cell_store.codes(tx, network)


def count_cells(tx: Tx, network: str = BASIC_NETWORK, *, unstaffed: bool = False) -> int:
    """Return how many active cells the caller's scope holds, or how many of them have no worker today."""
    where: Any = cell_store.in_scope(tx)
    if unstaffed:
        where = and_(where, staffing_store.without(Post.WORKER, today(tx)))
    return cell_store.count(tx, network, where)


def cells(
    tx: Tx,
    *,
    network: str = BASIC_NETWORK,
    area: str | None = None,
    unstaffed: bool = False,
    after: str | None = None,
    limit: int = 100,
) -> list[Cell]:
    """Return active cells by code, without polygons.

    Parameters
    ----------
    area : str, optional
        Code of an area of the network's tree: only cells below it.
    unstaffed : bool
        Only cells that have no worker today (A-12); for staff, within their scope.
    after : str, optional
        The last code of the page before.
    """
    refuse_unless_public(tx)
    where: Any = true()
    if area is not None:
        where = cell_store.in_range(*identity.range_of_area(tx, area, network_of(tx, network).tree))
    if unstaffed:
        tx.may("grid.read")
        where = and_(where, cell_store.in_scope(tx), staffing_store.without(Post.WORKER, today(tx)))
    return cell_store.page(tx, network, where, after, min(limit, LIMIT))


def areas(tx: Tx, tree: str = BASIC_TREE, parent: str | None = None) -> list[AreaShape]:
    """Return the areas of a tree, or the children of one, with simplified polygons."""
    refuse_unless_public(tx)
    if parent is None:
        found = identity.areas(tx, tree=tree)
    else:
        found = identity.children(tx, identity.area_by_code(tx, parent, tree).id)
    shapes = cell_store.area_shapes(tx, [area.id for area in found], simple=True)
    return [AreaShape(area, *shapes.get(area.id, (None, None))) for area in found]


def area(tx: Tx, code: str, tree: str | None = None) -> AreaShape:
    """Return one area with its exact polygon."""
    refuse_unless_public(tx)
    found = identity.area_by_code(tx, code, tree)
    shapes = cell_store.area_shapes(tx, [found.id], simple=False)
    return AreaShape(found, *shapes.get(found.id, (None, None)))


def bounds(tx: Tx) -> Box | None:
    """Return west, south, east, north of what the caller's scope covers, None when it covers nothing."""
    return cell_store.bounds(tx, tx.scope.ranges)
