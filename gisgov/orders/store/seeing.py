"""Who sees which order: the one expression that every read of orders carries."""

from sqlalchemy import BigInteger, ColumnElement, false, literal_column, or_, select

from gisgov.kernel.scope import Scope
from gisgov.orders.tables import order_party


def order_scope(scope: Scope, alias: str = "orders") -> ColumnElement[bool]:
    """The condition that an order is visible: its place, its holders past and present, or one's own part.

    Parameters
    ----------
    alias : str
        How the query names the table ``orders``.
    """
    parts: list[ColumnElement[bool]] = [false()]
    if scope.org_ids:
        parts.append(order_party.c.org_id.in_(sorted(scope.org_ids)))
    if scope.user_id is not None:
        parts.append(order_party.c.user_id == scope.user_id)
    areas = scope.areas(literal_column(f"{alias}.area_no", BigInteger))
    if len(parts) == 1:
        return areas
    held = select(order_party.c.order_id).where(or_(*parts))
    return or_(areas, literal_column(f"{alias}.id", BigInteger).in_(held))
