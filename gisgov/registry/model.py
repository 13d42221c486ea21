"""The nouns of the registry; they are also the replies of the API. Points are WGS84, longitude first."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What is registered."""

    BUILDING = "building"
    HOUSE = "house"
    PERSON = "person"
    ADDRESS = "address"
    CAMERA = "camera"
    PART = "part"


class Sensitivity(StrEnum):
    """How a field is treated (data-model.md): P and S are masked until unmasking is asked for and recorded."""

    OPEN = "-"
    PERSONAL = "P"
    SENSITIVE = "S"


@dataclass(frozen=True)
class Building:
    """A building; the point lies on its footprint."""

    id: int
    code: str
    name: str
    address: str | None
    floors: int | None
    cell_id: int | None
    lon: float
    lat: float


@dataclass(frozen=True)
class House:
    """A dwelling; its place is that of its building."""

    id: int
    building_id: int
    unit: str | None
    room: str
    occupancy: str
    group_rented: bool
    shared_rented: bool
    cell_id: int | None


@dataclass(frozen=True)
class Person:
    """A resident. Where he lives follows from his house; the full id number is never stored."""

    id: int
    house_id: int
    name: str
    sex: str | None
    birth_date: date | str | None
    residence_kind: str
    id_number: str | None
    mobile: str | None
    cell_id: int | None


@dataclass(frozen=True)
class Address:
    """A standard address and the point it stands for."""

    id: int
    text: str
    parts: dict[str, str]
    building_id: int | None
    cell_id: int | None
    lon: float
    lat: float


@dataclass(frozen=True)
class Camera:
    """A camera; `heading_deg` clockwise from north, `range_m` how far it sees."""

    id: int
    code: str
    name: str
    category: str
    state: str
    heading_deg: float | None
    fov_deg: float | None
    range_m: float | None
    cell_id: int | None
    lon: float
    lat: float


@dataclass(frozen=True)
class Part:
    """A piece of city furniture (部件)."""

    id: int
    code: str
    part_class: str
    part_type: str
    state: str
    cell_id: int | None
    lon: float
    lat: float


Record = Building | House | Person | Address | Camera | Part


@dataclass(frozen=True)
class HouseCard:
    """A house with all that belongs to it (C-07)."""

    house: House
    building: Building
    people: tuple[Person, ...]


@dataclass(frozen=True)
class BadRow:
    """A row of an import that was not taken; `line` counts from 1 without the header."""

    line: int
    field: str
    code: str
    value: str


@dataclass(frozen=True)
class ImportReport:
    """What became of an import. Of `added` and `changed`, `outside` lie in no cell."""

    total: int
    added: int
    changed: int
    outside: int
    bad: tuple[BadRow, ...]
