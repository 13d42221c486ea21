"""Networks: the basic one that every installation has, and special ones beside it."""

from gisgov.grids.model import Network
from gisgov.grids.rules import BASIC_NETWORK, BASIC_TREE, NETWORK_CODE
from gisgov.grids.store import releases
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid, NotFound


def seed(tx: Tx) -> None:
    """Make the basic network."""
    releases.ensure_network(tx, BASIC_NETWORK, "基础网格", basic=True, tree=BASIC_TREE)


def network(tx: Tx, code: str) -> Network:
    """Return one network.

    Raises
    ------
    NotFound
        There is none; code ``grid.network_unknown``.
    """
    found = releases.network_by_code(tx, code)
    if found is None:
        known = ", ".join(one.code for one in releases.networks(tx))
        raise NotFound("grid.network_unknown", field="network", network=code, known=known)
    return found


def ensure_network(tx: Tx, code: str, name: str | None) -> Network:
    """Return a network, made as a special one with an area tree of its own when there is none yet.

    Raises
    ------
    Invalid
        Its code would not stand in an address; code ``grid.network_code``.
    """
    if not NETWORK_CODE.fullmatch(code):
        raise Invalid("grid.network_code", field="network", network=code[:64])
    if code == BASIC_NETWORK:
        seed(tx)
    else:
        releases.ensure_network(tx, code, name or code, basic=False, tree=code)
    return network(tx, code)
