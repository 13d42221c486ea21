"""Every refusal has words, in both languages, and the same placeholders in each."""

import re
import string
import tomllib
from pathlib import Path

from gisgov.kernel.catalogue import LANGUAGES, MESSAGES

ROOT = Path(__file__).parents[2]
COMPOSED = re.compile(r"f\"([a-z]+\.[a-z_]+)\{")
"""The beginning of codes that are put together, such as one for each thing an action needs."""
RAISED = re.compile(
    r"\b(?:Invalid|NotFound|NotAllowed|NotSignedIn|Conflict|TooLarge|TooMany|Refused)\(\s*\"([a-z_]+\.[a-z_]+)\""
)


def words(language: str) -> dict[str, dict[str, str]]:
    """Return every message of a language by its code."""
    found = {}
    for catalogue in sorted((MESSAGES / language).glob("*.toml")):
        for key, message in tomllib.loads(catalogue.read_text("utf-8")).items():
            found[f"{catalogue.stem}.{key}"] = message
    return found


def source() -> str:
    """Return all that the programs are made of, one file behind the other."""
    folders = ("gisgov", "api", "layers", "basemaps")
    return "\n".join(path.read_text("utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py"))


def raised() -> set[str]:
    """Return every error code that stands in the source."""
    return set(RAISED.findall(source()))


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_all_languages_say_the_same_things() -> None:
    first, *others = (
        {code: set(message) for code, message in words(language).items()} for language in LANGUAGES
    )
    assert all(other == first for other in others)
    assert all(parts == {"title", "advice"} for parts in first.values())


def test_translations_have_the_same_placeholders() -> None:
    first, second = (words(language) for language in LANGUAGES)
    for code, message in first.items():
        mine = placeholders(message["title"]) | placeholders(message["advice"])
        theirs = placeholders(second[code]["title"]) | placeholders(second[code]["advice"])
        assert mine == theirs, code


def test_every_code_in_the_source_has_words() -> None:
    known = set(words(LANGUAGES[0]))
    assert len(raised()) > 10
    assert raised() - known == set()


def test_no_words_are_left_over() -> None:
    text = source()
    composed = tuple(COMPOSED.findall(text))
    unused = {code for code in words(LANGUAGES[0]) if f'"{code}"' not in text}
    assert {code for code in unused if not code.startswith(composed)} == set()
