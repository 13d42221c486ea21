"""The official streets and communities, read from the tables in ``data/``."""

from __future__ import annotations

import csv
from importlib.resources import files

from gisgov.demo.model import Division

_URBAN = "社区居民委员会"
_VILLAGE = "村民委员会"


def plain_name(official: str) -> str:
    """Cut the committee off an official name: 甸柳社区居民委员会 → 甸柳社区, 港沟村民委员会 → 港沟村."""
    if official.endswith(_URBAN):
        return official.removesuffix("居民委员会")
    village = official.removesuffix(_VILLAGE)
    return village if village.endswith("村") else f"{village}村"


def _rows(name: str) -> list[dict[str, str]]:
    text = files("gisgov.demo").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def read_divisions(streets: int = 0) -> tuple[tuple[Division, ...], tuple[Division, ...]]:
    """Read streets and their communities in code order; only the first ``streets`` of them unless 0."""
    kept = sorted(_rows("streets.csv"), key=lambda row: row["code"])[: streets or None]
    codes = {row["code"] for row in kept}
    members = sorted(
        (r for r in _rows("communities.csv") if r["streetCode"] in codes), key=lambda row: row["code"]
    )
    return (
        tuple(Division(r["code"], r["name"], r["areaCode"], False) for r in kept),
        tuple(
            Division(r["code"], plain_name(r["name"]), r["streetCode"], r["name"].endswith(_URBAN))
            for r in members
        ),
    )
