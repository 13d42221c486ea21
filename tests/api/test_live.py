"""Live push over real HTTP: nothing lost, nothing twice, nothing to those outside."""

import httpx2
import pytest

from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewUser, Role, SessionKind, SignedIn
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database
from gisgov.kernel.events import emit
from tests.live_readers import listening

PASSWORD = "correct horse battery staple"


@pytest.fixture
def area_no(database: Database) -> int:
    """Number of a district with a dispatcher ``anna``, beside another with ``bert``."""
    with database.transaction(SYSTEM) as tx:
        areas = {
            name: identity.create_area(tx, tree="admin", level_name="district", code=name, name=name)
            for name in ("inside", "outside")
        }
        for login, area in (("anna", areas["inside"]), ("bert", areas["outside"])):
            user = identity.create_user(tx, NewUser(login, login), PASSWORD)
            identity.grant(tx, NewGrant(user.id, Role.DISPATCHER, area_id=area.id))
        return areas["inside"].no


def token_of(database: Database, login: str) -> str:
    """Sign somebody in and return the bearer token."""
    with database.transaction(SYSTEM) as tx:
        signed_in = identity.sign_in(tx, login, PASSWORD, "test", SessionKind.BEARER)
        assert isinstance(signed_in, SignedIn)
        return signed_in.token


def happen(database: Database, area_no: int, subject_id: int) -> None:
    """Commit one event about an order."""
    with database.transaction(SYSTEM) as tx:
        emit(
            tx,
            "order.reported",
            subject=("order", subject_id),
            version=1,
            area_no=area_no,
            lon=117.1,
            lat=36.6,
        )


def test_an_event_reaches_those_in_scope_alone(served: str, database: Database, area_no: int) -> None:
    with (
        listening(served, token_of(database, "anna")) as anna,
        listening(served, token_of(database, "bert")) as bert,
    ):
        happen(database, area_no, 1)
        (message,) = anna.wait_for(1)
        assert message["data"]["subject_id"] == 1
        assert message["data"]["tiles"] == ["12/3380/1599"]
        assert message["data"]["layers"] == ["orders", "heat"]
        assert bert.of("event") == []


def test_who_comes_back_misses_none_and_sees_none_twice(
    served: str, database: Database, area_no: int
) -> None:
    token = token_of(database, "anna")
    with listening(served, token) as stream:
        happen(database, area_no, 1)
        last = stream.wait_for(1)[-1]["id"]
    for subject_id in (2, 3):
        happen(database, area_no, subject_id)
    with listening(served, token, after=last) as stream:
        happen(database, area_no, 4)
        assert [message["data"]["subject_id"] for message in stream.wait_for(3)] == [2, 3, 4]


def test_a_batch_cut_in_the_middle_goes_on_there(served: str, database: Database, area_no: int) -> None:
    token = token_of(database, "anna")
    with listening(served, token) as stream:
        before = stream.of("snapshot")[0]["data"]["position"]
        with database.transaction(SYSTEM) as tx:
            for subject_id in (1, 2, 3):
                emit(tx, "order.reported", subject=("order", subject_id), area_no=area_no)
        messages = stream.wait_for(3)
    assert messages[0]["id"].startswith(before.split(":")[0])
    with listening(served, token, after=messages[0]["id"]) as stream:
        assert [message["data"]["subject_id"] for message in stream.wait_for(2)] == [2, 3]


def test_an_open_transaction_delays_nobody_and_hides_nothing(
    served: str, database: Database, area_no: int
) -> None:
    token = token_of(database, "anna")
    with listening(served, token) as stream:
        with database.transaction(SYSTEM) as slow:
            emit(slow, "order.reported", subject=("order", 1), area_no=area_no)
            happen(database, area_no, 2)
            last = stream.wait_for(1, seconds=2)[-1]["id"]
        assert [message["data"]["subject_id"] for message in stream.wait_for(2)] == [2, 1]
    with listening(served, token, after=last) as stream:
        assert [message["data"]["subject_id"] for message in stream.wait_for(1)] == [1]
        happen(database, area_no, 3)
        assert [message["data"]["subject_id"] for message in stream.wait_for(2)] == [1, 3]


def test_without_a_session_there_is_no_stream(served: str) -> None:
    reply = httpx2.get(f"{served}/api/live", headers={"Accept-Language": "en"})
    assert reply.status_code == 401
    assert reply.json()["code"] == "session.required"


def test_a_position_that_is_none_is_refused(served: str, database: Database, area_no: int) -> None:
    headers = {"Authorization": f"Bearer {token_of(database, 'anna')}"}
    reply = httpx2.get(f"{served}/api/live?after=yesterday", headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (422, "live.position")
