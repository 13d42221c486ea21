"""Areas and cells as tiles: by release, finer as one comes closer, each name once."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from gisgov.kernel.actor import NOBODY
from gisgov.kernel.errors import NotFound, NotSignedIn
from layers import mvt, releases
from layers.catalog import Catalog

POINT = (117.03, 36.61)
ALL = {"release": None, "network": None}
CELLS = ["east-north", "east-south", "west-north", "west-south"]


def test_finer_levels_appear_with_the_zoom(town) -> None:
    def codes(z: int) -> set[str]:
        return {one["code"] for one in town.properties("areas", "areas", z, *POINT)}

    assert codes(7) == {"district"}
    assert codes(8) == {"district", "west", "east"}
    assert codes(11) >= {"district", "west", "east", "west-community"}


@pytest.mark.parametrize("zoom", [14, 16])
def test_every_name_stands_in_exactly_one_tile(town, zoom: int) -> None:
    assert sorted(one["code"] for one in town.everywhere("cells", "cells_label", zoom)) == CELLS
    assert {one["code"] for one in town.everywhere("cells", "cells", zoom)} == set(CELLS)


def test_a_release_keeps_showing_its_own_cells(town) -> None:
    town.tx.conn.execute(text("UPDATE cell_version SET until = 2 WHERE code = 'east-north'"))
    town.tx.conn.execute(text("UPDATE release SET state = 'retired' WHERE id = :id"), {"id": town.release})
    newer = _next_release(town)
    now = {one["code"] for one in town.everywhere("cells", "cells", 14)}
    before = {one["code"] for one in town.everywhere("cells", "cells", 14, release=str(town.release))}
    assert now == set(CELLS) - {"east-north"}
    assert before == set(CELLS)
    assert releases.current(town.tx) == newer


def _next_release(town) -> int:
    copied = text(
        "INSERT INTO release (network_id, no, state, frame_rule, reason, root, levels, source, created_at) "
        "SELECT network_id, 2, 'published', frame_rule, reason, root, levels, source, created_at FROM release "
        "WHERE id = :id RETURNING id"
    )
    return town.tx.conn.execute(copied, {"id": town.release}).scalar_one()


def test_a_draft_has_no_tiles(town) -> None:
    network = town.tx.conn.execute(text("SELECT network_id FROM release")).scalar_one()
    draft = town.put(
        "release",
        network_id=network,
        state="draft",
        frame_rule="keep",
        reason="",
        root="{}",
        levels="[]",
        source="{}",
        created_at=town.tx.now,
    )
    assert town.everywhere("cells", "cells", 14, release=str(draft)) == []
    with pytest.raises(NotFound):
        releases.refuse_draft(town.tx, {"release": draft})
    releases.refuse_draft(town.tx, {"release": town.release})


def test_boundaries_are_public_unless_the_installation_says_otherwise(town) -> None:
    stranger = town.tx.acting_as(NOBODY)
    cells = Catalog.load().get("cells")
    assert mvt.tile(stranger, cells, 12, 3379, 1599, ALL)
    private = replace(stranger, settings=stranger.settings.model_copy(update={"public_boundaries": False}))
    with pytest.raises(NotSignedIn):
        mvt.tile(private, cells, 12, 3379, 1599, ALL)


@pytest.mark.parametrize("address", [(17, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (-1, 0, 0)])
def test_addresses_outside_the_world_or_too_close_are_no_tiles(town, address: tuple[int, int, int]) -> None:
    with pytest.raises(NotFound):
        mvt.tile(town.tx, Catalog.load().get("cells"), *address, ALL)


def test_below_its_smallest_zoom_a_layer_is_empty(town) -> None:
    assert mvt.tile(town.tx, Catalog.load().get("cells"), 5, 26, 12, ALL) == b""
