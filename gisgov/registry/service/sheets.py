"""Tables as people send them: a CSV of a spreadsheet, in UTF-8 or GB18030, with headings they know."""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.registry import rules
from gisgov.registry.model import ImportReport, Kind
from gisgov.registry.service.add import Geometries
from gisgov.registry.service.imports import import_rows
from gisgov.spatial.crs import UnknownDatumError, parse_datum, to_wgs84

ENCODINGS = ("utf-8-sig", "gb18030")
LON_TITLES = ("lon", "longitude", "经度")
LAT_TITLES = ("lat", "latitude", "纬度")


def import_table(tx: Tx, kind: Kind, path: Path, datum: str) -> ImportReport:
    """Import a CSV whose headings are field names or the documents' own terms.

    Parameters
    ----------
    datum : str
        Of the columns 经度/lon and 纬度/lat; see `gisgov.spatial.crs`. Not looked at for kinds without a place.

    Raises
    ------
    Invalid
        The file is no table (``registry.table_unreadable``) or has no known column (``registry.no_rows``).
    """
    frame = read_table(path)
    known = rules.columns_of(kind, list(frame.columns))
    if not known:
        titles = "、".join(field.titles[0] if field.titles else field.name for field in rules.FIELDS[kind])
        raise Invalid("registry.no_rows", field="file", titles=titles)
    rows = frame[list(known)].rename(columns=known).to_dict("records")
    return import_rows(tx, kind, rows, _points(frame, datum) if kind in rules.PLACED else None)


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


def _points(frame: pd.DataFrame, datum: str) -> Geometries:
    """Return a point per row; one whose numbers cannot be read is not finite, and refused as that row."""
    try:
        stated = parse_datum(datum)
    except UnknownDatumError:
        raise Invalid("grid.datum_unknown", field="datum", datum=datum) from None
    lon, lat = (_numbers(frame, titles) for titles in (LON_TITLES, LAT_TITLES))
    placed = np.isfinite(lon) & np.isfinite(lat) & (abs(lon) <= 180) & (abs(lat) <= 90)
    lon[placed], lat[placed] = to_wgs84(lon[placed], lat[placed], stated)
    points: Geometries = shapely.points(lon, lat)
    return points


def _numbers(frame: pd.DataFrame, titles: tuple[str, ...]) -> NDArray[np.float64]:
    found = next((name for name in frame.columns if name.strip().lower() in titles), None)
    if found is None:
        raise Invalid("registry.no_rows", field="file", titles=f"{titles[-1]} ({titles[0]})")
    return np.array(pd.to_numeric(frame[found], errors="coerce"), dtype=np.float64)
