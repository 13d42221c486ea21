"""The nouns of intake."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class FirstHop(StrEnum):
    """Who gets a report first (conflict W-01): the grid worker at once, or the desk."""

    GRID = "grid"
    DESK = "desk"


class Closure(StrEnum):
    """How an order of a category closes (conflict W-02)."""

    AUTO = "auto"
    REVIEW = "review"
    SITE_CHECK = "site_check"


@dataclass(frozen=True)
class Source:
    """An event source (事件来源): `channel` says who may use it, ``public | staff | system``."""

    code: str
    name_zh: str
    name_en: str
    channel: str
    first_hop: FirstHop
    active: bool = True


@dataclass(frozen=True)
class Category:
    """An event category, major (no parent) or minor.

    Attributes
    ----------
    char : str
        The one character that stands for it on maps and in lists.
    function : str
        The duty it falls under (城管, 公安 …); with the cell it names the department that answers.
    first_hop : FirstHop or None
        Overrides what the source says.
    major : bool
        A report of this kind is a major incident at once (T36).
    """

    code: str
    parent_code: str | None
    name_zh: str
    name_en: str
    char: str
    function: str
    closure_policy: Closure
    first_hop: FirstHop | None = None
    major: bool = False
    active: bool = True


@dataclass(frozen=True)
class NewReport:
    """What somebody sends in; the point is in the stated datum, longitude first.

    Attributes
    ----------
    external_no : str or None
        Number in the outside system; the same one is never accepted twice from one source.
    client_key : str or None
        Pseudonym of somebody who is not signed in, for the limit on how often they may report.
    handled_note : str or None
        Given by a worker who found and solved it on the spot; the photo is among `file_ids`.
    """

    source: str
    content: str
    lon: float | None = None
    lat: float | None = None
    datum: str | None = None
    category: str | None = None
    title: str = ""
    accuracy_m: float | None = None
    address: str = ""
    urgent: bool = False
    reporter_name: str = ""
    reporter_phone: str = ""
    anonymous: bool = False
    file_ids: tuple[int, ...] = ()
    external_no: str | None = None
    client_key: str | None = None
    handled_note: str | None = None


@dataclass(frozen=True)
class Report:
    """A report as it was kept: the converted point beside the original one."""

    id: int
    source: Source
    category: Category
    title: str
    content: str
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    address: str
    urgent: bool
    reporter_name: str
    reporter_phone: str
    anonymous: bool
    original: dict[str, Any]
    created_at: datetime
    created_by: int | None
