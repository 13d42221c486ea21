"""A layer printed to one HTML file that draws without a network."""

from pathlib import Path
from typing import Annotated

import typer

from gisgov.cli.system import as_system
from gisgov.grids import service as grids
from gisgov.kernel.boxes import parse_box
from gisgov.kernel.errors import Invalid
from layers.catalog import Catalog


def print_layer(
    layer: Annotated[str, typer.Argument(help="Which one; they are listed at /api/layers.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The HTML file to write.")],
    box: Annotated[
        str | None, typer.Option(help="W,S,E,N in WGS84 degrees; everything when left out.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE as in the layer's tiles; repeatable.")
    ] = None,
) -> None:
    """Print a layer with its legend as one HTML file."""
    from layers.paper import paper  # noqa: PLC0415 - folium brings pandas: seconds that other commands need not wait

    layers = Catalog.load()
    given = dict(_pair(text) for text in param or ())
    with as_system() as tx:
        shown = parse_box(box, "box") if box else grids.bounds(tx)
        if shown is None:
            raise Invalid("tile.nothing_published", field="box")
        paper(tx, layers.get(layer), shown, given, layers.get("areas")).save(str(out))
    typer.echo(f"{out} ({out.stat().st_size / 1024:,.0f} kB)")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Invalid("tile.param", field=name, param=name, value="")
    return name, value
