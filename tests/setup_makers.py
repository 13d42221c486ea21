"""A stranger's way from an empty installation to a district: the calls of the first page, and a filled workbook."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from openpyxl import load_workbook

from gisgov.intake import service as intake
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database
from gisgov.setup import service as setup
from gisgov.setup.forms import FORMS, form_of
from gisgov.setup.model import Sheet
from gisgov.timing import service as timing

PASSWORD = "correct horse battery staple"
ADMINISTRATOR = {"login": "boss", "name": "管理员", "password": PASSWORD}


def initialised(database: Database) -> str:
    """Do what `gisgov init` and the start of the web do; return the code that the terminal shows."""
    with database.transaction(SYSTEM) as tx:
        intake.seed(tx)
        timing.seed(tx)
        code = setup.new_code(tx)
    assert code is not None
    return code


def signed_in(client: TestClient, login: str, password: str = PASSWORD) -> dict[str, str]:
    """Return the headers of somebody with a bearer token."""
    reply = client.post("/api/session?kind=bearer", json={"login": login, "password": password})
    assert reply.status_code == 200, reply.text
    return {"Authorization": f"Bearer {reply.json()['token']}"}


def administrator(client: TestClient, code: str) -> dict[str, str]:
    """Become the first administrator; return the headers."""
    made = client.post("/api/setup/admin", json={**ADMINISTRATOR, "code": code})
    assert made.status_code == 201, made.text
    return signed_in(client, "boss")


def filled(packed: bytes, rows: Mapping[Sheet, Sequence[Mapping[str, str]]]) -> bytes:
    """Fill rows into a template below its example, by column key."""
    book = load_workbook(BytesIO(packed))
    for form in FORMS:
        for row in rows.get(form.sheet, ()):
            book[form.title].append([row.get(column.key, "") for column in form_of(form.sheet).columns])
    done = BytesIO()
    book.save(done)
    return done.getvalue()


def sent(client: TestClient, headers: dict[str, str], content: bytes, **form: Any) -> Response:
    """Send a workbook."""
    return client.post(
        "/api/setup/staff", files={"file": ("staff.xlsx", content)}, data=form, headers=headers
    )
