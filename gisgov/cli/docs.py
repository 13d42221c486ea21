"""Pages of the documentation that are written from the programs themselves."""

from pathlib import Path

import typer

from gisgov.orders import diagram

app = typer.Typer(help="Pages written from the programs themselves.")


@app.callback()
def docs() -> None:
    """Write a page of the documentation."""


@app.command()
def lifecycle() -> None:
    """Draw the life cycle of an order from its table."""
    Path(diagram.PAGE).write_text(diagram.page(), "utf-8")
    typer.echo(diagram.PAGE)
