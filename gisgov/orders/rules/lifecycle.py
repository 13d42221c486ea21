"""The life cycle of an order as a table, and what is read from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gisgov.kernel.errors import Invalid
from gisgov.kernel.lifecycle import Lifecycle, Step
from gisgov.orders.model import Inputs, Order, Part, State

S, P = State, Part

_SYSTEM, _HOLDER, _DESK = frozenset({P.SYSTEM}), frozenset({P.HOLDER}), frozenset({P.DESK})
_REVIEWER, _REPORTER, _FINDER = frozenset({P.REVIEWER}), frozenset({P.REPORTER}), frozenset({P.FINDER})
_VOIDER = frozenset({P.VOIDER})
_AUTO, _REVIEWED, _CHECKED = frozenset({"auto"}), frozenset({"review"}), frozenset({"site_check"})
_PROOF = ("note", "photo")

# Names and numbers (T..) are those of the process description; `when` names closure policies (W-02).
LIFECYCLE = Lifecycle((
    #    action            sources                      target              who        limit       needs
    Step("route",          (S.REPORTED, S.FILED),       S.WAIT_SIGN,        _SYSTEM,   "sign_in"),            # T02, T10
    Step("screen",         (S.REPORTED,),               S.SCREENING,        _SYSTEM,   "accept"),             # T03
    Step("queue",          (S.REPORTED, S.FILED),       S.WAIT_DISPATCH,    _SYSTEM,   "dispatch"),           # T11
    Step("handle_on_spot", (S.REPORTED,),               S.CLOSED,           _FINDER,   None,       _PROOF),   # T04
    Step("accept",         (S.SCREENING,),              S.FILED,            _DESK,     "dispatch"),           # T09
    Step("refuse",         (S.SCREENING,),              S.REFUSED,          _VOIDER,   None,       ("note",)),  # T05
    Step("answer",         (S.SCREENING,),              S.ANSWERED,         _VOIDER,   None,       ("note",)),  # T05
    Step("void",           (S.SCREENING, S.WAIT_DISPATCH), S.VOID,          _VOIDER,   None,       ("note",)),  # T07
    Step("dispatch",       (S.WAIT_DISPATCH,),          S.WAIT_SIGN,        _DESK,     "sign_in",  ("user",)),  # T11
    Step("reassign",       (S.WAIT_SIGN, S.SIGNED),     S.WAIT_DISPATCH,    _DESK,     "dispatch", ("note",)),  # T13
    Step("reroute",        (S.WAIT_SIGN, S.WAIT_DISPATCH), S.WAIT_SIGN,     _SYSTEM,   "sign_in"),            # cells changed
    Step("unroute",        (S.WAIT_SIGN,),              S.WAIT_DISPATCH,    _SYSTEM,   "dispatch"),           # cells changed
    Step("sign_in",        (S.WAIT_SIGN,),              S.SIGNED,           _HOLDER,   "handle"),             # T12
    Step("start",          (S.SIGNED,),                 S.HANDLING,         _HOLDER),                         # T14
    Step("submit_result",  (S.HANDLING,),               S.CLOSED,           _HOLDER,   None,       _PROOF, _AUTO),  # T22
    Step("submit_result",  (S.HANDLING,),               S.RESULT_SUBMITTED, _HOLDER,   "review",   _PROOF,
         _REVIEWED | _CHECKED),                                                                               # T23
    Step("send_review",    (S.RESULT_SUBMITTED,),       S.CENTRE_REVIEW,    _SYSTEM,   "review"),
    Step("send_check",     (S.RESULT_SUBMITTED,),       S.SITE_CHECK,       _SYSTEM,   "check",    (), _CHECKED),   # T24
    Step("check",          (S.SITE_CHECK,),             S.CENTRE_REVIEW,    _HOLDER,   "review",   _PROOF),   # T25
    Step("approve",        (S.CENTRE_REVIEW,),          S.CLOSED,           _REVIEWER),                       # T26
    Step("reject",         (S.CENTRE_REVIEW,),          S.HANDLING,         _REVIEWER, "handle",   ("note",)),  # T27
    Step("rate",           (S.CLOSED,),                 S.CLOSED,           _REPORTER, None,       ("score",)),  # T29
    Step("rate",           (S.ANSWERED,),               S.ANSWERED,         _REPORTER, None,       ("score",)),  # T05
))  # fmt: skip

ENDED = frozenset({S.CLOSED, S.REFUSED, S.ANSWERED, S.VOID})
OPEN = tuple(state for state in State if state not in ENDED)

# Steps after which nobody's clock changes; every other step starts the clock it names, or ends it.
KEEPS_CLOCK = frozenset({"start", "rate", "overdue", "supervise", "answer_supervision", "recompute"})


@dataclass(frozen=True)
class Word:
    """How an action is called: on its button, and in the record as an event."""

    zh: str
    en: str
    event: str


WORDS: dict[str, Word] = {
    "route": Word("自动派单", "Route", "order.routed"),
    "screen": Word("转受理", "To the desk", "order.screened"),
    "queue": Word("转待分拨", "To dispatch", "order.queued"),
    "handle_on_spot": Word("当场办结", "Handled on the spot", "order.closed"),
    "accept": Word("受理", "Accept", "order.accepted"),
    "refuse": Word("不予受理", "Refuse", "order.refused"),
    "answer": Word("直接答复", "Answer", "order.answered"),
    "void": Word("废止", "Void", "order.voided"),
    "dispatch": Word("分拨", "Dispatch", "order.dispatched"),
    "reassign": Word("改派", "Reassign", "order.reassigned"),
    "sign_in": Word("签收", "Sign in", "order.signed_in"),
    "start": Word("处置", "Start", "order.started"),
    "submit_result": Word("办结", "Submit result", "order.result_submitted"),
    "send_review": Word("送审查", "To review", "order.review_due"),
    "send_check": Word("送核查", "To site check", "order.check_due"),
    "check": Word("核查", "Site check", "order.checked"),
    "approve": Word("通过", "Approve", "order.closed"),
    "reject": Word("驳回", "Reject", "order.rejected"),
    "rate": Word("评价", "Rate", "order.rated"),
    "reported": Word("上报", "Reported", "order.reported"),
    "reroute": Word("网格调整改派", "Rerouted", "order.rerouted"),
    "unroute": Word("网格调整转分拨", "To dispatch after rerouting", "order.rerouted"),
    "recompute": Word("时限重算", "Deadline recomputed", "order.recomputed"),
    "overdue": Word("超时督办", "Overdue", "order.supervised"),
    "supervise": Word("督办", "Supervise", "order.supervised"),
    "answer_supervision": Word("答复督办", "Answer supervision", "order.supervision_answered"),
}

# The button that stands out in each state; the others follow it.
PRIMARY = frozenset({"accept", "dispatch", "sign_in", "start", "submit_result", "check", "approve", "rate"})

# Parts that follow from a verb; the others follow from the order itself.
VERB_PARTS = {
    "order.dispatch": P.DESK,
    "order.void": P.VOIDER,
    "order.review": P.REVIEWER,
    "order.supervise": P.LEADER,
}

SCORES = range(1, 6)


def check_inputs(step: Step, inputs: Inputs, kinds: list[str]) -> None:
    """Refuse an action that comes without what its step needs.

    Parameters
    ----------
    kinds : list of str
        Kinds of the files that came with it.
    """
    given = {
        "note": bool(inputs.note.strip()),
        "photo": "image" in kinds,
        "user": inputs.user_id is not None or inputs.org_id is not None or inputs.cell is not None,
        "score": inputs.score in SCORES,
    }
    fields = {"photo": "file_ids", "user": "user_id"}
    for need in step.needs:
        if not given[need]:
            raise Invalid(f"order.needs_{need}", field=fields.get(need, need), action=step.action)


def rating_open(order: Order, now: datetime, window: timedelta) -> bool:
    """Tell whether an ended order may still be rated (T29)."""
    return order.closed_at is not None and now < order.closed_at + window


def after_result(order: Order, *, checkers: bool) -> str:
    """The step the system takes by itself when a result has been submitted (T24)."""
    return "send_check" if order.closure_policy == "site_check" and checkers else "send_review"


@dataclass(frozen=True)
class Progress:
    """How the public sees a state (W-15): one of two headings, and a place on the line of steps."""

    heading: str
    step: int


STEP_LINE = (
    ("上报", "Reported"),
    ("派单", "Assigned"),
    ("处置", "Handling"),
    ("办结", "Closed"),
    ("评价", "Rating"),
)
HEADINGS = {"open": ("办理中", "In progress"), "ended": ("已办结", "Finished")}
PUBLIC_STEP = {
    S.REPORTED: 0, S.SCREENING: 0, S.FILED: 0, S.WAIT_DISPATCH: 0, S.WAIT_SIGN: 1, S.SIGNED: 2, S.HANDLING: 2,
    S.RESULT_SUBMITTED: 2, S.SITE_CHECK: 2, S.CENTRE_REVIEW: 2, S.CLOSED: 3, S.REFUSED: 3, S.ANSWERED: 3, S.VOID: 3,
}  # fmt: skip


def progress(state: State, rated: bool) -> Progress:
    """Heading and step of a state on the reporter's page."""
    ended = state in ENDED
    return Progress("ended" if ended else "open", 4 if ended and rated else PUBLIC_STEP[state])
