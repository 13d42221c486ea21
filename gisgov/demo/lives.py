"""What became of an order: a plausible walk through the life cycle, each moment after the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from gisgov.demo import rates
from gisgov.demo.incidents import ZONE, texts
from gisgov.grids.model import Location
from gisgov.intake.model import Category, Closure, Source
from gisgov.intake.rules import first_hop
from gisgov.kernel.lifecycle import Step
from gisgov.orders.model import Candidate, Choice, State
from gisgov.orders.rules import routing
from gisgov.orders.rules.lifecycle import KEEPS_CLOCK, LIFECYCLE
from gisgov.orders.service import PastStep
from gisgov.timing.model import Calendar, LimitRule, Running
from gisgov.timing.rules import rule_key, running

REACTION = timedelta(seconds=2)
DECIDING = frozenset(routing.RULES) - {"check.person"}
"""Rules whose choice is kept as the decision of an order."""
_ROUTED = {State.WAIT_SIGN: "route", State.SCREENING: "screen", State.WAIT_DISPATCH: "queue"}


@dataclass(frozen=True)
class Clock:
    """Limits and calendar, to start clocks without a database."""

    calendar: Calendar
    limits: dict[str, LimitRule]

    def start(self, key: str, at: datetime) -> Running:
        """Start the clock of a limit."""
        name, known = rule_key(key, self.calendar, at)
        return running(self.limits[name], at, self.calendar, known)


@dataclass(frozen=True)
class Case:
    """What is known of an order when it comes in."""

    at: datetime
    source: Source
    category: Category
    location: Location
    people: list[Candidate]
    content: str
    reporter: str
    dispatcher: tuple[int, str]
    reviewer: tuple[int, str]
    fallback: Candidate


@dataclass(frozen=True)
class Move:
    """One thing that happens next: by whom, when, in which part."""

    action: str
    at: datetime
    actor: tuple[int | None, str]
    part: str
    note: str = ""
    choice: Choice | None = None


_SYSTEM: tuple[int | None, str] = (None, "系统")


@dataclass
class Life:
    """An order as far as it has come by ``now``."""

    now: datetime
    clock: Clock
    state: State = State.REPORTED
    steps: list[PastStep] = field(default_factory=list)
    running: Running | None = None
    holder: Candidate | None = None
    choice: Choice | None = None
    signed_at: datetime | None = None
    overdue: list[tuple[datetime, str]] = field(default_factory=list)
    fired_at: datetime | None = None
    score: tuple[int, str, datetime] | None = None

    def take(self, move: Move, policy: str) -> bool:
        """Take a step if its time has come; an earlier deadline is answered first."""
        if self.running is not None and self.running.due_at <= min(move.at, self.now):
            self._run_out(self.running.due_at)
        if move.at > self.now:
            return False
        if move.action == "reported":
            self._record(move, State.REPORTED)
            return True
        step = LIFECYCLE.step(move.action, self.state, policy)
        if move.choice is not None:
            self.holder = move.choice.chosen
            self.choice = move.choice if move.choice.rule in DECIDING else self.choice
        if step.action not in KEEPS_CLOCK:
            limit = self._limit(step)
            self.running = self.clock.start(limit, move.at) if limit else None
            self.fired_at = None
        if move.action == "sign_in":
            self.signed_at = move.at
        self._record(move, State(step.target))
        return True

    def _limit(self, step: Step) -> str | None:
        department = self.holder is not None and self.holder.post == routing.DEPARTMENT
        return "sign_in.desk" if step.limit == "sign_in" and department else step.limit

    def _run_out(self, due_at: datetime) -> None:
        if self.fired_at is not None:
            return
        words = texts()["asks"]["overdue"][0 if self.state is State.WAIT_SIGN else 1]
        self.overdue.append((due_at, words))
        self.fired_at = due_at
        self._record(Move("overdue", due_at, _SYSTEM, "system", words), self.state)

    def _record(self, move: Move, to_state: State) -> None:
        due_at = self.running.due_at if self.running else None
        self.state = to_state
        self.steps.append(PastStep(move.action, to_state, move.at, *move.actor, move.part, move.note, due_at))


def live(case: Case, now: datetime, clock: Clock, rng: np.random.Generator) -> Life:
    """Let an order live until it ends or until ``now``."""
    life = Life(now, clock)
    for move in _moves(case, life, rng):
        if not life.take(move, case.category.closure_policy):
            break
    return life


def _moves(case: Case, life: Life, rng: np.random.Generator) -> Iterator[Move]:
    desk = case.dispatcher
    yield Move("reported", case.at, (None, case.reporter or case.source.name_zh), "reporter", case.content)
    choice = routing.first_hop(first_hop(case.source, case.category), case.location, case.people)
    at = case.at + REACTION
    yield Move(_ROUTED[choice.state], at, _SYSTEM, "system", choice=choice)
    if life.state is State.SCREENING:
        at += _hours(rng, 0.35, 0.8)
        fate = rng.random()
        if fate < 0.10:
            action = "answer" if fate < 0.06 else "refuse" if fate < 0.085 else "void"
            yield Move(action, at, desk, "desk", _phrase("asks", action, rng))
            return
        yield Move("accept", at, desk, "desk")
        choice = routing.filed(case.location if case.location.cell else None, case.people)
        at += REACTION
        yield Move(_ROUTED[choice.state], at, _SYSTEM, "system", choice=choice)
    if life.state is State.WAIT_DISPATCH:
        at += _hours(rng, 0.4, 0.9)
        if case.location.cell is None and rng.random() < 0.3:
            yield Move("void", at, desk, "desk", _phrase("asks", "void", rng))
            return
        chosen = replace(routing.owner(case.people) or case.fallback, reason_code="chosen")
        given = Choice("desk.dispatched", State.WAIT_SIGN, chosen, (chosen,))
        yield Move("dispatch", at, desk, "desk", _phrase("asks", "dispatch", rng), given)
    yield from _handling(case, life, at, rng)


def _handling(case: Case, life: Life, at: datetime, rng: np.random.Generator) -> Iterator[Move]:
    holder = life.holder
    if holder is None:
        return
    actor = (holder.user_id, holder.name)
    stuck = rng.random() < rates.STUCK_SHARE
    at = _awake(at + _hours(rng, 0.7, 0.85), rng, 0.25)
    late = rng.random() < rates.LATE_SIGN_SHARE
    at += timedelta(hours=float(rng.uniform(4, 15))) * late
    yield Move("sign_in", at, actor, "holder")
    at += _hours(rng, 0.25, 0.8)
    yield Move("start", at, actor, "holder")
    slow = rng.random() < rates.SLOW_SHARE
    for attempt in range(2):
        at = _awake(at + _hours(rng, 6.0 if attempt == 0 else 2.5, 1.1), rng, 0.8)
        at += (
            timedelta(hours=float(rng.uniform(66, 190))) * slow
            + timedelta(days=float(rng.uniform(5, 18))) * stuck
        )
        yield Move(
            "submit_result", at, actor, "holder", _phrase("done", case.category.code.split(".")[0], rng)
        )
        if life.state is State.CLOSED:
            break
        at += REACTION
        if case.category.closure_policy is Closure.SITE_CHECK and (
            checker := routing.checker(case.people, holder.user_id)
        ):
            yield Move("send_check", at, _SYSTEM, "system", choice=checker)
            at = _awake(at + _hours(rng, 5, 0.7), rng, 0.9)
            found = life.holder
            yield Move(
                "check",
                at,
                (found.user_id, found.name) if found else _SYSTEM,
                "holder",
                "现场核查，情况属实。",
            )
        else:
            yield Move("send_review", at, _SYSTEM, "system")
        at = _awake(at + _hours(rng, 3.5, 0.8), rng, 0.9)
        if attempt == 0 and rng.random() < rates.REJECT_SHARE:
            yield Move(
                "reject",
                at,
                case.reviewer,
                "reviewer",
                _phrase("asks", "reject", rng),
                Choice("check.person", State.HANDLING, holder, ()),
            )
            slow = stuck = False
            continue
        yield Move("approve", at, case.reviewer, "reviewer")
        break
    yield from _rating(case, life, at, late or slow, rng)


def _rating(case: Case, life: Life, at: datetime, late: bool, rng: np.random.Generator) -> Iterator[Move]:
    if case.source.code not in rates.NAMED_SOURCES or rng.random() > rates.RATED_SHARE:
        return
    share = rates.SCORES_WHEN_LATE if late else rates.SCORES
    score = int(rng.choice(list(share), p=np.array(list(share.values())) / sum(share.values())))
    words = texts()["ratings"][str(score)]
    said, at = words[rng.integers(len(words))], at + _hours(rng, 6, 1.2)
    if at <= life.now:
        life.score = (score, said, at)
    yield Move("rate", at, (None, case.reporter), "reporter", said)


def _phrase(table: str, key: str, rng: np.random.Generator) -> str:
    words = texts()[table][key]
    return words[rng.integers(len(words))]


def _hours(rng: np.random.Generator, median: float, spread: float) -> timedelta:
    return timedelta(hours=float(median * np.exp(spread * rng.standard_normal())))


def _awake(at: datetime, rng: np.random.Generator, share: float) -> datetime:
    """Move what would happen at night to the next morning, for a share of the cases."""
    local = at.astimezone(ZONE)
    if 7 <= local.hour < 22 or rng.random() > share:
        return at
    morning = local.replace(hour=7, minute=20, second=0) + timedelta(days=local.hour >= 22)
    return morning + timedelta(minutes=float(rng.uniform(0, 100)))
