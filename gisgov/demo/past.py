"""The days before: invented orders on the real cells, owners and limits of the loaded district."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import chinese_calendar
import numpy as np

from gisgov.demo import rates
from gisgov.demo.accounts import DEPARTMENTS
from gisgov.demo.incidents import ZONE, Incidents, Places, draw_categories, draw_times, make_incidents, texts
from gisgov.demo.lives import Case, Clock, Life, live
from gisgov.demo.model import City, generator
from gisgov.grids.model import CellRef, Location, Locations, ReleaseRef
from gisgov.grids.rules import COUNTED_HEX, near_border
from gisgov.identity.rules import mask_mobile
from gisgov.intake.model import Category, Source
from gisgov.orders.model import Candidate
from gisgov.orders.rules import routing
from gisgov.orders.rules.lifecycle import ENDED
from gisgov.orders.service import PastOrder, PastStep
from gisgov.oversight.model import PastSupervision
from gisgov.spatial.hexes import hex_of
from gisgov.timing.model import Calendar, DayKind

ACCURACY_M = 8.0
"""What the receivers of all past reports say of themselves."""
Locate = Callable[[float, float], Location]
"""Longitude and latitude → everything the grids know of the point."""


@dataclass(frozen=True)
class Bound:
    """The city as it stands in the database: numbers of users, organisations, cells and their release.

    ``user_ids`` runs as the staff of the city, ``org_names`` by organisation code.
    """

    user_ids: Sequence[int]
    org_ids: dict[str, int]
    org_names: dict[str, str]
    release: ReleaseRef
    sources: dict[str, Source]
    categories: dict[str, Category]


def known_days(now: datetime, days: int) -> Calendar:
    """Read the official calendar of the past ``days`` and the coming month, as far as it is published."""
    kinds: dict[date, DayKind] = {}
    for back in range(-30, days + 2):
        day = (now.astimezone(ZONE) - timedelta(days=back)).date()
        try:
            kinds[day] = DayKind.WORKDAY if chinese_calendar.is_workday(day) else DayKind.HOLIDAY
        except NotImplementedError:  # a year the library does not know yet
            continue
    return Calendar(kinds)


class Past:
    """Maker of the past of one city."""

    def __init__(self, city: City, bound: Bound, clock: Clock, now: datetime, locate: Locate) -> None:
        self._city, self._bound, self._clock, self._now, self._locate = city, bound, clock, now, locate
        self._rng = generator(city.seed, "past")
        self._cell_at = {code: i for i, code in enumerate(city.grid.codes)}
        self._places = Places(city)
        staff = city.staff
        self._office = {login: i for i, login in enumerate(staff.logins)}
        self._leaders = np.unique(staff.leader_of[staff.leader_of >= 0])
        self._numbers: Counter[str] = Counter()

    def incidents(self, count: int, days: int) -> Incidents:
        """Invent ``count`` reports of the last ``days`` days, oldest first."""
        categories = draw_categories(count, self._rng)
        at = draw_times(categories, days, self._now, self._rng)
        order = np.array(sorted(range(count), key=at.__getitem__), dtype=np.int64)
        return make_incidents(self._places, self._city, [at[i] for i in order], categories[order], self._rng)

    def orders(self, what: Incidents, where: Locations) -> tuple[list[PastOrder], list[PastSupervision]]:
        """Let every report become an order and live until now; open ones also learn their runner-up cell."""
        orders, supervisions = [], []
        for i in range(len(what.at)):
            case = self._case(what, where, i)
            life = live(case, self._now, self._clock, self._rng)
            no = self._number(case.at)
            own = [*self._overdue(no, life), *self._by_leader(no, life)]
            orders.append(self._order(no, what, i, case, life, bool(own)))
            supervisions += own
        return orders, supervisions

    def _number(self, at: datetime) -> str:
        day = f"{at.astimezone(ZONE):%Y%m%d}"
        self._numbers[day] += 1
        return f"{day}-{self._numbers[day]:04d}"

    def _case(self, what: Incidents, where: Locations, i: int) -> Case:
        category = self._bound.categories[what.categories[i]]
        location = self._location(where, i, what)
        return Case(
            at=what.at[i],
            source=self._bound.sources[what.sources[i]],
            category=category,
            location=location,
            people=self._people(where.code[i], category.function, what.at[i]),
            content=what.contents[i],
            reporter=str(what.reporters[i]),
            dispatcher=self._person("dispatcher"),
            reviewer=self._person("auditor" if self._rng.random() < 0.7 else "chief"),
            fallback=self._candidate("person", int(self._rng.choice(self._leaders)), on_duty=True),
        )

    def _person(self, login: str) -> tuple[int, str]:
        at = self._office[login]
        return self._bound.user_ids[at], str(self._city.staff.names[at])

    def _location(self, where: Locations, i: int, what: Incidents) -> Location:
        code, border = where.code[i], float(where.border_m[i])
        cell = None
        if code is not None:
            name = str(self._city.grid.names[self._cell_at[code]])
            cell = CellRef(int(where.cell_id[i]), int(where.version_id[i]), code, name, int(where.area_no[i]))
        return Location(
            status=where.status[i],
            network="basic",
            area_no=int(where.area_no[i]),
            cell=cell,
            ancestors=(),
            special=(),
            hex=hex_of(float(what.lons[i]), float(what.lats[i]), COUNTED_HEX),
            border_m=None if np.isnan(border) else border,
            near_border=near_border(None if np.isnan(border) else border, ACCURACY_M),
            runner_up=None,
            people=(),
            release=self._bound.release,
        )

    def _people(self, code: str | None, function: str, at: datetime) -> list[Candidate]:
        """Who could answer at that place and time; on duty as now for the last day, before that by chance."""
        if code is None:
            return []
        staff, cell = self._city.staff, self._cell_at[code]
        recent = self._now - at < timedelta(hours=30)
        found = []
        for post, who in (
            ("worker", staff.worker_of),
            ("substitute", staff.substitute_of),
            ("leader", staff.leader_of),
        ):
            person = int(who[cell])
            if person >= 0:
                on_duty = bool(staff.on_duty[person]) if recent else bool(self._rng.random() < 0.9)
                found.append(self._candidate(post, person, on_duty=on_duty))
        department = next((d for d in DEPARTMENTS if d.function == function), None)
        if department is not None:
            name = department.name
            found.append(
                Candidate(
                    routing.DEPARTMENT, None, self._bound.org_ids[department.code], name, name, "", True, 0
                )
            )
        return found

    def _candidate(self, post: str, person: int, *, on_duty: bool) -> Candidate:
        staff = self._city.staff
        org = str(staff.org_codes[person])
        return Candidate(
            post=post,
            user_id=self._bound.user_ids[person],
            org_id=self._bound.org_ids[org],
            name=str(staff.names[person]),
            org=self._bound.org_names[org],
            phone_masked=mask_mobile(str(staff.mobiles[person])),
            on_duty=on_duty,
            load=int(self._rng.integers(0, 6)),
        )

    def _place(self, cell: CellRef | None) -> str:
        if cell is None:
            return ""
        grid, at = self._city.grid, self._cell_at[cell.code]
        street, community = (
            grid.streets[grid.street_of[at]].name,
            grid.communities[grid.community_of[at]].name,
        )
        return f"{street} · {community} {cell.name}"

    def _order(self, no: str, what: Incidents, i: int, case: Case, life: Life, supervised: bool) -> PastOrder:
        open_now = life.state not in ENDED
        location = self._locate(float(what.lons[i]), float(what.lats[i])) if open_now else case.location
        cell, holder = location.cell, life.holder
        running = life.running if open_now else None
        ended = next(
            (s.at for s in reversed(life.steps) if s.action not in ("rate", "overdue", "supervise")), case.at
        )
        score, said, rated_at = life.score or (None, "", None)
        assert life.choice is not None
        return PastOrder(
            no=no,
            title=what.titles[i],
            content=what.contents[i],
            category_code=case.category.code,
            source_code=case.source.code,
            urgent=case.category.major,
            major=case.category.major,
            state=life.state,
            lon=float(what.lons[i]),
            lat=float(what.lats[i]),
            address=what.addresses[i],
            location_status=location.status,
            near_border=location.near_border,
            border_m=location.border_m,
            runner_up=location.runner_up.code if location.runner_up else None,
            cell_id=cell.id if cell else None,
            cell_version_id=cell.version_id if cell else None,
            cell_code=cell.code if cell else None,
            cell_name=cell.name if cell else None,
            place=self._place(cell),
            release_id=self._bound.release.id,
            area_no=location.area_no,
            hex=location.hex,
            function=case.category.function,
            closure_policy=case.category.closure_policy,
            decision=routing.explain(life.choice, location, ACCURACY_M, case.category.function),
            holder_user_id=holder.user_id if holder else None,
            holder_org_id=holder.org_id if holder else None,
            holder_name=holder.name if holder else None,
            holder_org_name=holder.org if holder else None,
            holder_post=holder.post if holder else "worker",
            limit_key=running.key if running else None,
            limit_version=running.version if running else 1,
            clock_started_at=running.started_at if running else None,
            yellow_at=running.yellow_at if running else None,
            due_at=running.due_at if running else None,
            overdue_fired_at=life.fired_at if running else None,
            supervised=supervised,
            reported_at=case.at,
            signed_at=life.signed_at,
            closed_at=None if open_now else ended,
            score=score,
            rating_text=said,
            rated_at=rated_at,
            reporter_name=str(what.reporters[i]),
            reporter_phone=str(what.phones[i]),
            steps=tuple(life.steps),
        )

    def _overdue(self, no: str, life: Life) -> list[PastSupervision]:
        """A supervision for every deadline that passed, answered soon after unless it is recent."""
        return [
            self._supervision(no, "overdue", words, due_at, life, "系统") for due_at, words in life.overdue
        ]

    def _by_leader(self, no: str, life: Life) -> list[PastSupervision]:
        """Now and then a leader supervises an order that is being handled."""
        begun = [s.at for s in life.steps if s.action == "start"]
        if not begun or self._rng.random() > rates.LEADER_SUPERVISES_SHARE * (
            8 if life.state not in ENDED else 1
        ):
            return []
        at = begun[0] + timedelta(minutes=float(self._rng.uniform(10, 90)))
        later = [s.at for s in life.steps if s.at > begun[0]]
        if at > self._now or (later and at > later[0]):
            return []
        leader = self._person("leader")
        words = texts()["asks"]["supervise"][self._rng.integers(len(texts()["asks"]["supervise"]))]
        index = next(k for k, s in enumerate(life.steps) if s.action == "start") + 1
        due_at = life.steps[index - 1].due_after
        life.steps.insert(
            index, PastStep("supervise", life.steps[index - 1].to_state, at, *leader, "leader", words, due_at)
        )
        return [self._supervision(no, "leader", words, at, life, leader[1])]

    def _supervision(
        self, no: str, origin: str, words: str, at: datetime, life: Life, issued_by: str
    ) -> PastSupervision:
        answered_at = at + timedelta(hours=float(self._rng.uniform(0.5, 20)))
        answered = answered_at < self._now
        answers = texts()["asks"]["answered"]
        return PastSupervision(
            order_no=no,
            origin=origin,
            state=("closed" if life.state in ENDED else "answered") if answered else "issued",
            instruction=words,
            issued_at=at,
            due_at=self._clock.start("answer", at).due_at,
            target_user_id=life.holder.user_id if life.holder else None,
            target_name=life.holder.name if life.holder else None,
            issued_by=issued_by,
            answer=answers[self._rng.integers(len(answers))] if answered else "",
            answered_at=answered_at if answered else None,
        )
