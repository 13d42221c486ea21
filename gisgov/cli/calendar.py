"""The calendar of working days and holidays."""

import csv
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from gisgov.cli.system import as_system
from gisgov.timing import service as timing
from gisgov.timing.model import DayKind

app = typer.Typer(help="The calendar of working days and holidays.")


@app.callback()
def calendar() -> None:
    """Look after the calendar that time limits are computed by."""


@app.command()
def load(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV with columns day, kind, name.")
    ],
) -> None:
    """Set days from a file: day as 2027-01-01, kind workday or holiday, name as you like."""
    try:
        days = _days(file)
    except (KeyError, ValueError) as error:
        raise typer.BadParameter(f"{file}: {error}") from None
    with as_system() as tx:
        count = timing.load_days(tx, days, source=file.name)
    typer.echo(f"{count} days set; provisional deadlines are computed again.")


def _days(file: Path) -> list[tuple[date, DayKind, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [(date.fromisoformat(row["day"]), DayKind(row["kind"]), row.get("name") or "") for row in rows]
