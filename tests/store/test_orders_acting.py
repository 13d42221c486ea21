"""Every state × action × person, and what each action leaves behind."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from gisgov.identity import service as identity
from gisgov.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from gisgov.orders import service as orders
from gisgov.orders.model import Inputs, State
from gisgov.orders.rules.lifecycle import LIFECYCLE
from gisgov.timing import service as timing
from gisgov.timing.model import DayKind, Lamp
from tests.order_makers import NAMES, Town, undone

S = State
DESK = {"dispatcher", "chief"}
STREET = {"street"}


def at_desk(town: Town) -> str:
    return town.report(by="dispatcher", source="12345").order_no


def ended(action: str):
    def reach(town: Town) -> str:
        no = at_desk(town)
        town.act("dispatcher", no, action, note="原因")
        return no

    return reach


def after(*actions: str, category: str = "city.light"):
    def reach(town: Town) -> str:
        no = town.report(category=category).order_no
        for action in actions:
            town.result("worker", no) if action == "submit_result" else town.act("worker", no, action)
        return no

    return reach


WORK = ("sign_in", "start", "submit_result")

# How to reach each state in which an order may rest, and who may do what there; nobody else may do anything.
RESTS = {
    S.SCREENING: (at_desk, {
        "accept": DESK | STREET | {"cell_leader"}, "refuse": DESK | STREET, "answer": DESK | STREET,
        "void": DESK | STREET,
    }),
    S.WAIT_DISPATCH: (lambda town: town.report(2, 2).order_no, {
        "dispatch": DESK | {"far_street"}, "void": DESK | {"far_street"},
    }),
    S.WAIT_SIGN: (after(), {"sign_in": {"worker"}, "reassign": DESK | STREET | {"cell_leader"}}),
    S.SIGNED: (after("sign_in"), {"start": {"worker"}, "reassign": DESK | STREET | {"cell_leader"}}),
    S.HANDLING: (after("sign_in", "start"), {"submit_result": {"worker"}}),
    S.SITE_CHECK: (after(*WORK, category="city.manhole"), {"check": {"substitute"}}),
    S.CENTRE_REVIEW: (after(*WORK, category="city.road"), {
        "approve": DESK | STREET | {"auditor", "cell_leader"}, "reject": DESK | STREET | {"auditor", "cell_leader"},
    }),
    S.CLOSED: (after(*WORK), {"rate": {"resident"}}),
    S.REFUSED: (ended("refuse"), {}),
    S.ANSWERED: (ended("answer"), {"rate": {"dispatcher"}}),
    S.VOID: (ended("void"), {}),
}  # fmt: skip

PASSING = {S.REPORTED, S.FILED, S.RESULT_SUBMITTED}
"""States that are left within the transaction that reached them."""


def test_every_state_is_tried_or_only_passed_through():
    assert set(RESTS) | PASSING == set(S)


@pytest.mark.parametrize("state", list(RESTS))
def test_everybody_tries_everything(town, state):
    reach, allowed = RESTS[state]
    no = reach(town)
    order = town.order(no)
    assert order.state is state
    people = {login: town.by(login) for login in NAMES}
    photos = {login: town.photo(login) for login in NAMES}
    done = set()
    for login, tx in people.items():
        for action in sorted({step.action for step in LIFECYCLE.steps}):
            given = Inputs(version=order.version, note="原因", file_ids=(photos[login],),
                           user_id=town.ids["far_worker"] if action == "dispatch" else None, score=5)  # fmt: skip
            with undone(town):
                try:
                    orders.act(tx, no, action, given)
                except (NotAllowed, Conflict, NotFound):
                    continue
                done.add((action, login))
    assert done == {(action, login) for action, logins in allowed.items() for login in logins}


@pytest.mark.parametrize("state", list(RESTS))
def test_the_buttons_are_what_may_be_done(town, state):
    reach, allowed = RESTS[state]
    no = reach(town)
    for login in NAMES:
        tx = town.by(login)
        if login == "resident" or not tx.actor.has("order.read"):
            continue
        try:
            shown = {button.action for button in orders.view(tx, no).actions}
        except NotFound:
            shown = set()
        assert shown == {action for action, logins in allowed.items() if login in logins}, login


def test_a_story_of_direct_handling_closes_by_itself_and_is_rated(town):
    filed = town.report()
    no = filed.order_no
    signed = town.act("worker", no, "sign_in")
    assert (signed.limit_key, signed.signed_at) == ("handle", town.tx.now)
    assert signed.due_at == town.tx.now + timedelta(hours=72)
    started = town.act("worker", no, "start")
    assert started.due_at == signed.due_at
    closed = town.result("worker", no)
    assert (closed.state, closed.due_at, closed.closed_at) == (S.CLOSED, None, town.tx.now)
    view = orders.view(town.by("dispatcher"), no)
    assert [row.action for row in view.timeline] == ["submit_result", "start", "sign_in", "route", "reported"]
    assert [row.version for row in view.timeline] == [5, 4, 3, 2, 1]
    assert view.timeline[0].files[0].kind == "image"
    assert [(one.mode, one.user_name, one.ended_as) for one in view.assignments] == [
        ("route", "张三", "done")
    ]
    assert view.lamp is None
    rated = orders.act(town.tx, no, "rate", Inputs(score=4, text="还行", token=filed.tracking_token))
    assert rated.score == 4
    town.act("resident", no, "rate", score=1)
    assert town.order(no).score == 4
    with pytest.raises(Conflict) as refused:
        town.act("resident", no, "rate", score=1)
    assert refused.value.code == "order.rated_twice"


def test_the_rating_window_closes_after_15_days(town):
    no = town.report().order_no
    town.handled(no)
    late = town.at(timedelta(days=15))
    assert not orders.view(late.by("worker"), no).actions
    with pytest.raises(Conflict) as refused:
        late.act("resident", no, "rate", score=5)
    assert refused.value.code == "order.rating_closed"
    town.at(timedelta(days=15) - timedelta(seconds=1)).act("resident", no, "rate", score=5)


def test_review_may_reject_and_the_handler_gets_it_back(town):
    no = town.report(category="city.road").order_no
    assert town.handled(no).state is S.CENTRE_REVIEW
    rejected = town.act("auditor", no, "reject", note="照片不清")
    assert (rejected.state, rejected.holder_name, rejected.limit_key) == (S.HANDLING, "张三", "handle")
    town.result("worker", no)
    assert town.act("auditor", no, "approve").state is S.CLOSED
    assert [one.ended_as for one in orders.view(town.by("auditor"), no).assignments] == ["done", "done"]


def test_a_site_check_is_made_by_another_person_of_the_cell(town):
    no = town.report(category="city.manhole").order_no
    checking = town.handled(no)
    assert (checking.state, checking.holder_name) == (S.SITE_CHECK, "王五")
    checked = town.result("substitute", no, "check")
    assert (checked.state, checked.holder_name) == (S.CENTRE_REVIEW, "张三")
    assert town.act("auditor", no, "approve").state is S.CLOSED


def test_nobody_reviews_his_own_work(town):
    no = town.report(category="city.road").order_no
    town.act("dispatcher", no, "reassign", note="组长办理", user_id=town.ids["cell_leader"])
    town.handled(no, by="cell_leader")
    with pytest.raises(NotAllowed):
        town.act("cell_leader", no, "approve")


@pytest.mark.parametrize(
    ("missing", "code"), [("note", "order.needs_note"), ("file_ids", "order.needs_photo"), (None, None)]
)
def test_closing_without_photo_and_note_is_refused(town, missing, code):
    no = after("sign_in", "start")(town)
    given = {"note": "已更换", "file_ids": (town.photo("worker"),)}
    given.pop(missing, None)
    if missing is None:
        assert town.act("worker", no, "submit_result", **given).state is S.CLOSED
        return
    with pytest.raises(Invalid) as refused:
        town.act("worker", no, "submit_result", **given)
    assert refused.value.code == code


def test_a_stale_version_is_a_conflict(town):
    no = town.report().order_no
    seen = town.order(no).version
    town.act("dispatcher", no, "reassign", note="误派", user_id=town.ids["other_worker"])
    with pytest.raises(Conflict) as refused:
        town.act("worker", no, "sign_in", version=seen)
    assert refused.value.code == "order.conflict"


def test_a_reassigned_order_is_seen_by_old_and_new_holder_and_their_leaders_and_nobody_else(town):
    no = town.report().order_no
    sees = {login for login in NAMES if _sees(town, login, no)}
    chain = {"worker", "substitute", "cell_leader", "street"}
    everywhere = {"dispatcher", "auditor", "leader", "chief", "resident"}
    assert sees == chain | everywhere
    town.act("dispatcher", no, "reassign", note="转二街道", user_id=town.ids["far_worker"])
    assert {login for login in NAMES if _sees(town, login, no)} == chain | everywhere | {
        "far_worker",
        "far_street",
    }
    town.act("dispatcher", no, "reassign", note="转城管", org_id=town.orgs["cg"])
    assert {login for login in NAMES if _sees(town, login, no)} == set(NAMES) - {"other_worker"}
    assert town.order(no).closure_policy == "review"
    with pytest.raises(NotAllowed):
        town.act("worker", no, "sign_in")
    assert town.act("colleague", no, "sign_in").holder_name == "褚城管"


def _sees(town: Town, login: str, no: str) -> bool:
    try:
        orders.find(town.by(login), no)
    except NotFound:
        return False
    return True


def test_a_desk_order_is_dispatched_to_a_cell(town):
    no = town.report(lon=116.0).order_no
    order = town.act("dispatcher", no, "dispatch", cell="0101")
    assert (order.holder_name, order.cell_code, order.place) == ("张三", "0101", "S0 · C00 第0101网格")
    assert _sees(town, "street", no)
    assert town.act("worker", no, "sign_in").state is S.SIGNED


@pytest.mark.parametrize("target", [{"user_id": "resident"}, {"org_id": -1}, {"cell": "0202"}, {}])
def test_a_dispatch_needs_somebody_who_can_handle(town, target):
    no = town.report(2, 2).order_no
    if "user_id" in target:
        target = {"user_id": town.ids["resident"]}
    with pytest.raises(Invalid):
        town.act("dispatcher", no, "dispatch", **target)


def test_the_reporter_follows_progress_by_token_alone(town):
    filed = town.report()
    page = orders.track(
        town.tx.acting_as(identity.actor_of(town.tx, town.ids["far_worker"])), filed.tracking_token
    )
    assert (page.heading, page.holder.name, page.result) == ("open", "张*", "")
    assert [step["now"] for step in page.steps] == [False, True, False, False, False]
    town.handled(filed.order_no)
    page = orders.track(town.tx, filed.tracking_token)
    assert (page.heading, page.result, page.may_rate) == ("ended", "已更换灯泡", True)
    with pytest.raises(NotFound):
        orders.track(town.tx, "not-a-token")


@pytest.mark.parametrize("action", ["answer", "refuse", "void"])
def test_the_reporter_is_told_the_answer_or_the_reason(town, action):
    filed = town.report(by="dispatcher", source="12345")
    town.act("dispatcher", filed.order_no, action, note="该路灯不属本区")
    assert orders.track(town.tx, filed.tracking_token).result == "该路灯不属本区"


def test_nobody_rates_his_own_work(town):
    photo = town.photo("worker")
    given = {"by": "worker", "source": "patrol", "handled_note": "当场清理", "file_ids": (photo,)}
    filed = town.report(**given)
    assert orders.view(town.by("worker"), filed.order_no).actions == []
    with pytest.raises(NotAllowed):
        town.act("worker", filed.order_no, "rate", score=5)


def test_an_order_of_another_area_is_not_there(town):
    no = town.report().order_no
    with pytest.raises(NotFound):
        orders.view(town.by("far_street"), no)
    with pytest.raises(NotFound):
        town.act("far_worker", no, "sign_in", version=2)


def test_the_reporter_is_masked(town):
    no = town.report(reporter_name="刘大成", reporter_phone="13912342806").order_no
    shown = orders.view(town.by("dispatcher"), no).reporter
    assert (shown.name, shown.phone) == ("刘**", "139****2806")
    anonymous = town.report(reporter_name="刘大成", anonymous=True).order_no
    assert orders.view(town.by("dispatcher"), anonymous).reporter is None


def test_the_lamp_follows_the_clock(town):
    no = town.report().order_no
    lamps = [
        orders.view(town.at(timedelta(hours=hours)).by("worker"), no).lamp
        for hours in (0, 2.99, 3, 3.99, 4, 40)
    ]
    assert lamps == [Lamp.GREEN, Lamp.GREEN, Lamp.YELLOW, Lamp.YELLOW, Lamp.RED, Lamp.RED]


def test_every_step_leaves_one_trace_row_and_its_events_reach_every_party(town):
    no = town.report().order_no
    town.act("dispatcher", no, "reassign", note="改派", user_id=town.ids["far_worker"])
    order = town.order(no)
    traced = town.tx.conn.execute(
        text("SELECT version FROM trace WHERE order_id = :id ORDER BY id"), {"id": order.id}
    )
    assert list(traced.scalars()) == list(range(1, order.version + 1))
    rows = town.tx.conn.execute(
        text(
            "SELECT kind, version, user_ids FROM event WHERE subject_kind = 'order' AND subject_id = :id ORDER BY id"
        ),
        {"id": order.id},
    ).all()
    assert [(row.kind, row.version) for row in rows] == [
        ("order.reported", 2), ("order.reassigned", 3), ("order.dispatched", 4),
    ]  # fmt: skip
    assert {town.ids["worker"], town.ids["far_worker"], town.ids["resident"]} <= set(rows[-1].user_ids)


def test_a_deadline_beyond_the_known_years_is_settled_when_the_calendar_is_loaded(town):
    new_year = town.at(datetime(2027, 1, 1, 2, tzinfo=UTC))
    no = new_year.report().order_no
    order = new_year.order(no)
    assert (order.limit_key, order.provisional) == ("sign_in.workday", True)
    assert orders.recompute(new_year.tx) == []
    timing.load_days(new_year.tx, [(date(2027, 1, 1), DayKind.HOLIDAY, "元旦")], "state council")
    assert orders.recompute(new_year.tx) == [no]
    settled = new_year.order(no)
    assert (settled.limit_key, settled.provisional) == ("sign_in.holiday", False)
    assert settled.due_at == new_year.tx.now + timedelta(hours=48)
    row = orders.view(new_year.by("dispatcher"), no).timeline[0]
    assert (row.action, row.due_before, row.due_after) == ("recompute", order.due_at, settled.due_at)
    assert orders.recompute(new_year.tx) == []
