"""Files as people send them: a CSV of a spreadsheet, or a vector file, with headings they know."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.kernel.vector_files import batches, stated_datum, text_of
from gisgov.registry import rules
from gisgov.registry.model import ImportReport, Kind
from gisgov.registry.service.imports import import_rows
from gisgov.spatial.arrays import GeometryArray
from gisgov.spatial.crs import to_wgs84
from gisgov.spatial.suspicion import on_earth

TABLES = (".csv", ".txt")
ENCODINGS = ("utf-8-sig", "gb18030")
LON_TITLES = ("lon", "longitude", "经度")
LAT_TITLES = ("lat", "latitude", "纬度")


def import_file(tx: Tx, kind: Kind, path: Path, datum: str | None = None) -> ImportReport:
    """Import a CSV or a vector file whose headings are field names or the documents' own terms.

    Parameters
    ----------
    datum : str, optional
        Of the coordinates; see `gisgov.spatial.crs`. May be left out when a vector file states it.

    Raises
    ------
    Invalid
        The file cannot be read, has no known column (``registry.no_rows``) or no known datum. A single
        bad row refuses nothing: it stands in the report.
    """
    placed = kind in rules.PLACED
    if path.suffix.lower() in TABLES:
        frame = read_table(path)
        geometries = _points(frame, datum) if placed else None
    else:
        read = list(batches(path, datum, possible_only=False))
        geometries = (
            np.concatenate([np.asarray(each.geometry, dtype=object) for each in read]) if placed else None
        )
        frame = pd.concat([pd.DataFrame(each.drop(columns=each.geometry.name)) for each in read])
    return import_rows(tx, kind, _rows(kind, frame), geometries)


def read_table(path: Path) -> pd.DataFrame:
    """Return a CSV with every value as text."""
    for encoding in ENCODINGS:
        try:
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
        except UnicodeDecodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise Invalid("registry.table_unreadable", field="file") from error
    raise Invalid("registry.table_unreadable", field="file")


def _rows(kind: Kind, frame: pd.DataFrame) -> Sequence[dict[str, str | None]]:
    known = rules.columns_of(kind, [str(name) for name in frame.columns])
    if not known:
        titles = "、".join(field.titles[0] if field.titles else field.name for field in rules.FIELDS[kind])
        raise Invalid("registry.no_rows", field="file", titles=titles)
    columns = {field: [text_of(value) for value in frame[heading]] for heading, field in known.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _points(frame: pd.DataFrame, datum: str | None) -> GeometryArray:
    """Return a point per row; one whose numbers cannot be read is not finite, and refused as that row."""
    if not datum:
        raise Invalid("vector.datum_missing", field="datum", file="CSV")
    stated = stated_datum(datum)
    lon, lat = (_numbers(frame, titles) for titles in (LON_TITLES, LAT_TITLES))
    possible = on_earth(lon, lat)
    lon[possible], lat[possible] = to_wgs84(lon[possible], lat[possible], stated)
    points: GeometryArray = shapely.points(lon, lat)
    return points


def _numbers(frame: pd.DataFrame, titles: tuple[str, ...]) -> NDArray[np.float64]:
    found = next((name for name in frame.columns if name.strip().lower() in titles), None)
    if found is None:
        raise Invalid("registry.no_rows", field="file", titles=f"{titles[-1]} ({titles[0]})")
    return np.array(pd.to_numeric(frame[found], errors="coerce"), dtype=np.float64)
