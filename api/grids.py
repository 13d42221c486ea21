"""Networks, releases, areas and cells: reading them, importing coverages, publishing, staffing."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.deps import TxDep, public, verb
from gisgov.grids import service as grids
from gisgov.grids.model import (
    AreaShape,
    Cell,
    FrameRule,
    ImportOrder,
    ImportReport,
    Network,
    Person,
    Post,
    Published,
    Release,
    Responsible,
)
from gisgov.identity import service as identity
from gisgov.kernel.errors import NotFound, TooLarge

router = APIRouter(prefix="/api", tags=["grids"])

OPEN_BOUNDARIES = public("boundaries, codes and names are public by default")


class GeoJSON(JSONResponse):
    """A GeoJSON document (RFC 7946)."""

    media_type = "application/geo+json"


@dataclass(frozen=True)
class AreaReply:
    """An area; `geojson` is its polygon in WGS84, simplified in lists, None before anything is published."""

    tree: str
    code: str
    name: str
    level_name: str
    depth: int
    no: int
    area_m2: float | None
    geojson: dict[str, Any] | None


@dataclass(frozen=True)
class AreaName:
    """An area by name."""

    level_name: str
    code: str
    name: str


@dataclass(frozen=True)
class CellReply:
    """A cell with what lies above it; people and responsibilities are empty for strangers."""

    cell: Cell
    ancestors: list[AreaName]
    people: tuple[Person, ...]
    responsible: list[Responsible]


@dataclass(frozen=True)
class Page:
    """A page of cells; `next` is the value of `after` that continues it."""

    items: list[Cell]
    next: str | None


@dataclass(frozen=True)
class ImportReply:
    """What an import made of its file, and what was published if that was asked and possible."""

    report: ImportReport
    published: Published | None


class Reason(BaseModel):
    """Why a release is published."""

    reason: str | None = Field(default=None, max_length=500)


class Posting(BaseModel):
    """A post in a cell."""

    login: str = Field(max_length=100)
    post: Post
    since: date | None = None


class DutyState(BaseModel):
    """On duty or off."""

    on_duty: bool


@router.get("/areas", dependencies=[OPEN_BOUNDARIES])
def areas(tx: TxDep, tree: str = "admin", parent: str | None = None) -> dict[str, list[AreaReply]]:
    """List the areas of a tree, or the children of one."""
    return {"items": [_area(shape) for shape in grids.areas(tx, tree, parent)]}


@router.get("/areas/{code}", dependencies=[OPEN_BOUNDARIES])
def area(tx: TxDep, code: str, tree: str | None = None) -> AreaReply:
    """Return one area with its exact polygon."""
    return _area(grids.area(tx, code, tree))


@router.get("/cells", dependencies=[OPEN_BOUNDARIES])
def cells(
    tx: TxDep,
    network: str = "basic",
    area: str | None = None,
    unstaffed: bool = False,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Page:
    """List active cells by code; with `unstaffed`, those of the caller's area that have no worker."""
    found = grids.cells(tx, network=network, area=area, unstaffed=unstaffed, after=after, limit=limit)
    return Page(found, found[-1].code if len(found) == limit else None)


@router.get("/cells/{code}", dependencies=[OPEN_BOUNDARIES])
def cell(tx: TxDep, code: str, network: str = "basic") -> CellReply:
    """Return one active cell with its polygon."""
    found = grids.cell(tx, code, network)
    above = [AreaName(a.level_name, a.code, a.name) for a in identity.areas_of_no(tx, found.no)]
    if not tx.actor.has("grid.read"):
        return CellReply(found, above, (), [])
    return CellReply(found, above, grids.people(tx, found.id), grids.responsible(tx, found.id))


@router.post("/cells/{code}/people", status_code=201, dependencies=[verb("grid.staff")])
def staff(tx: TxDep, code: str, body: Posting, network: str = "basic") -> CellReply:
    """Give somebody a post in a cell."""
    grids.staff(tx, grids.cell(tx, code, network).id, _user(tx, body.login), body.post, body.since)
    return cell(tx, code, network)


@router.delete("/cells/{code}/people/{login}/{post}", dependencies=[verb("grid.staff")])
def unstaff(tx: TxDep, code: str, login: str, post: Post, network: str = "basic") -> CellReply:
    """End somebody's post in a cell today."""
    grids.unstaff(tx, grids.cell(tx, code, network).id, _user(tx, login), post)
    return cell(tx, code, network)


@router.put("/duty", dependencies=[verb("duty.set")])
def duty(tx: TxDep, body: DutyState) -> DutyState:
    """Go on duty or off, for oneself."""
    if tx.actor.user_id is not None:
        grids.set_duty(tx, [tx.actor.user_id], on_duty=body.on_duty)
    return body


@router.get("/grids/networks", dependencies=[OPEN_BOUNDARIES])
def networks(tx: TxDep) -> dict[str, list[Network]]:
    """List the networks, the basic one first."""
    return {"items": grids.networks(tx)}


@router.get("/grids/releases", dependencies=[verb("grid.read")])
def releases(tx: TxDep, network: str | None = None) -> dict[str, list[Release]]:
    """List releases and drafts, newest first."""
    return {"items": grids.all_releases(tx, network)}


@router.get("/grids/releases/{release_id}", dependencies=[verb("grid.read")])
def release(tx: TxDep, release_id: int) -> Release:
    """Return one release or draft."""
    return grids.release(tx, release_id)


@router.delete("/grids/releases/{release_id}", status_code=204, dependencies=[verb("grid.import")])
def discard(tx: TxDep, release_id: int) -> None:
    """Delete a draft."""
    grids.discard(tx, release_id)


@router.get("/grids/releases/{release_id}/defects", dependencies=[verb("grid.read")], response_class=GeoJSON)
def defects(tx: TxDep, release_id: int) -> dict[str, Any]:
    """Return what keeps a draft from being published, as GeoJSON, largest first."""
    found = grids.defects(tx, release_id)
    return _collection(
        (d.geojson, {"kind": d.kind, "codes": d.codes, "area_m2": d.area_m2, "width_m": d.width_m})
        for d in found
    )


@router.get("/grids/releases/{release_id}/moved", dependencies=[verb("grid.read")], response_class=GeoJSON)
def moved(tx: TxDep, release_id: int) -> dict[str, Any]:
    """Return the land that changed hands in a draft, as GeoJSON, largest first."""
    found = grids.moved_land(tx, release_id)
    return _collection(
        (m.geojson, {"kind": m.kind, "from": m.from_code, "to": m.to_code, "area_m2": m.area_m2})
        for m in found
    )


@router.post("/grids/releases/{release_id}/publish", dependencies=[verb("grid.publish")])
def publish(tx: TxDep, release_id: int, body: Reason | None = None) -> Published:
    """Make a checked draft the published release of its network."""
    return grids.publish(tx, release_id, body.reason if body else None)


@router.post("/grids/import", status_code=201, dependencies=[verb("grid.import")])
def import_coverage(
    tx: TxDep,
    file: Annotated[
        UploadFile, File(description="GeoJSON, zipped Shapefile, GeoPackage, FlatGeobuf, GeoParquet")
    ],
    network: Annotated[str, Form()],
    code: Annotated[str, Form(description="Column of the cells' codes")],
    datum: Annotated[str, Form(description="wgs84, cgcs2000, gcj02, bd09 or an EPSG code")] = "",
    name: Annotated[str | None, Form(description="Column of the cells' names")] = None,
    parent: Annotated[list[str] | None, Form(description="Columns of the parents, top-down")] = None,
    frame: Annotated[FrameRule, Form()] = FrameRule.KEEP,
    mend_width_m: Annotated[float | None, Form(description="Mend slivers up to this width")] = None,
    hole_width_m: Annotated[float | None, Form(description="Wider gaps are holes on purpose", gt=0)] = None,
    publish: Annotated[bool, Form(description="Publish at once if there is no defect")] = False,
    reason: Annotated[str, Form(max_length=500)] = "import",
) -> ImportReply:
    """Make a draft of a file of polygons; a file with defects becomes a draft with its problem list."""
    order = ImportOrder(
        network=network,
        code=code,
        datum=datum,
        name=name,
        levels=tuple(grids.level_of(column) for column in parent or ()),
        frame_rule=frame,
        mend_width_m=mend_width_m,
        hole_width_m=hole_width_m,
        reason=reason,
        source_name=Path(file.filename or "").name,
    )
    with _on_disk(file, tx.settings.max_import_mb) as path:
        report = grids.import_file(tx, path, order)
    publishing = publish and report.publishable
    return ImportReply(report, grids.publish(tx, report.release.id) if publishing else None)


@contextmanager
def _on_disk(upload: UploadFile, limit_mb: int) -> Iterator[Path]:
    """Give an upload a path with the name's suffix, by which its format is known; it was never in memory whole."""
    if (upload.size or 0) > limit_mb * 1_000_000:
        raise TooLarge("grid.file_too_large", field="file", limit_mb=limit_mb)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("coverage" + "".join(Path(upload.filename or "").suffixes[-2:]))
        with path.open("wb") as target:
            shutil.copyfileobj(upload.file, target, 1 << 20)
        yield path


def _area(shape: AreaShape) -> AreaReply:
    of = shape.area
    return AreaReply(of.tree, of.code, of.name, of.level_name, of.depth, of.no, shape.area_m2, shape.geojson)


def _user(tx: TxDep, login: str) -> int:
    found = identity.users_by_logins(tx, [login]).get(login)
    if found is None:
        raise NotFound("user.unknown", field="login")
    return found.id


def _collection(features: Iterator[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    listed = [{"type": "Feature", "geometry": shape, "properties": said} for shape, said in features]
    return {"type": "FeatureCollection", "features": listed}
