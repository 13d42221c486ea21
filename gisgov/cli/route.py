"""``gisgov route``: two files in, one out, no database."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from gisgov.route import Routing, Summary, route_file

console = Console(stderr=True)
ROWS_FAILED = 3
"""Exit status when the output is there but some rows stand in the side file; 1 is a refusal, 2 a wrong call."""

DATUM_HELP = "What the coordinates mean: wgs84, cgcs2000, gcj02, bd09 or EPSG:<code>."


def route(
    points: Annotated[
        Path, typer.Argument(help="Points: .csv, .csv.gz, .geojson, .gpkg, .parquet, .fgb, .zip (Shapefile).")
    ],
    grids: Annotated[Path, typer.Option(help="Polygons: any vector file.")],
    code: Annotated[str, typer.Option(help="Column of the polygons' codes.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Result: .csv, .csv.gz, .geojson, .gpkg or .parquet.")
    ],
    datum: Annotated[str | None, typer.Option(help=f"{DATUM_HELP} Needed unless the file states it.")] = None,
    grids_datum: Annotated[str | None, typer.Option(help="The same for the polygons.")] = None,
    lon: Annotated[
        str | None, typer.Option(help="Column of longitudes (eastings); else its usual name.")
    ] = None,
    lat: Annotated[
        str | None, typer.Option(help="Column of latitudes (northings); else its usual name.")
    ] = None,
    snap_m: Annotated[
        float, typer.Option(min=0, help="Outside of all, the nearest cell within so many metres.")
    ] = 30.0,
    layer: Annotated[str | None, typer.Option(help="Layer of the points, if there are several.")] = None,
    grids_layer: Annotated[
        str | None, typer.Option(help="Layer of the polygons, if there are several.")
    ] = None,
) -> None:
    """Say for every point which polygon owns it.

    Every row comes out once and in order, with cell_code, status (inside, border, snapped, outside), border_m and
    runner_up. Rows that cannot be read go to OUTPUT.rejected.csv with the reason, and the exit status is 3.
    """
    routing = Routing(points, grids, code, output, datum, grids_datum, lon, lat, layer, grids_layer, snap_m)
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("polygons", total=None)
        summary = route_file(
            routing,
            advance=lambda done, total: progress.update(bar, completed=done, total=max(total, 1)),
            told=lambda known: _tell_polygons(progress, bar, known),
        )
    _tell(summary, output)
    if summary.rejected:
        raise typer.Exit(ROWS_FAILED)


def _tell_polygons(progress: Progress, bar: object, known: Summary) -> None:
    progress.update(bar, description="points")  # type: ignore[arg-type]
    if known.defects:
        listed = ", ".join(f"{count} × {kind}" for kind, count in sorted(known.defects.items()))
        console.print(
            f"[yellow]Warning:[/] {known.defects.total()} defects in {known.cells} polygons: {listed}."
        )


def _tell(summary: Summary, output: Path) -> None:
    listed = ", ".join(f"{summary.statuses[word]:,} {word}" for word in sorted(summary.statuses)) or "no rows"
    console.print(f"{summary.statuses.total():,} points in {summary.cells:,} cells: {listed} → {output}")
    if summary.rejected:
        console.print(f"[red]{summary.rejected:,} rows could not be routed[/], see {summary.side_file}")
    if summary.swapped:
        console.print(
            "[yellow]Warning:[/] every point lies outside; longitude and latitude seem to be swapped."
        )
