"""Networks, releases, areas and cells: reading them, importing coverages, publishing, staffing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.deps import OPEN_BOUNDARIES, TxDep, verb
from api.uploads import on_disk
from gisgov.grids import service as grids
from gisgov.grids.model import (
    AreaShape,
    FrameRule,
    ImportOrder,
    ImportReport,
    Network,
    Published,
    Release,
)
from gisgov.grids.rules import BASIC_TREE
from gisgov.kernel.errors import TooLarge

router = APIRouter(prefix="/api", tags=["grids"])


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
class ImportReply:
    """What an import made of its file, and what was published if that was asked and possible."""

    report: ImportReport
    published: Published | None


class Reason(BaseModel):
    """Why a release is published."""

    reason: str | None = Field(default=None, max_length=500)


@router.get("/areas", dependencies=[OPEN_BOUNDARIES])
def areas(tx: TxDep, tree: str = BASIC_TREE, parent: str | None = None) -> dict[str, list[AreaReply]]:
    """List the areas of a tree, or the children of one."""
    return {"items": [_area(shape) for shape in grids.areas(tx, tree, parent)]}


@router.get("/areas/{code}", dependencies=[OPEN_BOUNDARIES])
def area(tx: TxDep, code: str, tree: str | None = None) -> AreaReply:
    """Return one area with its exact polygon."""
    return _area(grids.area(tx, code, tree))


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
    outline: Annotated[UploadFile | None, File(description="Polygons a first import has to fill")] = None,
    outline_datum: Annotated[str, Form(description="Datum of the outline, unless its file states it")] = "",
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
    for upload in (file, outline):
        if upload is not None:
            _refuse_too_large(upload, tx.settings.max_import_mb)
    land = None
    if outline is not None:
        with on_disk(outline) as path:
            land = grids.outline_of(path, outline_datum)
    with on_disk(file) as path:
        report = grids.import_file(tx, path, order, land)
    publishing = publish and report.publishable
    return ImportReply(report, grids.publish(tx, report.release.id) if publishing else None)


def _refuse_too_large(upload: UploadFile, limit_mb: int) -> None:
    if (upload.size or 0) > limit_mb * 1_000_000:
        raise TooLarge("grid.file_too_large", field="file", limit_mb=limit_mb)


def _area(shape: AreaShape) -> AreaReply:
    of = shape.area
    return AreaReply(of.tree, of.code, of.name, of.level_name, of.depth, of.no, shape.area_m2, shape.geojson)


def _collection(features: Iterator[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    listed = [{"type": "Feature", "geometry": shape, "properties": said} for shape, said in features]
    return {"type": "FeatureCollection", "features": listed}
