"""What callers are shown of orders; these are the replies of the API."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gisgov.identity.model import AreaName
from gisgov.orders.model.order import State
from gisgov.timing.model import Lamp


@dataclass(frozen=True)
class CategoryRef:
    """A category as shown beside an order."""

    code: str
    name_zh: str
    name_en: str
    char: str


@dataclass(frozen=True)
class CellRef:
    """The cell of an order."""

    code: str
    name: str


@dataclass(frozen=True)
class Holder:
    """Who must act; without a person when an organisation holds the order."""

    user_id: int | None
    name: str
    org: str


@dataclass(frozen=True)
class OrderSummary:
    """One order in a list; a point is WGS84, longitude first; the lamp is computed from the clock."""

    no: str
    title: str
    category: CategoryRef
    source: str
    state: State
    lamp: Lamp | None
    due_at: datetime | None
    yellow_at: datetime | None
    clock_started_at: datetime | None
    provisional: bool
    reported_at: datetime
    closed_at: datetime | None
    lon: float | None
    lat: float | None
    address: str
    cell: CellRef | None
    place: str
    holder: Holder | None
    supervised: bool
    major: bool
    urgent: bool
    version: int
    score: int | None


@dataclass(frozen=True)
class Counts:
    """How many orders a filter finds, by lamp and by what waits at the desk."""

    total: int
    green: int
    yellow: int
    red: int
    to_dispatch: int
    supervised: int


@dataclass(frozen=True)
class Page:
    """One page of a list; `next` continues it."""

    items: list[OrderSummary]
    next: str | None
    counts: Counts | None


@dataclass(frozen=True)
class Button:
    """Something the caller may do now; `needs` is what has to come with it."""

    action: str
    label_zh: str
    label_en: str
    needs: tuple[str, ...]
    primary: bool


@dataclass(frozen=True)
class FileRef:
    """A file of an order."""

    id: int
    kind: str


@dataclass(frozen=True)
class TraceRow:
    """One step in the record of an order."""

    version: int
    action: str
    from_state: str | None
    to_state: str
    at: datetime
    actor_name: str
    system: bool
    note: str
    files: list[FileRef]
    rule: dict[str, Any] | None
    due_before: datetime | None
    due_after: datetime | None


@dataclass(frozen=True)
class Assignment:
    """The part of one holder in an order."""

    mode: str
    seq: int
    user_id: int | None
    user_name: str | None
    org_id: int | None
    org_name: str | None
    post: str
    assigned_at: datetime
    due_at: datetime | None
    signed_at: datetime | None
    done_at: datetime | None
    result: str
    ended_as: str | None


@dataclass(frozen=True)
class Limit:
    """A time limit of an order."""

    key: str
    version: int
    amount: float
    unit: str
    ours: bool
    stated_by: str
    name_zh: str
    name_en: str
    started_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Reporter:
    """Who reported, masked."""

    name: str
    phone: str


@dataclass(frozen=True)
class Rating:
    """What the reporter thinks of a closed order; the second one is a follow-up (追评)."""

    score: int
    text: str
    at: datetime
    kind: str


@dataclass(frozen=True)
class OrderView(OrderSummary):
    """Everything about one order that its card shows."""

    content: str = ""
    area_path: list[AreaName] = field(default_factory=list)
    decision: dict[str, Any] = field(default_factory=dict)
    limits: list[Limit] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    timeline: list[TraceRow] = field(default_factory=list)
    actions: list[Button] = field(default_factory=list)
    files: list[FileRef] = field(default_factory=list)
    reporter: Reporter | None = None
    supervisions: list[dict[str, Any]] = field(default_factory=list)
    rating: Rating | None = None
    closure_policy: str = ""


@dataclass(frozen=True)
class Filed:
    """The answer to a report; the token is given this once and stored only as a digest."""

    order_no: str
    state: State
    tracking_token: str
    cell: CellRef | None
    holder: Holder | None
    decision: dict[str, Any]


@dataclass(frozen=True)
class Track:
    """What the reporter sees (W-15): one of two headings, a line of steps, who, and what was done."""

    no: str
    title: str
    heading: str
    heading_zh: str
    heading_en: str
    steps: list[dict[str, Any]]
    place: str
    address: str
    holder: Holder | None
    result: str
    reported_at: datetime
    closed_at: datetime | None
    may_rate: bool
    rate_until: datetime | None
    ratings: list[Rating]
