"""Who may supervise whom, as steps that leave the state of an order as it is (T35)."""

from gisgov.kernel.lifecycle import Lifecycle, Step
from gisgov.orders.model import Part
from gisgov.orders.rules.lifecycle import OPEN

_LEADER, _SUPERVISED = frozenset({Part.LEADER}), frozenset({Part.SUPERVISED})

STEPS = Lifecycle(
    tuple(
        step
        for state in OPEN
        for step in (
            Step("supervise", (state,), state, _LEADER, "answer", ("note",)),
            Step("answer_supervision", (state,), state, _SUPERVISED, None, ("note",)),
        )
    )
)

# Why a clock that has run out is supervised by itself, as it is kept with the order.
OVERDUE = {
    "key": "supervision.overdue",
    "version": 1,
    "text_zh": "超过时限未完成，自动督办",
    "text_en": "Not done in time, so it is supervised by rule",
}
