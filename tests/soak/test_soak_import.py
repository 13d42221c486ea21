"""A coverage of 300 MB comes in batch by batch."""

import json
import resource
import sys
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
import shapely

from gisgov.grids import service as grids
from gisgov.grids.model import ImportOrder, ImportReport
from gisgov.grids.service.files import _cells
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database
from gisgov.kernel.settings import Settings
from tests.grid_makers import SOUTH, WEST

pytestmark = pytest.mark.soak

SIDE, EDGE_VERTICES = 100, 230
ORDER = ImportOrder(network="basic", code="code", datum="wgs84")
MB = 1 << 20


def wavy(count: int, axis: int) -> np.ndarray:
    """Return grid lines as (line, vertex, xy) that bend between the corners of cells, and pass through them."""
    along = np.linspace(0.0, SIDE, SIDE * EDGE_VERTICES + 1)
    bend = 0.02 * np.sin(along * np.pi * 2 * 7)
    along[::EDGE_VERTICES], bend[::EDGE_VERTICES] = np.arange(SIDE + 1), 0.0
    lines = np.arange(count)[:, None] + bend[None, :]
    pairs = (np.broadcast_to(along, lines.shape), lines)
    return np.stack(pairs if axis else pairs[::-1], axis=-1) * 0.001 + [WEST, SOUTH]


def write_coverage(path: Path) -> None:
    """Write SIDE × SIDE cells whose shared borders have the same vertices on both sides."""
    upright, level = wavy(SIDE + 1, 0), wavy(SIDE + 1, 1)
    with path.open("w") as file:
        file.write('{"type":"FeatureCollection","features":[\n')
        for column in range(SIDE):
            for row in range(SIDE):
                across, up = (slice(i * EDGE_VERTICES, (i + 1) * EDGE_VERTICES + 1) for i in (column, row))
                south, north = level[row, across], level[row + 1, across][::-1]
                east, west = upright[column + 1, up], upright[column, up][::-1]
                ring = np.vstack([south[:-1], east[:-1], north[:-1], west])
                shape = shapely.to_geojson(shapely.Polygon(ring))
                comma = "" if column == row == 0 else ",\n"
                properties = json.dumps({"code": f"{column:03}{row:03}"})
                file.write(f'{comma}{{"type":"Feature","properties":{properties},"geometry":{shape}}}')
        file.write("\n]}")


def peak_mb() -> float:
    """Return the most memory this process has held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MB


def read_through(path: Path) -> tuple[int, float]:
    """Read a file without keeping it; returns cells and how much memory that took."""
    before = peak_mb()
    count = sum(len(batch.codes) for batch in _cells(path, ORDER))
    return count, peak_mb() - before


def import_whole(settings: Settings, path: Path) -> tuple[ImportReport, float]:
    """Import a file; returns the report and how much memory that took."""
    database, before = Database(settings), peak_mb()
    with database.transaction(SYSTEM) as tx:
        report = grids.import_file(tx, path, ORDER)
    database.close()
    return report, peak_mb() - before


def test_a_coverage_of_300_mb_is_streamed(settings, tmp_path, record_testsuite_property):
    path = tmp_path / "large.geojson"
    write_coverage(path)
    assert path.stat().st_size > 300_000_000
    # each in a process of its own, so that the peaks are their own
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        count, reading_mb = pool.apply(read_through, (path,))
        report, importing_mb = pool.apply(import_whole, (settings, path))
    record_testsuite_property("reading_mb", round(reading_mb))
    record_testsuite_property("importing_mb", round(importing_mb))
    assert count == SIDE * SIDE
    assert (report.cells, report.defects) == (SIDE * SIDE, {})
    assert reading_mb < 700
    assert importing_mb < 4_000
