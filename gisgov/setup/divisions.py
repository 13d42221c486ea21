"""The official codes of provinces, cities, counties and streets, from the table in ``data/``."""

import csv
import lzma
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from gisgov.setup.model import Division

PARENT_DIGITS = {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}
"""Digits of a code → digits of its parent's: province, city, county, street, community."""

COUNTY_DIGITS = 6


@cache
def children() -> Mapping[str, tuple[Division, ...]]:
    """Return the divisions below each code, in code order; those below the empty code are the provinces."""
    packed = files("gisgov.setup").joinpath("data", "divisions.csv.xz").read_bytes()
    rows = list(csv.DictReader(lzma.decompress(packed).decode().splitlines()))
    parents = {row["code"][: PARENT_DIGITS[len(row["code"])]] for row in rows}
    below: dict[str, list[Division]] = defaultdict(list)
    for row in rows:
        code = row["code"]
        below[code[: PARENT_DIGITS[len(code)]]].append(Division(code, row["name"], code not in parents))
    return {parent: tuple(found) for parent, found in below.items()}


def division(code: str) -> Division | None:
    """Return one division by its code."""
    digits = PARENT_DIGITS.get(len(code))
    siblings = () if digits is None else children().get(code[:digits], ())
    return next((found for found in siblings if found.code == code), None)
