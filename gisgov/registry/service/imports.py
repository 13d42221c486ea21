"""Tables and vector files: good rows go in, bad ones are reported, nothing is guessed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.kernel.events import emit
from gisgov.kernel.geometry import ewkb_hex
from gisgov.registry import rules
from gisgov.registry.keys import matching_key
from gisgov.registry.model import BadRow, ImportReport, Kind
from gisgov.registry.service.add import inherited, insert, locate
from gisgov.registry.store import write as store
from gisgov.registry.store.write import Place
from gisgov.spatial.arrays import GeometryArray
from gisgov.spatial.suspicion import on_earth

SHAPES = {
    Kind.BUILDING: shapely.GeometryType.POLYGON,
    Kind.ADDRESS: shapely.GeometryType.POINT,
    Kind.CAMERA: shapely.GeometryType.POINT,
    Kind.PART: shapely.GeometryType.POINT,
}


@dataclass(frozen=True)
class _Row:
    """A row whose values could be read: where it stood, what it says, where it lies."""

    line: int
    values: dict[str, Any]
    geometry: Any = None


@dataclass(frozen=True)
class _Known:
    """What is there already: key → (id, area number)."""

    key: Callable[[dict[str, Any]], Any]
    ids: Mapping[Any, tuple[int, int]]


def import_rows(
    tx: Tx, kind: Kind, rows: Sequence[Mapping[str, str | None]], geometries: GeometryArray | None = None
) -> ImportReport:
    """Take the rows of a table: new ones are added, known ones changed, bad ones reported.

    Known are: buildings, cameras and parts by code, houses by their door, people by id number, else by
    house, name and day of birth, addresses by text.

    Parameters
    ----------
    rows : sequence of mapping
        Field name → text; see `gisgov.registry.rules.FIELDS`.
    geometries : array of shapely geometry, optional
        EPSG:4326, one per row, for kinds with a place of their own.
    """
    tx.may("registry.import")
    if (kind in rules.PLACED) != (geometries is not None):
        raise Invalid(
            "registry.place_needed" if kind in rules.PLACED else "registry.no_place", kind=kind.value
        )
    bad: list[BadRow] = []
    good = _readable(kind, rows, geometries, bad)
    good = _with_parents(tx, kind, good, bad)
    known = _known(tx, kind, good)
    good = _once(known, good, bad)
    good, place = _within_scope(tx, kind, good, known, bad)
    added, changed = _write(tx, kind, good, place, known)
    outside = int(np.count_nonzero(place.cell_id == 0))
    data = {"added": added, "changed": changed, "outside": outside, "bad": len(bad)}
    emit(tx, "registry.imported", subject=(kind.value, None), data=data)
    return ImportReport(len(rows), added, changed, outside, tuple(sorted(bad, key=lambda row: row.line)))


def _readable(
    kind: Kind, rows: Sequence[Mapping[str, str | None]], geometries: GeometryArray | None, bad: list[BadRow]
) -> list[_Row]:
    good = []
    for line, row in enumerate(rows, start=1):
        try:
            geometry = _geometry(kind, geometries[line - 1]) if geometries is not None else None
            good.append(_Row(line, rules.read_row(kind, row), geometry))
        except Invalid as error:
            bad.append(BadRow(line, error.field or "", error.code, str(error.params.get("value", ""))))
    return good


def _geometry(kind: Kind, geometry: Any) -> Any:
    if geometry is None or geometry.is_empty or not np.isfinite(geometry.bounds).all():
        raise Invalid("registry.geometry_missing", field="geometry")
    parts = shapely.get_parts(geometry)
    if len(parts) != 1 or shapely.get_type_id(parts[0]) != SHAPES[kind]:
        raise Invalid("registry.geometry_kind", field="geometry", value=geometry.geom_type)
    west, south, east, north = geometry.bounds
    if not on_earth([west, east], [south, north]).all():
        raise Invalid("registry.geometry_world", field="geometry", value=str(geometry.bounds))
    if not shapely.is_valid(parts[0]):
        raise Invalid("registry.geometry_invalid", field="geometry", value=shapely.is_valid_reason(parts[0]))
    return shapely.force_2d(parts[0])


def _with_parents(tx: Tx, kind: Kind, good: list[_Row], bad: list[BadRow]) -> list[_Row]:
    """Replace the building's code, and for people the door, by the ids they stand for."""
    codes = {row.values["building_code"] for row in good if row.values.get("building_code")}
    if not codes:
        return [_Row(row.line, _stored(tx, kind, row.values), row.geometry) for row in good]
    buildings = store.ids_by(tx, Kind.BUILDING, "code", codes)
    houses = store.houses_of(tx, [found[0] for found in buildings.values()]) if kind is Kind.PERSON else {}
    kept = []
    for row in good:
        code = row.values["building_code"]
        building = buildings.get(code)
        door = (building[0], row.values["unit"] or "", row.values["room"]) if building and houses else None
        if code and building is None:
            bad.append(BadRow(row.line, "building_code", "registry.building_unknown", code))
        elif kind is Kind.PERSON and door not in houses:
            bad.append(BadRow(row.line, "room", "registry.house_unknown", row.values["room"]))
        else:
            ids = {
                "building_id": building[0] if building else None,
                "house_id": houses[door][0] if door else None,
            }
            kept.append(_Row(row.line, _stored(tx, kind, row.values | ids), row.geometry))
    return kept


def _stored(tx: Tx, kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    """Return what the table stores of the values that were read."""
    stored = {
        name: value
        for name, value in values.items()
        if name not in ("building_code", "house_id", "building_id")
    }
    if kind is Kind.PERSON:
        number = stored.pop("id_number")
        hashed = rules.fingerprint(number, matching_key(tx.settings)) if number else None
        masked = rules.mask_id_number(number) if number else None
        del stored["unit"], stored["room"]
        return stored | {"house_id": values["house_id"], "id_number_hash": hashed, "id_number_masked": masked}
    if kind is Kind.HOUSE:
        return stored | {"building_id": values["building_id"], "unit": stored["unit"] or ""}
    if kind is Kind.ADDRESS:
        return stored | {"building_id": values.get("building_id")}
    return stored


def _known(tx: Tx, kind: Kind, good: list[_Row]) -> _Known:
    values = [row.values for row in good]
    if kind is Kind.HOUSE:
        return _Known(
            lambda v: (v["building_id"], v["unit"], v["room"]),
            store.houses_of(tx, {v["building_id"] for v in values}),
        )
    if kind is Kind.PERSON:
        hashes = {v["id_number_hash"] for v in values} - {None}
        by_number = {bytes(k): v for k, v in store.ids_by(tx, kind, "id_number_hash", hashes).items()}
        by_door = store.people_of(tx, {v["house_id"] for v in values})
        return _Known(_person_key, {**by_number, **by_door})
    column = "text" if kind is Kind.ADDRESS else "code"
    return _Known(lambda v: v[column], store.ids_by(tx, kind, column, {v[column] for v in values}))


def _person_key(values: dict[str, Any]) -> Any:
    return values["id_number_hash"] or (values["house_id"], values["name"], values["birth_date"])


def _once(known: _Known, good: list[_Row], bad: list[BadRow]) -> list[_Row]:
    seen, kept = set(), []
    for row in good:
        key = known.key(row.values)
        if key in seen:
            bad.append(BadRow(row.line, "", "registry.twice", ""))
        else:
            seen.add(key)
            kept.append(row)
    return kept


def _within_scope(
    tx: Tx, kind: Kind, good: list[_Row], known: _Known, bad: list[BadRow]
) -> tuple[list[_Row], Place]:
    """Leave out rows that lie, or lay until now, where the importer may not write."""
    if not good:
        return [], Place(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    values = [row.values for row in good]
    place = locate(tx, _array(good)) if kind in rules.PLACED else inherited(tx, kind, values)
    before = [known.ids.get(known.key(row.values), (0, None))[1] for row in good]
    allowed = np.array(
        [
            tx.scope.covers(int(no)) and (old is None or tx.scope.covers(old))
            for no, old in zip(place.area_no, before, strict=True)
        ],
        dtype=bool,
    )
    bad += [
        BadRow(row.line, "", "registry.not_yours", "")
        for row, ok in zip(good, allowed, strict=True)
        if not ok
    ]
    kept = [row for row, ok in zip(good, allowed, strict=True) if ok]
    return kept, Place(place.cell_id[allowed], place.area_no[allowed])


def _write(tx: Tx, kind: Kind, good: list[_Row], place: Place, known: _Known) -> tuple[int, int]:
    old = np.array([known.key(row.values) in known.ids for row in good], dtype=bool)
    new_rows = [row for row, is_old in zip(good, old, strict=True) if not is_old]
    if new_rows:
        new_place = Place(place.cell_id[~old], place.area_no[~old])
        insert(
            tx,
            kind,
            [row.values for row in new_rows],
            new_place,
            _array(new_rows) if kind in rules.PLACED else None,
        )
    changes = []
    for i in np.flatnonzero(old).tolist():
        values = good[i].values
        where = {"cell_id": int(place.cell_id[i]) or None, "area_no": int(place.area_no[i])}
        changes.append({"id": known.ids[known.key(values)][0], **values, **where})
    if changes and kind in rules.PLACED:
        for change, geom in zip(
            changes, ewkb_hex(_array([good[i] for i in np.flatnonzero(old)])), strict=True
        ):
            change["geom"] = geom
    if changes:
        store.update_rows(tx, kind, changes)
    if changes and kind in (Kind.BUILDING, Kind.HOUSE):
        store.hand_down(tx)
    return len(new_rows), len(changes)


def _array(rows: Sequence[_Row]) -> GeometryArray:
    return np.array([row.geometry for row in rows], dtype=object)
