"""Real coverages: a police grid that nests in two ways but not in four, and clusters whose edges do not match."""

import geopandas as gpd
import numpy as np
import pytest

from gisgov.grids import service as grids
from gisgov.grids.model import ImportOrder, Level
from gisgov.kernel.errors import Conflict, Invalid
from gisgov.spatial.topology import DefectKind

pytestmark = pytest.mark.real_data

DISTRICTS = "cambridge_city_parts/PUBLICSAFETY_PoliceResponseDistricts.geojson"


def districts(real_data, tx, network, *parents):
    order = ImportOrder(
        network=network, code="CADRA", datum="wgs84", levels=tuple(Level(column) for column in parents)
    )
    return grids.import_file(tx, real_data / DISTRICTS, order)


def test_police_districts_nest_under_sectors_and_under_car_routes(real_data, tx):
    for network, column in (("police-sector", "SECTOR"), ("police-car", "CAR_RTE")):
        report = districts(real_data, tx, network, column)
        assert (report.cells, report.defects) == (117, {})
        grids.publish(tx, report.release.id)
    assert len(grids.areas(tx, "police-sector", "police-sector")) == 5
    assert len(grids.areas(tx, "police-car", "police-car")) == 9


def test_every_street_light_rolls_up_consistently_in_both(real_data, tx):
    for network, column in (("police-sector", "SECTOR"), ("police-car", "CAR_RTE")):
        grids.publish(tx, districts(real_data, tx, network, column).release.id)
    lights = gpd.read_file(real_data / "cambridge_city_parts/INFRA_StreetLights.geojson").geometry
    x, y = lights.x.to_numpy(), lights.y.to_numpy()
    table = gpd.read_file(real_data / DISTRICTS).astype({"CADRA": str, "SECTOR": str}).set_index("CADRA")
    cells = {}
    for network, column in (("police-sector", "SECTOR"), ("police-car", "CAR_RTE")):
        found = grids.locate_many(tx, x, y, network)
        cells[network] = found.code
        tree = {shape.area.code: shape.area for shape in grids.areas(tx, network)}
        upper = {area.no: area.name for area in tree.values() if area.depth == 2}
        assert (found.status != "outside").sum() > 6000
        # the area number leads to the same sector or route that the file says of the light's district
        for number, code in set(zip(found.area_no.tolist(), found.code.tolist(), strict=True)):
            if code is not None:
                assert upper[number >> 45 << 45] == table.loc[code, column]
    assert (cells["police-sector"] == cells["police-car"]).all()


def test_the_chain_of_four_levels_is_refused_with_all_that_conflicts(real_data, tx):
    with pytest.raises(Invalid, match="levels_do_not_nest") as refused:
        districts(real_data, tx, "police", "SECTOR", "CAR_RTE", "WALK_RTE")
    said = refused.value.params["conflicts"]
    assert "CAR_RTE 6R → SECTOR " in said
    for route in ("10C", "12C", "7B", "C10", "C12"):
        assert f"WALK_RTE {route} → CAR_RTE " in said
    assert "WALK_RTE ∅ (18): " in said
    assert refused.value.params["count"] == 7


def clusters(real_data, tx, **more):
    order = ImportOrder(network="clusters", code="NAME", datum="wgs84", **more)
    return grids.import_file(tx, real_data / "dc311_2016/boundaries/neighborhood-clusters.geojson", order)


def test_clusters_with_mismatched_edges_become_a_draft_with_its_problem_list(real_data, tx):
    report = clusters(real_data, tx)
    assert report.cells == 39
    assert not report.publishable
    assert report.defects.keys() <= {DefectKind.GAP, DefectKind.OVERLAP, DefectKind.UNMATCHED}
    named = {code for defect in grids.defects(tx, report.release.id) for code in defect.codes}
    assert len(named) >= 29
    # the Naval Observatory belongs to no cluster: no sliver to be mended, and for somebody to decide on
    widest = max(grids.defects(tx, report.release.id), key=lambda defect: defect.width_m)
    assert (widest.kind, widest.width_m) == (DefectKind.GAP, pytest.approx(598, abs=1))
    with pytest.raises(Conflict, match="has_defects"):
        grids.publish(tx, report.release.id)


def test_clusters_are_mended_on_request_and_every_piece_is_shown(real_data, tx):
    report = clusters(real_data, tx, mend_width_m=10.0, hole_width_m=100.0)
    assert report.defects == {}
    moved = grids.moved_land(tx, report.release.id)
    assert (len(moved), report.moved_pieces) == (report.moved_pieces, len(moved))
    assert sum(piece.area_m2 for piece in moved) == pytest.approx(report.moved_m2)
    grids.publish(tx, report.release.id)
    before = gpd.read_file(real_data / "dc311_2016/boundaries/neighborhood-clusters.geojson")
    # the Naval Observatory was left out on purpose
    assert grids.locate_many(tx, [-77.0669], [38.9215], "clusters").status[0] == "outside"
    # a point deep inside a cluster stays where it was
    inner = before.geometry.representative_point()
    found = grids.locate_many(tx, inner.x.to_numpy(), inner.y.to_numpy(), "clusters")
    assert np.array_equal(found.code, before["NAME"].to_numpy(dtype=object))


def test_wards_are_a_coverage_as_they_are(real_data, tx):
    order = ImportOrder(network="wards", code="WARD", datum="wgs84", name="NAME")
    report = grids.import_file(tx, real_data / "dc311_2016/boundaries/ward-2012.geojson", order)
    assert (report.cells, report.defects) == (8, {})
