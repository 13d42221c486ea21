"""How often what is reported, when and through which channel: tables, all invented but meant to be believable."""

from __future__ import annotations

CATEGORY_RATES: dict[str, float] = {
    "city.stall": 9.0, "city.light": 5.0, "city.road": 4.2, "city.manhole": 2.4, "city.advert": 3.6,
    "city.illegal_build": 1.4, "city.green": 1.6,
    "environment.litter": 9.5, "environment.water": 3.2, "environment.smoke": 3.4, "environment.river": 0.6,
    "environment.burning": 1.3,
    "traffic.parking": 9.0, "traffic.bike": 4.2, "traffic.signal": 0.9, "traffic.jam": 2.2, "traffic.sign": 1.2,
    "security.noise": 6.5, "security.theft": 1.6, "security.rental": 1.0, "security.gathering": 0.05,
    "safety.wire": 3.2, "safety.hazard": 2.2, "safety.site": 1.0, "safety.gas": 0.12,
    "dispute.neighbour": 2.6, "dispute.property": 3.6, "dispute.family": 0.6, "dispute.consumer": 2.1,
    "fire.lane": 3.4, "fire.equipment": 1.0, "fire.blaze": 0.1,
    "food.restaurant": 1.6, "food.expired": 1.1, "food.drug": 0.4,
    "welfare.elderly": 1.6, "welfare.aid": 1.1, "welfare.wage": 0.8, "welfare.disabled": 0.6,
    "health.animal": 2.4, "health.clinic": 0.25, "health.epidemic": 0.04,
    "other.advice": 2.6, "other.lost": 0.7,
}  # fmt: skip

HOURS: dict[str, tuple[tuple[float, float, float], ...]] = {
    # peaks of the day: (hour, spread in hours, weight); on top of an even trickle
    "city": ((9, 2, 1.0), (15, 2, 0.8), (19, 1.5, 0.9)),
    "environment": ((8, 1.5, 1.0), (15, 2.5, 0.7), (19, 1.5, 0.7)),
    "traffic": ((8, 0.8, 1.3), (12, 2, 0.4), (17.8, 1.1, 1.3)),
    "security": ((22, 1.6, 1.4), (14, 3, 0.4)),
    "safety": ((10, 2, 1.0), (16, 2, 0.8), (21, 1.5, 0.3)),
    "dispute": ((10, 2, 1.0), (19.5, 1.8, 0.9)),
    "fire": ((10, 2.5, 0.8), (19, 2, 0.9)),
    "food": ((12.6, 1, 1.0), (19, 1.2, 1.2)),
    "welfare": ((9.5, 1.5, 1.2), (14.8, 1.5, 0.9)),
    "health": ((7.5, 1.2, 0.8), (19, 1.8, 1.0)),
    "other": ((10, 2, 1.0), (15.5, 2, 0.9), (20, 1.5, 0.5)),
}
TRICKLE = 0.06
"""Share of a mean hour that every hour has, nights included."""
WEEKDAYS = (1.08, 1.03, 1.0, 1.0, 1.02, 0.84, 0.74)
"""Monday … Sunday."""

SOURCES: dict[str, float] = {
    "resident": 0.44, "patrol": 0.24, "telephone": 0.07, "12345": 0.13, "camera": 0.06, "110": 0.015,
    "sensor": 0.015, "mailbox": 0.012, "letter": 0.008, "superior": 0.01,
}  # fmt: skip
SEEN_BY_CAMERA = frozenset({"city.stall", "environment.litter", "environment.burning", "traffic.parking", "traffic.jam",
                            "traffic.bike", "fire.lane", "environment.smoke"})  # fmt: skip
FELT_BY_SENSOR = frozenset(
    {"city.manhole", "environment.water", "safety.gas", "fire.equipment", "environment.smoke"}
)
MAJOR = frozenset({"security.gathering", "safety.gas", "fire.blaze", "health.epidemic"})
NAMED_SOURCES = frozenset({"resident", "telephone", "12345", "mailbox", "letter"})
"""Channels that have a reporter with name and telephone."""

ON_THE_ROAD = frozenset({"city.light", "city.manhole", "city.stall", "city.road", "city.green", "traffic.parking",
                         "traffic.bike", "traffic.signal", "traffic.jam", "traffic.sign", "environment.smoke",
                         "environment.litter", "food.restaurant"})  # fmt: skip
IN_VILLAGES = frozenset({"environment.burning", "environment.river"})

OUTSIDE_SHARE = 0.006
"""Reports whose point lies outside the district."""

# Probabilities and times in hours of what becomes of an order.
LATE_SIGN_SHARE = 0.006
SLOW_SHARE = 0.012
STUCK_SHARE = 0.0003
REJECT_SHARE = 0.06
RATED_SHARE = 0.36
LEADER_SUPERVISES_SHARE = 0.006
SCORES = {5: 0.61, 4: 0.19, 3: 0.09, 2: 0.045, 1: 0.065}
SCORES_WHEN_LATE = {5: 0.15, 4: 0.15, 3: 0.22, 2: 0.2, 1: 0.28}
