"""The demonstration comes in whole through the services, and its day goes on."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from threading import Event, Thread

import pytest
from sqlalchemy import text

from gisgov.analytics import service as analytics
from gisgov.demo.accounts import PASSWORD, accounts
from gisgov.demo.beats import make_beats
from gisgov.demo.load import SETTING, Loader, loaded_city
from gisgov.demo.model import SMALL
from gisgov.demo.outline import read_outline
from gisgov.demo.plane import Plane
from gisgov.demo.simulation import HABITS, Day
from gisgov.grids import service as grids
from gisgov.identity import service as identity
from gisgov.identity.model import NewUser, SessionKind, SignedIn
from gisgov.kernel import configuration
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database
from gisgov.kernel.errors import Conflict
from gisgov.kernel.settings import Settings
from gisgov.orders import service as orders
from gisgov.orders.model import State
from gisgov.patrol import service as patrol

SEED = 370112
SEEDED = ("grids", "intake", "timing")


@pytest.fixture
def installed(database: Database) -> Database:
    with database.transaction(SYSTEM) as tx:
        for domain in SEEDED:
            import_module(f"gisgov.{domain}.service").seed(tx)
    return database


@pytest.fixture
def loaded(loaded_district: Settings) -> Iterator[Database]:
    database = Database(loaded_district)
    yield database
    database.close()


def loader(database: Database, seed: int = SEED) -> Loader:
    return Loader(database, read_outline(), seed, SMALL)


def test_everything_a_first_sight_needs_is_there(loaded: Database) -> None:
    with loaded.transaction(SYSTEM) as tx:
        assert configuration.get(tx, SETTING)["synthetic"] is True
        assert loaded_city(loaded) is not None
        assert len(grids.cells(tx, limit=1000)) == SMALL.cells
        assert grids.cells(tx, unstaffed=True)
        dispatcher = identity.users_by_logins(tx, ["dispatcher"])["dispatcher"]
        desk = tx.acting_as(identity.actor_of(tx, dispatcher.id))
        page = orders.orders(desk, orders.Filter(open=True, limit=200))
        assert page.counts is not None
        assert page.counts.green
        assert page.counts.yellow + page.counts.red
        assert page.counts.supervised
        assert analytics.counts(desk, tx.now - timedelta(days=30), tx.now)
        assert len(patrol.patrollers(desk)) > 5
        states = Counter(dict(tx.conn.execute(text("SELECT state, count(*) FROM orders GROUP BY 1")).all()))
        assert {State.CLOSED, State.HANDLING, State.ANSWERED, State.REFUSED, State.VOID} <= states.keys()
        assert sum(states.values()) == SMALL.orders
        worst = tx.conn.execute(text("SELECT count(*) FROM orders WHERE score <= 2")).scalar_one()
        assert worst > SMALL.orders / 200
        home, owned = tx.conn.execute(text("SELECT count(*), count(cell_id) FROM house")).one()
        assert home == owned == SMALL.houses
    basemap = loaded.settings.data_dir / "basemaps" / "local.pmtiles"
    assert basemap.read_bytes().startswith(b"PMTiles")


def test_past_orders_belong_to_those_who_answer_for_their_cells(loaded: Database) -> None:
    strangers = text(
        "SELECT count(*) FROM orders o WHERE o.decision->'rule'->>'key' LIKE 'owner.%' AND NOT EXISTS ("
        " SELECT 1 FROM assignment a JOIN staffing s ON s.user_id = a.user_id AND s.cell_id = o.cell_id"
        " WHERE a.order_id = o.id)"
    )
    disjoint = text(
        "SELECT count(*) FROM orders o JOIN cell_version v ON v.id = o.cell_version_id"
        " WHERE o.location_status = 'inside' AND ST_Disjoint(v.geom, o.geom)"
    )
    broken = text(
        "SELECT count(*) FROM trace t JOIN trace n ON n.order_id = t.order_id AND n.version = t.version + 1"
        " WHERE n.from_state <> t.to_state OR n.at < t.at"
    )
    with loaded.transaction(SYSTEM) as tx:
        assert tx.conn.execute(strangers).scalar_one() == 0
        assert tx.conn.execute(disjoint).scalar_one() == 0
        assert tx.conn.execute(broken).scalar_one() == 0
        (release,) = grids.all_releases(tx)
        first = tx.conn.execute(text("SELECT min(reported_at) FROM orders")).scalar_one()
        assert release.published_at is not None
        assert release.published_at < first


def test_an_interrupted_load_goes_on_and_a_second_one_does_nothing(installed: Database) -> None:
    class PoweredOffError(RuntimeError):
        pass

    def power_off(step: str) -> None:
        if step == "orders":
            raise PoweredOffError

    with pytest.raises(PoweredOffError):
        loader(installed).run(power_off)
    assert loaded_city(installed) is None
    steps: list[str] = []
    assert loader(installed).run(steps.append)
    assert "registry" not in steps
    assert "orders" in steps
    assert not loader(installed).run()
    with pytest.raises(Conflict) as refused:
        loader(installed, seed=1).run()
    assert refused.value.code == "demo.other"


def test_it_does_not_mix_with_other_data(installed: Database) -> None:
    with installed.transaction(SYSTEM) as tx:
        identity.create_users(tx, [NewUser("somebody", "真实用户")], PASSWORD)
    with pytest.raises(Conflict) as refused:
        loader(installed).run()
    assert refused.value.code == "demo.not_empty"


def test_everybody_on_the_list_can_sign_in(district: Settings) -> None:
    database = Database(district)
    for login, _ in accounts():
        with database.transaction(SYSTEM) as tx:
            assert isinstance(
                identity.sign_in(tx, login, PASSWORD, "127.0.0.1", SessionKind.WEB), SignedIn
            ), login
    database.close()


def test_the_day_goes_on(district: Settings) -> None:
    database = Database(district)
    city = loaded_city(database)
    assert city is not None
    day = Day(database, city, seed=1)
    day.begin()
    for _ in range(4):
        day.step()
    ended = 0
    for _ in range(12):
        no = day.report_one()
        while day.handle(no) in HABITS:
            pass
        with database.transaction(SYSTEM) as tx:
            ended += orders.find(tx, no).state is State.CLOSED
    assert ended == 12
    with database.transaction(SYSTEM) as tx:
        photos = tx.conn.execute(text("SELECT count(*) FROM file WHERE kind = 'image'")).scalar_one()
        assert photos >= ended
    database.close()


def test_patrollers_walk(district: Settings) -> None:
    database = Database(district)
    city = loaded_city(database)
    assert city is not None
    day = Day(database, city, speed=60.0, seed=1)
    positions = []
    for _ in range(2):
        day.record(beat for beat in make_beats(city, Plane(city.outline)) if city.staff.on_duty[beat.person])
        with database.transaction(SYSTEM) as tx:
            positions.append({p.user_id: (p.lon, p.lat) for p in patrol.patrollers(tx)})
    assert len(positions[0]) > 5
    assert positions[0].keys() == positions[1].keys()
    assert all(positions[0][who] != positions[1][who] for who in positions[0])
    database.close()


def test_a_stopped_day_ends_at_once(district: Settings) -> None:
    database = Database(district)
    city = loaded_city(database)
    assert city is not None
    stop = Event()
    running = Thread(target=Day(database, city, speed=50.0).run, args=(stop,))
    running.start()
    stop.set()
    running.join(20)
    assert not running.is_alive()
    database.close()
