"""The commands on grids, run as a person runs them."""

import json

import geopandas as gpd
import pytest
import shapely
from typer.testing import CliRunner

from gisgov.cli import command_line
from gisgov.kernel.errors import Invalid
from tests.grid_makers import board, middle, square

PATH_COLUMNS = (
    "--code",
    "grid",
    "--name",
    "title",
    "--parent",
    "street",
    "--parent",
    "community:community_name:社区",
)


@pytest.fixture
def gisgov(settings, monkeypatch):
    monkeypatch.setenv("GISGOV_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GISGOV_APP_DATABASE_URL", settings.app_database_url)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object):
        return CliRunner().invoke(command_line(), [str(argument) for argument in arguments])

    return run


@pytest.fixture
def file(tmp_path):
    cells = board()
    table = {
        "grid": cells.codes,
        "title": cells.names,
        "street": [path[0] for path in cells.paths],
        "community": [path[1] for path in cells.paths],
        "community_name": [f"社区{path[1]}" for path in cells.paths],
    }
    path = tmp_path / "grid.geojson"
    gpd.GeoDataFrame(table, geometry=cells.polygons, crs=4326).to_file(path)
    return path


def test_import_publish_and_locate(gisgov, file):
    result = gisgov(
        "grids", "import", file, "--network", "basic", *PATH_COLUMNS, "--datum", "wgs84", "--publish"
    )
    assert result.exit_code == 0, result.output
    assert "Published as release 1: 16 cells changed." in result.output
    lon, lat = middle(2, 1)
    found = gisgov("locate", lon, lat, "--datum", "wgs84")
    assert found.exit_code == 0
    assert "0201 第0201网格" in found.output
    assert "S1 › 社区C10" in found.output
    nowhere = gisgov("locate", -71.1, 42.3, "--datum", "wgs84")
    assert (nowhere.exit_code, "outside" in nowhere.output) == (1, True)


def test_defects_make_a_draft_a_problem_list_and_status_1(gisgov, file, tmp_path):
    table = gpd.read_file(file)
    west, south, east, north = shapely.bounds(square(1, 1))
    table.loc[5, "geometry"] = shapely.box(west + 0.00001, south, east, north)
    broken = tmp_path / "broken.gpkg"
    table.to_file(broken)
    command = (
        "grids",
        "import",
        broken,
        "--network",
        "basic",
        *PATH_COLUMNS,
        "--datum",
        "wgs84",
        "--publish",
    )
    result = gisgov(*command)
    assert result.exit_code == 1
    assert "1 × gap" in result.output
    draft = result.output.split("gisgov grids problems ")[1].split()[0]
    listed = gisgov("grids", "problems", draft, "-o", tmp_path / "problems.geojson")
    assert listed.exit_code == 0
    features = json.loads((tmp_path / "problems.geojson").read_text())["features"]
    assert {feature["properties"]["kind"] for feature in features} >= {"gap"}
    assert gisgov("grids", "publish", draft).exit_code == 1
    mended = gisgov(*command, "--mend-width-m", "2")
    assert mended.exit_code == 0, mended.output
    assert "changed hands" in mended.output


def test_a_first_import_may_have_to_fill_an_outline(gisgov, file, tmp_path):
    outline = tmp_path / "outline.gpkg"
    land = shapely.box(117.0, 36.5, 117.04, 36.53125)
    gpd.GeoDataFrame(geometry=[land], crs=4326).to_file(outline)
    command = ("grids", "import", file, "--network", "basic", *PATH_COLUMNS, "--datum", "wgs84")
    result = gisgov(*command, "--outline", outline)
    assert result.exit_code == 1
    assert "1 × missing_frame" in result.output


def test_a_missing_column_is_named(gisgov, file):
    result = gisgov("grids", "import", file, "--network", "basic", "--code", "nix", "--datum", "wgs84")
    assert isinstance(result.exception, Invalid)
    assert (result.exception.code, result.exception.params["column"]) == ("vector.no_column", "nix")
