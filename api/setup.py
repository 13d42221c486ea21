"""An empty installation: first administrator, district, people from a workbook, channels, what is still missing."""

from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, Field, StringConstraints

from api.deps import TxDep, public, verb
from api.uploads import LimitedRoute
from basemaps.catalog import BaseMap
from gisgov.identity.model import User
from gisgov.intake.model import FirstHop, Source
from gisgov.kernel.catalogue import message, negotiate
from gisgov.kernel.errors import Invalid
from gisgov.kernel.settings import Settings
from gisgov.setup import service as setup
from gisgov.setup.forms import form_of
from gisgov.setup.model import (
    Account,
    ChannelChoice,
    District,
    Division,
    NewDistrict,
    Problem,
    Sheet,
    State,
    Surroundings,
)

router = APIRouter(prefix="/api/setup", tags=["setup"], route_class=LimitedRoute)

ADMINISTRATOR = verb("setup.write")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# a database keeps no NUL, and nobody's name holds a line break
Words = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]


class AdministratorBody(BaseModel):
    """The first administrator, and the code that the terminal shows."""

    login: str = Field(min_length=2, max_length=60, pattern=r"^[\w.@-]+$")
    name: Words
    password: str = Field(max_length=1000)
    code: str = Field(max_length=60)


class DistrictBody(BaseModel):
    """A district by its official code, or freely with a name; `levels` names its levels, top-down."""

    code: Words
    name: Words | None = None
    levels: list[Words] = Field(default=[], max_length=5)


class ChannelBody(BaseModel):
    """What is decided on one source."""

    code: str
    active: bool
    first_hop: FirstHop


class ChannelsBody(BaseModel):
    """Decisions on sources; none of them confirms all as they are."""

    sources: list[ChannelBody] = []


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with one row, in the caller's language; `row` is counted as the spreadsheet does."""

    sheet: str
    row: int
    column: str
    code: str
    title: str
    advice: str


@dataclass(frozen=True)
class SheetCount:
    """What became, or would become, of the rows of one sheet."""

    sheet: str
    key: Sheet
    rows: int
    good: int
    unchanged: int
    bad: int


@dataclass(frozen=True)
class StaffReply:
    """What a workbook would change or has changed; `accounts` holds one-time passwords, told only here."""

    dry_run: bool
    sheets: list[SheetCount]
    problems: list[RowProblem]
    accounts: list[Account]


@dataclass(frozen=True)
class CheckItem:
    """One line of the checklist in the caller's language; `next` says what to do."""

    key: str
    done: bool
    count: int
    title: str
    next: str


@router.get("", dependencies=[public("a browser has to know whether there is anybody to sign in")])
def state(tx: TxDep) -> State:
    """Tell whether this installation waits for its first administrator."""
    return setup.state(tx)


@router.post(
    "/admin",
    status_code=201,
    dependencies=[public("nobody can sign in yet; the code on the terminal is asked for")],
)
def create_administrator(body: AdministratorBody, tx: TxDep) -> User:
    """Make the first administrator, once."""
    return setup.create_administrator(tx, body.login, body.name, body.password, body.code)


@router.get("/divisions", dependencies=[ADMINISTRATOR])
def divisions(tx: TxDep, parent: str = "") -> dict[str, list[Division]]:
    """List the official divisions below one, provinces first."""
    return {"items": list(setup.divisions(tx, parent))}


@router.get("/district", dependencies=[ADMINISTRATOR])
def district(tx: TxDep) -> District | None:
    """Return the district of this installation, if there is one."""
    return setup.district(tx)


@router.post("/district", status_code=201, dependencies=[ADMINISTRATOR])
def create_district(body: DistrictBody, tx: TxDep) -> District:
    """Make the area tree: a county with its streets, or a free root."""
    return setup.create_district(tx, NewDistrict(body.code, body.name, tuple(body.levels)))


@router.post("/communities", status_code=201, dependencies=[ADMINISTRATOR])
def add_communities(
    tx: TxDep, file: Annotated[UploadFile, File(description="CSV, UTF-8, with the columns code and name")]
) -> dict[str, int]:
    """Add communities to the streets; those of other districts are left out."""
    try:
        text = file.file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("setup.communities_form", field="file", row=1) from None
    return {"added": setup.add_communities(tx, text)}


@router.get("/template.xlsx", dependencies=[ADMINISTRATOR], response_class=Response)
def template(tx: TxDep) -> Response:
    """Return the workbook for organisations, users, staffing and functions."""
    headers = {"Content-Disposition": 'attachment; filename="gisgov-staff.xlsx"', "Cache-Control": "no-store"}
    return Response(setup.staff_template(tx), media_type=XLSX, headers=headers)


@router.post("/staff", dependencies=[ADMINISTRATOR])
def load_staff(
    request: Request,
    response: Response,
    tx: TxDep,
    file: Annotated[UploadFile, File(description="The filled template")],
    dry_run: Annotated[bool, Form(description="Check only; write nothing")] = True,
) -> StaffReply:
    """Check the workbook row by row; without `dry_run`, keep the good rows and report the bad ones."""
    report = setup.load_staff(tx, file.file, dry_run=dry_run)
    language = negotiate(request.headers.get("accept-language"))
    response.headers["Cache-Control"] = "no-store"
    sheets = [
        SheetCount(form_of(one.sheet).title, one.sheet, one.rows, one.good, one.unchanged, one.bad)
        for one in report.sheets
    ]
    problems = [_told(problem, language) for problem in report.problems]
    return StaffReply(report.dry_run, sheets, problems, list(report.accounts))


@router.get("/channels", dependencies=[ADMINISTRATOR])
def channels(tx: TxDep) -> dict[str, list[Source]]:
    """List every source, closed ones too."""
    return {"items": setup.channels(tx)}


@router.put("/channels", dependencies=[ADMINISTRATOR])
def set_channels(body: ChannelsBody, tx: TxDep) -> dict[str, list[Source]]:
    """Open or close sources and say where their reports go first; this also confirms the rest."""
    choices = [ChannelChoice(one.code, one.active, one.first_hop) for one in body.sources]
    return {"items": setup.set_channels(tx, choices)}


@router.get("/checklist", dependencies=[ADMINISTRATOR])
def checklist(request: Request, tx: TxDep) -> dict[str, list[CheckItem]]:
    """List every step towards a district that works, with what to do next."""
    base_map = any(_own(one, tx.settings) for one in request.app.state.base_maps)
    around = Surroundings(base_map, request.url.scheme == "https" or tx.settings.secure_cookies)
    language = negotiate(request.headers.get("accept-language"))
    items = []
    for item in setup.checklist(tx, around):
        words = message(f"setup.check_{item.key}", language, {})
        items.append(CheckItem(**asdict(item), title=words.title, next=words.advice))
    return {"items": items}


def _own(base_map: BaseMap, settings: Settings) -> bool:
    """Whether a base map is the installation's own: its file, or a service that knows its key."""
    return (base_map.file or base_map.key_setting) is not None and base_map.available(settings)


def _told(problem: Problem, language: str) -> RowProblem:
    form = form_of(problem.sheet)
    words = message(problem.code, language, dict(problem.params))
    column = form.column(problem.column).heading
    return RowProblem(form.title, problem.row, column, problem.code, words.title, words.advice)
