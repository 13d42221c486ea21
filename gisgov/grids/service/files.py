"""Coverages from files of any vector format, streamed batch by batch."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from gisgov.grids.model import Cells, ImportOrder, ImportReport, Level
from gisgov.grids.rules import named
from gisgov.grids.service.imports import import_cells
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.kernel.vector_files import batches, datum_for, read, text_of
from gisgov.kernel.vector_formats import describe
from gisgov.spatial.arrays import GeometryArray

POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def level_of(text: str) -> Level:
    """Read a parent level from ``CODE_COLUMN[:NAME_COLUMN[:TITLE]]``."""
    column, name, title, *_ = [*text.split(":"), "", ""]
    return Level(column, name or None, title or None)


def outline_of(path: Path, datum: str | None) -> shapely.Geometry:
    """Return the land of a file of polygons as one outline in WGS84.

    Raises
    ------
    Invalid
        The file cannot be read or states no usable datum.
    """
    return shapely.union_all(shapely.make_valid(np.asarray(read(path, datum or None).geometry, dtype=object)))


def import_file(
    tx: Tx, path: Path, order: ImportOrder, outline: shapely.Geometry | None = None
) -> ImportReport:
    """Make a draft of a file of polygons; see `import_cells`.

    The datum may be left empty for a file that states its own reference system.

    Raises
    ------
    Invalid
        The file cannot be read, lacks a column or states no usable datum, or holds something else than
        polygons.
    """
    tx.may("grid.import")
    meant = datum_for(describe(path), order.datum or None)
    return import_cells(tx, _cells(path, order), replace(order, datum=str(meant)), outline)


def _cells(path: Path, order: ImportOrder) -> Iterator[Cells]:
    wanted = [order.code, order.name]
    wanted += [column for level in order.levels for column in (level.column, level.name_column)]
    columns = list(dict.fromkeys(column for column in wanted if column))
    for frame in batches(path, order.datum or None, columns=columns):
        polygons = np.asarray(frame.geometry, dtype=object)
        _refuse_others(polygons, int(frame.index[0]))
        codes = _texts(frame, order.code)
        names = _texts(frame, order.name or order.code)
        paths = _together(frame, [level.column for level in order.levels])
        path_names = _together(frame, [level.name_column or level.column for level in order.levels])
        yield Cells(
            polygons=polygons,
            codes=codes,
            names=[name or code or "" for name, code in zip(names, codes, strict=True)],
            paths=paths,
            path_names=[
                tuple(name or value or "" for name, value in zip(*both, strict=True))
                for both in zip(path_names, paths, strict=True)
            ],
        )


def _refuse_others(shapes: GeometryArray, first_row: int) -> None:
    bad = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), POLYGONS) | shapely.is_empty(shapes))
    if len(bad):
        rows = [str(first_row + at + 1) for at in bad]
        raise Invalid("grid.not_polygons", field="file", count=len(rows), rows=named(rows))


def _texts(frame: gpd.GeoDataFrame, column: str) -> list[str | None]:
    return [text_of(value) for value in frame[column].tolist()]


def _together(frame: gpd.GeoDataFrame, columns: list[str]) -> list[tuple[str | None, ...]]:
    if not columns:
        return [()] * len(frame)
    return list(zip(*(_texts(frame, column) for column in columns), strict=True))
