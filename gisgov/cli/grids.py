"""Commands on grids: import a coverage, publish a draft, list its problems, locate a point."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from gisgov.cli.system import as_system
from gisgov.cli.words import in_callers_language
from gisgov.grids import service as grids
from gisgov.grids.model import FrameRule, ImportOrder, ImportReport, Location, Published

app = typer.Typer(help="Networks of cells: import, check, publish.", no_args_is_help=True)
console = Console()

Datum = Annotated[str, typer.Option(help="wgs84, cgcs2000, gcj02, bd09; for files also an EPSG code.")]


@app.command("import")
def import_coverage(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Any vector file of polygons.")],
    network: Annotated[
        str, typer.Option(help="Code of the network; a new one is made as a special network.")
    ],
    code: Annotated[str, typer.Option(help="Column of the cells' codes.")],
    datum: Datum,
    name: Annotated[str | None, typer.Option(help="Column of the cells' names.")] = None,
    parent: Annotated[
        list[str] | None,
        typer.Option(
            help="Column of a parent level, top-down; CODE:NAME where names have a column of their own."
        ),
    ] = None,
    outline: Annotated[
        Path | None, typer.Option(exists=True, help="Polygons that a first import has to fill together.")
    ] = None,
    outline_datum: Annotated[str, typer.Option(help="Datum of the outline, unless its file states it.")] = "",
    publish: Annotated[bool, typer.Option(help="Publish at once if there is no defect.")] = False,
    mend_width_m: Annotated[float | None, typer.Option(help="Mend slivers up to this width.")] = None,
    hole_width_m: Annotated[
        float | None, typer.Option(help="Gaps at least this wide are holes left out on purpose.")
    ] = None,
    frame: Annotated[FrameRule, typer.Option(help="What the cells have to fill exactly.")] = FrameRule.KEEP,
    reason: Annotated[str, typer.Option(help="Why this release is made.")] = "import",
) -> None:
    """Make a draft of a file; the exit status is 1 when it has defects."""
    order = ImportOrder(
        network=network,
        code=code,
        datum=datum,
        name=name,
        levels=tuple(grids.level_of(column) for column in parent or ()),
        frame_rule=frame,
        mend_width_m=mend_width_m,
        hole_width_m=hole_width_m,
        reason=reason,
        source_name=file.name,
    )
    with as_system() as tx:
        land = grids.outline_of(outline, outline_datum) if outline else None
        report = grids.import_file(tx, file, order, land)
        published = grids.publish(tx, report.release.id) if publish and report.publishable else None
    _tell(report)
    if published:
        _tell_published(published)
    if not report.publishable:
        raise typer.Exit(1)


def _tell(report: ImportReport) -> None:
    console.print(f"{report.cells} cells are draft {report.release.id} of network {report.release.network}.")
    for warning in report.warnings:
        console.print(f"[yellow]{in_callers_language(warning.code, warning.params).title}[/]")
    if report.moved_pieces:
        console.print(
            f"{report.moved_pieces} pieces of land changed hands, {report.moved_m2:,.1f} m² together."
        )
    for kind, count in report.defects.items():
        console.print(f"[red]{count} × {kind.value}[/]")
    if not report.publishable:
        console.print(f"See every piece: gisgov grids problems {report.release.id}")


@app.command()
def publish(draft: Annotated[int, typer.Argument()], reason: str | None = None) -> None:
    """Make a checked draft the published release of its network."""
    with as_system() as tx:
        published = grids.publish(tx, draft, reason)
    _tell_published(published)


def _tell_published(published: Published) -> None:
    console.print(f"Published as release {published.no}: {len(published.changed_cell_ids)} cells changed.")


@app.command()
def problems(
    draft: Annotated[int, typer.Argument()],
    output: Annotated[Path | None, typer.Option("-o", help="Write them as GeoJSON.")] = None,
) -> None:
    """List what keeps a draft from being published."""
    with as_system() as tx:
        found = grids.defects(tx, draft)
    table = Table("kind", "cells", "m²", "width m")
    for defect in found:
        table.add_row(defect.kind, ", ".join(defect.codes), f"{defect.area_m2:,.2f}", f"{defect.width_m:.3f}")
    console.print(table)
    if output:
        features = [
            _feature(d.geojson, kind=d.kind, codes=d.codes, area_m2=d.area_m2, width_m=d.width_m)
            for d in found
        ]
        output.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def _feature(geometry: dict[str, Any], **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def locate(
    lon: Annotated[float, typer.Argument()],
    lat: Annotated[float, typer.Argument()],
    datum: Datum,
    accuracy_m: Annotated[float | None, typer.Option(help="Radius of uncertainty.")] = None,
) -> None:
    """Say which cell a point falls into and who answers there."""
    x, y = grids.to_wgs84(lon, lat, datum)
    with as_system() as tx:
        found = grids.locate(tx, x, y, accuracy_m)
    _show(found)
    if found.cell is None:
        raise typer.Exit(1)


def _show(found: Location) -> None:
    rows = [
        ("status", found.status),
        ("cell", f"{found.cell.code} {found.cell.name}" if found.cell else "–"),
        ("above", " › ".join(area.name for area in found.ancestors) or "–"),
        *((f"network {cell.network}", f"{cell.code} {cell.name}") for cell in found.special),
        ("hex", found.hex),
        ("border", "–" if found.border_m is None else f"{found.border_m:.2f} m"),
        (
            "runner-up",
            f"{found.runner_up.code} at {found.runner_up.distance_m:.2f} m" if found.runner_up else "–",
        ),
        *(
            (person.post, f"{person.name}{'' if person.on_duty else ' (off duty)'}")
            for person in found.people
        ),
        ("release", str(found.release.no) if found.release else "–"),
    ]
    for title, value in rows:
        console.print(f"{title:>20}  {value}")
