"""Points in chunks from CSV, GeoJSON, GeoPackage, Parquet and the other vector formats; bad rows with their reasons."""

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from gisgov.kernel.errors import Invalid
from gisgov.kernel.vector_files import batches, datum_for, stated_datum
from gisgov.kernel.vector_formats import describe, to_pandas
from gisgov.spatial.arrays import FloatArray, GeometryArray
from gisgov.spatial.crs import Datum, to_wgs84
from gisgov.spatial.suspicion import on_earth, seems_swapped

CHUNK_ROWS = 50_000
LON_NAMES = ("lon", "lng", "long", "longitude", "x", "经度")
LAT_NAMES = ("lat", "latitude", "y", "纬度")
_SAMPLE_BYTES = 1 << 20


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be routed: its number (line of a CSV, else row from 1), why, and what it holds."""

    line: int
    reason: str
    values: Sequence[object]


@dataclass(frozen=True)
class Chunk:
    """Rows that can be routed, in the file's order, and those that cannot.

    Parameters
    ----------
    frame : DataFrame
        The attributes of the readable rows as they stand in the file.
    lon, lat : ndarray
        Their places in WGS84 degrees.
    done : int
        How much of the file has been read, in the unit of `Points.total`.
    """

    frame: pd.DataFrame
    lon: FloatArray
    lat: FloatArray
    rejected: list[Rejected] = field(default_factory=list)
    done: int = 0


class Points(Protocol):
    """A file of points that was found fit to be read."""

    columns: tuple[str, ...]
    total: int

    def chunks(self) -> Iterator[Chunk]:
        """Read it once, from the beginning."""


def open_points(
    path: Path, datum: str | None, lon: str | None = None, lat: str | None = None, layer: str | None = None
) -> Points:
    """Open a file of points by its suffix.

    Parameters
    ----------
    datum
        What the coordinates mean; only files that state their reference system can do without.
    lon, lat
        Columns of the coordinates in a table; found by their usual names if None.

    Raises
    ------
    Invalid
        The file, a column or the datum is missing or makes no sense.
    """
    if not path.is_file():
        raise Invalid("vector.no_file", field="file", file=path.name)
    if path.suffix.lower() == ".csv" or path.name.lower().endswith(".csv.gz"):
        return CsvPoints(path, _needed(path, datum), lon, lat)
    if path.suffix.lower() in (".parquet", ".geoparquet") and (lon or describe(path).geometry_column is None):
        return TablePoints(path, _needed(path, datum), lon, lat)
    return VectorPoints(path, datum, layer)


def _needed(path: Path, datum: str | None) -> Datum:
    if datum is None:
        raise Invalid("vector.datum_missing", field="datum", file=path.name)
    return stated_datum(datum)


def _coordinate_columns(columns: Sequence[str], lon: str | None, lat: str | None) -> tuple[int, int]:
    return _column(columns, lon, LON_NAMES, "lon"), _column(columns, lat, LAT_NAMES, "lat")


def _column(columns: Sequence[str], named: str | None, usual: Sequence[str], option: str) -> int:
    listed = ", ".join(columns)
    if named is not None:
        if named not in columns:
            raise Invalid("vector.no_column", field=option, column=named, columns=listed)
        return list(columns).index(named)
    lowered = [column.strip().lower() for column in columns]
    found = [lowered.index(name) for name in usual if name in lowered]
    if not found:
        raise Invalid("route.no_coordinates", field=option, option=f"--{option}", columns=listed)
    return found[0]


class CsvPoints:
    """A CSV file, plain or compressed, in UTF-8 or else GB18030; its values stay the text they are."""

    def __init__(self, path: Path, datum: Datum, lon: str | None, lat: str | None) -> None:
        self._path, self._datum = path, datum
        self.total = path.stat().st_size
        with path.open("rb") as raw:
            _, header = next(self._rows(raw), (0, []))
        if not header:
            raise Invalid("vector.empty", field="file", file=path.name)
        self.columns = tuple(header)
        self._lon, self._lat = _coordinate_columns(self.columns, lon, lat)

    def _rows(self, raw: BinaryIO) -> Iterator[tuple[int, list[str]]]:
        """Rows with the number of their last line, the header first."""
        csv.field_size_limit(sys.maxsize)
        plain: Any = gzip.GzipFile(fileobj=raw) if self._path.suffix.lower() == ".gz" else raw
        buffered = io.BufferedReader(plain, _SAMPLE_BYTES)
        try:
            encoding = _encoding(buffered.peek(_SAMPLE_BYTES))
            # bytes that are no text stay visible instead of stopping the run
            text = io.TextIOWrapper(buffered, encoding=encoding, errors="backslashreplace", newline="")
            reader = csv.reader(text)
            for row in reader:
                yield reader.line_num, row
        except (gzip.BadGzipFile, EOFError, zlib.error, csv.Error) as error:
            raise Invalid(
                "vector.unreadable", field="file", file=self._path.name, reason=str(error)
            ) from error

    def chunks(self) -> Iterator[Chunk]:
        """Read rows; those with more or fewer fields than the header are rejected."""
        with self._path.open("rb") as raw:
            lines_and_rows = self._rows(raw)
            next(lines_and_rows)
            rows: list[list[str]] = []
            lines: list[int] = []
            odd: list[Rejected] = []
            for line, row in lines_and_rows:
                if len(row) == len(self.columns):
                    rows.append(row)
                    lines.append(line)
                elif row:  # an empty line is no row
                    odd.append(Rejected(line, f"{len(row)} fields instead of {len(self.columns)}", row))
                if len(rows) + len(odd) >= CHUNK_ROWS:
                    yield self._chunk(rows, lines, odd, raw.tell())
                    rows, lines, odd = [], [], []
            yield self._chunk(rows, lines, odd, self.total)

    def _chunk(self, rows: list[list[str]], lines: list[int], odd: list[Rejected], done: int) -> Chunk:
        frame = pd.DataFrame(rows, columns=list(self.columns), dtype=object)
        lon, lat = frame.iloc[:, self._lon], frame.iloc[:, self._lat]
        chunk = _sorted_out(frame, lines, lon, lat, self._datum, done)
        chunk.rejected.extend(odd)
        chunk.rejected.sort(key=lambda one: one.line)
        return chunk


def _encoding(sample: bytes) -> str:
    try:
        sample[: sample.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


class TablePoints:
    """A Parquet table with columns of coordinates."""

    def __init__(self, path: Path, datum: Datum, lon: str | None, lat: str | None) -> None:
        described = describe(path)
        self._path, self._datum = path, datum
        self.total = described.rows or 0
        self.columns = described.columns
        self._lon, self._lat = _coordinate_columns(self.columns, lon, lat)

    def chunks(self) -> Iterator[Chunk]:
        """Read row groups in bounded batches."""
        done = 0
        with pq.ParquetFile(self._path) as table:
            for batch in table.iter_batches(batch_size=CHUNK_ROWS, columns=list(self.columns)):
                frame = to_pandas(batch)
                lines = list(range(done + 1, done + len(frame) + 1))
                done += len(frame)
                lon, lat = frame.iloc[:, self._lon], frame.iloc[:, self._lat]
                yield _sorted_out(frame, lines, lon, lat, self._datum, done)


class VectorPoints:
    """A vector file of points."""

    def __init__(self, path: Path, datum: str | None, layer: str | None) -> None:
        described = describe(path, layer)
        datum_for(described, datum)
        self._path, self._datum, self._layer = path, datum, layer
        self.columns = described.columns
        self.total = described.rows or 0

    def chunks(self) -> Iterator[Chunk]:
        """Read features in bounded batches."""
        read = batches(self._path, self._datum, layer=self._layer, batch_rows=CHUNK_ROWS, possible_only=False)
        for frame in read:
            shapes = np.asarray(frame.geometry)
            is_point = (shapely.get_type_id(shapes) == shapely.GeometryType.POINT) & ~shapely.is_empty(shapes)
            shapes_or_none = shapes.copy()
            shapes_or_none[~is_point] = None
            lon, lat = shapely.get_x(shapes_or_none), shapely.get_y(shapes_or_none)
            reasons = np.where(is_point, _impossible(lon, lat), "")
            reasons[~is_point] = [_what(shape) for shape in shapes[~is_point]]
            lines = [int(row) + 1 for row in frame.index]
            attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
            yield _split(attributes, lines, lon, lat, reasons, lines[-1])


def _what(shape: shapely.Geometry | None) -> str:
    if shape is None or shape.is_empty:
        return "no geometry"
    return f"not a point but a {shape.geom_type}"


# --- which rows can be routed ----------------------------------------------------------------------------------


def _sorted_out(
    frame: pd.DataFrame, lines: list[int], lon: pd.Series, lat: pd.Series, datum: Datum, done: int
) -> Chunk:
    """Read the coordinates of a table, convert them, and set aside the rows where that is impossible."""
    x, y = (np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64) for values in (lon, lat))
    reasons = np.full(len(frame), "", dtype=object)
    for name, texts, numbers in (("longitude", lon, x), ("latitude", lat, y)):
        for row in np.flatnonzero(~np.isfinite(numbers) & (reasons == "")):
            reasons[row] = _not_a_number(name, texts.iloc[row])
    in_degrees, to_north = to_wgs84(x, y, datum)
    unsaid = reasons == ""
    reasons[unsaid] = _impossible(in_degrees, to_north)[unsaid]
    return _split(frame, lines, in_degrees, to_north, reasons, done)


def _not_a_number(name: str, value: object) -> str:
    text = "" if value is None or value is pd.NA else str(value).strip()
    return f"{name} is empty" if text == "" else f"{name} {text!r} is no number"


def _impossible(lon: FloatArray, lat: FloatArray) -> GeometryArray:
    """Why each place is no place on earth; an empty text where it is one."""
    reasons = np.full(len(lon), "", dtype=object)
    reasons[~(np.isfinite(lon) & np.isfinite(lat))] = "the coordinates are no numbers"
    for row in np.flatnonzero(~on_earth(lon, lat) & (reasons == "")):
        hint = "; longitude and latitude seem to be swapped" if seems_swapped(lon[row], lat[row]) else ""
        reasons[row] = f"longitude {lon[row]:.10g}, latitude {lat[row]:.10g} is no place on earth{hint}"
    return reasons


def _split(
    frame: pd.DataFrame, lines: list[int], lon: FloatArray, lat: FloatArray, reasons: GeometryArray, done: int
) -> Chunk:
    good = np.asarray(reasons == "", dtype=bool)
    rejected = [
        Rejected(lines[row], str(reasons[row]), list(frame.iloc[row].to_numpy()))
        for row in np.flatnonzero(~good)
    ]
    return Chunk(frame[good], lon[good], lat[good], rejected, done)
