"""Looking things up: masked by default, within scope, every unmasking recorded."""

from typing import Any

from gisgov.grids import service as grids
from gisgov.identity import service as identity
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid, NotFound
from gisgov.kernel.events import emit
from gisgov.registry import rules
from gisgov.registry.keys import matching_key
from gisgov.registry.model import HouseCard, Kind, Record, Sensitivity
from gisgov.registry.store import read as store
from gisgov.spatial.arrays import Box

MIN_PURPOSE = 4


def search(
    tx: Tx,
    kind: Kind,
    *,
    text: str | None = None,
    cell: str | None = None,
    area: str | None = None,
    parent_id: int | None = None,
    bbox: Box | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Any]:
    """Return records in scope, masked, in the order of their ids.

    Parameters
    ----------
    text : str, optional
        Part of a code, name or address; for people the whole name or the whole id number.
    cell, area : str, optional
        Codes of the cell or area they lie in.
    parent_id : int, optional
        The building of houses, the house of people.
    bbox : (float, float, float, float), optional
        West, south, east, north; only for kinds with a place of their own.
    """
    tx.may("registry.read")
    if bbox is not None and kind not in rules.PLACED:
        raise Invalid("registry.no_place", field="bbox", kind=kind.value)
    if parent_id is not None and kind not in (Kind.HOUSE, Kind.PERSON, Kind.ADDRESS):
        raise Invalid("registry.no_parent", field="parent_id", kind=kind.value)
    found = store.search(
        tx,
        kind,
        text=text,
        id_hash=rules.fingerprint(text, matching_key(tx.settings)) if text and kind is Kind.PERSON else None,
        cell_id=grids.cell(tx, cell).id if cell else None,
        area=identity.range_of_area(tx, area) if area else None,
        parent_id=parent_id,
        bbox=bbox,
        after=after,
        limit=limit,
    )
    return [rules.masked(kind, each) for each in found]


def record(tx: Tx, kind: Kind, record_id: int) -> Record:
    """Return one record in scope, masked.

    Raises
    ------
    NotFound
        There is none, or none in scope; code ``registry.unknown``.
    """
    tx.may("registry.read")
    found: Record = _find(tx, kind, record_id)
    return rules.masked(kind, found)


def house_card(tx: Tx, house_id: int) -> HouseCard:
    """Return a house with its building and its people, masked (C-07)."""
    tx.may("registry.read")
    house = _find(tx, Kind.HOUSE, house_id)
    people = store.children(tx, Kind.PERSON, house_id)
    building = _find(tx, Kind.BUILDING, house.building_id)
    return HouseCard(house, building, tuple(rules.masked(Kind.PERSON, each) for each in people))


def unmask(tx: Tx, kind: Kind, record_id: int, purpose: str) -> Record:
    """Return one record in scope as it is, and record who asked and what for.

    Raises
    ------
    Invalid
        No purpose was stated; code ``registry.purpose_missing``.
    NotFound
        As `record`.
    """
    tx.may("registry.unmask")
    if len(purpose.strip()) < MIN_PURPOSE:
        raise Invalid("registry.purpose_missing", field="purpose")
    found: Record = _find(tx, kind, record_id)
    shown = [each.name for each in rules.FIELDS[kind] if each.sensitivity is not Sensitivity.OPEN]
    # no area and no parties: the record of a look at somebody is not pushed to others' screens
    data = {"fields": shown, "purpose": purpose.strip()}
    emit(tx, "registry.unmasked", subject=(kind.value, record_id), data=data)
    return found


def _find(tx: Tx, kind: Kind, record_id: int) -> Any:
    found = store.find(tx, kind, record_id)
    if found is None:
        raise NotFound("registry.unknown", field="id")
    return found
