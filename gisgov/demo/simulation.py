"""The simulated day: patrollers walk, reports come in, people handle them, through the services as users do.

Real time throughout: ``speed`` makes people walk and act sooner, it does not bend the clock.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event
from time import perf_counter

import numpy as np

from gisgov.demo import rates
from gisgov.demo.accounts import DEPARTMENTS
from gisgov.demo.beats import Beat, make_beats
from gisgov.demo.incidents import ZONE, Places, draw_categories, hour_weights, make_incidents, texts
from gisgov.demo.model import City
from gisgov.demo.photos import draw_photo
from gisgov.demo.plane import Plane
from gisgov.grids import service as grids
from gisgov.identity import service as identity
from gisgov.intake.model import NewReport
from gisgov.kernel.actor import NOBODY, SYSTEM, Actor
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.errors import GisgovError
from gisgov.media import service as media
from gisgov.orders import service as orders
from gisgov.orders.model import Inputs, Order, State
from gisgov.oversight import service as oversight
from gisgov.patrol import service as patrol
from gisgov.patrol.model import NewFix

FIX_EVERY_S = 12.0
"""Each patroller on duty gives a position so often, whatever the speed."""
TICK_S = 1.0
REPORT_EVERY_S = (20.0, 40.0)
SYNC_EVERY_S = 45.0
DUTY_EVERY_S = 150.0
MAJOR_MORE_OFTEN = 4.0
ON_THE_SPOT_SHARE = 0.25
WITH_PHOTO, PHOTO_SHARE = frozenset({"resident", "patrol", "camera"}), 0.5
LATE_SHARE, LATE_FACTOR = 0.03, 12.0
OVERDUE_FACTOR = 9.0
PAGE = 200


@dataclass(frozen=True)
class Habit:
    """What somebody does with an order in a state, and after how many minutes (median, spread of the logarithm)."""

    action: str
    median_min: float
    spread: float = 0.8


HABITS: dict[State, Habit] = {
    State.SCREENING: Habit("accept", 4),
    State.WAIT_DISPATCH: Habit("dispatch", 4),
    State.WAIT_SIGN: Habit("sign_in", 7, 0.9),
    State.SIGNED: Habit("start", 3),
    State.HANDLING: Habit("submit_result", 35, 0.9),
    State.SITE_CHECK: Habit("check", 20),
    State.CENTRE_REVIEW: Habit("approve", 15),
}
AT_THE_DESK = {
    State.SCREENING: "dispatcher",
    State.WAIT_DISPATCH: "dispatcher",
    State.CENTRE_REVIEW: "auditor",
}


@dataclass
class Day:
    """One simulated day on a loaded demonstration."""

    database: Database
    city: City
    speed: float = 1.0
    seed: int | None = None
    _queue: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    _planned: set[str] = field(default_factory=set)
    _count: int = 0

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)
        self._plane = Plane(self.city.outline)
        self._places = Places(self.city)
        self._beats = make_beats(self.city, self._plane)
        self._began = perf_counter()
        with self.database.transaction(SYSTEM) as tx:
            users = identity.users_by_logins(tx, list(self.city.staff.logins))
            self._ids = [users[login].id for login in self.city.staff.logins]
            self._on_duty = set(grids.on_duty(tx, self._ids))
        self._by_login = dict(zip(self.city.staff.logins, self._ids, strict=True))

    # ------------------------------------------------------------------ time
    def run(self, stop: Event) -> None:
        """Let the day go on until told to stop."""
        self.begin()
        while not stop.is_set():
            wait = self._queue[0][0] - perf_counter()
            if wait > 0 and stop.wait(wait):
                return
            self.step()

    def begin(self) -> None:
        """Plan the first of everything that happens again and again."""
        for doing in (self._walk, self._sync, self._report, self._change_duty):
            self._after(0.0, doing)

    def step(self) -> None:
        """Do the next thing that is planned."""
        _, _, doing = heapq.heappop(self._queue)
        doing()

    def _after(self, seconds: float, doing: Callable[[], object]) -> None:
        self._count += 1
        heapq.heappush(self._queue, (perf_counter() + seconds, self._count, doing))

    # ------------------------------------------------------------------ walking
    def _walk(self) -> None:
        self._after(TICK_S, self._walk)
        slot = int(perf_counter() / TICK_S)
        many = round(FIX_EVERY_S / TICK_S)
        walking = [b for i, b in enumerate(self._beats) if i % many == slot % many]
        self.record(beat for beat in walking if self._ids[beat.person] in self._on_duty)

    def record(self, beats: Iterable[Beat]) -> None:
        """Record where some patrollers are now."""
        gone = (perf_counter() - self._began) * self.speed
        with self.database.transaction(SYSTEM) as tx:
            patrol.record_many(tx, [self._fix(beat, gone, tx.now) for beat in beats])

    def _fix(self, beat: Beat, gone: float, now: datetime) -> NewFix:
        point, heading = beat.at(gone)
        lonlat = self._plane.round(point)
        accuracy = float(self._rng.uniform(3, 12))
        return NewFix(self._ids[beat.person], lonlat.x, lonlat.y, now, round(accuracy, 1), round(heading, 1))

    def _change_duty(self) -> None:
        """Now and then somebody ends a shift and somebody else begins one."""
        self._after(DUTY_EVERY_S / self.speed, self._change_duty)
        workers = [self._ids[beat.person] for beat in self._beats]
        resting = [who for who in workers if who not in self._on_duty]
        share = len(resting) / max(len(workers), 1)
        begins = bool(resting) and self._rng.random() < share / 0.28
        pool = resting if begins else [who for who in workers if who in self._on_duty]
        if not pool:
            return
        who = int(self._rng.choice(pool))
        with self.database.transaction(SYSTEM) as tx:
            grids.set_duty(tx.acting_as(identity.actor_of(tx, who)), [who], on_duty=begins)
        (self._on_duty.add if begins else self._on_duty.discard)(who)

    # ------------------------------------------------------------------ reports
    def _report(self) -> None:
        self._after(float(self._rng.uniform(*REPORT_EVERY_S)) / self.speed, self._report)
        self.report_one()

    def report_one(self) -> str:
        """Let one report come in, as likely at this hour; return the order's number."""
        with self.database.transaction(SYSTEM) as tx:
            what = make_incidents(self._places, self.city, [tx.now], self._category(tx.now), self._rng)
            new = NewReport(
                source=str(what.sources[0]),
                category=str(what.categories[0]),
                title=what.titles[0],
                content=what.contents[0],
                lon=float(what.lons[0]),
                lat=float(what.lats[0]),
                datum="wgs84",
                accuracy_m=float(self._rng.choice([5, 8, 12, 20, 35])),
                address=what.addresses[0],
                reporter_name=str(what.reporters[0]),
                reporter_phone=str(what.phones[0]),
                anonymous=not what.reporters[0],
            )
            caller = self._caller(tx, new)
            if new.source == "patrol" and self._rng.random() < ON_THE_SPOT_SHARE:
                new = replace(new, handled_note=self._done(new.category), file_ids=(self._photo(tx, caller),))
            elif new.source in WITH_PHOTO and self._rng.random() < PHOTO_SHARE:
                new = replace(new, file_ids=(self._photo(tx, caller),))
            filed = orders.report(tx.acting_as(caller), new)
        self._plan(filed.order_no, filed.state, overdue=False)
        return filed.order_no

    def _category(self, now: datetime) -> np.ndarray:
        """Draw a category by rate and hour of the day; major incidents more often than in life."""
        drawn = draw_categories(24, self._rng)
        hour = now.astimezone(ZONE).hour
        weight = np.array([hour_weights(str(code).split(".")[0])[hour] for code in drawn])
        weight *= np.where(np.isin(drawn, list(rates.MAJOR)), MAJOR_MORE_OFTEN, 1.0)
        return drawn[[self._rng.choice(len(drawn), p=weight / weight.sum())]]

    def _caller(self, tx: Tx, new: NewReport) -> Actor:
        """Who sends a report of a source: nobody signed in, a patroller, the desk, another system."""
        if new.source == "resident":
            return NOBODY
        if new.source == "patrol":
            workers = [
                self._ids[beat.person] for beat in self._beats if self._ids[beat.person] in self._on_duty
            ]
            return identity.actor_of(tx, int(self._rng.choice(workers or self._ids)))
        if new.source in ("telephone", "letter", "mailbox", "superior"):
            return identity.actor_of(tx, self._by_login["dispatcher"])
        return SYSTEM

    # ------------------------------------------------------------------ handling
    def _sync(self) -> None:
        """Take up open orders that are not planned yet: those of before, and those that visitors made."""
        self._after(SYNC_EVERY_S, self._sync)
        after: str | None = None
        while True:
            with self.database.transaction(SYSTEM) as tx:
                page = orders.orders(tx, orders.Filter(open=True, limit=PAGE), after, counted=False)
                now = tx.now
            for order in page.items:
                if order.no not in self._planned:
                    overdue = order.due_at is not None and order.due_at < now
                    self._plan(order.no, order.state, overdue=overdue)
            after = page.next
            if after is None:
                return

    def _plan(self, no: str, state: State, *, overdue: bool) -> None:
        """Plan what becomes of an order next, if anything does."""
        habit = HABITS.get(state)
        if habit is None:
            self._planned.discard(no)
            return
        minutes = habit.median_min * float(np.exp(habit.spread * self._rng.standard_normal()))
        minutes *= OVERDUE_FACTOR if overdue else 1.0
        minutes *= LATE_FACTOR if self._rng.random() < LATE_SHARE else 1.0
        self._planned.add(no)
        self._after(60 * minutes / self.speed, lambda: self.handle(no))

    def handle(self, no: str) -> State | None:
        """Let the one who has to act on an order do so; return its state, None when somebody else was faster."""
        try:
            with self.database.transaction(SYSTEM) as tx:
                state = self._act(tx, no)
        except GisgovError:
            self._planned.discard(no)
            return None
        self._plan(no, state, overdue=False)
        return state

    def _act(self, tx: Tx, no: str) -> State:
        order = orders.find(tx, no)
        habit = HABITS.get(order.state)
        if habit is None:
            return order.state
        actor = identity.actor_of(tx, self._who(order))
        own = tx.acting_as(actor)
        if order.supervised and order.state is State.HANDLING:
            self._answer(own, order)
            order = orders.find(tx, no)
        action, inputs = habit.action, Inputs(version=order.version)
        if action in ("submit_result", "check"):
            inputs = replace(inputs, note=self._done(order.category_code), file_ids=(self._photo(tx, actor),))
        elif action == "dispatch":
            inputs = replace(inputs, user_id=self._leader(), note=self._say("dispatch"))
        elif action == "approve" and self._rng.random() < rates.REJECT_SHARE:
            action, inputs = "reject", replace(inputs, note=self._say("reject"))
        return orders.act(own, no, action, inputs).state

    def _answer(self, own: Tx, order: Order) -> None:
        """Answer what supervises an order before handing in its result."""
        if any(button.action == "answer_supervision" for button in oversight.actions(own, order.no)):
            oversight.answer(own, order.no, Inputs(version=order.version, note=self._say("answered")))

    def _who(self, order: Order) -> int:
        desk = AT_THE_DESK.get(order.state)
        if desk is not None:
            return int(self._by_login[desk])
        if order.holder_user_id is not None:
            return order.holder_user_id
        of_org = (d.login for d in DEPARTMENTS if d.name == order.holder_org_name)
        return int(self._by_login[next(of_org, "dispatcher")])

    def _leader(self) -> int:
        leaders = [who for login, who in self._by_login.items() if login.startswith("street")]
        return int(self._rng.choice(leaders))

    def _photo(self, tx: Tx, actor: Actor) -> int:
        picture = draw_photo(self._rng, tx.now.astimezone(ZONE))
        return media.keep(tx.acting_as(actor), picture, "现场照片.jpg").id

    def _done(self, category: str | None) -> str:
        words = texts()["done"][(category or "other").split(".")[0]]
        return words[self._rng.integers(len(words))]

    def _say(self, key: str) -> str:
        words = texts()["asks"][key]
        return words[self._rng.integers(len(words))]
