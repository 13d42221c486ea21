"""People, houses, buildings, addresses, cameras, parts: masked, within scope."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, UploadFile
from pydantic import BaseModel, Field

from api.deps import TxDep, verb
from api.uploads import ImportRoute, on_disk
from gisgov.kernel.boxes import parse_box
from gisgov.registry import service as registry
from gisgov.registry.model import HouseCard, ImportReport, Kind, Record

router = APIRouter(prefix="/api/registry", tags=["registry"], route_class=ImportRoute)


class Purpose(BaseModel):
    """Why somebody needs to see personal data."""

    purpose: str = Field(max_length=500)


@router.get("/house/{house_id}/card", dependencies=[verb("registry.read")])
def house_card(house_id: int, tx: TxDep) -> HouseCard:
    """Return a house with its building and its people, masked."""
    return registry.house_card(tx, house_id)


@router.get("/{kind}", dependencies=[verb("registry.read")])
def search(
    kind: Kind,
    tx: TxDep,
    q: str | None = None,
    cell: str | None = None,
    area: str | None = None,
    parent_id: int | None = None,
    bbox: str | None = None,
    after: int = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """Return records in scope; `next` continues with `after`.

    People are found by their whole name or id number, everything else by a part of code, name or address.
    """
    box = parse_box(bbox, "bbox") if bbox else None
    found = registry.search(
        tx, kind, text=q, cell=cell, area=area, parent_id=parent_id, bbox=box, after=after, limit=limit
    )
    return {"items": found, "next": found[-1].id if len(found) == limit else None}


@router.get("/{kind}/{record_id}", dependencies=[verb("registry.read")])
def record(kind: Kind, record_id: int, tx: TxDep) -> Record:
    """Return one record in scope, masked."""
    return registry.record(tx, kind, record_id)


@router.post("/{kind}/{record_id}/unmask", dependencies=[verb("registry.unmask")])
def unmask(kind: Kind, record_id: int, body: Purpose, tx: TxDep) -> Record:
    """Return one record as it is; who asked and what for is recorded."""
    return registry.unmask(tx, kind, record_id, body.purpose)


@router.post("/{kind}/import", dependencies=[verb("registry.import")])
def import_file(
    kind: Kind, file: UploadFile, tx: TxDep, datum: Annotated[str | None, Form()] = None
) -> ImportReport:
    """Import a CSV or a vector file: good rows are kept, bad ones reported with their line and reason.

    The datum may be left out when a vector file states its reference system.
    """
    with on_disk(file) as path:
        return registry.import_file(tx, kind, path, datum)
