"""The table of steps is whole: no dead ends, words and events for everything, a picture that follows it."""

from pathlib import Path

import pytest

from gisgov.kernel.errors import Conflict
from gisgov.orders.diagram import PAGE, page
from gisgov.orders.model import Part, State
from gisgov.orders.rules.lifecycle import ENDED, KEEPS_CLOCK, LIFECYCLE, OPEN, PUBLIC_STEP, VERB_PARTS, WORDS
from gisgov.oversight.rules import STEPS as SUPERVISION
from gisgov.timing.rules import BY_DAY_KIND, LIMITS

POLICIES = ("auto", "review", "site_check")


def reachable(policy: str) -> set[State]:
    """States that can be reached from a report under a policy."""
    seen, todo = set(), [State.REPORTED]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo += [step.target for step in LIFECYCLE.steps if step.holds(state, policy)]
    return seen


@pytest.mark.parametrize("policy", POLICIES)
def test_every_open_state_leads_to_an_end(policy):
    for state in reachable(policy) - ENDED:
        assert {step.target for step in LIFECYCLE.steps if step.holds(state, policy)}, state
    assert State.CLOSED in reachable(policy)


def test_every_state_is_reached_under_some_policy():
    assert set().union(*map(reachable, POLICIES)) == set(State)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("state", list(State))
def test_an_action_means_one_thing_in_a_state(state, policy):
    taken = [step.action for step in LIFECYCLE.steps if step.holds(state, policy)]
    assert len(taken) == len(set(taken))


def test_ends_are_left_by_nothing_but_a_rating():
    assert {step.action for step in LIFECYCLE.steps for source in step.sources if source in ENDED} == {"rate"}


def test_a_step_that_is_not_in_the_table_is_refused():
    with pytest.raises(Conflict) as refused:
        LIFECYCLE.step("sign_in", State.CLOSED)
    assert refused.value.code == "order.not_now"


def test_every_action_has_words_and_an_event():
    actions = {step.action for step in (*LIFECYCLE.steps, *SUPERVISION.steps)}
    assert actions | {"reported", "overdue", "recompute"} == set(WORDS)


def test_every_limit_in_the_table_has_a_rule():
    keys = {rule.key for rule in LIMITS} | set(BY_DAY_KIND)
    steps = (*LIFECYCLE.steps, *SUPERVISION.steps)
    assert {step.limit for step in steps if step.limit} <= keys


def test_every_open_state_has_a_clock_but_the_first():
    starts = {step.target for step in LIFECYCLE.steps if step.limit} | {State.HANDLING}
    assert set(OPEN) - starts == {State.REPORTED}
    assert {step.action for step in LIFECYCLE.steps if step.action in KEEPS_CLOCK} == {"start", "rate"}


def test_every_part_can_be_had():
    asked = set().union(*(step.who for step in LIFECYCLE.steps))
    assert asked - set(VERB_PARTS.values()) == {Part.SYSTEM, Part.HOLDER, Part.FINDER, Part.REPORTER}


def test_the_public_sees_every_state():
    assert set(PUBLIC_STEP) == set(State)


def test_the_page_in_the_docs_is_drawn_from_the_table():
    root = Path(__file__).parents[2]
    assert (root / PAGE).read_text("utf-8") == page(), "run: gisgov docs lifecycle"
