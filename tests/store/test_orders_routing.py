"""From a report to the one who answers, and the explanation that is kept."""

from datetime import UTC, datetime, timedelta

import pytest
import shapely
from sqlalchemy import text

from gisgov.grids import service as grids
from gisgov.grids.model import Cells, FrameRule, Post
from gisgov.intake.model import NewReport
from gisgov.kernel.actor import NOBODY
from gisgov.kernel.errors import Conflict, Invalid, NotAllowed, TooMany
from gisgov.orders import service as orders
from gisgov.orders.model import State
from tests.grid_makers import WEST, board, middle, publish
from tests.order_makers import Town


def test_the_worker_on_duty_gets_it_and_the_decision_says_why(town):
    filed = town.report()
    order = town.order(filed.order_no)
    assert (order.state, order.holder_name, order.cell_code) == (State.WAIT_SIGN, "张三", "0101")
    why = order.decision
    assert why["rule"]["key"] == "owner.worker"
    assert why["rule"]["version"] == 1
    assert why["chosen"]["name"] == "张三"
    assert why["chosen"]["phone_masked"] == "138****5678"
    assert why["release"]["no"] == 1
    assert {one["name"]: one["reason_code"] for one in why["candidates"]} == {
        "张三": "chosen", "王五": "later_post", "赵六": "later_post", "城管局": "by_list",
    }  # fmt: skip
    assert order.place == "S0 · C00 第0101网格"
    assert order.limit_key == "sign_in.workday"
    assert order.due_at == town.tx.now + timedelta(hours=4)


def test_a_resident_sees_a_masked_holder_and_staff_sees_all(town):
    assert town.report().holder.name == "张*"
    assert town.report(by="dispatcher", source="telephone").holder.name == "张三"
    assert "candidates" not in town.report().decision


@pytest.mark.parametrize(
    ("off", "holder", "rule"),
    [
        ((), "张三", "owner.worker"),
        (("worker",), "王五", "owner.substitute"),
        (("worker", "substitute"), "赵六", "owner.leader"),
    ],
)
def test_worker_then_substitute_then_leader(town, off, holder, rule):
    if off:
        grids.set_duty(town.tx, [town.ids[login] for login in off], on_duty=False)
    order = town.order(town.report().order_no)
    assert (order.holder_name, order.decision["rule"]["key"]) == (holder, rule)


def test_nobody_in_the_cell_means_the_desk_with_the_reason(town):
    order = town.order(town.report(2, 2).order_no)
    assert (order.state, order.holder_name) == (State.WAIT_DISPATCH, None)
    assert order.decision["rule"]["key"] == "desk.nobody"
    assert order.limit_key == "dispatch"


def test_a_point_in_no_cell_means_the_desk_and_is_never_silent(town):
    order = town.order(town.report(lon=WEST - 1).order_no)
    assert (order.state, order.location_status) == (State.WAIT_DISPATCH, "outside")
    assert order.decision["rule"]["key"] == "desk.outside"
    assert order.cell_id is None


def test_the_hotline_goes_to_the_desk_first(town):
    order = town.order(town.report(by="dispatcher", source="12345").order_no)
    assert (order.state, order.decision["rule"]["key"]) == (State.SCREENING, "desk.first_hop")


def test_an_address_without_a_point_goes_to_the_desk(town):
    order = town.order(town.report(lon=None, lat=None, address="花园路 1 号").order_no)
    assert (order.state, order.lon) == (State.SCREENING, None)


def test_an_accepted_order_goes_to_the_department_of_the_list(town):
    no = town.report(by="dispatcher", source="12345").order_no
    order = town.act("dispatcher", no, "accept")
    assert (order.state, order.holder_user_id, order.holder_org_name) == (State.WAIT_SIGN, None, "城管局")
    assert order.limit_key == "sign_in.desk"
    assert order.closure_policy == "review"
    signed = town.act("handler", no, "sign_in")
    assert signed.holder_name == "陈城管"


def test_an_accepted_order_of_another_function_goes_to_the_grid(town):
    no = town.report(by="dispatcher", source="12345").order_no
    order = town.act("dispatcher", no, "accept", category="other.advice")
    assert (order.holder_name, order.function) == ("张三", "综治")


def test_the_one_with_fewer_orders_gets_it(town):
    grids.staff(town.tx, town.cells["0101"], town.ids["other_worker"], Post.WORKER)
    holders = [town.order(town.report().order_no).holder_name for _ in range(4)]
    assert holders == ["张三", "李四", "张三", "李四"]


def test_on_a_holiday_the_worker_has_48_hours(town):
    later = town.at(datetime(2026, 11, 21, 2, tzinfo=UTC))
    order = later.order(later.report().order_no)
    assert order.limit_key == "sign_in.holiday"
    assert order.due_at == later.tx.now + timedelta(hours=48)


def test_the_number_bears_the_day_of_shanghai_and_counts_from_one(town):
    first, second = town.report().order_no, town.report().order_no
    assert (first, second) == ("20261120-0001", "20261120-0002")
    tomorrow = town.at(datetime(2026, 11, 20, 16, 0, tzinfo=UTC))
    assert tomorrow.report().order_no == "20261121-0001"
    assert town.report().order_no > second  # opening a day may take a number


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"datum": None}, "grid.datum_missing", "datum"),
        ({"datum": "nad27"}, "grid.datum_unknown", "datum"),
        ({"lon": 36.5, "lat": 117.0}, "grid.point_swapped", "lat"),
        ({"lon": float("nan")}, "grid.point_not_finite", "lon"),
        ({"lon": 500.0}, "grid.point_out_of_world", "lon"),
        ({"lat": None}, "report.point_half", "lat"),
        ({"lon": None, "lat": None}, "report.place_missing", "lon"),
        ({"content": "  "}, "report.content_missing", "content"),
        ({"category": "dragons"}, "report.category_unknown", "category"),
        ({"source": "dragons"}, "report.source_unknown", "source"),
        ({"accuracy_m": -1.0}, "report.accuracy", "accuracy_m"),
    ],
)
def test_bad_input_is_refused_with_its_field(town, more, code, field):
    with pytest.raises(Invalid) as refused:
        town.report(**more)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_point_as_sent_is_kept_beside_the_converted_one(town):
    lon, lat = middle(1, 1)
    no = town.report(datum="gcj02").order_no
    order = town.order(no)
    assert (order.lon, order.lat) != (lon, lat)
    kept = town.tx.conn.execute(text("SELECT original FROM report ORDER BY id DESC LIMIT 1")).scalar_one()
    assert kept == {"lon": lon, "lat": lat, "datum": "gcj02", "accuracy_m": None}


def test_an_accuracy_that_reaches_over_the_border_is_said(town):
    order = town.order(town.report(accuracy_m=2_000.0).order_no)
    assert order.near_border
    assert order.decision["near_border"]
    assert order.decision["runner_up"]["code"] in {"0001", "0201", "0100", "0102"}


def test_strangers_report_as_residents_only_and_not_too_often(town):
    stranger = town.tx.acting_as(NOBODY)
    lon, lat = middle(1, 1)

    def send(**more):
        given = {
            "source": "resident",
            "content": "x",
            "lon": lon,
            "lat": lat,
            "datum": "wgs84",
            "client_key": "c",
        }
        return orders.report(stranger, NewReport(**given | more))

    with pytest.raises(NotAllowed):
        send(source="telephone")
    for _ in range(20):
        send()
    with pytest.raises(TooMany):
        send()
    send(client_key="another")


def test_an_outside_number_is_accepted_once_from_each_source(town):
    town.report(by="dispatcher", source="12345", external_no="A-1")
    with pytest.raises(Conflict):
        town.report(by="dispatcher", source="12345", external_no="A-1")
    town.report(by="dispatcher", source="110", external_no="A-1")


def test_what_was_handled_on_the_spot_is_closed_with_photo_and_note(town):
    photo = town.photo("worker")
    given = {"by": "worker", "source": "patrol", "handled_note": "当场清理"}
    order = town.order(town.report(**given, file_ids=(photo,)).order_no)
    assert (order.state, order.holder_name, order.closed_at) == (State.CLOSED, "张三", town.tx.now)
    view = orders.view(town.by("worker"), order.no)
    assert [row.action for row in view.timeline] == ["handle_on_spot", "reported"]
    assert [file.id for file in view.timeline[0].files] == [photo]
    assert (view.decision["status"], view.decision["release"]["no"]) == ("inside", 1)
    assert view.decision["border_m"] > 0
    with pytest.raises(Invalid) as refused:
        town.report(**given)
    assert refused.value.code == "order.needs_photo"
    with pytest.raises(Invalid):
        town.report(**given | {"source": "telephone", "by": "dispatcher"}, file_ids=(photo,))


def test_a_major_kind_is_major_at_once(town):
    assert town.order(town.report(category="fire.blaze").order_no).major


def test_unsigned_orders_follow_their_cells_and_others_stay(town):
    moving, staying = town.report(1, 1).order_no, town.report(1, 0).order_no
    signed = town.report(1, 1).order_no
    town.act("worker", signed, "sign_in")
    dispatched = town.report(2, 2).order_no
    town.act("dispatcher", dispatched, "dispatch", user_id=town.ids["far_worker"])
    cells = board()
    lon, lat = middle(1, 1)
    shapes = cells.polygons.copy()
    corner = shapely.box(WEST, lat - 0.001, lon + 0.001, lat + 0.001).intersection(shapes[5])
    shapes[5], shapes[4] = shapes[5].difference(corner), shapes[4]
    neighbour = cells.codes.index("0001")
    shapes[neighbour] = shapes[neighbour].union(corner)
    grids.staff(town.tx, town.cells["0001"], town.ids["other_worker"], Post.WORKER)
    published = publish(town.tx, Cells(shapes, cells.codes, cells.names, cells.paths, cells.path_names),
                        frame_rule=FrameRule.KEEP)  # fmt: skip
    assert orders.reroute(town.tx, published.changed_cell_ids) == [moving]
    assert orders.reroute(town.tx, published.changed_cell_ids) == []
    moved = town.order(moving)
    assert (moved.cell_code, moved.holder_name, moved.decision["release"]["no"]) == ("0001", "李四", 2)
    assert town.order(staying).cell_code == "0100"
    assert town.order(signed).holder_name == "张三"
    assert town.order(dispatched).holder_name == "钱七"
    for login in ("worker", "other_worker"):
        assert orders.view(town.by(login), moving).timeline[0].action == "reroute"
    assert isinstance(town, Town)
