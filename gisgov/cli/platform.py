"""Commands that make an installation and examine it."""

import typer
from rich.console import Console

from gisgov.cli import doctor as examination
from gisgov.cli.system import as_system
from gisgov.installation.migrate import upgrade
from gisgov.intake import service as intake
from gisgov.kernel.settings import load_settings
from gisgov.timing import service as timing


def init() -> None:
    """Bring the database to the newest schema and load what every installation starts with."""
    upgrade(load_settings().database_url)
    with as_system() as tx:
        intake.seed(tx)
        timing.seed(tx)
    typer.echo("The database is ready. Next: ./run serve, or ./run demo for a district to look at.")


def doctor() -> None:
    """Examine this installation."""
    console = Console()
    findings = list(examination.examine(load_settings()))
    for finding in findings:
        mark = "[green]ok [/]" if finding.well else "[red]bad[/]"
        console.print(f"{mark} {finding.what}: {finding.seen}")
        if not finding.well:
            console.print(f"    Next: {finding.advice}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)
