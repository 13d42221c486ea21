"""``{scope}`` written out: the one condition of visibility, for each way in which rows can be visible."""

from collections.abc import Callable

from sqlalchemy import BigInteger, ColumnElement, literal_column, or_

from gisgov.kernel.db import Tx
from gisgov.kernel.scope import Scope
from gisgov.orders.service import order_scope
from layers.model import ScopeRule


def _areas(scope: Scope, alias: str) -> ColumnElement[bool]:
    return scope.areas(_number(alias, "area_no"))


def _patrols(scope: Scope, alias: str) -> ColumnElement[bool]:
    return or_(_areas(scope, alias), _number(alias, "user_id") == scope.user_id)


def _number(alias: str, name: str) -> ColumnElement[int]:
    return literal_column(f"{alias}.{name}", BigInteger)


RULES: dict[str, Callable[[Scope, str], ColumnElement[bool]]] = {
    "areas": _areas,
    "orders": order_scope,
    "patrols": _patrols,
}


def condition(tx: Tx, rule: ScopeRule) -> str:
    """Return the condition as SQL text. It holds whole numbers only, so they can stand in it as they are."""
    expression = RULES[rule.kind](tx.scope, rule.alias)
    return f"({expression.compile(dialect=tx.conn.dialect, compile_kwargs={'literal_binds': True})})"
