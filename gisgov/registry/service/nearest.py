"""The nearest cameras, parts and addresses."""

from typing import Any

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.kernel.nearest import Nearby
from gisgov.registry.model import Kind
from gisgov.registry.store import nearest as store
from gisgov.spatial.nearest import Ranked


def nearest(
    tx: Tx, kind: Kind, ask: Nearby, type_: str | None = None, state: str | None = None
) -> list[Ranked[Any]]:
    """Return the k nearest records in scope, in exact geodesic order (A-17).

    Parameters
    ----------
    type_ : str, optional
        The category of cameras, the type of parts.
    state : str, optional
        For example ``online``.

    Raises
    ------
    Invalid
        Code ``nearest.no_filter``: records of this kind have no type or no state.
    """
    tx.may("registry.read")
    for value, columns, field in ((type_, store.TYPES, "type"), (state, store.STATES, "state")):
        if value is not None and kind not in columns:
            raise Invalid("nearest.no_filter", field=field, filter=field, layer=kind.value)
    return store.nearest(tx, kind, ask, type_, state)
