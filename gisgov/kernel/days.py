"""Days as people count them: in the installation's time zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from gisgov.kernel.db import Tx


def zone(tx: Tx) -> ZoneInfo:
    """Return the installation's time zone."""
    return ZoneInfo(tx.settings.timezone)


def day_of(tx: Tx, at: datetime) -> date:
    """Return the local date of a moment."""
    return at.astimezone(zone(tx)).date()


def today(tx: Tx) -> date:
    """Return the local date of the transaction."""
    return day_of(tx, tx.now)


def beginning_of(tx: Tx, day: date) -> datetime:
    """Return the moment at which a local day begins, in UTC."""
    return datetime.combine(day, time.min, zone(tx)).astimezone(UTC)
