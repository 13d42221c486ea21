"""The order itself, who takes part in it, and what comes with an action."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """States of an order. Those of transfers, consultations and suspensions join with their steps."""

    REPORTED = "REPORTED"
    SCREENING = "SCREENING"
    FILED = "FILED"
    WAIT_DISPATCH = "WAIT_DISPATCH"
    WAIT_SIGN = "WAIT_SIGN"
    SIGNED = "SIGNED"
    HANDLING = "HANDLING"
    RESULT_SUBMITTED = "RESULT_SUBMITTED"
    SITE_CHECK = "SITE_CHECK"
    CENTRE_REVIEW = "CENTRE_REVIEW"
    CLOSED = "CLOSED"
    REFUSED = "REFUSED"
    ANSWERED = "ANSWERED"
    VOID = "VOID"


class Part(StrEnum):
    """What somebody is towards an order; a step names the parts that may take it."""

    SYSTEM = "system"
    HOLDER = "holder"
    FINDER = "finder"
    DESK = "desk"
    VOIDER = "voider"
    REVIEWER = "reviewer"
    LEADER = "leader"
    SUPERVISED = "supervised"
    REPORTER = "reporter"


class Mode(StrEnum):
    """How an assignment came about; modes of co-handling join with their steps."""

    ROUTE = "route"
    LIST = "list"
    DISPATCH = "dispatch"
    CHECK = "check"
    SPOT = "spot"


@dataclass(frozen=True)
class Candidate:
    """Somebody who could have been chosen, and why he was or was not."""

    post: str
    user_id: int | None
    org_id: int | None
    name: str
    org: str
    phone_masked: str
    on_duty: bool
    load: int
    eligible: bool = True
    reason_code: str = ""


@dataclass(frozen=True)
class Choice:
    """Where an order goes: the rule that decided, the one chosen, everybody who was considered."""

    rule: str
    state: State
    chosen: Candidate | None
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Order:
    """One order as stored; `decision` is the explanation kept from the moment of routing."""

    id: int
    no: str
    title: str
    content: str
    category_code: str
    source_code: str
    urgent: bool
    major: bool
    state: State
    version: int
    lon: float | None
    lat: float | None
    address: str
    location_status: str
    near_border: bool
    border_m: float | None
    cell_id: int | None
    cell_version_id: int | None
    cell_code: str | None
    cell_name: str | None
    place: str
    release_id: int | None
    area_no: int
    hex: str | None
    function: str
    closure_policy: str
    decision: dict[str, Any]
    holder_user_id: int | None
    holder_org_id: int | None
    holder_name: str | None
    holder_org_name: str | None
    limit_key: str | None
    limit_version: int | None
    clock_started_at: datetime | None
    yellow_at: datetime | None
    due_at: datetime | None
    provisional: bool
    supervised: bool
    reported_at: datetime
    signed_at: datetime | None
    closed_at: datetime | None
    score: int | None


@dataclass(frozen=True)
class Inputs:
    """What comes with an action.

    Attributes
    ----------
    version : int or None
        The version the actor saw; None only where nobody else can be meant (a rating by token).
    token : str or None
        The reporter's tracking token, for somebody who is not signed in.
    """

    version: int | None = None
    note: str = ""
    file_ids: tuple[int, ...] = ()
    user_id: int | None = None
    org_id: int | None = None
    cell: str | None = None
    category: str | None = None
    score: int | None = None
    text: str = ""
    token: str | None = None
