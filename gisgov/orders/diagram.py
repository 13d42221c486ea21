"""The life cycle as a page for people, drawn from the table it runs by."""

from collections import defaultdict

from gisgov.kernel.lifecycle import Step
from gisgov.orders.model import State
from gisgov.orders.rules.lifecycle import ENDED, LIFECYCLE, WORDS

PAGE = "docs/lifecycle.md"

_HEAD = """# Life cycle of an order 工单流转

Written by `gisgov docs lifecycle` from `gisgov/orders/rules/lifecycle.py`; a test compares them.
Limits are keys of the table `limit_rule`. A policy in brackets is the closure policy of the category.

"""


def _edges() -> list[str]:
    between: dict[tuple[str, str], list[str]] = defaultdict(list)
    for step in LIFECYCLE.steps:
        for source in step.sources:
            policy = f" ({', '.join(sorted(step.when))})" if step.when else ""
            between[source.value, step.target.value].append(f"{step.action}{policy}")
    lines = [
        f"    {source} --> {target}: {' / '.join(actions)}" for (source, target), actions in between.items()
    ]
    ends = [f"    {state.value} --> [*]" for state in State if state in ENDED]
    return ["    [*] --> REPORTED", *lines, *ends]


def _row(step: Step) -> str:
    cells = (
        f"`{step.action}` {WORDS[step.action].zh}",
        " ".join(source.value for source in step.sources),
        step.target.value,
        " ".join(sorted(step.who)),
        step.limit or "",
        " ".join(step.needs),
        " ".join(sorted(step.when)),
        f"`{WORDS[step.action].event}`",
    )
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """The page as Markdown: a diagram, and the table row by row."""
    names = ("action", "from", "to", "who", "limit", "needs", "policy", "event")
    table = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}", *map(_row, LIFECYCLE.steps)]
    diagram = ["```mermaid", "stateDiagram-v2", *_edges(), "```"]
    return _HEAD + "\n".join([*diagram, "", *table]) + "\n"
