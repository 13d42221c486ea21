"""Days as people count them: in the installation's time zone."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from gisgov.kernel.db import Tx


def today(tx: Tx) -> date:
    """Return the local date of the transaction."""
    return tx.now.astimezone(ZoneInfo(tx.settings.timezone)).date()


def beginning_of(tx: Tx, day: date) -> datetime:
    """Return the moment at which a local day begins."""
    return datetime.combine(day, time.min, ZoneInfo(tx.settings.timezone))
