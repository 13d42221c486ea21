"""Parameters of tiles and papers: only those that ``layer.toml`` names, turned into values for the query."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from gisgov.kernel.errors import Invalid
from layers.catalog import Layer
from layers.model import Filter

_CODE = re.compile(r"[\w.\-]{1,64}")
_LARGEST_ID = 2**63 - 1
_BOOLS = {"true": True, "1": True, "false": False, "0": False}


def parse(layer: Layer, given: Mapping[str, str]) -> dict[str, Any]:
    """Return a value for every parameter of a layer; None where nothing narrows it.

    Raises
    ------
    Invalid
        An unknown parameter, or a value that does not fit; codes ``tile.param_unknown``, ``tile.param``.
    """
    known = {one.name: one for one in layer.about.filter}
    for name in given:
        if name not in known:
            names = ", ".join(known) or "–"
            raise Invalid("tile.param_unknown", field=name, layer=layer.id, param=name, known=names)
    return {name: _value(one, given.get(name, one.default)) for name, one in known.items()}


def _value(one: Filter, text: str | None) -> Any:
    if text is None or text == "":
        return None
    try:
        return _READERS[one.kind](one, text)
    except ValueError:
        raise Invalid("tile.param", field=one.name, param=one.name, value=text[:80]) from None


def _time(_: Filter, text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its offset")
    return at


def _choice(one: Filter, text: str) -> list[str]:
    chosen = text.split(",")
    if not set(chosen) <= set(one.choices):
        raise ValueError("not among the choices")
    return chosen


def _codes(_: Filter, text: str) -> list[str]:
    codes = text.split(",")
    if not all(_CODE.fullmatch(code) for code in codes):
        raise ValueError("not a code")
    return codes


def _bool(_: Filter, text: str) -> bool:
    if text not in _BOOLS:
        raise ValueError("neither true nor false")
    return _BOOLS[text]


def _id(_: Filter, text: str) -> int:
    number = int(text)
    if not 0 < number <= _LARGEST_ID:
        raise ValueError("not a number of anything")
    return number


_READERS: dict[str, Callable[[Filter, str], Any]] = {
    "time": _time,
    "choice": _choice,
    "code": _codes,
    "bool": _bool,
    "id": _id,
}
