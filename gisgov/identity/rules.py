"""Pure decisions of identity: area numbers, trees, grants, masks, throttling."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Protocol, TypeVar

from gisgov.identity.model import Role, SessionKind
from gisgov.kernel.errors import Invalid

# ------------------------------------------------------------------ area numbers
# A signed 63-bit path: five levels of 9 bits, then 18 bits for the serial of a cell.
LEVEL_BITS = 9
MAX_DEPTH = 5
CELL_BITS = 18
MAX_CHILDREN = 2**LEVEL_BITS - 1
MAX_CELLS = 2**CELL_BITS - 1


def span(depth: int) -> int:
    """Return how many numbers an area at `depth` (1 = root) owns."""
    return 1 << (63 - LEVEL_BITS * depth)


def child_no(parent_no: int, parent_depth: int, index: int) -> int:
    """Return the number of the `index`-th child (1…511); a root is a child of (0, depth 0).

    Raises
    ------
    Invalid
        When the tree would be deeper than five levels or the parent is full.
    """
    if parent_depth >= MAX_DEPTH:
        raise Invalid("area.too_deep", field="parent", max_depth=MAX_DEPTH)
    if not 1 <= index <= MAX_CHILDREN:
        raise Invalid("area.full", field="parent", max_children=MAX_CHILDREN)
    return parent_no + index * span(parent_depth + 1)


def range_of(no: int, depth: int) -> tuple[int, int]:
    """Return the half-open range of numbers of an area and everything below it."""
    return no, no + span(depth)


def cell_no(area_no: int, serial: int) -> int:
    """Return the number of a cell directly under an area.

    Child index 0 is never given to an area, so the serials of cells cannot meet a child's range.
    """
    if not 1 <= serial <= MAX_CELLS:
        raise Invalid("area.no_more_cells", field="serial", max_cells=MAX_CELLS)
    return area_no + serial


def ancestor_nos(no: int) -> tuple[int, ...]:
    """Return the numbers of the areas above a cell or area number, root first, itself included.

    Only the path is decoded: a level whose index is 0 ends it.
    """
    path: list[int] = []
    for depth in range(1, MAX_DEPTH + 1):
        head = no - no % span(depth)
        if path and head == path[-1]:
            break
        path.append(head)
    return tuple(path)


def merge_ranges(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Join half-open ranges that touch or overlap, sorted: a scope is a few ranges."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


# ------------------------------------------------------------------ trees
class Branch(Protocol):
    """A row of a tree whose parent is named by code; None for a root."""

    @property
    def code(self) -> str:
        """Its own code."""

    @property
    def parent_code(self) -> str | None:
        """Its parent's."""


Row = TypeVar("Row", bound=Branch)


def generations(rows: Iterable[Row], known: Collection[str]) -> tuple[list[list[Row]], list[str]]:
    """Sort the rows of a tree so that parents come before children.

    Returns
    -------
    generations : list of list
        In each, the rows whose parents are known or stand in the one before.
    missing : list of str
        Sorted codes of parents that cannot be had: they are nowhere, or rows name each other in a ring.
    """
    found: list[list[Row]] = []
    standing, waiting = set(known), list(rows)

    def ready(row: Row) -> bool:
        return row.parent_code is None or row.parent_code in standing

    while generation := [row for row in waiting if ready(row)]:
        waiting = [row for row in waiting if not ready(row)]
        standing |= {row.code for row in generation}
        found.append(generation)
    return found, sorted({str(row.parent_code) for row in waiting})


# ------------------------------------------------------------------ grants
_EVERY_STAFF = frozenset(
    {
        "area.read",
        "cell.read",
        "grid.read",
        "layer.read",
        "live.read",
        "nearest.read",
        "order.read",
        "order.act",
        "org.read",
        "user.read",
        "file.read",
        "registry.read",
        "heat.read",
        "patrol.read",
    }
)
_FIELD = _EVERY_STAFF | {"patrol.fix", "duty.set", "registry.write", "registry.unmask"}
_DESK = _EVERY_STAFF | {"order.dispatch", "order.review", "order.supervise"}
_LEADS = _DESK | {"registry.write", "order.void", "duty.set"}

GRANTS: dict[Role, frozenset[str]] = {
    Role.GRID_WORKER: _FIELD,
    Role.GRID_LEADER: _FIELD | {"order.review", "order.dispatch"},
    Role.COMMUNITY_HEAD: _FIELD | {"order.review", "order.dispatch", "order.supervise", "grid.staff"},
    Role.STREET_LEADER: _LEADS | {"grid.staff"},
    Role.DEPARTMENT_HANDLER: _EVERY_STAFF | {"order.review"},
    Role.ACCEPTOR: _EVERY_STAFF | {"order.dispatch", "order.void"},
    Role.DISPATCHER: _DESK | {"order.void"},
    Role.DUTY_CHIEF: _LEADS | {"audit.read", "file.original"},
    Role.AUDITOR: _EVERY_STAFF | {"order.review", "file.original"},
    Role.ARCHIVIST: _EVERY_STAFF,
    Role.LEADER: _EVERY_STAFF | {"order.supervise"},
    Role.GIS_STAFF: _EVERY_STAFF
    | {
        "grid.import",
        "grid.publish",
        "grid.staff",
        "area.write",
        "registry.write",
        "registry.import",
    },
    Role.ADMIN: _LEADS
    | {
        "area.write",
        "audit.read",
        "file.original",
        "grant.write",
        "grid.import",
        "grid.publish",
        "grid.staff",
        "org.write",
        "registry.import",
        "registry.unmask",
        "setting.write",
        "setup.write",
        "user.write",
    },
    Role.RESIDENT: frozenset({"file.read", "layer.read", "area.read"}),
}

ROLE_TITLES: dict[Role, tuple[str, str]] = {
    Role.ADMIN: ("系统管理员", "Administrator"),
    Role.LEADER: ("领导", "Leader"),
    Role.DISPATCHER: ("派遣员", "Dispatcher"),
    Role.DUTY_CHIEF: ("值班长", "Duty chief"),
    Role.ACCEPTOR: ("受理员", "Acceptor"),
    Role.AUDITOR: ("审核员", "Auditor"),
    Role.ARCHIVIST: ("归档员", "Archivist"),
    Role.GIS_STAFF: ("GIS 人员", "GIS staff"),
    Role.STREET_LEADER: ("街道负责人", "Street leader"),
    Role.COMMUNITY_HEAD: ("社区负责人", "Community head"),
    Role.GRID_LEADER: ("网格长", "Grid leader"),
    Role.GRID_WORKER: ("网格员", "Grid worker"),
    Role.DEPARTMENT_HANDLER: ("部门处置人员", "Department handler"),
    Role.RESIDENT: ("居民", "Resident"),
}

# These see what their organisation and its branches hold, wherever it lies (CS 5.3.2: a department sees its own).
ORG_ROLES = frozenset({Role.DEPARTMENT_HANDLER, Role.STREET_LEADER, Role.LEADER})
# A grant of these without area, range or organisation reaches everywhere; of all others, nowhere.
EVERYWHERE_ROLES = frozenset({Role.ADMIN})


def verbs_of(roles: Iterable[Role]) -> frozenset[str]:
    """Return everything the roles together allow."""
    return frozenset().union(*(GRANTS[role] for role in roles))


# ------------------------------------------------------------------ masks
def mask_name(name: str) -> str:
    """Keep the family name: 王小明 → 王**; Latin names keep their first letter."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else name


def mask_mobile(number: str) -> str:
    """Keep three digits in front and four behind: 138****5678; shorter ones keep the last two."""
    if len(number) >= 11:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    return "*" * max(len(number) - 2, 0) + number[-2:]


# ------------------------------------------------------------------ sessions
@dataclass(frozen=True)
class Lifetime:
    """How long a session lasts without use, and at the most."""

    idle: timedelta
    longest: timedelta


def lifetime_of(kind: SessionKind, web_hours: int) -> Lifetime:
    """Return the lifetime of a kind of session; that of the console is a setting."""
    if kind is SessionKind.BEARER:
        return Lifetime(timedelta(days=7), timedelta(days=90))
    return Lifetime(timedelta(hours=web_hours), timedelta(days=7))


def renewed(lifetime: Lifetime, created_at: datetime, expires_at: datetime, now: datetime) -> datetime | None:
    """Return the new end of a session in use, or None while it need not be written.

    Written only when half of the idle time is gone, so that reading does not mean writing.
    """
    if expires_at - now > lifetime.idle / 2:
        return None
    extended = min(now + lifetime.idle, created_at + lifetime.longest)
    return extended if extended > expires_at else None


# ------------------------------------------------------------------ throttling of sign-in
@dataclass(frozen=True)
class Throttle:
    """At most `failures` failed attempts in any `window`."""

    failures: int
    window: timedelta


LOGIN_THROTTLE = Throttle(5, timedelta(minutes=15))
# A street office sits behind one address, so a client may fail more often than one login.
CLIENT_THROTTLE = Throttle(50, timedelta(minutes=15))


def retry_after_s(throttle: Throttle, failures: Sequence[datetime], now: datetime) -> int | None:
    """Return the seconds until another attempt is allowed, or None when it is allowed now."""
    recent = sorted(at for at in failures if at > now - throttle.window)
    if len(recent) < throttle.failures:
        return None
    frees_at = recent[len(recent) - throttle.failures] + throttle.window
    return max(1, ceil((frees_at - now).total_seconds()))


# ------------------------------------------------------------------ passwords
MIN_PASSWORD = 10
# What is told apart when it is read from paper: no 0 and O, no 1, l and I.
READABLE = "23456789abcdefghjkmnpqrstuvwxyz"
GROUPS, GROUP = 3, 4


def readable_secret(choose: Callable[[str], str]) -> str:
    """Return a secret to be read from paper or a screen and typed once, such as ``k7mp-x3qd-92hf``: 59 bits.

    Parameters
    ----------
    choose : callable
        `secrets.choice`, or a fixed one in tests.
    """
    return "-".join("".join(choose(READABLE) for _ in range(GROUP)) for _ in range(GROUPS))


def check_password(login: str, password: str) -> None:
    """Refuse a password that is short or contains the login."""
    if len(password) < MIN_PASSWORD:
        raise Invalid("user.password_short", field="password", min_length=MIN_PASSWORD)
    if login.lower() in password.lower():
        raise Invalid("user.password_has_login", field="password")
