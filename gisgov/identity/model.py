"""The nouns of identity; they are also the replies of the API."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """The roles of the documents (NJ 2.1, HLJ 6.5.1 and 6.5.4); one user may hold several."""

    ADMIN = "admin"
    LEADER = "leader"
    DISPATCHER = "dispatcher"
    DUTY_CHIEF = "duty_chief"
    ACCEPTOR = "acceptor"
    AUDITOR = "auditor"
    ARCHIVIST = "archivist"
    GIS_STAFF = "gis_staff"
    STREET_LEADER = "street_leader"
    COMMUNITY_HEAD = "community_head"
    GRID_LEADER = "grid_leader"
    GRID_WORKER = "grid_worker"
    DEPARTMENT_HANDLER = "department_handler"
    RESIDENT = "resident"


class SessionKind(StrEnum):
    """How a session is carried: a cookie of the console, or a bearer token of a client."""

    WEB = "web"
    BEARER = "bearer"


@dataclass(frozen=True)
class AreaName:
    """An area as it is named to people; those above a place are told from the root down."""

    level_name: str
    code: str
    name: str


@dataclass(frozen=True)
class Area:
    """One node of an area tree (行政区划); `no` opens its number range."""

    id: int
    tree: str
    parent_id: int | None
    depth: int
    level_name: str
    code: str
    name: str
    no: int

    @property
    def named(self) -> AreaName:
        """What people are told of it."""
        return AreaName(self.level_name, self.code, self.name)


@dataclass(frozen=True)
class NewArea:
    """One row for `create_areas`; `parent_code` is None for a root."""

    code: str
    name: str
    level_name: str
    parent_code: str | None = None


@dataclass(frozen=True)
class Org:
    """One organisation (机构): a centre, a department, a street office."""

    id: int
    parent_id: int | None
    code: str
    name: str
    kind: str
    area_id: int | None


@dataclass(frozen=True)
class NewOrg:
    """One row for `create_orgs`."""

    code: str
    name: str
    kind: str
    parent_code: str | None = None
    area_id: int | None = None


@dataclass(frozen=True)
class User:
    """A person with an account; never the password hash."""

    id: int
    login: str
    name: str
    org_id: int | None
    org_name: str | None
    post: str | None
    mobile: str | None
    active: bool
    created_at: datetime
    must_change_password: bool = False


@dataclass(frozen=True)
class NewUser:
    """One row for `create_users`."""

    login: str
    name: str
    org_id: int | None = None
    post: str | None = None
    mobile: str | None = None


@dataclass(frozen=True)
class NewGrant:
    """One row for `grant_many`; an area, a number range or an organisation, or none of them.

    Attributes
    ----------
    no_lo, no_hi : int or None
        Half-open range of area numbers; taken from the area when `area_id` is given.
    origin : str
        What made the grant (`admin`, `staffing:17` …), so that its maker can end it.
    """

    user_id: int
    role: Role
    area_id: int | None = None
    org_id: int | None = None
    no_lo: int | None = None
    no_hi: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    origin: str = "admin"


@dataclass(frozen=True)
class Grant:
    """A role held by a user over a range of areas or an organisation, between two moments."""

    id: int
    user_id: int
    role: Role
    area_id: int | None
    org_id: int | None
    no_lo: int | None
    no_hi: int | None
    since: datetime
    until: datetime | None
    origin: str


@dataclass(frozen=True)
class Session:
    """An open session as the server sees it; the token itself is never stored."""

    user_id: int
    kind: SessionKind
    csrf: str
    expires_at: datetime
    must_change_password: bool = False


@dataclass(frozen=True)
class SignedIn:
    """A successful sign-in: the only moment at which the token exists outside its holder."""

    user: User
    token: str
    csrf: str
    kind: SessionKind
    expires_at: datetime


@dataclass(frozen=True)
class Refused:
    """A refused sign-in. Returned, not raised: the failure itself must be committed."""

    code: str
    retry_s: int | None = None


@dataclass(frozen=True)
class Workplace:
    """What the console shows of the signed-in person."""

    id: int
    name: str
    login: str
    roles: tuple[str, ...]
    verbs: tuple[str, ...]
    org: str | None
    areas: tuple[Area, ...]
    must_change_password: bool
