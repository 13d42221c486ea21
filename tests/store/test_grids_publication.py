"""Publications while reports come in: nobody is routed by a release that is no longer the published one."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from threading import Event, Thread
from time import perf_counter

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from gisgov.grids import service as grids
from gisgov.grids.store import locks
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database
from gisgov.kernel.errors import Conflict
from gisgov.kernel.settings import Settings
from tests.grid_makers import SOUTH, STEP, WEST, board, publish, put, square, without_levels

LATEST_MS = 300


@dataclass(frozen=True)
class Layout:
    """Two ways to divide the same board; releases take turns, so a late report is told by its cell."""

    columns: int
    rows: int

    def cells(self, turn: int):
        fields = [(c, r) for c in range(self.columns) for r in range(self.rows)]
        swapped = fields[1:] + fields[:1] if turn % 2 else fields
        return without_levels([square(*f) for f in fields], [f"{c:03}{r:03}" for c, r in swapped])

    def owner(self, turn: int, lon: float, lat: float) -> str:
        cells = self.cells(turn)
        at = int((lon - WEST) / STEP) * self.rows + int((lat - SOUTH) / STEP)
        return str(cells.codes[at])


@pytest.fixture
def probe(settings):
    """A table whose rows are located like orders."""
    engine = create_engine(settings.database_url)
    with engine.begin() as conn:
        conn.execute(
            text("""CREATE TABLE probe (id bigint GENERATED ALWAYS AS IDENTITY, lon float8, lat float8,
            code text, release_no int, cell_version_id bigint REFERENCES cell_version)""")
        )
    engine.dispose()


def report(database: Database, points: np.ndarray) -> list[tuple[float, float]]:
    """Locate and store points, each in a transaction of its own.

    Returns for each how long it waited for a publication, and how long it took in all, in ms.
    """
    took = []
    insert = text(
        "INSERT INTO probe (lon, lat, code, release_no, cell_version_id) VALUES (:x, :y, :c, :n, :v)"
    )
    for x, y in points.tolist():
        began = perf_counter()
        with database.transaction(SYSTEM) as tx:
            grids.warm(tx)
            asked = perf_counter()
            grids.hold_releases(tx)
            waited = perf_counter() - asked
            found = grids.locate_for_write(tx, x, y)
            row = {"x": x, "y": y, "c": found.cell.code, "n": found.release.no, "v": found.cell.version_id}
            tx.conn.execute(insert, row)
        took.append((waited * 1000, (perf_counter() - began) * 1000))
    return took


def report_elsewhere(settings: Settings, points: np.ndarray) -> list[tuple[float, float]]:
    """`report` in a process of its own."""
    database = Database(settings)
    with database.transaction(SYSTEM) as tx:
        grids.warm(tx)
    try:
        return report(database, points)
    finally:
        database.close()


def inside(layout: Layout, count: int, seed: int) -> np.ndarray:
    """Return points in the middle parts of fields, as (lon, lat)."""
    rng = np.random.default_rng(seed)
    fields = rng.integers(0, [layout.columns, layout.rows], (count, 2))
    return np.array([WEST, SOUTH]) + (fields + 0.1 + 0.8 * rng.random((count, 2))) * STEP


def publish_in_turn(database: Database, layout: Layout, times: int, done: Event) -> dict[int, set[int]]:
    """Publish again and again; returns for each release which rows had come before its switch."""
    before: dict[int, set[int]] = {}
    for _ in range(times):
        with database.transaction(SYSTEM) as tx:
            turn = grids.all_releases(tx, "basic")[0].no or 0
            drafted = put(tx, layout.cells(turn))
        with database.transaction(SYSTEM) as tx:
            no = grids.publish(tx, drafted.release.id).no
            before[no] = set(tx.conn.execute(text("SELECT id FROM probe")).scalars())
        if done.is_set():
            break
    return before


def assert_none_mis_owned(database: Database, layout: Layout, before: dict[int, set[int]]) -> int:
    """Every row has the owner of its release, and was there before the next release came."""
    with database.transaction(SYSTEM) as tx:
        rows = tx.conn.execute(text("SELECT id, lon, lat, code, release_no FROM probe")).all()
    late = [r.id for r in rows for no, seen in before.items() if r.release_no < no and r.id not in seen]
    wrong = [r.id for r in rows if layout.owner(r.release_no - 1, r.lon, r.lat) != r.code]
    assert (late, wrong) == ([], [])
    return len({row.release_no for row in rows})


@pytest.mark.usefixtures("probe")
def test_reports_during_publications_go_to_the_owner_of_the_moment(database):
    layout = Layout(6, 6)
    with database.transaction(SYSTEM) as tx:
        publish(tx, layout.cells(0))
    done = Event()
    with ThreadPoolExecutor(4) as pool:
        publisher = pool.submit(publish_in_turn, database, layout, 12, done)
        reporters = [pool.submit(report, database, inside(layout, 60, seed)) for seed in range(3)]
        for reporter in reporters:
            reporter.result()
        done.set()
        before = publisher.result()
    assert assert_none_mis_owned(database, layout, before) >= 2


@pytest.mark.soak
@pytest.mark.usefixtures("probe")
def test_forty_publications_during_five_thousand_reports(database, settings, record_testsuite_property):
    layout = Layout(40, 40)
    with database.transaction(SYSTEM) as tx:
        publish(tx, layout.cells(0))
    done = Event()
    with (
        ProcessPoolExecutor(4, mp_context=get_context("spawn")) as reporters,
        ThreadPoolExecutor(1) as pool,
    ):
        running = [
            reporters.submit(report_elsewhere, settings, inside(layout, 1250, seed)) for seed in range(4)
        ]
        before = pool.submit(publish_in_turn, database, layout, 40, done).result()
        took = np.concatenate([run.result() for run in running])
    assert len(before) == 40
    assert assert_none_mis_owned(database, layout, before) > 5
    for name, values in zip(("waited_ms", "took_ms"), took.T, strict=True):
        record_testsuite_property(name, np.percentile(values, [50, 99, 99.9, 100]).round(1).tolist())
    assert took[:, 0].max() < LATEST_MS


def test_a_publication_lets_others_pass_while_it_waits_for_a_long_writer(database):
    """An exclusive lock that waits would hold up everybody behind it; an attempt gives up in time."""
    with database.transaction(SYSTEM) as tx:
        publish(tx, board())
        drafted = put(tx, board())
    outcome: list[object] = []

    def publishing() -> None:
        with database.transaction(SYSTEM) as tx:
            outcome.append(grids.publish(tx, drafted.release.id).no)

    thread = Thread(target=publishing)
    with database.transaction(SYSTEM) as slow:
        grids.locate_for_write(slow, WEST + STEP / 2, SOUTH + STEP / 2)
        thread.start()
        took = []
        for _ in range(20):
            began = perf_counter()
            with database.transaction(SYSTEM) as tx:
                grids.locate_for_write(tx, WEST + STEP / 2, SOUTH + STEP / 2)
            took.append((perf_counter() - began) * 1000)
        assert outcome == []
    thread.join(10)
    assert outcome == [2]
    assert np.median(took) < LATEST_MS, took


def test_a_publication_gives_up_behind_a_writer_that_never_ends(database, monkeypatch):
    with database.transaction(SYSTEM) as tx:
        drafted = put(tx, board())
    monkeypatch.setattr(locks, "TRY_MS", 10)
    monkeypatch.setitem(grids.publish.__globals__, "ATTEMPTS", 3)
    with database.transaction(SYSTEM) as slow:
        grids.hold_releases(slow)
        with pytest.raises(Conflict, match="busy"), database.transaction(SYSTEM) as tx:
            grids.publish(tx, drafted.release.id)
    with database.transaction(SYSTEM) as tx:
        assert grids.publish(tx, drafted.release.id).no == 1


def test_two_publications_of_one_network_come_one_after_the_other(database):
    with database.transaction(SYSTEM) as tx:
        drafts = [put(tx, board()).release.id for _ in range(2)]

    def publishing(draft: int) -> object:
        try:
            with database.transaction(SYSTEM) as tx:
                return grids.publish(tx, draft).no
        except Conflict as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        outcomes = set(pool.map(publishing, drafts))
    assert outcomes == {1, "grid.base_moved"}
