"""Many at once: one wins and the others are told; numbers are given without waiting."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from gisgov.identity import service as identity
from gisgov.intake.model import NewReport
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.errors import Conflict
from gisgov.orders import service as orders
from gisgov.orders.model import Inputs, State
from gisgov.oversight import service as oversight
from tests.grid_makers import middle
from tests.order_makers import found


@pytest.fixture
def town(database):
    with database.transaction(SYSTEM) as tx:
        return found(tx)


def report(database) -> str:
    lon, lat = middle(1, 1)
    with database.transaction(SYSTEM) as tx:
        return orders.report(tx, NewReport("resident", "路灯不亮", lon, lat, "wgs84")).order_no


def test_of_eight_simultaneous_sign_ins_one_wins(database, town):
    no = report(database)

    def sign_in(_: int) -> str:
        with database.transaction(SYSTEM) as tx:
            worker = tx.acting_as(identity.actor_of(tx, town.ids["worker"]))
            orders.act(worker, no, "sign_in", Inputs(version=2))
        return "won"

    def attempt(at: int) -> str:
        try:
            return sign_in(at)
        except Conflict as refused:
            return refused.code

    with ThreadPoolExecutor(8) as crowd:
        outcomes = sorted(crowd.map(attempt, range(8)))
    assert outcomes == ["order.conflict"] * 7 + ["won"]
    with database.transaction(SYSTEM) as tx:
        order = orders.find(tx, no)
        assert (order.state, order.version) == (State.SIGNED, 3)
        rows = tx.conn.execute(text("SELECT count(*) FROM trace WHERE order_id = :id"), {"id": order.id})
        assert rows.scalar_one() == 3


def test_reports_at_once_get_numbers_of_their_own(database, town):
    with ThreadPoolExecutor(8) as crowd:
        nos = list(crowd.map(lambda _: report(database), range(40)))
    assert len(set(nos)) == 40
    assert {no.partition("-")[0] for no in nos} == {"20261120"}


def test_a_report_does_not_wait_for_another_that_is_still_being_written(database, town):
    first = report(database)
    lon, lat = middle(1, 1)
    with database.transaction(SYSTEM) as slow:
        orders.report(slow, NewReport("resident", "慢", lon, lat, "wgs84"))
        slow.conn.execute(text("SET LOCAL statement_timeout = '5s'"))
        assert report(database) > first


def test_two_timers_at_once_open_one_supervision(database, town, clock):
    nos = [report(database) for _ in range(6)]
    clock.advance(timedelta(hours=5))

    def tick(_: int) -> None:
        with database.transaction(SYSTEM) as tx:
            oversight.check_overdue(tx)

    with ThreadPoolExecutor(2) as crowd:
        list(crowd.map(tick, range(2)))
    with database.transaction(SYSTEM) as tx:
        assert [len(oversight.of_order(tx, no)) for no in nos] == [1] * 6
