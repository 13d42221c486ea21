"""The formats of vector files: what each says of itself, and its rows in batches as they stand in the file."""

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import open_arrow

from gisgov.kernel.errors import Invalid
from gisgov.spatial.crs import Datum, datum_of

SUFFIXES = (".geojson", ".json", ".zip", ".shp", ".gpkg", ".fgb", ".parquet", ".geoparquet")
_PARQUET = (".parquet", ".geoparquet")
_JSON = (".geojson", ".json")
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{')
_HEAD_BYTES = 65_536


@dataclass(frozen=True)
class VectorFile:
    """What a file says of itself before its rows are read.

    Parameters
    ----------
    source : str
        What GDAL or Arrow opens.
    columns : tuple of str
        Its attributes, without the geometry.
    stated : Datum or None
        The reference system it states itself.
    rows : int or None
        How many rows it has, when that is known without reading it.
    """

    path: Path
    source: str
    layer: str | None
    columns: tuple[str, ...]
    stated: Datum | None
    rows: int | None
    encoding: str | None = None
    geometry_column: str | None = None

    def has(self, column: str) -> bool:
        """Whether there is such a column, by exact name."""
        return column in self.columns


def describe(path: Path, layer: str | None = None) -> VectorFile:
    """Look at a file without reading its rows.

    Raises
    ------
    Invalid
        It is no vector file of a known format, a zip without exactly one Shapefile, or has several layers of which
        none was named.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise Invalid("vector.format", field="file", file=path.name, formats=" ".join(SUFFIXES))
    if not path.is_file():
        raise Invalid("vector.no_file", field="file", file=path.name)
    return _describe_parquet(path) if suffix in _PARQUET else _describe_ogr(path, layer)


def frames(file: VectorFile, columns: Sequence[str] | None, rows: int) -> Iterator[gpd.GeoDataFrame]:
    """Read a file in batches of at most `rows`, with the coordinates as they stand in it.

    Raises
    ------
    Invalid
        What the file says of itself does not hold; or it is a table without geometries.
    """
    read = _parquet_frames if file.path.suffix.lower() in _PARQUET else _ogr_frames
    try:
        yield from read(file, columns, rows)
    except (DataSourceError, DataLayerError, pa.ArrowInvalid, shapely.errors.GEOSException) as error:
        raise Invalid(
            "vector.unreadable", field="file", file=file.path.name, reason=_reason(error, file.path)
        ) from error


def _describe_ogr(path: Path, layer: str | None) -> VectorFile:
    source, encoding = str(path), None
    if path.suffix.lower() == ".zip":
        source, encoding = _inside_zip(path)
    try:
        layer = layer or _only_layer(path, source)
        info = pyogrio.read_info(source, layer=layer, encoding=encoding)
    except (DataSourceError, DataLayerError) as error:
        raise Invalid(
            "vector.unreadable", field="file", file=path.name, reason=_reason(error, path)
        ) from error
    return VectorFile(
        path=path,
        source=source,
        layer=layer,
        columns=tuple(str(field) for field in info["fields"]),
        stated=_stated(path, info["crs"]),
        rows=int(info["features"]) if info["features"] >= 0 else None,
        encoding=encoding,
    )


def _only_layer(path: Path, source: str) -> str:
    spatial = [str(name) for name, kind in pyogrio.list_layers(source) if kind is not None]
    if len(spatial) != 1:
        raise Invalid("vector.layers", field="layer", file=path.name, layers=", ".join(spatial) or "–")
    return spatial[0]


def _inside_zip(path: Path) -> tuple[str, str | None]:
    """Find the one Shapefile of a zip and the encoding of its texts when it states none."""
    if not zipfile.is_zipfile(path):
        raise Invalid("vector.no_zip", field="file", file=path.name)
    with zipfile.ZipFile(path) as archive:
        names = {name.lower(): name for name in archive.namelist() if not name.startswith("__MACOSX")}
        shapes = [name for name in names if name.endswith(".shp")]
        missing = [end for end in (".shx", ".dbf") for name in shapes[:1] if name[:-4] + end not in names]
        if len(shapes) != 1 or missing:
            raise Invalid(
                "vector.no_shapefile", field="file", file=path.name, found=", ".join(sorted(names)[:8]) or "–"
            )
        stem = shapes[0][:-4]
        encoding = None if stem + ".cpg" in names else _guess_encoding(archive, names[stem + ".dbf"])
    return f"/vsizip/{path.resolve()}/{names[shapes[0]]}", encoding


def _guess_encoding(archive: zipfile.ZipFile, table: str) -> str:
    """A table without ``.cpg`` is UTF-8 where it can be read as such, else the Chinese national encoding."""
    with archive.open(table) as stream:
        sample = stream.read(_HEAD_BYTES)
    header_length = int.from_bytes(sample[8:10], "little")
    try:
        sample[header_length : sample.rfind(b" ") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _stated(path: Path, crs: str | None) -> Datum | None:
    if crs is None:
        return None
    if path.suffix.lower() in _JSON:
        with path.open("rb") as stream:
            if not _CRS_MEMBER.search(stream.read(_HEAD_BYTES)):
                return None
    return datum_of(pyproj.CRS.from_user_input(crs))


def _describe_parquet(path: Path) -> VectorFile:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise Invalid(
            "vector.unreadable", field="file", file=path.name, reason=_reason(error, path)
        ) from error
    with file:
        known = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
        column = known.get("primary_column")
        crs = known.get("columns", {}).get(column, {}).get("crs")
        return VectorFile(
            path=path,
            source=str(path),
            layer=None,
            columns=tuple(name for name in file.schema_arrow.names if name != column),
            stated=datum_of(pyproj.CRS.from_user_input(crs)) if crs else None,
            rows=file.metadata.num_rows,
            geometry_column=column,
        )


def _ogr_frames(file: VectorFile, columns: Sequence[str] | None, rows: int) -> Iterator[gpd.GeoDataFrame]:
    options: dict[str, Any] = {"layer": file.layer, "columns": columns, "encoding": file.encoding}
    with open_arrow(file.source, batch_size=rows, use_pyarrow=True, **options) as (meta, reader):
        geometry = meta["geometry_name"] or "wkb_geometry"
        for batch in reader:
            yield _frame(batch, geometry, file)


def _parquet_frames(file: VectorFile, columns: Sequence[str] | None, rows: int) -> Iterator[gpd.GeoDataFrame]:
    if file.geometry_column is None:
        raise Invalid("vector.no_geometry", field="file", file=file.path.name)
    wanted = None if columns is None else [*columns, file.geometry_column]
    with pq.ParquetFile(file.source) as table:
        for batch in table.iter_batches(batch_size=rows, columns=wanted):
            yield _frame(batch, file.geometry_column, file)


def to_pandas(batch: pa.RecordBatch) -> pd.DataFrame:
    """Make a table whose whole numbers stay whole numbers where some are missing."""
    return batch.to_pandas(types_mapper=_NULLABLE.get)


_NULLABLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def _frame(batch: pa.RecordBatch, geometry: str, file: VectorFile) -> gpd.GeoDataFrame:
    shapes = shapely.from_wkb(batch.column(geometry).to_numpy(zero_copy_only=False))
    kept = [name for name in file.columns if name in batch.schema.names]
    return gpd.GeoDataFrame(to_pandas(batch.select(kept)), geometry=shapes)


def _reason(error: BaseException, path: Path) -> str:
    """What the library says of a file, without its folder and without advice for programmers."""
    said = str(error).replace(f"{path.parent}/", "")
    return said.split("\n", 1)[0].split(";", 1)[0][:200]
