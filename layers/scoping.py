"""``{scope}`` written out: the one condition of visibility, for each way in which rows can be visible."""

from collections.abc import Callable

from sqlalchemy import BigInteger, ColumnElement, column, exists, literal_column, or_, table

from gisgov.kernel.db import Tx
from gisgov.kernel.scope import Scope
from layers.model import ScopeRule

_party = table("order_party", column("order_id", BigInteger), column("org_id", BigInteger), column("user_id", BigInteger))


def _areas(scope: Scope, alias: str) -> ColumnElement[bool]:
    return scope.areas(_number(alias, "area_no"))


def _orders(scope: Scope, alias: str) -> ColumnElement[bool]:
    seen = [_areas(scope, alias)]
    ours = _party.c.order_id == _number(alias, "id")
    if scope.org_ids:
        seen.append(exists().where(ours, _party.c.org_id.in_(sorted(scope.org_ids))))
    if scope.user_id is not None:
        seen.append(exists().where(ours, _party.c.user_id == scope.user_id))
    return or_(*seen)


def _patrols(scope: Scope, alias: str) -> ColumnElement[bool]:
    return or_(_areas(scope, alias), _number(alias, "user_id") == scope.user_id)


def _number(alias: str, name: str) -> ColumnElement[int]:
    return literal_column(f"{alias}.{name}", BigInteger)


RULES: dict[str, Callable[[Scope, str], ColumnElement[bool]]] = {
    "areas": _areas,
    "orders": _orders,
    "patrols": _patrols,
}


def condition(tx: Tx, rule: ScopeRule) -> str:
    """Return the condition as SQL text. It holds whole numbers only, so they can stand in it as they are."""
    expression = RULES[rule.kind](tx.scope, rule.alias)
    return f"({expression.compile(dialect=tx.conn.dialect, compile_kwargs={'literal_binds': True})})"
