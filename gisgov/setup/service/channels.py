"""Which ways in are open, and where their reports go first."""

from collections.abc import Sequence

from gisgov.intake import service as intake
from gisgov.intake.model import Source
from gisgov.kernel import configuration
from gisgov.kernel.db import Tx
from gisgov.setup.model import ChannelChoice

REVIEWED = "setup.channels"
"""Setting: when somebody last decided on the channels."""


def channels(tx: Tx) -> list[Source]:
    """Return every source, closed ones too."""
    tx.may("setup.write")
    return intake.all_sources(tx)


def set_channels(tx: Tx, choices: Sequence[ChannelChoice]) -> list[Source]:
    """Decide on sources; an empty list confirms them as they are.

    Raises
    ------
    Invalid
        There is no such source; code ``report.source_unknown``.
    """
    tx.may("setup.write")
    for choice in choices:
        intake.change_source(tx, choice.code, active=choice.active, first_hop=choice.first_hop)
    configuration.put(tx, REVIEWED, tx.now.isoformat())
    return intake.all_sources(tx)


def reviewed(tx: Tx) -> bool:
    """Tell whether somebody has decided on the channels."""
    return configuration.get(tx, REVIEWED) is not None
