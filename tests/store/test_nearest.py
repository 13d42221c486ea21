"""Nearest cameras, parts and patrollers: the index gives candidates, the ellipsoid the order."""

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from sqlalchemy import text

from gisgov.grids import service as grids
from gisgov.identity import service as identity
from gisgov.identity.model import NewUser
from gisgov.kernel.actor import SYSTEM, Actor
from gisgov.kernel.errors import Invalid, NotAllowed
from gisgov.kernel.nearest import Nearby, in_spherical_order
from gisgov.kernel.scope import NOTHING, Scope
from gisgov.patrol import service as patrol
from gisgov.patrol.model import NewFix
from gisgov.registry import service as registry
from gisgov.registry import tables
from gisgov.registry.model import Kind
from gisgov.spatial import GEOD, distance_m
from tests import grid_makers

PLACES_IN_TEST, PLACES_IN_SOAK = 400, 20_000


def add(tx, table, lon, lat, **columns):
    """Rows put down as they are: falling into cells is tried elsewhere."""
    columns = {"area_no": 0} | columns
    given = {"lon": lon, "lat": lat} | columns
    rows = [{key: _at(value, i) for key, value in given.items()} for i in range(len(lon))]
    names = list(columns)
    tx.conn.execute(
        text(
            f"INSERT INTO {table} (geom, {', '.join(names)}) "
            f"VALUES (ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), {', '.join(':' + name for name in names)})"
        ),
        rows,
    )


def _at(value, i):
    return (
        value[i].item() if isinstance(value, np.ndarray) else value[i] if isinstance(value, list) else value
    )


def add_cameras(tx, lon, lat, **columns):
    codes = [f"K{i:06d}" for i in range(len(lon))]
    add(
        tx,
        "camera",
        lon,
        lat,
        **({"code": codes, "name": codes, "category": "street", "state": "online"} | columns),
    )


@pytest.mark.real_data
@pytest.mark.parametrize("places", [PLACES_IN_TEST, pytest.param(PLACES_IN_SOAK, marks=pytest.mark.soak)])
def test_no_difference_from_brute_force_on_739_real_cameras(tx, real_cameras, places):
    add_cameras(tx, *real_cameras)
    rng = np.random.default_rng(1)
    lons, lats = rng.uniform(-77.12, -76.9, places), rng.uniform(38.8, 39.0, places)
    for lon, lat in zip(lons.tolist(), lats.tolist(), strict=True):
        far = distance_m(lon, lat, *real_cameras)
        expected = np.lexsort((np.arange(739), far))[:5]
        found = registry.nearest(tx, Kind.CAMERA, Nearby(lon, lat, 5))
        assert [one.item.code for one in found] == [f"K{i:06d}" for i in expected]
        assert [one.distance_m for one in found] == pytest.approx(far[expected], abs=1e-9)


def test_the_ellipsoid_orders_where_the_sphere_would_not(tx):
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(73, 135, 5_000), rng.uniform(18, 53, 5_000)
    add_cameras(tx, lon, lat)
    differs = 0
    for x, y in zip(rng.uniform(80, 130, 30).tolist(), rng.uniform(20, 50, 30).tolist(), strict=True):
        far = distance_m(x, y, lon, lat)
        found = [int(one.item.code[1:]) for one in registry.nearest(tx, Kind.CAMERA, Nearby(x, y, 20))]
        assert found == list(np.argsort(far, kind="stable")[:20])
        on_sphere = tx.conn.execute(
            text(
                "SELECT code FROM camera ORDER BY geom::geography <-> ST_Point(:x, :y, 4326)::geography LIMIT 20"
            ),
            {"x": x, "y": y},
        ).scalars()
        differs += found != [int(code[1:]) for code in on_sphere]
    assert differs > 3


def test_the_index_serves_the_order(settings, database):
    rng = np.random.default_rng(3)
    with database.transaction(SYSTEM) as tx:
        add_cameras(tx, rng.uniform(117, 117.5, 5_000), rng.uniform(36.5, 37, 5_000))
    owner = sa.create_engine(settings.database_url)  # what the server's own housekeeping does sooner or later
    with owner.begin() as conn:
        conn.execute(text("ANALYZE camera"))
    owner.dispose()
    worker = Actor(1, "x", verbs=frozenset({"registry.read"}), scope=Scope(((0, 1), (5, 9))))
    with database.transaction(SYSTEM) as tx:
        for each in (tx, tx.acting_as(worker)):
            for ask in (Nearby(117.2, 36.7, 5), Nearby(117.2, 36.7, 5, radius_m=20_000)):
                plan = _plan_of(each, ask)
                assert "Index Scan using camera_geography" in plan, plan
                assert "Sort" not in plan, plan


def _plan_of(tx, ask):
    """What the database does for the first rows of the very statement that is sent."""
    query = sa.select(tables.camera.c.id).where(tx.scope.areas(tables.camera.c.area_no))
    statement = in_spherical_order(query, tables.camera.c.geom, ask).limit(64)
    words = str(statement.compile(tx.conn, compile_kwargs={"literal_binds": True}))
    return "\n".join(tx.conn.exec_driver_sql(f"EXPLAIN {words}").scalars())


def test_type_state_radius_and_drawn_area_are_obeyed(tx):
    lon, lat = np.array([117.0, 117.001, 117.002, 117.003]), np.full(4, 36.6)
    add_cameras(tx, lon, lat, category=["a", "b", "a", "b"], state=["online", "online", "offline", "online"])

    def codes(k=9, **options):
        area = {key: options.pop(key) for key in ("radius_m", "inside") if key in options}
        return [
            one.item.code[-1]
            for one in registry.nearest(tx, Kind.CAMERA, Nearby(117.0, 36.6, k, **area), **options)
        ]

    assert codes() == ["0", "1", "2", "3"]
    assert codes(k=2, type_="b") == ["1", "3"]
    assert codes(state="offline") == ["2"]
    exactly = float(distance_m(117.0, 36.6, 117.002, 36.6))
    assert codes(radius_m=exactly + 1e-6) == ["0", "1", "2"]
    assert codes(radius_m=exactly - 1e-6) == ["0", "1"]
    assert codes(inside=shapely.box(117.001, 36.5, 117.002, 36.7)) == ["1", "2"]  # the border is inside
    with pytest.raises(Invalid, match=r"nearest\.no_filter"):
        registry.nearest(tx, Kind.ADDRESS, Nearby(117.0, 36.6, 1), state="online")


def test_equally_far_ones_come_in_the_order_of_their_ids(tx):
    add_cameras(tx, np.full(200, 117.0), np.full(200, 36.6))
    found = registry.nearest(tx, Kind.CAMERA, Nearby(117.01, 36.6, 7))
    assert [one.item.code for one in found] == [f"K{i:06d}" for i in range(7)]


def test_scope_is_obeyed(tx):
    add_cameras(tx, np.array([117.0, 117.1]), np.array([36.6, 36.6]), area_no=[5, 9])
    ask = Nearby(117.0, 36.6, 5)
    reader = Actor(1, "x", verbs=frozenset({"registry.read"}), scope=Scope(((9, 10),)))
    assert [one.item.code for one in registry.nearest(tx.acting_as(reader), Kind.CAMERA, ask)] == ["K000001"]
    blind = Actor(1, "x", verbs=frozenset({"registry.read", "patrol.read"}), scope=NOTHING)
    assert registry.nearest(tx.acting_as(blind), Kind.CAMERA, ask) == []
    assert patrol.nearest(tx.acting_as(blind), ask) == []
    for call in (
        lambda other: registry.nearest(other, Kind.CAMERA, ask),
        lambda other: patrol.nearest(other, ask),
    ):
        with pytest.raises(NotAllowed):
            call(tx.acting_as(Actor(1, "x")))


def test_patrollers_only_on_duty_with_the_age_of_their_fix(tx):
    grid_makers.publish(tx, grid_makers.board())
    ids = identity.create_users(tx, [NewUser(f"w{i}", f"W{i}") for i in range(150)], "gisgov-demo")
    people = [ids[f"w{i}"] for i in range(150)]
    lon, lat = grid_makers.middle(0, 0)
    east, _, _ = GEOD.fwd(np.full(150, lon), np.full(150, lat), np.full(150, 90.0), np.arange(150.0))
    patrol.record_many(
        tx, [NewFix(who, x, lat, tx.now) for who, x in zip(people, east.tolist(), strict=True)]
    )
    awake = people[100:]  # the hundred nearest are at home
    grids.set_duty(tx, awake, on_duty=True)
    found = patrol.nearest(tx, Nearby(lon, lat, 3), lambda _, who: dict.fromkeys(who, 2))
    assert [one.item.user_id for one in found] == awake[:3]
    assert [one.distance_m for one in found] == pytest.approx([100, 101, 102], abs=1e-6)
    assert [one.azimuth_deg for one in found] == pytest.approx([90] * 3, abs=0.01)
    assert (found[0].item.fix_age_s, found[0].item.load, found[0].item.on_duty) == (0, 2, True)
