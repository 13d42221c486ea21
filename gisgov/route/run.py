"""The run itself: polygons into an index, points through it, chunk by chunk."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from gisgov.kernel.errors import Invalid
from gisgov.kernel.vector_files import read, text_of
from gisgov.route.outputs import Output, SideFile, suffix_of
from gisgov.route.points import Chunk, CsvPoints, Points, TablePoints, open_points
from gisgov.spatial.area_index import AreaIndex, Decisions, Status
from gisgov.spatial.arrays import GeometryArray
from gisgov.spatial.topology import check_coverage

ADDED = ("cell_code", "status", "border_m", "runner_up")
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Routing:
    """What is to be routed.

    Parameters
    ----------
    points, grids : Path
        The file of points and the file of polygons.
    code : str
        Column of the polygons' codes; the codes become text.
    datum, grids_datum : str, optional
        What the coordinates mean; only a file that states its reference system can do without.
    lon, lat : str, optional
        Columns of a table's coordinates.
    snap_m : float
        A point outside of all polygons belongs to the nearest one within so many metres.
    """

    points: Path
    grids: Path
    code: str
    output: Path
    datum: str | None = None
    grids_datum: str | None = None
    lon: str | None = None
    lat: str | None = None
    layer: str | None = None
    grids_layer: str | None = None
    snap_m: float = 30.0


@dataclass
class Summary:
    """What came of it.

    Parameters
    ----------
    statuses : Counter
        Rows by the word of their status.
    rejected : int
        Rows that could not be routed; they stand in `side_file`.
    defects : Counter
        What is wrong with the polygons, by kind.
    swapped : bool
        Every point lies outside, and would not if longitude and latitude changed places.
    """

    cells: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    side_file: Path | None = None
    defects: Counter[str] = field(default_factory=Counter)
    swapped: bool = False


def route_file(
    routing: Routing,
    advance: Callable[[int, int], None] | None = None,
    told: Callable[[Summary], None] | None = None,
) -> Summary:
    """Route a file of points and write the result.

    Every row that can be read comes out once, in the order of the file, with four more columns: ``cell_code``
    (text), ``status``, ``border_m`` (metres, two decimals) and ``runner_up``.

    Parameters
    ----------
    advance
        Called with how much is done and of how much, after every chunk.
    told
        Called once the polygons are read and checked.

    Raises
    ------
    Invalid
        Something about the files as wholes; nothing is written then. Rows never stop a run.
    """
    suffix_of(routing.output)
    if routing.output.resolve() in (routing.points.resolve(), routing.grids.resolve()):
        raise Invalid("route.output_is_input", field="output", file=routing.output.name)
    points = open_points(routing.points, routing.datum, routing.lon, routing.lat, routing.layer)
    taken = [column for column in ADDED if column in points.columns]
    if taken:
        raise Invalid("route.columns_taken", field="file", columns=", ".join(taken))
    index, summary = _index(routing)
    if told:
        told(summary)
    return _route(routing, points, index, summary, advance)


def _index(routing: Routing) -> tuple[AreaIndex, Summary]:
    cells = read(routing.grids, routing.grids_datum, layer=routing.grids_layer, columns=[routing.code])
    codes = _codes(cells[routing.code])
    shapes = np.asarray(cells.geometry)
    summary = Summary(cells=len(cells))
    summary.defects.update(defect.kind.value for defect in check_coverage(shapes, list(codes)))
    nameless = codes == ""
    if nameless.any():
        summary.defects["without code"] = int(nameless.sum())
    owners = shapes.copy()
    owners[~np.isin(shapely.get_type_id(shapes), _POLYGONAL) | nameless] = None
    return AreaIndex(owners, list(codes)), summary


def _codes(column: pd.Series) -> GeometryArray:
    """Codes as text, as an import of the same file would read them; nothing as an empty text."""
    return np.array([text_of(value) or "" for value in column.tolist()], dtype=object)


def _route(
    routing: Routing,
    points: Points,
    index: AreaIndex,
    summary: Summary,
    advance: Callable[[int, int], None] | None,
) -> Summary:
    side = SideFile(routing.output, points.columns)
    with_place = not isinstance(points, CsvPoints | TablePoints)
    swapped: Counter[bool] = Counter()
    with Output(routing.output, [*points.columns, *ADDED], with_place=with_place) as output:
        for chunk in points.chunks():
            side.add(chunk.rejected)
            decided = index.decide(chunk.lon, chunk.lat, routing.snap_m)
            output.add(_with_answers(chunk.frame, decided, index), chunk.lon, chunk.lat)
            summary.statuses.update(decided.words.tolist())
            swapped.update(_would_be_inside(index, chunk, decided))
            if advance:
                advance(chunk.done, points.total)
    summary.rejected, summary.side_file = side.count, side.path if side.count else None
    summary.swapped = set(summary.statuses) == {Status.OUTSIDE.word} and swapped[True] > swapped[False]
    return summary


def _would_be_inside(index: AreaIndex, chunk: Chunk, decided: Decisions) -> list[bool]:
    """Whether points would be inside with their coordinates swapped; only asked while all are outside."""
    if (decided.status != Status.OUTSIDE).any():
        return []
    return list((index.locate(chunk.lat[:1000], chunk.lon[:1000]) >= 0).tolist())


def _with_answers(frame: pd.DataFrame, decided: Decisions, index: AreaIndex) -> pd.DataFrame:
    codes = np.array([*index.codes, None], dtype=object)
    answers = pd.DataFrame(
        {
            "cell_code": codes[decided.position],
            "status": decided.words,
            "border_m": np.round(np.where(np.isfinite(decided.border_m), decided.border_m, np.nan), 2),
            "runner_up": codes[decided.runner_up],
        },
        index=frame.index,
    )
    return pd.concat([frame, answers], axis=1)
