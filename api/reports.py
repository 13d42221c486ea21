"""Reports come in here; the catalogues a form needs beside it."""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, Field, TypeAdapter

from api.deps import TxDep, client_address, public
from gisgov.intake import service as intake
from gisgov.intake.model import Category, NewReport, Source
from gisgov.kernel.db import Tx
from gisgov.kernel.errors import Invalid
from gisgov.kernel.idempotency import once
from gisgov.orders import service as orders
from gisgov.orders.model import Filed

router = APIRouter(prefix="/api", tags=["reports"])
_FILED = TypeAdapter(Filed)


class ReporterBody(BaseModel):
    """Who reports; nothing is kept of somebody who stays anonymous."""

    name: str = Field("", max_length=100)
    phone: str = Field("", max_length=50)
    anonymous: bool = False


class ReportBody(BaseModel):
    """A report; the point is in the stated `datum` (wgs84, cgcs2000, gcj02, bd09), longitude first, in degrees."""

    source: str = "resident"
    content: str
    title: str = Field("", max_length=200)
    category: str | None = None
    lon: float | None = None
    lat: float | None = None
    datum: str | None = None
    accuracy_m: float | None = None
    address: str = Field("", max_length=500)
    urgent: bool = False
    reporter: ReporterBody = ReporterBody()
    file_ids: list[int] = []
    external_no: str | None = Field(None, max_length=100)
    handled_note: str | None = Field(None, max_length=5_000)

    def as_report(self, client_key: str | None) -> NewReport:
        """The report as intake takes it."""
        fields = self.model_dump(exclude={"reporter", "file_ids"})
        return NewReport(
            **fields,
            reporter_name=self.reporter.name,
            reporter_phone=self.reporter.phone,
            anonymous=self.reporter.anonymous,
            file_ids=tuple(self.file_ids),
            client_key=client_key,
        )


@dataclass(frozen=True)
class Catalogue:
    """The choices of a form."""

    categories: list[Category]


@dataclass(frozen=True)
class Sources:
    """Where reports come from."""

    sources: list[Source]


@router.post("/reports", status_code=201, dependencies=[public("residents report without an account")])
def report(
    body: ReportBody,
    request: Request,
    response: Response,
    tx: TxDep,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Filed:
    """Receive a report once, route it by its place, and say who answers and why.

    Sent again with the same `Idempotency-Key` and content it answers the same, with `Idempotency-Replayed: true`.
    """
    if not idempotency_key:
        raise Invalid("request.key_missing", field="Idempotency-Key")
    client = _client_key(request, tx)
    fingerprint = hashlib.sha256(json.dumps(body.model_dump()).encode()).hexdigest()

    def run() -> dict[str, Any]:
        reply: dict[str, Any] = jsonable_encoder(orders.report(tx, body.as_report(client)))
        return reply

    caller = f"user {tx.actor.user_id}" if client is None else f"client {client}"
    reply, replayed = once(
        tx, caller=caller, route="POST /api/reports", key=idempotency_key, fingerprint=fingerprint, run=run
    )
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return _FILED.validate_python(reply)


def _client_key(request: Request, tx: Tx) -> str | None:
    """A pseudonym, for one day, of the address of somebody who is not signed in."""
    if tx.actor.user_id is not None:
        return None
    return hashlib.sha256(f"{client_address(request)} {tx.now:%Y-%m-%d}".encode()).hexdigest()[:32]


@router.get("/categories", dependencies=[public("residents choose a category when they report")])
def categories(tx: TxDep) -> Catalogue:
    """Every event category, major ones before their minor ones."""
    return Catalogue(intake.categories(tx))


@router.get("/sources", dependencies=[public("names of channels are no secret")])
def sources(tx: TxDep) -> Sources:
    """Every event source."""
    return Sources(intake.sources(tx))
