"""Life cycles as tables of steps, read by the service, the buttons, the timers, the tests and the docs."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gisgov.kernel.errors import Conflict


@dataclass(frozen=True)
class Step:
    """One row of a life cycle.

    Parameters
    ----------
    action : str
        The verb.
    sources : tuple of StrEnum
        States it may start from.
    target : StrEnum
        The state it leads to.
    who : frozenset of str
        The parts, towards this thing, of which the actor must have one.
    limit : str, optional
        Key, in the rule table, of the clock that starts with it.
    needs : tuple of str
        What the actor has to give.
    when : frozenset of str
        Policies under which the row holds; empty means always.
    """

    action: str
    sources: tuple[StrEnum, ...]
    target: StrEnum
    who: frozenset[str]
    limit: str | None = None
    needs: tuple[str, ...] = ()
    when: frozenset[str] = frozenset()

    def holds(self, state: StrEnum, policy: str) -> bool:
        """Tell whether the row may be taken from a state under a policy."""
        return state in self.sources and (not self.when or policy in self.when)


@dataclass(frozen=True)
class Lifecycle:
    """A table of steps."""

    steps: tuple[Step, ...]

    def step(self, action: str, state: StrEnum, policy: str = "") -> Step:
        """Return the row for an action in a state under a policy.

        Raises
        ------
        Conflict
            The state does not allow the action; code ``order.not_now``.
        """
        for step in self.steps:
            if step.action == action and step.holds(state, policy):
                return step
        raise Conflict("order.not_now", field="action", action=action, state=state.value)

    def actions(self, state: StrEnum, parts: Iterable[str], policy: str = "") -> tuple[Step, ...]:
        """Return the steps that somebody with these parts may take from a state."""
        held = frozenset(parts)
        return tuple(step for step in self.steps if step.holds(state, policy) and step.who & held)
