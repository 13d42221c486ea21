"""Defects of coverages: every injected one is found, sound ones are left alone, mending says what it moved."""

from collections import Counter

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from gisgov.spatial import (
    DefectKind,
    area_m2,
    check_coverage,
    compare,
    mend_slivers,
)

SIDE = 0.001  # about 90 by 111 m


def lattice(columns, rows):
    """A sound coverage of rectangles, dyadic so that shared corners are the same numbers."""
    step = 2.0**-10
    return np.array(
        [box(i * step, j * step, (i + 1) * step, (j + 1) * step) for j in range(rows) for i in range(columns)]
    )


def codes_of(cells):
    return [f"{i:03d}" for i in range(len(cells))]


def kinds(defects):
    return Counter(defect.kind for defect in defects)


def test_a_sound_coverage_has_no_defects_and_fills_its_frame():
    cells = lattice(6, 5)
    assert check_coverage(cells, codes_of(cells)) == []
    assert check_coverage(cells, codes_of(cells), frame=shapely.union_all(cells)) == []
    assert check_coverage([], []) == []


def test_each_kind_is_named_with_its_place_and_size():
    cells = lattice(5, 5)
    codes = codes_of(cells)
    missing = cells[12]
    without = np.delete(cells, 12)
    (gap,) = check_coverage(without, codes[:12] + codes[13:])
    assert (gap.kind, gap.codes) == (DefectKind.GAP, ("007", "011", "013", "017"))
    assert gap.geometry.equals(missing)
    assert gap.area_m2 == pytest.approx(area_m2(missing), rel=1e-9)
    assert gap.width_m == pytest.approx(108.0, rel=0.02)  # 2**-10 degrees of latitude at the equator
    (overlap,) = check_coverage(
        np.append(without, [missing, missing]), [*codes[:12], *codes[13:], "012", "x"]
    )
    assert (overlap.kind, overlap.codes) == (DefectKind.OVERLAP, ("012", "x"))


def test_a_frame_is_missed_left_and_met():
    cells = lattice(4, 4)
    frame = shapely.union_all(cells)
    corner_gone = cells[1:]
    defects = check_coverage(corner_gone, codes_of(corner_gone), frame=frame)
    assert [(d.kind, d.geometry.equals(cells[0])) for d in defects] == [(DefectKind.MISSING_FRAME, True)]
    hole = check_coverage(np.delete(cells, 5), codes_of(cells)[:15], frame=frame)
    assert kinds(hole) == {DefectKind.GAP: 1}
    too_much = np.append(cells, shapely.transform(cells[3], lambda xy: xy + np.array([2.0**-10, 0])))
    outside = check_coverage(too_much, codes_of(too_much), frame=frame)
    assert [(d.kind, d.codes) for d in outside] == [(DefectKind.OUTSIDE_FRAME, ("016",))]


def test_invalid_empty_missing_and_duplicate():
    cells = lattice(3, 1)
    bow_tie = shapely.Polygon([(1, 1), (2, 2), (2, 1), (1, 2)])
    shapes = [*cells, bow_tie, None, shapely.Polygon(), shapely.LineString([(0, 0), (1, 1)]), cells[0]]
    defects = check_coverage(shapes, ["1", "2", "3", "4", "5", "6", "7", "1"])
    assert kinds(defects) == {DefectKind.INVALID: 4, DefectKind.DUPLICATE: 1, DefectKind.OVERLAP: 1}
    notes = {d.codes[0]: d.note for d in defects if d.kind is DefectKind.INVALID}
    assert notes["4"].startswith("Self-intersection")
    assert (notes["5"], notes["6"], notes["7"]) == ("empty", "empty", "not a polygon but a LineString")


def test_a_border_with_other_vertices_on_one_side_is_unmatched():
    cells = lattice(2, 1)
    middle = (2.0**-10, 2.0**-11)
    right = shapely.Polygon([(2.0**-10, 0), (2.0**-9, 0), (2.0**-9, 2.0**-10), (2.0**-10, 2.0**-10), middle])
    defects = check_coverage([cells[0], right], ["1", "2"])
    assert kinds(defects) == {DefectKind.UNMATCHED: 2}
    assert mend_slivers([cells[0], right], ["1", "2"], 0.01).left == []


def test_an_overlap_deep_inside_another_coverage_is_found():
    """A patch of cells laid over a coverage: most of them have only sound edges between themselves."""
    below = lattice(20, 20)
    step = 2.0**-10
    above = shapely.transform(lattice(8, 8), lambda xy: xy + 4.5 * step)
    cells = np.append(below, above)
    defects = check_coverage(cells, codes_of(cells))
    land = shapely.union_all([d.geometry for d in defects if d.kind is DefectKind.OVERLAP])
    assert land.equals(shapely.union_all(above))
    involved = {code for d in defects if d.kind is DefectKind.OVERLAP for code in d.codes}
    assert len(involved) == 64 + 81


def test_every_one_of_288_injected_defects_is_found():
    rng = np.random.default_rng(7)
    cells = lattice(60, 60)
    inner = [j * 60 + i for j in range(2, 58, 3) for i in range(2, 58, 3)]
    chosen = rng.choice(inner, 288, replace=False)
    for cell in chosen:  # one corner moved by 5 metres: towards the middle a gap, away from it overlaps
        ring = shapely.get_coordinates(cells[cell])[:-1]
        inwards = rng.choice([-1, 1]) * (ring.mean(axis=0) - ring[0])
        ring[0] += inwards / np.hypot(*inwards) * 5 / 111_000
        cells[cell] = shapely.Polygon(ring)
    defects = [
        d for d in check_coverage(cells, codes_of(cells)) if d.kind in (DefectKind.GAP, DefectKind.OVERLAP)
    ]
    named = {int(code) for defect in defects for code in defect.codes}
    assert set(chosen) <= named
    assert len(defects) >= 288
    found = shapely.STRtree([defect.geometry for defect in defects])
    places = shapely.points([(cell % 60 * 2.0**-10, cell // 60 * 2.0**-10) for cell in chosen])
    assert len(np.unique(found.query(places, predicate="dwithin", distance=1e-4)[0])) == 288


def test_mending_closes_slivers_keeps_wide_ones_and_names_every_piece():
    cells = lattice(3, 1)
    metre = 1 / 111_320
    cells[0] = shapely.transform(
        cells[0], lambda xy: np.where(xy > 0, xy - [2 * metre, 0], xy)
    )  # a 2 m gap, open
    wide = box(2 * 2.0**-10 - 30 * metre, 0, 3 * 2.0**-10, 2.0**-10)  # 30 m into its neighbour
    mended = mend_slivers([cells[0], cells[1], wide], ["a", "b", "c"], 5.0)
    (left,) = mended.left
    assert (left.kind, left.codes) == (DefectKind.OVERLAP, ("b", "c"))
    assert left.width_m == pytest.approx(30, abs=0.5)
    assert shapely.coverage_is_valid(mend_slivers([cells[0], cells[1], wide], ["a", "b", "c"], 50.0).polygons)


def test_an_enclosed_sliver_goes_to_a_neighbour_and_is_shown():
    cells = lattice(3, 3)
    cells[4] = shapely.transform(cells[4], lambda xy: (xy - xy[:4].mean(axis=0)) * 0.98 + xy[:4].mean(axis=0))
    mended = mend_slivers(cells, codes_of(cells), 5.0)
    assert mended.left == []
    assert {transfer.from_code for transfer in mended.transfers} == {None}
    moved = sum(transfer.area_m2 for transfer in mended.transfers)
    assert moved == pytest.approx(float(area_m2(lattice(3, 3)[4]) - area_m2(cells[4])), rel=1e-4)
    untouched = set(map(tuple, shapely.get_coordinates(lattice(3, 3)))) - set(
        map(tuple, shapely.get_coordinates(cells[4]))
    )
    kept = set(map(tuple, shapely.get_coordinates(mended.polygons)))
    assert untouched <= kept  # vertices that need not move keep their very numbers
    assert mend_slivers(cells, codes_of(cells), 0.1).left != []


@pytest.mark.real_data
def test_a_citys_own_clusters_are_listed_and_mended(real_data):
    clusters = gpd.read_file(real_data / "dc311_2016/boundaries/neighborhood-clusters.geojson")
    shapes, codes = np.asarray(clusters.geometry), list(clusters["NAME"])
    defects = check_coverage(shapes, codes)
    assert (
        len({code for defect in defects for code in defect.codes if defect.kind is not DefectKind.GAP}) == 29
    )
    mended = mend_slivers(shapes, codes, 10.0)
    assert [(d.kind, round(d.width_m)) for d in mended.left] == [
        (DefectKind.GAP, 598)
    ]  # a place without a cluster
    assert shapely.coverage_is_valid(mended.polygons)
    changes = compare(shapes, codes, mended.polygons, codes)
    assert {t.from_code for t in mended.transfers} - {None} <= {r.code for r in changes.reshaped}
    given = sum(t.area_m2 for t in mended.transfers if t.from_code is None)
    gaps = sum(d.area_m2 for d in defects if d.kind is DefectKind.GAP and d.width_m < 10)
    assert given == pytest.approx(gaps, rel=0.02)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("dc311_2016/boundaries/ward-2012.geojson", "WARD"),
        ("dc311_2016/boundaries/police-service-areas-psa.geojson", "NAME"),
        ("cambridge_city_parts/PUBLICSAFETY_PoliceResponseDistricts.geojson", "CADRA"),
    ],
)
def test_sound_coverages_of_real_cities_are_found_sound(real_data, file, column):
    frame = gpd.read_file(real_data / file)
    land = [
        d
        for d in check_coverage(np.asarray(frame.geometry), frame[column])
        if d.kind is not DefectKind.DUPLICATE
    ]
    assert land == []


def test_changes_between_two_coverages():
    before, codes = lattice(3, 1), ["1", "2", "3"]
    merged = shapely.union_all(before[1:])
    changes = compare(before, codes, [shapely.segmentize(before[0], 2.0**-11), merged], ["1", "2"])
    assert (changes.added, changes.retired) == ((), ("3",))
    (reshaped,) = changes.reshaped  # another vertex on the same line is no change
    assert (reshaped.code, reshaped.lost_m2) == ("2", 0.0)
    assert reshaped.gained_m2 == pytest.approx(float(area_m2(before[2])), rel=1e-6)
    assert not compare(before, codes, before[::-1], codes[::-1])
