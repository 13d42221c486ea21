"""Vector files of any common format, in batches that fit into memory, in WGS84.

What a file's numbers mean is never guessed. A Shapefile with ``.prj``, a GeoPackage, a FlatGeobuf or a GeoParquet that
states a reference system is taken at its word. GeoJSON is WGS84 by its standard (RFC 7946), but files drawn on
Chinese map services are not and cannot say so; therefore a GeoJSON file without a ``crs`` member states nothing, and
the caller has to. Where both speak, the caller's ``gcj02`` or ``bd09`` refines a file's WGS84 (no format can state
these); any other contradiction is refused.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gisgov.kernel.errors import Invalid
from gisgov.kernel.vector_formats import VectorFile, describe, frames
from gisgov.spatial.crs import Datum, UnknownDatumError, geometries_to_wgs84, parse_datum
from gisgov.spatial.suspicion import on_earth, seems_swapped

BATCH_ROWS = 5_000


def stated_datum(text: str) -> Datum:
    """Read a datum that a caller states.

    Raises
    ------
    Invalid
        ``vector.datum_unknown``.
    """
    try:
        return parse_datum(text)
    except UnknownDatumError as error:
        raise Invalid("vector.datum_unknown", field="datum", datum=text) from error


def batches(
    path: Path,
    datum: str | None = None,
    *,
    layer: str | None = None,
    columns: Sequence[str] | None = None,
    batch_rows: int = BATCH_ROWS,
    possible_only: bool = True,
) -> Iterator[gpd.GeoDataFrame]:
    """Read a file batch by batch; memory is bounded by the batch.

    Parameters
    ----------
    path
        GeoJSON, Shapefile (``.shp`` or one in a ``.zip``), GeoPackage, FlatGeobuf or GeoParquet.
    datum
        What its numbers mean; may be left out when the file states it.
    columns
        The attributes wanted, all of them if None.
    possible_only
        Refuse the file at the first coordinate that is no place on earth.

    Yields
    ------
    GeoDataFrame
        At most `batch_rows` rows with a range index that goes on from batch to batch, EPSG:4326.

    Raises
    ------
    Invalid
        See `describe`; also no such column, no datum, contradicting datums, nothing in the file.
    """
    file = describe(path, layer)
    meant = datum_for(file, datum)
    for column in columns or ():
        if not file.has(column):
            raise Invalid("vector.no_column", field="column", column=column, columns=", ".join(file.columns))
    seen = 0
    for frame in frames(file, columns, batch_rows):
        placed = frame.set_geometry(geometries_to_wgs84(np.asarray(frame.geometry), meant), crs="EPSG:4326")
        placed.index = range(seen, seen + len(placed))
        if possible_only:
            _refuse_impossible(np.asarray(placed.geometry), meant)
        seen += len(placed)
        yield placed
    if seen == 0:
        raise Invalid("vector.empty", field="file", file=path.name)


def read(
    path: Path, datum: str | None = None, *, layer: str | None = None, columns: Sequence[str] | None = None
) -> gpd.GeoDataFrame:
    """Read a whole file; see `batches`."""
    parts = list(batches(path, datum, layer=layer, columns=columns))
    frame = parts[0] if len(parts) == 1 else pd.concat(parts)
    return gpd.GeoDataFrame(frame, geometry=frame.geometry.name, crs="EPSG:4326")


def text_of(value: object) -> str | None:
    """Return a column's value as text: no blanks around it, no ``.0`` behind whole numbers, None for nothing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return text if text and text not in ("<NA>", "NaT") else None


def datum_for(file: VectorFile, datum: str | None) -> Datum:
    """Decide what a file's numbers mean from what it states and what the caller states.

    Raises
    ------
    Invalid
        Neither states anything, or they contradict each other.
    """
    said = stated_datum(datum) if datum is not None else None
    if said is None and file.stated is None:
        raise Invalid("vector.datum_missing", field="datum", file=file.path.name)
    if said is None or file.stated is None:
        return said or file.stated or parse_datum("wgs84")
    refines = file.stated.shifts_nothing and (said.system is None or said.shifts_nothing)
    if not refines and said != file.stated:
        raise Invalid(
            "vector.datum_conflict",
            field="datum",
            file=file.path.name,
            stated=str(file.stated),
            said=str(said),
        )
    return said


def _refuse_impossible(geometries: Any, meant: Datum) -> None:
    xy = shapely.get_coordinates(geometries)
    if not np.isfinite(xy).all():
        raise Invalid("vector.not_finite", field="file")
    out = np.flatnonzero(~on_earth(xy[:, 0], xy[:, 1]))
    if len(out) == 0:
        return
    lon, lat = (float(value) for value in xy[out[0]])
    if seems_swapped(lon, lat):
        raise Invalid("vector.swapped", field="file", lon=lon, lat=lat)
    raise Invalid("vector.out_of_world", field="datum", lon=lon, lat=lat, datum=str(meant))
