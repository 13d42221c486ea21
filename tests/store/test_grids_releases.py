"""Drafts, their check, and what a publication changes and keeps."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gisgov.grids import service as grids
from gisgov.grids.model import FrameRule
from gisgov.grids.service import import_cells
from gisgov.identity import rules as identity_rules
from gisgov.identity import service as identity
from gisgov.identity.model import NewArea
from gisgov.kernel.actor import NOBODY
from gisgov.kernel.errors import Conflict, Invalid, NotFound, NotSignedIn
from gisgov.kernel.scope import Scope
from gisgov.spatial.crs import from_wgs84
from gisgov.spatial.topology import DefectKind
from tests.grid_makers import board, middle, order, publish, put, reshaped, reshaped_all, square


def active_cells(tx, network="basic"):
    return {cell.code: cell for cell in grids.cells(tx, network=network, limit=1000)}


def test_a_first_import_brings_its_frame_and_its_tree(tx):
    report = put(tx, board())
    assert report.publishable
    assert (report.cells, report.release.frame_rule, report.release.no) == (16, FrameRule.REPLACE, None)
    assert grids.cells(tx) == []
    published = grids.publish(tx, report.release.id)
    assert published.no == 1
    assert len(published.changed_cell_ids) == 16
    tree = {area.code: area for area in identity.areas(tx, tree="admin")}
    assert set(tree) == {"basic", "S0", "S1", "C00", "C01", "C10", "C11"}
    assert [tree[code].depth for code in ("basic", "S0", "C01")] == [1, 2, 3]
    cell = active_cells(tx)["0203"]
    low, high = identity_rules.range_of(tree["C11"].no, 3)
    assert low < cell.no < high


def test_a_parent_is_the_union_of_its_children(tx):
    publish(tx, board())
    shapes = {shape.area.code: shapely.geometry.shape(shape.geojson) for shape in grids.areas(tx)}
    assert shapes["C00"].equals(shapely.box(117.0, 36.5, 117.015625, 36.515625))
    assert shapes["basic"].equals(shapely.box(117.0, 36.5, 117.03125, 36.53125))
    exact = grids.area(tx, "S1")
    assert shapely.geometry.shape(exact.geojson).equals(shapely.box(117.015625, 36.5, 117.03125, 36.53125))
    assert exact.area_m2 == pytest.approx(sum(c.area_m2 for c in grids.cells(tx, area="S1")), rel=1e-9)


def test_the_second_release_keeps_numbers_and_versions_of_what_did_not_change(tx):
    publish(tx, board())
    before = active_cells(tx)
    # two neighbours of one community exchange a corner; everything else stays
    west, south, east, north = shapely.bounds(square(0, 0))
    mid = (west + east) / 2
    cells = reshaped(board(), 0, shapely.Polygon([(west, south), (mid, south), (east, north), (west, north)]))
    other = shapely.union(square(1, 0), shapely.Polygon([(mid, south), (east, south), (east, north)]))
    published = publish(tx, reshaped(cells, 4, other))
    after = active_cells(tx)
    changed = {code for code in after if after[code].version_id != before[code].version_id}
    assert changed == {"0000", "0100"}
    assert set(published.changed_cell_ids) == {before[code].id for code in changed}
    assert {code: cell.no for code, cell in after.items()} == {code: cell.no for code, cell in before.items()}
    rows = tx.conn.execute(
        text("SELECT since, until FROM cell_version WHERE code = '0000' ORDER BY id")
    ).all()
    assert [tuple(row) for row in rows] == [(1, 2), (2, None)]
    states = [(release.no, release.state.value) for release in grids.all_releases(tx, "basic")]
    assert states == [(2, "published"), (1, "retired")]


def test_a_cell_that_changes_its_area_gets_a_number_there_and_its_old_one_when_it_returns(tx):
    publish(tx, board())
    before = active_cells(tx)["0000"]
    moved = board(
        community=lambda column, row: "C01" if (column, row) == (0, 0) else f"C{column // 2}{row // 2}"
    )
    publish(tx, moved, frame_rule=FrameRule.MOVE)
    there = active_cells(tx)["0000"]
    low, high = identity_rules.range_of(identity.area_by_code(tx, "C01", "admin").no, 3)
    assert (there.id, low < there.no < high) == (before.id, True)
    publish(tx, board(), frame_rule=FrameRule.MOVE)
    assert active_cells(tx)["0000"].no == before.no


def test_retired_codes_stay_in_history_and_can_come_back(tx):
    publish(tx, board(4, 4))
    gone = publish(tx, board(4, 2), frame_rule=FrameRule.REPLACE)
    assert len(gone.retired_cell_ids) == 8
    with pytest.raises(NotFound, match="cell_unknown"):
        grids.cell(tx, "0003")
    back = publish(tx, board(4, 4), frame_rule=FrameRule.REPLACE)
    assert set(back.changed_cell_ids) == set(gone.retired_cell_ids)


def test_the_database_holds_one_version_of_a_cell_at_a_time(tx):
    publish(tx, board())
    again = text("""INSERT INTO cell_version (cell_id, network_id, code, name, area_id, no, since, geom, area_m2)
        SELECT cell_id, network_id, code, name, area_id, no + 1, 7, geom, area_m2 FROM cell_version LIMIT 1""")
    with pytest.raises(IntegrityError, match=r"one_at_a_time|uq_cell_version_active_cell"):
        tx.conn.execute(again)


class TestFrame:
    """Children fill the parents of the active release, unless the draft says otherwise."""

    def test_land_that_passes_between_parents_is_refused_unless_declared(self, tx):
        publish(tx, board())
        moved = board(community=lambda c, r: "C01" if (c, r) == (0, 0) else f"C{c // 2}{r // 2}")
        kept = put(tx, moved)
        assert kept.defects == {DefectKind.MISSING_FRAME: 1, DefectKind.OUTSIDE_FRAME: 1}
        with pytest.raises(Conflict, match="has_defects"):
            grids.publish(tx, kept.release.id)
        declared = put(tx, moved, frame_rule=FrameRule.MOVE)
        assert declared.publishable
        (transfer,) = grids.moved_land(tx, declared.release.id)
        assert (transfer.from_code, transfer.to_code) == ("C00", "C01")
        assert shapely.geometry.shape(transfer.geojson).equals(square(0, 0))

    def test_a_parent_that_disappears_is_a_defect(self, tx):
        publish(tx, board())
        split = board(community=lambda c, r: f"N{c}{r}" if c < 2 and r < 2 else f"C{c // 2}{r // 2}")
        assert put(tx, split).defects == {DefectKind.MISSING_FRAME: 1}
        assert put(tx, split, frame_rule=FrameRule.MOVE).publishable

    def test_the_outline_stays_even_when_parents_move(self, tx):
        publish(tx, board())
        for rule in (FrameRule.KEEP, FrameRule.MOVE):
            report = put(tx, board(4, 5), frame_rule=rule)
            assert DefectKind.OUTSIDE_FRAME in report.defects
        assert put(tx, board(4, 5), frame_rule=FrameRule.REPLACE).publishable

    def test_a_first_import_may_state_its_outline(self, tx):
        report = import_cells(tx, [board()], order(), shapely.box(117.0, 36.5, 117.04, 36.53125))
        assert report.defects == {DefectKind.MISSING_FRAME: 1}
        (missing,) = grids.defects(tx, report.release.id)
        assert missing.width_m > 500


class TestDefects:
    """A file with defects becomes a draft with its problem list."""

    def test_every_gap_and_overlap_is_a_piece_with_its_size(self, tx):
        west, south, east, north = shapely.bounds(square(1, 1))
        inset = shapely.box(west + 0.0001, south, east, north)
        outset = shapely.box(*shapely.bounds(square(2, 2))[:2], *(shapely.bounds(square(2, 2))[2:] + 0.0001))
        cells = reshaped(reshaped(board(), 5, inset), 10, outset)
        report = put(tx, cells)
        assert report.defects[DefectKind.GAP] == 1
        assert report.defects[DefectKind.OVERLAP] >= 1
        gap = next(d for d in grids.defects(tx, report.release.id) if d.kind is DefectKind.GAP)
        assert gap.width_m == pytest.approx(8.95, abs=0.05)
        assert {"0001", "0101"} <= set(gap.codes)

    def test_a_self_crossing_polygon_is_named_with_the_reason(self, tx):
        west, south, east, north = shapely.bounds(square(0, 0))
        bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
        report = put(tx, reshaped(board(), 0, bow))
        invalid = [d for d in grids.defects(tx, report.release.id) if d.kind is DefectKind.INVALID]
        assert [(d.codes, "Self-intersection" in d.note) for d in invalid] == [(("0000",), True)]

    def test_slivers_are_mended_on_request_and_the_land_is_shown(self, tx):
        west, south, east, north = shapely.bounds(square(1, 1))
        cells = reshaped(board(), 5, shapely.box(west + 0.00001, south, east, north))
        assert DefectKind.GAP in put(tx, cells).defects
        report = put(tx, cells, mend_width_m=2.0)
        assert report.publishable
        moved = grids.moved_land(tx, report.release.id)
        assert sum(piece.area_m2 for piece in moved) == pytest.approx(0.895 * 867, rel=0.01)
        assert {piece.from_code for piece in moved} == {None}
        assert grids.publish(tx, report.release.id).no == 1

    @pytest.mark.parametrize("width", [0.0, -1.0, 51.0])
    def test_mending_is_for_slivers(self, tx, width):
        with pytest.raises(Invalid, match="mend_too_wide"):
            put(tx, board(), mend_width_m=width)


class TestRefusals:
    """What is refused is refused with names, and nothing of it is kept."""

    def test_codes_missing_or_twice(self, tx):
        with pytest.raises(Invalid, match="code_missing") as missing:
            put(tx, board(code=lambda c, r: None if (c, r) == (0, 1) else f"{c}{r}"))
        assert missing.value.params == {"count": 1, "rows": "2"}
        with pytest.raises(Invalid, match="code_twice") as twice:
            put(tx, board(code=lambda c, r: f"{c}"))
        assert twice.value.params == {"count": 4, "codes": "0, 1, 2, 3"}

    def test_swapped_coordinates_are_seen_against_the_known_outline(self, tx):
        cells = board()
        europe = shapely.transform(cells.polygons, lambda xy: xy - [100.0, 0.0])
        publish(tx, reshaped_all(cells, europe))
        swapped = shapely.transform(europe, lambda xy: xy[:, ::-1])
        with pytest.raises(Invalid, match="coordinates_swapped"):
            put(tx, reshaped_all(cells, swapped))

    def test_another_datum_than_stated_is_seen_against_the_known_outline(self, tx):
        publish(tx, board())
        cells = board()
        shifted = shapely.transform(cells.polygons, lambda xy: np.column_stack(from_wgs84(*xy.T, "gcj02")))
        wrong = reshaped_all(cells, shifted)
        with pytest.raises(Invalid, match="datum_suspect") as refused:
            put(tx, wrong)
        assert refused.value.params["suspect"] == "gcj02"
        report = put(tx, wrong, frame_rule=FrameRule.REPLACE)
        assert [warning.code for warning in report.warnings] == ["grid.datum_suspect"]

    def test_a_special_network_is_compared_with_the_basic_one(self, tx):
        publish(tx, board())
        shifted = shapely.transform(board().polygons, lambda xy: np.column_stack(from_wgs84(*xy.T, "gcj02")))
        with pytest.raises(Invalid, match="datum_suspect"):
            put(tx, reshaped_all(board(), shifted), "police")
        assert put(tx, board(2, 2), "police").publishable

    @pytest.mark.parametrize("code", ["", "a/b c", "police,fire", "x" * 65])
    def test_a_network_is_called_by_what_can_stand_in_an_address(self, tx, code):
        publish(tx, board())
        with pytest.raises(Invalid, match="network_code"):
            put(tx, board(2, 2), code)

    def test_a_special_network_that_reaches_further_does_not_widen_the_view(self, tx):
        publish(tx, board())
        seen = grids.bounds(tx)
        publish(tx, board(6, 6), "police")
        assert grids.bounds(tx) == seen
        special = next(cell.no for cell in grids.cells(tx, network="police", limit=1))
        alone = tx.acting_as(replace(NOBODY, scope=Scope(ranges=((special, special + 1),))))
        assert grids.bounds(alone) is not None

    def test_somewhere_else(self, tx):
        publish(tx, board())
        cells = board()
        moved = shapely.transform(cells.polygons, lambda xy: xy + 1.0)
        with pytest.raises(Invalid, match="outside_everything"):
            put(tx, reshaped_all(cells, moved))

    def test_what_was_not_checked_as_it_stands_is_not_published(self, tx):
        report = put(tx, board())
        tx.conn.execute(text("UPDATE draft_cell SET name = 'x' WHERE code = '0000'"))
        with pytest.raises(Conflict, match="changed_since_check"):
            grids.publish(tx, report.release.id)
        assert grids.check(tx, report.release.id) == {}
        grids.publish(tx, report.release.id)
        with pytest.raises(Conflict, match="not_draft"):
            grids.publish(tx, report.release.id)

    def test_a_draft_checked_against_an_older_release_is_not_published(self, tx):
        publish(tx, board())
        first, second = put(tx, board()), put(tx, board())
        grids.publish(tx, first.release.id)
        with pytest.raises(Conflict, match="base_moved"):
            grids.publish(tx, second.release.id)

    def test_strangers_may_read_boundaries_and_nothing_else(self, tx):
        publish(tx, board())
        stranger = tx.acting_as(NOBODY)
        assert len(grids.cells(stranger)) == 16
        for forbidden in (
            lambda: grids.all_releases(stranger),
            lambda: grids.cells(stranger, unstaffed=True),
            lambda: put(stranger, board()),
            lambda: grids.publish(stranger, 1),
        ):
            with pytest.raises(NotSignedIn):
                forbidden()


def test_special_networks_have_trees_of_their_own(tx):
    publish(tx, board())
    publish(tx, board(4, 2, community=lambda c, r: f"P{c // 2}", street=lambda c, r: "p"), "police")
    trees = {area.tree for area in identity.areas(tx)}
    assert trees == {"admin", "police"}
    assert [n.code for n in grids.networks(tx)] == ["basic", "police"]
    assert {cell.no for cell in active_cells(tx).values()}.isdisjoint(
        cell.no for cell in active_cells(tx, "police").values()
    )
    lon, lat = middle(1, 1)
    assert [(s.network, s.code) for s in grids.locate(tx, lon, lat).special] == [("police", "0101")]


def test_existing_areas_are_matched_by_code_or_name_below_the_root(tx):
    identity.create_areas(
        tx,
        "admin",
        [
            NewArea("370112", "历城区", "区县"),
            NewArea("370112001", "S0", "街道", "370112"),
            NewArea("370112001001", "C00", "社区", "370112001"),
            NewArea("S1", "洪家楼街道", "街道", "370112"),
        ],
    )
    publish(tx, board())
    areas = {area.code: area for area in identity.areas(tx, tree="admin")}
    assert set(areas) == {"370112", "370112001", "370112001001", "S1", "C01", "C10", "C11"}
    assert areas["C01"].parent_id == areas["370112001"].id


def test_a_discarded_draft_leaves_nothing(tx):
    report = put(tx, board())
    grids.discard(tx, report.release.id)
    assert tx.conn.execute(text("SELECT count(*) FROM draft_cell")).scalar_one() == 0
    with pytest.raises(NotFound):
        grids.release(tx, report.release.id)
