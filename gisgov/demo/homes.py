"""Dwellings and the invented people who live in them."""

from __future__ import annotations

import numpy as np

from gisgov.demo.cutting import allocate
from gisgov.demo.model import Buildings, Floats, Houses, Ints, People, Size, Texts, generator
from gisgov.demo.words import GIVEN_FEMALE, GIVEN_MALE, SURNAME_WEIGHTS, SURNAMES

HOMES_PER_FLOOR = {
    "residence": 4.0,
    "village": 8.0,
    "shop": 0.15,
    "office": 0.0,
    "school": 0.0,
    "factory": 0.0,
}
OCCUPANCY = {"自住": 0.66, "出租": 0.21, "空置": 0.10, "待查": 0.03}
RESIDENCE = {"户籍": 0.62, "常住": 0.17, "流动": 0.19, "寄住": 0.018, "境外": 0.002}
AGE_BANDS = ((0, 6, 0.05), (6, 18, 0.12), (18, 35, 0.22), (35, 60, 0.38), (60, 80, 0.19), (80, 98, 0.04))
"""From age, to age, share of people."""


def make_houses(buildings: Buildings, size: Size, seed: int) -> Houses:
    """Share ``size.houses`` dwellings out over the buildings by their room."""
    rng = generator(seed, "houses")
    room = np.array([HOMES_PER_FLOOR[k] for k in buildings.kinds]) * np.minimum(buildings.floors, 11)
    count = allocate(size.houses, room * rng.uniform(0.8, 1.2, len(room)))
    building_of = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(building_of)) - np.repeat(np.cumsum(count) - count, count)
    floors = buildings.floors[building_of]
    per_floor = np.maximum(1, -(-count[building_of] // floors))
    units = np.maximum(1, per_floor // 4)
    unit, rest = within // (floors * -(-per_floor // units)), within % (floors * -(-per_floor // units))
    door, floor = rest % -(-per_floor // units), rest // -(-per_floor // units)
    village = buildings.kinds[building_of] == "village"
    return Houses(
        building_of,
        np.where(village, "", (unit + 1).astype(str)).astype(object),
        np.where(village, [f"{n + 1}户" for n in within], ((floor + 1) * 100 + door + 1).astype(str)).astype(
            object
        ),
        _pick(OCCUPANCY, len(building_of), rng),
    )


def make_people(houses: Houses, size: Size, seed: int) -> People:
    """Invent ``size.people`` residents; members of a household mostly share the family name of its first."""
    rng = generator(seed, "people")
    weights = rng.gamma(3.0, 1.0, len(houses.building_of)) * np.where(houses.occupancy == "空置", 0.0, 1.0)
    count = allocate(size.people, weights)
    house_of = np.repeat(np.arange(len(count)), count)
    household = _surnames(len(count), rng)[house_of]
    married_in = rng.random(size.people) < 0.22
    surname = np.where(married_in, _surnames(size.people, rng), household)
    male = rng.random(size.people) < 0.505
    given = np.where(male, rng.choice(GIVEN_MALE, size.people), rng.choice(GIVEN_FEMALE, size.people))
    return People(
        house_of=house_of,
        names=np.char.add(surname.astype(str), given.astype(str)).astype(object),
        sexes=np.where(male, "男", "女").astype(object),
        ages=_ages(size.people, rng),
        birth_days=rng.integers(0, 365, size.people),
        residence=_pick(RESIDENCE, size.people, rng),
    )


def invented_names(count: int, rng: np.random.Generator) -> Texts:
    """Draw names of invented grown-ups."""
    given = np.where(
        rng.random(count) < 0.5, rng.choice(GIVEN_MALE[:40], count), rng.choice(GIVEN_FEMALE[:40], count)
    )
    return np.char.add(_surnames(count, rng).astype(str), given.astype(str)).astype(object)


def _surnames(count: int, rng: np.random.Generator) -> Texts:
    weights = np.array(SURNAME_WEIGHTS)
    return rng.choice(np.array(list(SURNAMES)), count, p=weights / weights.sum())


def _pick(shares: dict[str, float], count: int, rng: np.random.Generator) -> Texts:
    weights: Floats = np.array(list(shares.values()))
    return rng.choice(np.array(list(shares), dtype=object), count, p=weights / weights.sum())


def _ages(count: int, rng: np.random.Generator) -> Ints:
    low, high, share = (np.array(column) for column in zip(*AGE_BANDS, strict=True))
    band = rng.choice(len(share), count, p=share / share.sum())
    return rng.integers(low[band].astype(np.int64), high[band].astype(np.int64))
