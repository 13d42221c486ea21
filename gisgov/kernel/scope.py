"""What a caller may see, as a value and as SQL.

A scope is a union: areas (number ranges of the area tree), holding (organisations that take part) and
own (the person's part). Every channel reads through it: lists, tiles, search, counts, push, files.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from sqlalchemy import ColumnElement, and_, false, or_

AREA_NO_LIMIT = 2**63 - 1
"""Area numbers are positive signed 64-bit integers; see `gisgov.identity.rules`."""


@dataclass(frozen=True)
class Scope:
    """The rows a caller may see.

    Parameters
    ----------
    ranges : tuple of (int, int)
        Half-open ranges of area numbers.
    org_ids : frozenset of int
        Organisations whose holdings are visible.
    user_id : int, optional
        The person whose own things are visible.
    """

    ranges: tuple[tuple[int, int], ...] = ()
    org_ids: frozenset[int] = field(default=frozenset())
    user_id: int | None = None

    def areas(self, area_no: ColumnElement[int]) -> ColumnElement[bool]:
        """Return the condition that a row with this area number lies in the scope's areas."""
        return or_(false(), *(and_(area_no >= low, area_no < high) for low, high in self.ranges))

    def covers(self, area_no: int | None) -> bool:
        """Tell whether an area number lies in the scope's areas."""
        return area_no is not None and any(low <= area_no < high for low, high in self.ranges)

    def sees(self, area_no: int | None, org_ids: Iterable[int] = (), user_ids: Iterable[int] = ()) -> bool:
        """Tell whether a thing with this place and these parties is visible."""
        return self.covers(area_no) or not self.org_ids.isdisjoint(org_ids) or self.user_id in set(user_ids)

    @property
    def key(self) -> str:
        """A short text that is the same for equal scopes, for cache validators."""
        parts = repr((self.ranges, sorted(self.org_ids), self.user_id))
        return blake2b(parts.encode(), digest_size=9).hexdigest()


NOTHING = Scope()
EVERYTHING = Scope(ranges=((0, AREA_NO_LIMIT),))
