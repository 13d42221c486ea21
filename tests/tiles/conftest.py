"""A town small enough to know by heart: two streets side by side, one community each, two cells each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

import h3
import morecantile
import pytest
from mapbox_vector_tile import decode
from sqlalchemy import text

from gisgov.identity.rules import cell_no, child_no, range_of
from gisgov.intake import service as intake
from gisgov.kernel.actor import SYSTEM, Actor
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.scope import Scope
from layers import mvt, params
from layers.catalog import Catalog

WEST, SOUTH, EAST, NORTH = 117.00, 36.60, 117.10, 36.66
MIDDLE, HALF = 117.05, 36.63
_TMS = morecantile.tms.get("WebMercatorQuad")
VERBS = frozenset({"order.read", "registry.read", "patrol.read", "heat.read", "area.read", "cell.read"})


def box(west: float, south: float, east: float, north: float) -> str:
    """Return a MultiPolygon as EWKT."""
    ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
    return f"SRID=4326;MULTIPOLYGON((({ring})))"


@dataclass
class Town:
    """The town and a hand for writing into it."""

    tx: Tx
    west: float = WEST
    south: float = SOUTH
    east: float = EAST
    north: float = NORTH
    release: int = 0
    no: dict[str, int] = field(default_factory=dict)
    area: dict[str, int] = field(default_factory=dict)
    cell: dict[str, int] = field(default_factory=dict)
    orders: int = 0

    def put(self, table: str, **values: Any) -> int:
        """Insert one row and return its first column."""
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join(f":{name}" for name in values)
        sql = text(f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING *")
        return int(self.tx.conn.execute(sql, values).one()[0])

    def sub(self, **scope: Any) -> Tx:
        """Return the transaction of somebody with every verb and the given scope."""
        return self.tx.acting_as(Actor(1, "somebody", verbs=VERBS, scope=Scope(**scope)))

    def in_street(self, street: str) -> Tx:
        """Return the transaction of somebody who sees one street."""
        return self.sub(ranges=(range_of(self.no[street], 2),))

    def cell_at(self, lon: float, lat: float) -> str:
        """Return which cell a point of the town lies in."""
        return ("west" if lon < MIDDLE else "east") + ("-south" if lat < HALF else "-north")

    def order(self, lon: float, lat: float, lamp: str = "green", **more: Any) -> int:
        """Put an order at a point."""
        self.orders += 1
        cell = self.cell_at(lon, lat)
        now = self.tx.now
        hours = {"green": (-1, 2, 3), "yellow": (-3, -1, 1), "red": (-4, -2, -1)}[lamp]
        started, yellow, due = (now + timedelta(hours=hour) for hour in hours)
        values = {
            "no": f"20261120-{self.orders:04d}",
            "title": "井盖缺失",
            "content": "",
            "category_code": "city.manhole",
            "source_code": "resident",
            "urgent": False,
            "major": False,
            "state": "WAIT_SIGN",
            "version": 1,
            "geom": f"SRID=4326;POINT({lon} {lat})",
            "address": "",
            "location_status": "inside",
            "near_border": False,
            "cell_id": self.cell[cell],
            "place": cell,
            "area_no": self.no[cell],
            "hex": h3.latlng_to_cell(lat, lon, 9),
            "function": "城管",
            "closure_policy": "auto",
            "decision": "{}",
            "clock_started_at": started,
            "yellow_at": yellow,
            "due_at": due,
            "reported_at": started,
            "tracking_hash": sha256(str(self.orders).encode()).digest(),
        }
        return self.put("orders", **values | more)

    @staticmethod
    def tile_over(z: int, lon: float, lat: float) -> tuple[int, int]:
        """Return the column and row of the tile over a point."""
        tile = _TMS.tile(lon, lat, z)
        return tile.x, tile.y

    def features(
        self, layer: str, z: int, lon: float, lat: float, tx: Tx | None = None, **given: str
    ) -> dict[str, list[dict[str, Any]]]:
        """Return what the tile over a point holds: source → features."""
        found = Catalog.load().get(layer)
        body = mvt.tile(tx or self.tx, found, z, *self.tile_over(z, lon, lat), params.parse(found, given))
        return {name: source["features"] for name, source in decode(body).items()}

    def properties(
        self, layer: str, source: str, z: int, lon: float, lat: float, **more: Any
    ) -> list[dict[str, Any]]:
        """Return the properties of the features of one source in the tile over a point."""
        return [one["properties"] for one in self.features(layer, z, lon, lat, **more).get(source, [])]

    def everywhere(
        self, layer: str, source: str, z: int, tx: Tx | None = None, **given: str
    ) -> list[dict[str, Any]]:
        """Return the properties of one source from all tiles over the town."""
        found = Catalog.load().get(layer)
        values = params.parse(found, given)
        features = []
        for tile in _TMS.tiles(WEST - 0.01, SOUTH - 0.01, EAST + 0.01, NORTH + 0.01, zooms=z):
            decoded = decode(mvt.tile(tx or self.tx, found, z, tile.x, tile.y, values))
            features += decoded.get(source, {"features": []})["features"]
        return [one["properties"] for one in features]


@pytest.fixture
def town(tx: Tx) -> Town:
    """The town without anything in it, gone after the test."""
    return build(tx)


@pytest.fixture
def standing_town(database: Database) -> Iterator[Town]:
    """The town in the test's own database, for tests that commit."""
    with database.transaction(SYSTEM) as tx:
        made = build(tx)
    with database.transaction(SYSTEM) as tx:
        made.tx = tx
        yield made


def build(tx: Tx) -> Town:
    """Build the town."""
    made = Town(tx)
    intake.seed(tx)
    network = made.put("network", code="basic", name="基础网格", basic=True, tree="admin")
    common = {"network_id": network, "reason": "", "root": "{}", "levels": "[]", "source": "{}"}
    made.release = made.put(
        "release",
        **common,
        no=1,
        state="published",
        frame_rule="replace",
        created_at=tx.now,
        published_at=tx.now,
    )
    _area(made, network, "district", None, 1, box(WEST, SOUTH, EAST, NORTH))
    for index, (street, west, east) in enumerate((("west", WEST, MIDDLE), ("east", MIDDLE, EAST)), 1):
        shape = box(west, SOUTH, east, NORTH)
        _area(made, network, street, "district", index, shape)
        _area(made, network, f"{street}-community", street, 1, shape)
        for serial, (half, south, north) in enumerate((("south", SOUTH, HALF), ("north", HALF, NORTH)), 1):
            _cell(
                made,
                network,
                f"{street}-{half}",
                f"{street}-community",
                serial,
                box(west, south, east, north),
            )
    return made


def _area(made: Town, network: int, code: str, parent: str | None, index: int, shape: str) -> None:
    depth = 1 if parent is None else 2 if parent == "district" else 3
    made.no[code] = child_no(made.no.get(parent or "", 0), depth - 1, index)
    made.area[code] = made.put(
        "area",
        tree="admin",
        parent_id=made.area.get(parent or ""),
        depth=depth,
        level_name="级",
        code=code,
        name=code,
        no=made.no[code],
    )
    made.put(
        "area_version",
        area_id=made.area[code],
        network_id=network,
        since=1,
        geom=shape,
        geom_simple=shape,
        area_m2=1.0,
    )


def _cell(made: Town, network: int, code: str, community: str, serial: int, shape: str) -> None:
    made.no[code] = cell_no(made.no[community], serial)
    made.cell[code] = made.put("cell", network_id=network, code=code)
    made.put(
        "cell_version",
        cell_id=made.cell[code],
        network_id=network,
        code=code,
        name=f"第{serial}网格",
        area_id=made.area[community],
        no=made.no[code],
        since=1,
        geom=shape,
        area_m2=1.0,
    )
