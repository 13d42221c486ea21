"""The code by which the first administrator of an installation is known."""

import typer
from sqlalchemy.exc import DBAPIError

from gisgov.cli.system import as_system
from gisgov.cli.words import in_callers_language
from gisgov.setup import service as setup


def setup_code() -> None:
    """Draw a new code for the first administrator; earlier ones are void."""
    with as_system() as tx:
        code = setup.new_code(tx)
    typer.echo(_told(code))


def announce() -> None:
    """Show the code where an installation waits for its first administrator.

    A database that does not answer yet is no reason not to start the web: it says so itself.
    """
    try:
        with as_system() as tx:
            code = setup.new_code(tx)
    except DBAPIError:
        return
    if code is not None:
        typer.echo(_told(code))


def _told(code: str | None) -> str:
    if code is None:
        words = in_callers_language("user.administrator_exists", {})
        return f"{words.title}\n{words.advice}"
    words = in_callers_language("setup.code_shown", {"code": code})
    return f"\n{words.title}\n{words.advice}\n"
