"""The nouns of setting up; most are also the replies of the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gisgov.intake.model import FirstHop


@dataclass(frozen=True)
class State:
    """What a stranger's browser has to know first."""

    needs_admin: bool
    demo: bool


@dataclass(frozen=True)
class Division:
    """One official division; `leaf` when nothing below it is listed."""

    code: str
    name: str
    leaf: bool


@dataclass(frozen=True)
class NewDistrict:
    """The district to set up.

    Attributes
    ----------
    code : str
        An official county code, or any code where a name is given.
    name : str or None
        Makes a free district, for places without official codes.
    levels : tuple of str
        Names of the levels, top-down; those of the preset where it is empty.
    """

    code: str
    name: str | None = None
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class District:
    """The district of this installation; `streets` counts the areas directly below it."""

    code: str
    name: str
    levels: tuple[str, ...]
    streets: int


@dataclass(frozen=True)
class ChannelChoice:
    """Whether a source of reports is open, and where its reports go first."""

    code: str
    active: bool
    first_hop: FirstHop


# ------------------------------------------------------------------ the workbook
class Sheet(StrEnum):
    """The sheets of the workbook."""

    ORGS = "organisations"
    USERS = "users"
    STAFFING = "staffing"
    FUNCTIONS = "functions"


@dataclass(frozen=True)
class Line:
    """One filled row of a sheet: its number as the spreadsheet shows it, and the texts by column key."""

    sheet: Sheet
    row: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one row; `column` is a column's key, `code` stands in the message catalogues."""

    sheet: Sheet
    row: int
    column: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What an installation holds that rows may name.

    Attributes
    ----------
    orgs, users : mapping
        Code or login → name.
    """

    orgs: Mapping[str, str]
    users: Mapping[str, str]
    areas: frozenset[str]
    cells: frozenset[str]
    functions: frozenset[str]


@dataclass
class Plan:
    """The rows of a workbook that can be kept, those that are there already, and what is wrong with the rest."""

    good: dict[Sheet, list[Line]]
    unchanged: dict[Sheet, list[Line]]
    problems: list[Problem]


@dataclass(frozen=True)
class Tally:
    """What became of the rows of one sheet."""

    sheet: Sheet
    rows: int
    good: int
    unchanged: int
    bad: int


@dataclass(frozen=True)
class Account:
    """A new account with its one-time password, shown once."""

    login: str
    name: str
    org: str
    password: str


@dataclass(frozen=True)
class StaffReport:
    """What a workbook would change, or has changed."""

    dry_run: bool
    sheets: tuple[Tally, ...]
    problems: tuple[Problem, ...]
    accounts: tuple[Account, ...]


# ------------------------------------------------------------------ the checklist
@dataclass(frozen=True)
class Surroundings:
    """What only the outermost layer knows of an installation."""

    base_map: bool
    https: bool


@dataclass(frozen=True)
class Item:
    """One line of the checklist; what `count` counts depends on the line: what is there, or what is missing."""

    key: str
    done: bool
    count: int
