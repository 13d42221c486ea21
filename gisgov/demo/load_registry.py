"""Loading buildings, houses, people, cameras and parts."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import shapely

from gisgov.demo.incidents import ZONE
from gisgov.demo.model import City, Ints
from gisgov.kernel.db import Tx
from gisgov.registry import service as registry
from gisgov.registry.model import Kind


def load_registry(tx: Tx, city: City) -> None:
    """Register what stands in the district and who lives there; each row falls into its cell."""
    buildings = _buildings(tx, city)
    houses = _houses(tx, city, buildings)
    _people(tx, city, houses)
    _cameras(tx, city)
    _parts(tx, city)


def _buildings(tx: Tx, city: City) -> list[int]:
    of = city.buildings
    rows = [
        {"code": f"B{n:06d}", "name": name, "address": address, "floors": floors}
        for n, (name, address, floors) in enumerate(
            zip(of.names, of.addresses, of.floors.tolist(), strict=True), 1
        )
    ]
    ids = registry.add_many(tx, Kind.BUILDING, rows, of.footprints)
    addresses = [
        {"text": f"山东省济南市{row['address']}", "building_id": building}
        for row, building in zip(rows, ids, strict=True)
    ]
    registry.add_many(tx, Kind.ADDRESS, addresses, shapely.point_on_surface(of.footprints))
    return ids


def _houses(tx: Tx, city: City, buildings: list[int]) -> list[int]:
    of = city.houses
    rng = np.random.default_rng([city.seed, 11])
    rented = (of.occupancy == "出租") & (rng.random(len(of.rooms)) < 0.08)
    rows = [
        {
            "building_id": buildings[building],
            "unit": unit,
            "room": room,
            "occupancy": occupancy,
            "group_rented": group,
            "shared_rented": False,
        }
        for building, unit, room, occupancy, group in zip(
            of.building_of.tolist(), of.units, of.rooms, of.occupancy, rented.tolist(), strict=True
        )
    ]
    return registry.add_many(tx, Kind.HOUSE, rows)


def _people(tx: Tx, city: City, houses: list[int]) -> None:
    of = city.people
    days = _birthdays(tx.now.astimezone(ZONE).date(), of.ages, of.birth_days)
    rows = [
        {"house_id": houses[house], "name": name, "sex": sex, "birth_date": born, "residence_kind": kind}
        for house, name, sex, born, kind in zip(
            of.house_of.tolist(), of.names, of.sexes, days, of.residence, strict=True
        )
    ]
    registry.add_many(tx, Kind.PERSON, rows)


def _birthdays(today: date, ages: Ints, days: Ints) -> list[date]:
    """Days of birth of people who are ``ages`` years and ``days`` days old."""
    first = {age: today.replace(year=today.year - age, day=min(today.day, 28)) for age in set(ages.tolist())}
    return [first[age] - timedelta(days=gone) for age, gone in zip(ages.tolist(), days.tolist(), strict=True)]


def _cameras(tx: Tx, city: City) -> None:
    of = city.cameras
    rows = [
        {
            "code": f"C{n:05d}",
            "name": name,
            "category": category,
            "state": state,
            "heading_deg": heading,
            "fov_deg": fov,
            "range_m": reach,
        }
        for n, (name, category, state, heading, fov, reach) in enumerate(
            zip(
                of.names,
                of.categories,
                of.states,
                of.heading_deg.tolist(),
                of.fov_deg.tolist(),
                of.range_m.tolist(),
                strict=True,
            ),
            1,
        )
    ]
    registry.add_many(tx, Kind.CAMERA, rows, of.points)


def _parts(tx: Tx, city: City) -> None:
    of = city.parts
    rows = [
        {"code": f"P{n:05d}", "part_class": part_class, "part_type": part_type, "state": state}
        for n, (part_class, part_type, state) in enumerate(
            zip(of.classes, of.types, of.states, strict=True), 1
        )
    ]
    registry.add_many(tx, Kind.PART, rows, of.points)
