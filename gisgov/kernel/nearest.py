"""The k nearest rows of a table with points: the index gives candidates, the ellipsoid the order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol, TypeVar

import shapely
import sqlalchemy as sa

from gisgov.kernel.db import Tx
from gisgov.kernel.geometry import SRID, point
from gisgov.spatial.nearest import SPHERE_MARGIN, Candidate, Ranked, rank

_BATCH = 64


@dataclass(frozen=True)
class Nearby:
    """What is asked for.

    Parameters
    ----------
    lon, lat : float
        The place, in WGS84 degrees.
    k : int
        How many, at least one.
    radius_m : float, optional
        At most so far away, on the ellipsoid.
    inside : shapely geometry, optional
        Only points in this closed polygon, in WGS84 degrees.
    """

    lon: float
    lat: float
    k: int
    radius_m: float | None = None
    inside: shapely.Geometry | None = None


class Placed(Protocol):
    """Anything with a place."""

    @property
    def lon(self) -> float:
        """Degrees, WGS84."""

    @property
    def lat(self) -> float:
        """Degrees, WGS84."""


Thing = TypeVar("Thing", bound=Placed)


def nearest_rows(
    tx: Tx,
    query: sa.Select[Any],
    geom: sa.Column[Any],
    ask: Nearby,
    build: Callable[[Sequence[sa.Row[Any]]], list[Thing]],
    key: Callable[[Thing], Any],
) -> list[Ranked[Thing]]:
    """Return the k nearest things of a query, in exact geodesic order.

    Parameters
    ----------
    query : Select
        The rows that may be seen, with what `build` needs.
    geom : Column
        Their point in EPSG:4326; a GiST index on ``geom::geography`` serves the order.
    build : callable
        Makes things of some rows, in their order; it may leave rows out.
    key : callable
        Decides between things equally far away.
    """
    rows = in_spherical_order(query, geom, ask)
    options = {"stream_results": True, "yield_per": _BATCH}
    with tx.conn.execute(rows, execution_options=options) as result:
        candidates = _candidates(result.partitions(), build)
        return rank(ask.lon, ask.lat, candidates, ask.k, inf if ask.radius_m is None else ask.radius_m, key)


def in_spherical_order(query: sa.Select[Any], geom: sa.Column[Any], ask: Nearby) -> sa.Select[Any]:
    """Order rows by their distance on PostGIS's sphere, which the index on ``geom::geography`` can serve."""
    here = sa.func.geography(point(ask.lon, ask.lat))
    there = sa.func.geography(geom)
    spherical_m: sa.ColumnElement[float] = there.op("<->", return_type=sa.Float())(here)
    if ask.radius_m is not None:
        query = query.where(sa.func.ST_DWithin(there, here, ask.radius_m * SPHERE_MARGIN, sa.false()))
    if ask.inside is not None:
        area = sa.func.ST_GeomFromWKB(shapely.to_wkb(ask.inside), SRID)
        query = query.where(geom.op("&&")(area), sa.not_(sa.func.ST_Disjoint(geom, area)))
    return query.add_columns(spherical_m.label("spherical_m")).order_by(spherical_m)


def _candidates(
    batches: Iterator[Sequence[sa.Row[Any]]], build: Callable[[Sequence[sa.Row[Any]]], list[Thing]]
) -> Iterator[Candidate[Thing]]:
    for batch in batches:
        far = {(row.lon, row.lat): row.spherical_m for row in batch}
        for thing in build(batch):
            yield Candidate(thing, thing.lon, thing.lat, far[thing.lon, thing.lat])
