"""Which positions are taken and how long they are kept (decisions.md, rights; HLJ 6.1.4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from gisgov.kernel.errors import Invalid
from gisgov.patrol.model import Fix, NewFix
from gisgov.spatial.crs import distance_m

MAX_AGE = timedelta(hours=24)
"""A phone without a network sends later, but not later than this."""
AHEAD = timedelta(minutes=2)
"""So far a phone's clock may be fast."""
KEPT = timedelta(days=90)
USABLE_ACCURACY_M = 100.0
"""A vaguer position is kept, and left out of distances: standing still would add up to kilometres."""


def check_time(fix: NewFix, now: datetime) -> None:
    """Refuse a position from another day or from the future.

    Raises
    ------
    Invalid
        Code ``patrol.too_old``.
    """
    if not now - MAX_AGE <= fix.at <= now + AHEAD:
        raise Invalid("patrol.too_old", field="at", max_age_h=int(MAX_AGE.total_seconds() // 3600))


def check_place(fix: NewFix) -> None:
    """Refuse the zero position that receivers send while they have none.

    Raises
    ------
    Invalid
        Code ``patrol.no_position``.
    """
    if fix.lon == 0 and fix.lat == 0:
        raise Invalid("patrol.no_position", field="lon")


def length_m(track: Sequence[Fix]) -> float:
    """Return the length of a track in metres on the ellipsoid, of its usable positions in order of time."""
    used = [fix for fix in track if fix.accuracy_m is None or fix.accuracy_m <= USABLE_ACCURACY_M]
    if len(used) < 2:
        return 0.0
    lon, lat = np.array([fix.lon for fix in used]), np.array([fix.lat for fix in used])
    return float(np.sum(distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])))
