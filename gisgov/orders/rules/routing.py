"""Who gets an order: the chain worker → substitute → leader → desk (E-01), with the reasons kept."""

from dataclasses import dataclass, replace
from typing import Any

from gisgov.grids.model import Location
from gisgov.intake.model import FirstHop
from gisgov.orders.model import Candidate, Choice, State

POSTS = ("worker", "substitute", "leader")
DEPARTMENT = "department"

# The leader is the last person before the desk and gets the order on duty or not (ours).
NEEDS_DUTY = frozenset({"worker", "substitute"})


@dataclass(frozen=True)
class RouteRule:
    """A sentence that says why, and the version of it an order was decided by."""

    version: int
    zh: str
    en: str


RULES: dict[str, RouteRule] = {
    "owner.worker": RouteRule(
        1, "属地负责：所在网格的当班网格员接单", "The cell's worker on duty takes the order"
    ),
    "owner.substitute": RouteRule(
        1, "网格员不在班，由替班接单", "No worker on duty, so the substitute takes it"
    ),
    "owner.leader": RouteRule(
        1, "网格员和替班均不在班，由网格长接单", "Neither is on duty, so the leader takes it"
    ),
    "list.department": RouteRule(
        1, "事项清单：由落格的职能部门承办", "The department bound to cell and function"
    ),
    "desk.first_hop": RouteRule(
        1, "该来源或分类先经受理席", "This source or category goes to the desk first"
    ),
    "desk.outside": RouteRule(
        1, "点位不在任何网格内，已转待分拨", "The point lies in no cell; a person decides"
    ),
    "desk.no_point": RouteRule(1, "没有坐标，已转受理席", "There is no point, so the desk decides"),
    "desk.nobody": RouteRule(
        1, "网格内无人可接单，已转待分拨", "Nobody in the cell can take it; a person decides"
    ),
    "spot.finder": RouteRule(1, "网格员巡查发现并当场处置", "Found and handled on the spot by the worker"),
    "desk.dispatched": RouteRule(1, "调度员人工分拨", "Chosen by a dispatcher"),
    "check.person": RouteRule(
        1, "由非承办的网格人员现场核查", "Checked on site by somebody of the cell who did not handle it"
    ),
}

REASONS: dict[str, tuple[str, str]] = {
    "chosen": ("承办", "chosen"),
    "off_duty": ("不在班", "off duty"),
    "later_post": ("前一顺位已接单", "an earlier post takes it"),
    "more_load": ("在办更多", "holds more open orders"),
    "desk_first": ("先经受理席", "the desk decides first"),
    "by_list": ("转办时由其承办", "takes it on transfer"),
    "handled_it": ("本单承办人", "handled this order"),
}


def _rank(candidate: Candidate) -> tuple[int, int, int]:
    """Earlier post, then fewer open orders, then the older account."""
    return POSTS.index(candidate.post), candidate.load, candidate.user_id or 0


def _available(candidate: Candidate) -> bool:
    return candidate.on_duty or candidate.post not in NEEDS_DUTY


def _reason(candidate: Candidate, chosen: Candidate | None) -> Candidate:
    """Say why one who was considered got the order or not."""
    if candidate.post == DEPARTMENT:
        return replace(candidate, eligible=True, reason_code="chosen" if candidate == chosen else "by_list")
    if not _available(candidate):
        return replace(candidate, eligible=False, reason_code="off_duty")
    if chosen is None:
        return replace(candidate, eligible=True, reason_code="desk_first")
    if candidate == chosen:
        return replace(candidate, reason_code="chosen")
    return replace(candidate, reason_code="more_load" if candidate.post == chosen.post else "later_post")


def _choice(rule: str, state: State, chosen: Candidate | None, people: list[Candidate]) -> Choice:
    explained = tuple(_reason(candidate, chosen) for candidate in people)
    picked = next((one for one in explained if one.reason_code == "chosen"), None)
    return Choice(rule, state, picked, explained)


def owner(people: list[Candidate]) -> Candidate | None:
    """The one who answers: the first available in the chain."""
    able = [candidate for candidate in people if candidate.post in POSTS and _available(candidate)]
    return min(able, key=_rank, default=None)


def first_hop(hop: FirstHop, location: Location | None, people: list[Candidate]) -> Choice:
    """Where a new report goes (T02, T03)."""
    ranked = sorted(
        people, key=lambda one: (one.post == DEPARTMENT, _rank(one) if one.post in POSTS else (9, 0, 0))
    )
    if location is None:
        return _choice("desk.no_point", State.SCREENING, None, ranked)
    if hop is FirstHop.DESK:
        return _choice("desk.first_hop", State.SCREENING, None, ranked)
    return to_grid(location, ranked)


def to_grid(location: Location, ranked: list[Candidate]) -> Choice:
    """To the first available of the cell, or to a person with the reason (T02)."""
    if location.cell is None:
        return _choice("desk.outside", State.WAIT_DISPATCH, None, ranked)
    chosen = owner(ranked)
    if chosen is None:
        return _choice("desk.nobody", State.WAIT_DISPATCH, None, ranked)
    return _choice(f"owner.{chosen.post}", State.WAIT_SIGN, chosen, ranked)


def filed(location: Location | None, people: list[Candidate]) -> Choice:
    """Where an accepted order goes: to the department of the list (T10), else to the grid, else to a person (T11)."""
    department = next((one for one in people if one.post == DEPARTMENT), None)
    if department is not None:
        return _choice("list.department", State.WAIT_SIGN, department, people)
    if location is None:
        return _choice("desk.no_point", State.WAIT_DISPATCH, None, people)
    return to_grid(location, sorted(people, key=_rank))


def checker(people: list[Candidate], handler_id: int | None) -> Choice | None:
    """Who checks a result on site: the first in the chain who did not handle it; None when there is nobody."""
    others = [one for one in people if one.user_id != handler_id and one.post in POSTS]
    chosen = min(others, key=lambda one: (not _available(one), *_rank(one)), default=None)
    if chosen is None:
        return None
    return Choice("check.person", State.SITE_CHECK, replace(chosen, reason_code="chosen"), ())


def _shown(candidate: Candidate) -> dict[str, Any]:
    zh, en = REASONS[candidate.reason_code]
    return {
        "post": candidate.post,
        "user_id": candidate.user_id,
        "name": candidate.name,
        "org": candidate.org,
        "eligible": candidate.eligible,
        "reason_code": candidate.reason_code,
        "reason_zh": zh,
        "reason_en": en,
    }


def chosen(candidate: Candidate | None) -> dict[str, Any] | None:
    """The one who got the order, as shown."""
    if candidate is None:
        return None
    return {
        "post": candidate.post,
        "user_id": candidate.user_id,
        "name": candidate.name,
        "org": candidate.org,
        "phone_masked": candidate.phone_masked,
        "duty": candidate.on_duty,
        "load": candidate.load,
    }


def rule_ref(key: str) -> dict[str, Any]:
    """A rule as kept with a decision: key, version, words."""
    rule = RULES[key]
    return {"key": key, "version": rule.version, "text_zh": rule.zh, "text_en": rule.en}


def explain(
    choice: Choice, location: Location | None, accuracy_m: float | None, function: str
) -> dict[str, Any]:
    """The decision as it is stored with the order and shown as 'why that person'."""
    release = location.release if location else None
    runner_up = location.runner_up if location else None
    return {
        "status": location.status if location else "none",
        "border_m": location.border_m if location else None,
        "accuracy_m": accuracy_m,
        "near_border": location.near_border if location else False,
        "runner_up": None
        if runner_up is None
        else {"code": runner_up.code, "name": runner_up.name, "distance_m": runner_up.distance_m},
        "release": None
        if release is None
        else {"no": release.no, "published_at": release.published_at.isoformat()},
        "rule": rule_ref(choice.rule),
        "chosen": chosen(choice.chosen),
        "candidates": [_shown(candidate) for candidate in choice.candidates],
        "function": function,
    }
