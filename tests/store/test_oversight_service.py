"""Supervision: opened once by time, by a leader with words, and answered."""

from datetime import timedelta

import pytest

from gisgov.kernel.errors import Conflict, Invalid, NotAllowed
from gisgov.orders import service as orders
from gisgov.orders.model import Inputs, State
from gisgov.oversight import service as oversight
from gisgov.oversight.model import Origin, PastSupervision, SupervisionState
from tests.order_makers import Town


def told(town: Town, no: str):
    return oversight.of_order(town.tx, no)


def test_time_opens_a_supervision_once_and_the_order_stays_signable(town):
    no = town.report().order_no
    oversight.check_overdue(town.at(timedelta(hours=4) - timedelta(seconds=1)).tx)
    assert told(town, no) == []
    late = town.at(timedelta(hours=4))
    oversight.check_overdue(late.tx)
    oversight.check_overdue(late.tx)
    (one,) = told(town, no)
    assert (one.origin, one.target_name, one.issued_at) == (Origin.OVERDUE, "张三", late.tx.now)
    order = town.order(no)
    assert (order.state, order.supervised, order.version) == (State.WAIT_SIGN, True, 3)
    row = orders.view(town.by("dispatcher"), no).timeline[0]
    assert (row.action, row.system, row.rule["key"]) == ("overdue", True, "supervision.overdue")
    assert late.act("worker", no, "sign_in").state is State.SIGNED


def test_the_next_clock_may_run_out_too_and_what_was_missed_is_caught_up(town):
    no = town.report().order_no
    town.act("worker", no, "sign_in")
    others = [town.report().order_no for _ in range(3)]
    oversight.check_overdue(town.at(timedelta(days=9)).tx)
    assert [len(told(town, one)) for one in (no, *others)] == [1, 1, 1, 1]
    assert "处置" in told(town, no)[0].instruction


def test_an_ended_order_is_never_overdue(town):
    no = town.report().order_no
    town.handled(no)
    oversight.check_overdue(town.at(timedelta(days=99)).tx)
    assert told(town, no) == []


def test_a_leader_supervises_with_words_and_the_holder_answers(town):
    no = town.report().order_no
    given = Inputs(version=2, note="今天之内办结")
    oversight.supervise(town.by("leader"), no, given)
    (one,) = told(town, no)
    assert (one.origin, one.issued_by, one.instruction) == (Origin.LEADER, "吴领导", "今天之内办结")
    assert {"answer_supervision"} <= {button.action for button in oversight.actions(town.by("worker"), no)}
    with pytest.raises(NotAllowed):
        oversight.answer(town.by("cell_leader"), no, Inputs(version=3, note="x"))
    oversight.answer(town.by("worker"), no, Inputs(version=3, note="正在路上"))
    (one,) = told(town, no)
    assert (one.state, one.answer) == (SupervisionState.ANSWERED, "正在路上")
    with pytest.raises(NotAllowed):
        oversight.answer(town.by("worker"), no, Inputs(version=4, note="again"))


@pytest.mark.parametrize(
    ("login", "inputs", "error"),
    [
        ("worker", Inputs(version=2, note="x"), NotAllowed),
        ("leader", Inputs(version=2), Invalid),
        ("leader", Inputs(version=1, note="x"), Conflict),
    ],
)
def test_a_supervision_needs_a_leader_an_instruction_and_the_present_version(town, login, inputs, error):
    no = town.report().order_no
    with pytest.raises(error):
        oversight.supervise(town.by(login), no, inputs)


def test_the_desk_answers_for_what_nobody_holds(town):
    no = town.report(2, 2).order_no
    oversight.check_overdue(town.at(timedelta(hours=3)).tx)
    version = town.order(no).version
    oversight.answer(town.by("dispatcher"), no, Inputs(version=version, note="正在联系"))
    assert told(town, no)[0].state is SupervisionState.ANSWERED


def test_supervised_orders_stand_on_top_of_the_holders_list(town):
    nos = [town.at(timedelta(minutes=minute)).report().order_no for minute in range(3)]
    oversight.supervise(town.by("leader"), nos[2], Inputs(version=2, note="快"))
    mine = orders.orders(town.by("worker"), orders.Filter(mine=True, open=True))
    assert [item.no for item in mine.items] == [nos[2], nos[0], nos[1]]


def test_supervisions_of_the_past_are_loaded_in_bulk(town):
    no = town.report().order_no
    past = PastSupervision(no, "leader", "answered", "快", town.tx.now, town.tx.now, answer="好")
    assert oversight.import_history(town.tx, [past]) == 1
    assert told(town, no)[0].answer == "好"
