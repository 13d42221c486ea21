"""What was written with an earlier version is still there, and life goes on, after every migration since.

`make_dump.py` beside this file writes the dump of a version.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gisgov.grids import service as grids
from gisgov.identity import service as identity
from gisgov.identity.model import SessionKind, SignedIn
from gisgov.installation import dump
from gisgov.installation.migrate import pending, upgrade
from gisgov.installation.server import TEMPLATE
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.clock import FixedClock
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.settings import Settings
from gisgov.media import service as media
from tests.conftest import made_database
from tests.order_makers import NOON, PASSWORD, Town

DUMPS = sorted((Path(__file__).parent / "dumps").glob("*.sql.gz"))
STATES = {"WAIT_SIGN", "SIGNED", "CENTRE_REVIEW", "CLOSED", "WAIT_DISPATCH"}


@pytest.fixture(scope="module", params=DUMPS, ids=lambda path: path.name.removesuffix(".sql.gz"))
def upgraded(
    request: pytest.FixtureRequest,
    maintenance: Engine,
    server: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Database]:
    """The database of an earlier version, led to the newest schema."""
    data_dir = tmp_path_factory.mktemp("upgraded")
    with made_database(maintenance, server, TEMPLATE, data_dir) as settings:
        dump.replace(settings.database_url, [gzip.decompress(request.param.read_bytes())], {})
        upgrade(settings.database_url)
        database = Database(settings, FixedClock(NOON))
        yield database
        database.close()


@pytest.fixture
def town(upgraded: Database) -> Iterator[Town]:
    """The town of that version, left as it was."""
    with upgraded.engine.connect() as conn:
        tx = Tx(conn, SYSTEM, NOON, upgraded.settings)
        ids = {user.login: user.id for user in identity.users(tx)}
        yield Town(tx, ids, {}, {})


def numbers(town: Town) -> dict[str, str]:
    rows = town.tx.conn.execute(text("SELECT state, no FROM orders"))
    return {row.state: row.no for row in rows}


def test_dumps_stay_small() -> None:
    assert DUMPS
    assert all(path.stat().st_size < 300_000 for path in DUMPS)


def test_the_schema_is_the_newest(upgraded: Database) -> None:
    assert not pending(upgraded.settings.database_url)


def test_orders_are_there_in_their_states(town: Town) -> None:
    found = numbers(town)
    assert set(found) == STATES
    for state, no in found.items():
        order = town.order(no)
        assert order.state == state
        assert order.content == "路灯不亮"


def test_orders_go_on(town: Town) -> None:
    found = numbers(town)
    waiting = town.act("worker", found["WAIT_SIGN"], "sign_in")
    assert waiting.state == "SIGNED"
    assert town.act("dispatcher", found["CENTRE_REVIEW"], "approve").state == "CLOSED"
    again = town.report()
    assert town.order(again.order_no).no not in found.values()


def test_files_are_named_as_before(town: Town) -> None:
    ids = town.tx.conn.execute(text("SELECT file_id FROM file_use ORDER BY file_id")).scalars().all()
    assert len(ids) >= 2
    assert {file.name for file in media.files_by_ids(town.tx, ids).values()} == {"site.jpg"}
    assert len(media.digests(town.tx)) >= 2


def test_the_draft_can_still_be_published(town: Town) -> None:
    draft = next(release for release in grids.all_releases(town.tx) if release.no is None)
    grids.publish(town.tx, draft.id)
    assert {release.no for release in grids.all_releases(town.tx)} == {1, 2}


def test_people_sign_in_with_their_passwords(town: Town) -> None:
    signed_in = identity.sign_in(town.tx, "worker", PASSWORD, "test", SessionKind.BEARER)
    assert isinstance(signed_in, SignedIn)


def test_what_is_registered_is_there(town: Town) -> None:
    found = town.tx.conn.execute(text("SELECT count(*) FROM house JOIN building b ON b.id = building_id"))
    assert found.scalar_one() == 1
