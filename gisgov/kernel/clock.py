"""The only reader of the time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """Return the present as an aware UTC time."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the present as an aware UTC time."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that moves only when it is told to; for tests and for trying rules on the past."""

    at: datetime

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self.at += by
