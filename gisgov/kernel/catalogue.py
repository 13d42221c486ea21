"""The words of errors, in Chinese and English, from ``messages/<language>/<catalogue>.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MESSAGES = Path(__file__).parent / "messages"
LANGUAGES = ("zh", "en")
"""The first is the default."""


@dataclass(frozen=True)
class Message:
    """What is wrong and what to do about it."""

    title: str
    advice: str


def message(code: str, language: str, params: dict[str, object]) -> Message:
    """Return the words for an error code with its placeholders filled.

    Raises
    ------
    KeyError
        The catalogue has no such code.
    """
    catalogue, _, key = code.partition(".")
    words = _catalogue(language, catalogue)[key]
    return Message(words["title"].format(**params), words["advice"].format(**params))


def negotiate(accept_language: str | None) -> str:
    """Return the language to answer in: the first acceptable one we speak, else Chinese."""
    wanted = (accept_language or "").lower().split(",")
    return next(
        (spoken for want in wanted for spoken in LANGUAGES if want.strip().startswith(spoken)), LANGUAGES[0]
    )


@cache
def _catalogue(language: str, name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((MESSAGES / language / f"{name}.toml").read_text("utf-8"))
