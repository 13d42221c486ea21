"""The log of a process: one line for each thing, and of a failure its stack but no values."""

import sys

import structlog


def configure() -> None:
    """Let failures be logged without the variables of their frames, which hold names, telephones and passwords."""
    lines = structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], lines])
