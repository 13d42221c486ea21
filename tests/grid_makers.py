"""Small coverages on paper, for tests of grids: a chessboard over Licheng, whose numbers are easy to follow."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgov.grids import service as grids
from gisgov.grids.model import Cells, ImportOrder, ImportReport, Level, Published
from gisgov.kernel.db import Tx

WEST, SOUTH, STEP = 117.0, 36.5, 0.0078125
"""Dyadic numbers: corners and midpoints of edges are exact."""

LEVELS = (Level("street", title="街道"), Level("community", title="社区"))


def square(column: int, row: int) -> shapely.Geometry:
    """Return one field of the board."""
    west, south = WEST + column * STEP, SOUTH + row * STEP
    return shapely.box(west, south, west + STEP, south + STEP)


def middle(column: int, row: int) -> tuple[float, float]:
    """Return the middle of a field."""
    return WEST + (column + 0.5) * STEP, SOUTH + (row + 0.5) * STEP


def board(
    columns: int = 4,
    rows: int = 4,
    *,
    code: Callable[[int, int], str] = lambda column, row: f"{column:02}{row:02}",
    community: Callable[[int, int], str] = lambda column, row: f"C{column // 2}{row // 2}",
    street: Callable[[int, int], str] = lambda column, row: f"S{column // 2}",
) -> Cells:
    """Return a chessboard: a street for two columns, a community for two by two fields."""
    places = [(column, row) for column in range(columns) for row in range(rows)]
    codes: list[str | None] = [code(*place) for place in places]
    paths: list[tuple[str | None, ...]] = [(street(*place), community(*place)) for place in places]
    shapes = np.array([square(*place) for place in places], dtype=object)
    names = [f"第{code}网格" for code in codes]
    return Cells(shapes, codes, names, paths, [tuple(value or "" for value in path) for path in paths])


def order(network: str = "basic", **more: object) -> ImportOrder:
    """Return the order that fits a board."""
    return ImportOrder(**{"network": network, "code": "code", "datum": "wgs84", "levels": LEVELS} | more)  # type: ignore[arg-type]


def put(tx: Tx, cells: Cells, network: str = "basic", **more: object) -> ImportReport:
    """Import a board as a draft."""
    levels = LEVELS[: len(cells.paths[0])]
    return grids.import_cells(tx, [cells], order(network, levels=levels, **more))


def publish(tx: Tx, cells: Cells, network: str = "basic", **more: object) -> Published:
    """Import a board and publish it."""
    report = put(tx, cells, network, **more)
    assert report.publishable, report.defects
    return grids.publish(tx, report.release.id)


def reshaped(cells: Cells, at: int, shape: shapely.Geometry) -> Cells:
    """Return the same cells with another polygon in one place."""
    shapes = cells.polygons.copy()
    shapes[at] = shape
    return reshaped_all(cells, shapes)


def reshaped_all(cells: Cells, shapes: NDArray[np.object_]) -> Cells:
    """Return the same cells with other polygons."""
    return replace(cells, polygons=shapes)


def without_levels(polygons: Sequence[shapely.Geometry], codes: Sequence[str]) -> Cells:
    """Return cells that lie directly below the root."""
    shapes = np.array(list(polygons), dtype=object)
    return Cells(shapes, list(codes), list(codes), [()] * len(codes), [()] * len(codes))
