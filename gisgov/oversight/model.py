"""The nouns of oversight; they are also the replies of the API."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Origin(StrEnum):
    """What made a supervision (G-02)."""

    OVERDUE = "overdue"
    LEADER = "leader"
    RULE = "rule"
    REQUEST = "request"


class SupervisionState(StrEnum):
    """States of a supervision order (督办单)."""

    ISSUED = "issued"
    READ = "read"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    CLOSED = "closed"


@dataclass(frozen=True)
class Supervision:
    """A supervision order; it has to be answered (G-02)."""

    id: int
    origin: Origin
    state: SupervisionState
    instruction: str
    target_user_id: int | None
    target_org_id: int | None
    target_name: str | None
    issued_by: str
    issued_at: datetime
    due_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class PastSupervision:
    """A supervision of the past, for a bulk import; the order is named by its number."""

    order_no: str
    origin: str
    state: str
    instruction: str
    issued_at: datetime
    due_at: datetime
    target_user_id: int | None = None
    target_name: str | None = None
    issued_by: str = "system"
    answer: str = ""
    answered_at: datetime | None = None
