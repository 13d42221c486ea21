"""A PostgreSQL snapshot as a value: which transactions were visible at a moment."""

from dataclasses import dataclass
from typing import Self

from gisgov.kernel.errors import Invalid

LAST_XID = 2**63


@dataclass(frozen=True)
class Snapshot:
    """``xmin:xmax:xip,…`` as ``pg_current_snapshot()`` writes it (PostgreSQL manual, 9.27)."""

    xmin: int
    xmax: int
    running: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a snapshot.

        Raises
        ------
        Invalid
            The text is no snapshot; code ``live.position``.
        """
        low, _, rest = text.partition(":")
        high, _, running = rest.partition(":")
        try:
            found = cls(int(low), int(high), frozenset(int(xid) for xid in running.split(",") if xid))
        except ValueError:
            raise Invalid("live.position", field="after") from None
        if not found._possible():
            raise Invalid("live.position", field="after")
        return found

    def _possible(self) -> bool:
        """Tell whether PostgreSQL would read it."""
        ordered = 0 < self.xmin <= self.xmax < LAST_XID
        return ordered and all(self.xmin <= xid < self.xmax for xid in self.running)

    def sees(self, xid: int) -> bool:
        """Tell whether a transaction was visible."""
        return xid < self.xmax and xid not in self.running

    def __str__(self) -> str:
        return f"{self.xmin}:{self.xmax}:{','.join(map(str, sorted(self.running)))}"
