"""Every table of the programs: `metadata` knows a table once its module has been imported."""

from gisgov.analytics import tables as analytics
from gisgov.grids import tables as grids
from gisgov.identity import tables as identity
from gisgov.intake import tables as intake
from gisgov.kernel import tables as kernel
from gisgov.kernel.db import metadata
from gisgov.media import tables as media
from gisgov.orders import tables as orders
from gisgov.oversight import tables as oversight
from gisgov.patrol import tables as patrol
from gisgov.registry import tables as registry
from gisgov.timing import tables as timing

MODULES = (
    kernel,
    identity,
    media,
    grids,
    registry,
    patrol,
    intake,
    timing,
    orders,
    oversight,
    analytics,
)
"""In the order in which their first migrations stand."""

__all__ = ["MODULES", "metadata"]
