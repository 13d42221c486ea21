"""Routed points as CSV, GeoJSON, GeoPackage or GeoParquet, written chunk by chunk; complete or not there at all."""

import csv
import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TextIO

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely

from gisgov.kernel.errors import Invalid
from gisgov.route.points import Rejected
from gisgov.spatial.arrays import FloatArray

SUFFIXES = (".csv", ".csv.gz", ".geojson", ".json", ".gpkg", ".parquet", ".geoparquet")


class Sink(Protocol):
    """One format being written."""

    def add(self, frame: pd.DataFrame, lon: FloatArray, lat: FloatArray) -> None:
        """Write rows and their places in WGS84."""

    def close(self) -> None:
        """Write what ends the file."""


class Output:
    """A file that appears under its name only when it is whole.

    Parameters
    ----------
    path
        Its suffix says the format.
    columns
        The columns to come.
    with_place
        Whether a format without geometries gets columns for the place (a CSV made of a vector file).
    """

    def __init__(self, path: Path, columns: Sequence[str], *, with_place: bool) -> None:
        self._path = path
        suffix = suffix_of(path)
        self._part = path.with_name(f".{path.name.removesuffix(suffix)}.part{suffix}")
        self._part.unlink(missing_ok=True)
        self._sink = _sink(self._part, suffix, columns, with_place=with_place)

    def add(self, frame: pd.DataFrame, lon: FloatArray, lat: FloatArray) -> None:
        """Write rows and their places in WGS84."""
        self._sink.add(frame, lon, lat)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sink.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)


def suffix_of(path: Path) -> str:
    """Name the format of an output.

    Raises
    ------
    Invalid
        No known suffix.
    """
    name = path.name.lower()
    found = [suffix for suffix in SUFFIXES if name.endswith(suffix)]
    if not found:
        raise Invalid("route.output_format", field="output", file=path.name, formats=" ".join(SUFFIXES))
    return path.name[-len(found[0]) :]


def _sink(path: Path, suffix: str, columns: Sequence[str], *, with_place: bool) -> Sink:
    kind = suffix.lower()
    if kind in (".csv", ".csv.gz"):
        return CsvSink(path, columns, with_place=with_place)
    doubled = sorted({column for column in columns if list(columns).count(column) > 1})
    if doubled:
        raise Invalid("route.columns_twice", field="file", columns=", ".join(doubled))
    if kind == ".gpkg":
        return GeoPackageSink(path)
    return GeoJsonSink(path) if kind in (".geojson", ".json") else ParquetSink(path)


def _open_text(path: Path) -> TextIO:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "wt", encoding="utf-8", newline="")
    return path.open("w", encoding="utf-8", newline="")


class CsvSink:
    """CSV in UTF-8; values as they were read."""

    def __init__(self, path: Path, columns: Sequence[str], *, with_place: bool) -> None:
        self._stream = _open_text(path)
        self._writer = csv.writer(self._stream, lineterminator="\n")
        taken = {"lon", "lat"} & set(columns)
        self._with_place = with_place
        place = ["wgs84_lon", "wgs84_lat"] if taken else ["lon", "lat"]
        self._writer.writerow([*columns, *(place if with_place else [])])

    def add(self, frame: pd.DataFrame, lon: FloatArray, lat: FloatArray) -> None:
        """Write rows."""
        cells = frame.astype(object).where(frame.notna(), None).to_numpy()
        if self._with_place:
            cells = np.column_stack([cells, np.asarray(lon, dtype=object), np.asarray(lat, dtype=object)])
        self._writer.writerows(cells.tolist())

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class GeoJsonSink:
    """A FeatureCollection by RFC 7946."""

    def __init__(self, path: Path) -> None:
        self._stream = _open_text(path)
        self._stream.write('{"type": "FeatureCollection", "features": [\n')
        self._first = True

    def add(self, frame: pd.DataFrame, lon: FloatArray, lat: FloatArray) -> None:
        """Write features."""
        records = frame.astype(object).where(frame.notna(), None).to_dict("records")
        for properties, x, y in zip(records, lon.tolist(), lat.tolist(), strict=True):
            geometry = {"type": "Point", "coordinates": [x, y]}
            feature = {"type": "Feature", "properties": properties, "geometry": geometry}
            self._stream.write("" if self._first else ",\n")
            self._stream.write(json.dumps(feature, ensure_ascii=False, default=_plain))
            self._first = False

    def close(self) -> None:
        """End the collection."""
        self._stream.write("\n]}\n")
        self._stream.close()


def _plain(value: Any) -> Any:
    """What JSON has no word for: numpy's numbers become numbers, dates become text."""
    return value.item() if isinstance(value, np.generic) else str(value)


class GeoPackageSink:
    """One layer of points."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, frame: pd.DataFrame, lon: FloatArray, lat: FloatArray) -> None:
        """Append rows."""
        placed = gpd.GeoDataFrame(frame, geometry=shapely.points(lon, lat), crs="EPSG:4326")
        pyogrio.write_dataframe(placed, self._path, layer="routed", append=self._path.exists())

    def close(self) -> None:
        """Nothing is left open between appends."""


class ParquetSink:
    """GeoParquet 1.0 with its reference system stated."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def add(self, frame: pd.DataFrame, lon: FloatArray, lat: FloatArray) -> None:
        """Append a row group."""
        schema = None if self._writer is None else self._writer.schema
        placed = frame.assign(geometry=shapely.to_wkb(shapely.points(lon, lat)))
        table = pa.Table.from_pandas(placed, schema=schema, preserve_index=False)
        if self._writer is None:
            fields = [pa.field(f.name, pa.string()) if pa.types.is_null(f.type) else f for f in table.schema]
            table = table.cast(pa.schema(fields, metadata=_geo_metadata()))
            self._writer = pq.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table.replace_schema_metadata(self._writer.schema.metadata))

    def close(self) -> None:
        """Write the footer."""
        if self._writer is not None:
            self._writer.close()


def _geo_metadata() -> dict[bytes, bytes]:
    crs = pyproj.CRS.from_epsg(4326).to_json_dict()
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": crs}
    described = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return {b"geo": json.dumps(described).encode()}


class SideFile:
    """The rows that could not be routed, each with its line and the reason; not there when there is none."""

    def __init__(self, beside: Path, columns: Sequence[str]) -> None:
        self.path = beside.with_name(beside.name.removesuffix(suffix_of(beside)) + ".rejected.csv")
        self.path.unlink(missing_ok=True)
        self._columns = columns
        self.count = 0

    def add(self, rows: Iterable[Rejected]) -> None:
        """Append rows."""
        listed = [[row.line, row.reason, *row.values] for row in rows]
        if not listed:
            return
        with self.path.open("a", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            if self.count == 0:
                writer.writerow(["line", "reason", *self._columns])
            writer.writerows(listed)
        self.count += len(listed)
