"""A small town with people in every part, for tests of orders: the chessboard, its staff, a desk, a department."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

from PIL import Image

from gisgov.grids import service as grids
from gisgov.grids.model import Post
from gisgov.identity import service as identity
from gisgov.identity.model import NewGrant, NewOrg, NewUser, Role
from gisgov.intake import service as intake
from gisgov.intake.model import NewReport
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database, Tx
from gisgov.media import service as media
from gisgov.orders import service as orders
from gisgov.orders.model import Filed, Inputs, Order
from gisgov.timing import service as timing
from tests.grid_makers import board, middle, publish

NOON = datetime(2026, 11, 20, 2, 42, tzinfo=UTC)
"""Friday 20 November 2026, 10:42 in Shanghai."""

PASSWORD = "correct horse battery staple"

NAMES = {
    "worker": "张三", "other_worker": "李四", "substitute": "王五", "cell_leader": "赵六", "far_worker": "钱七",
    "dispatcher": "孙调度", "auditor": "周审核", "leader": "吴领导", "street": "郑街道", "far_street": "冯街道",
    "handler": "陈城管", "colleague": "褚城管", "resident": "卫居民", "chief": "蒋值班",
}  # fmt: skip


@dataclass(frozen=True)
class Town:
    """The town, seen through one transaction."""

    tx: Tx
    ids: dict[str, int]
    orgs: dict[str, int]
    cells: dict[str, int]

    def by(self, login: str) -> Tx:
        """The transaction on behalf of one of its people."""
        return self.tx.acting_as(identity.actor_of(self.tx, self.ids[login]))

    def at(self, moment: datetime | timedelta) -> "Town":
        """The same town at another moment, or so much later."""
        now = self.tx.now + moment if isinstance(moment, timedelta) else moment
        return replace(self, tx=replace(self.tx, now=now))

    def report(self, column: int = 1, row: int = 1, by: str | None = "resident", **more: object) -> Filed:
        """Report something in the middle of a field."""
        lon, lat = middle(column, row)
        given = {"source": "resident", "content": "路灯不亮", "category": "city.light", "lon": lon, "lat": lat,
                 "datum": "wgs84"} | more  # fmt: skip
        return orders.report(self.by(by) if by else self.tx, NewReport(**given))  # type: ignore[arg-type]

    def order(self, no: str) -> Order:
        """An order as it stands."""
        return orders.find(self.tx, no)

    def act(self, login: str, no: str, action: str, **inputs: object) -> Order:
        """Take an action on the order as it stands now."""
        given = {"version": self.order(no).version} | inputs
        return orders.act(self.by(login), no, action, Inputs(**given))  # type: ignore[arg-type]

    def photo(self, login: str) -> int:
        """Upload a picture."""
        return media.keep(self.by(login), BytesIO(picture()), "site.jpg").id

    def result(self, login: str, no: str, action: str = "submit_result") -> Order:
        """Submit photo and note."""
        return self.act(login, no, action, note="已更换灯泡", file_ids=(self.photo(login),))

    def handled(self, no: str, by: str = "worker") -> Order:
        """Sign in, start, submit."""
        self.act(by, no, "sign_in")
        self.act(by, no, "start")
        return self.result(by, no)


@contextmanager
def standing(database: Database) -> Iterator[Town]:
    """A town in a transaction that is never committed; tests share it by `undone`."""
    with database.engine.connect() as conn:
        transaction = conn.begin()
        yield found(Tx(conn, SYSTEM, NOON, database.settings))
        transaction.rollback()


@contextmanager
def undone(town: Town) -> Iterator[Town]:
    """The town for one test, which leaves it as it was."""
    step = town.tx.conn.begin_nested()
    yield town
    step.rollback()


def picture() -> bytes:
    """A small valid photo."""
    stream = BytesIO()
    Image.new("RGB", (32, 24), "grey").save(stream, "JPEG")
    return stream.getvalue()


def found(tx: Tx) -> Town:
    """Found the town in a transaction of the system."""
    intake.seed(tx)
    timing.seed(tx)
    publish(tx, board())
    root = identity.areas(tx, tree="admin", depth=1)[0]
    streets = identity.areas_by_codes(tx, "admin", ["S0", "S1"])
    made = identity.create_orgs(
        tx,
        [
            NewOrg("centre", "指挥中心", "centre", area_id=root.id),
            NewOrg("s0", "一街道办", "street", area_id=streets["S0"].id),
            NewOrg("s1", "二街道办", "street", area_id=streets["S1"].id),
            NewOrg("cg", "城管局", "department"),
        ],
    )
    orgs = {code: org.id for code, org in made.items()}
    home = dict.fromkeys(NAMES, "centre") | dict.fromkeys(
        ("worker", "other_worker", "substitute", "cell_leader", "street"), "s0"
    )
    home |= {"far_worker": "s1", "far_street": "s1", "handler": "cg", "colleague": "cg"}
    people = [
        NewUser(login, name, org_id=orgs[home[login]], mobile="13812345678") for login, name in NAMES.items()
    ]
    ids = identity.create_users(tx, people, PASSWORD)
    _grant(tx, ids, root.id, {"street": streets["S0"].id, "far_street": streets["S1"].id}, orgs["cg"])
    cells = grids.cell_ids(tx, [f"{c:02}{r:02}" for c in range(4) for r in range(4)])
    _staff(tx, ids, cells)
    grids.bind_many(tx, [(cells["0101"], "城管", orgs["cg"], None)])
    return Town(tx, ids, orgs, cells)


def _grant(tx: Tx, ids: dict[str, int], root: int, streets: dict[str, int], cg: int) -> None:
    everywhere = {
        "dispatcher": Role.DISPATCHER, "auditor": Role.AUDITOR, "leader": Role.LEADER, "chief": Role.DUTY_CHIEF,
    }  # fmt: skip
    grants = [NewGrant(ids[login], role, area_id=root) for login, role in everywhere.items()]
    grants += [NewGrant(ids[login], Role.STREET_LEADER, area_id=area) for login, area in streets.items()]
    grants += [NewGrant(ids[login], Role.DEPARTMENT_HANDLER, org_id=cg) for login in ("handler", "colleague")]
    grants.append(NewGrant(ids["resident"], Role.RESIDENT))
    identity.grant_many(tx, grants)


def _staff(tx: Tx, ids: dict[str, int], cells: dict[str, int]) -> None:
    for login, cell, post in (
        ("worker", "0101", Post.WORKER),
        ("other_worker", "0100", Post.WORKER),
        ("substitute", "0101", Post.SUBSTITUTE),
        ("cell_leader", "0101", Post.LEADER),
        ("far_worker", "0303", Post.WORKER),
    ):
        grids.staff(tx, cells[cell], ids[login], post)
    on_duty = ("worker", "other_worker", "substitute", "far_worker")
    grids.set_duty(tx, [ids[login] for login in on_duty], on_duty=True)
