"""The nouns of the counting domain."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """One hexagon of resolution 9 during one hour: the unit that is counted again as a whole.

    Attributes
    ----------
    hour
        Start of the hour, aware UTC.
    hex
        H3 index as text, resolution 9.
    """

    hour: datetime
    hex: str


@dataclass(frozen=True, slots=True)
class HexCount:
    """How many orders were reported in one hexagon during a window."""

    hex: str
    n: int


@dataclass(frozen=True, slots=True)
class HourCount:
    """How many orders were reported during one hour; `hour` is its start, aware UTC."""

    hour: datetime
    n: int
