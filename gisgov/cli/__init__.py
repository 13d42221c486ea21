"""The command line: one module per group of commands, assembled here."""

import os
import sys

import typer

from gisgov.cli import calendar, demo, docs, grids, paper, platform, route
from gisgov.kernel.catalogue import message, negotiate
from gisgov.kernel.errors import GisgovError

app = typer.Typer(
    name="gisgov",
    help="Grid governance on one versioned coverage: report, route, handle, supervise, see.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(platform.app)
app.add_typer(calendar.app, name="calendar")
app.add_typer(demo.app, name="demo")
app.add_typer(docs.app, name="docs")
app.command("paper")(paper.print_layer)
app.add_typer(grids.app, name="grids")
app.command()(route.route)
# negative degrees are numbers and no options
app.command(context_settings={"ignore_unknown_options": True})(grids.locate)


def main() -> None:
    """Run the command line; a refusal is told in the caller's language, without a trace."""
    try:
        app()
    except GisgovError as error:
        words = message(
            error.code, negotiate(os.environ.get("LC_ALL") or os.environ.get("LANG")), error.params
        )
        sys.stderr.write(f"{words.title}\n{words.advice}\n")
        raise SystemExit(1) from None
