"""The command line: one module per group of commands, assembled here."""

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any, NoReturn

import typer

from gisgov.cli.words import in_callers_language
from gisgov.kernel.errors import GisgovError

COMMANDS = {
    "backup": ("backup", "back_up"),
    "calendar": ("calendar", "app"),
    "demo": ("demo", "app"),
    "docs": ("docs", "app"),
    "doctor": ("platform", "doctor"),
    "grids": ("grids", "app"),
    "init": ("platform", "init"),
    "locate": ("grids", "locate"),
    "paper": ("paper", "print_layer"),
    "restore": ("backup", "restore"),
    "route": ("route", "route"),
    "serve": ("running", "serve"),
    "setup-code": ("setup", "setup_code"),
    "up": ("running", "up"),
    "work": ("running", "work"),
}
"""First word → the module of this package and what in it: a function, or a group of commands."""

# negative degrees are numbers and no options
NUMBERS_MAY_BE_NEGATIVE = {"ignore_unknown_options": True}


def command_line(words: Iterable[str] = COMMANDS) -> typer.Typer:
    """Assemble the command line of some first words; their modules alone are loaded."""
    app = typer.Typer(
        name="gisgov", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    app.callback()(_about)
    for word in words:
        module, attribute = COMMANDS[word]
        known = getattr(import_module(f"gisgov.cli.{module}"), attribute)
        if isinstance(known, typer.Typer):
            app.add_typer(known, name=word)
        else:
            app.command(word, context_settings=NUMBERS_MAY_BE_NEGATIVE if word == "locate" else None)(known)
    return app


def _about() -> None:
    """Grid governance on one versioned coverage: report, route, handle, supervise, see."""


def main() -> None:
    """Run the command line; a refusal is told in the caller's language, without a trace."""
    # Half of what the commands need, most of them do not: a start loads what was asked for.
    asked = [word for word in sys.argv[1:2] if word in COMMANDS]
    try:
        command_line(asked or COMMANDS)()
    except GisgovError as error:
        _refuse(error.code, error.params)
    except OSError as error:
        if error.filename is None:
            raise
        _refuse("file.unusable", {"file": error.filename, "reason": error.strerror})


def _refuse(code: str, params: Mapping[str, Any]) -> NoReturn:
    words = in_callers_language(code, params)
    sys.stderr.write(f"{words.title}\n{words.advice}\n")
    raise SystemExit(1) from None
