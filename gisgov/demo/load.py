"""Bringing the demonstration district into an installation, through the services of the domains.

Each step is one transaction that also notes that it is done, so an interrupted load goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

import shapely

from gisgov.analytics import service as analytics
from gisgov.demo.accounts import DEPARTMENTS
from gisgov.demo.basemap import write_basemap
from gisgov.demo.beats import make_beats
from gisgov.demo.city import make_city
from gisgov.demo.lives import Clock
from gisgov.demo.load_people import load_organisations, load_staff
from gisgov.demo.load_registry import load_registry
from gisgov.demo.model import FULL, SMALL, City, Size, generator
from gisgov.demo.past import ACCURACY_M, Bound, Past, known_days
from gisgov.demo.plane import Plane
from gisgov.grids import service as grids
from gisgov.grids.model import Cells, ImportOrder, Level, ReleaseRef, Root
from gisgov.identity import service as identity
from gisgov.installation.migrate import analyze
from gisgov.intake import service as intake
from gisgov.kernel import configuration
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.errors import Conflict
from gisgov.orders import service as orders
from gisgov.oversight import service as oversight
from gisgov.patrol import service as patrol
from gisgov.patrol.model import NewFix
from gisgov.timing import service as timing

SETTING, CITY = configuration.DEMONSTRATION, "demo.city"
"""Settings: what screens are told, and what the city was made from."""
STALE_SHARE = 0.05
ROOT = Root("370112", "历城区", "区县")
LEVELS = (Level("street", "street_name", "街道"), Level("community", "community_name", "社区"))


@dataclass
class Loader:
    """One load of one city into one database."""

    database: Database
    outline: Any
    seed: int
    size: Size

    @cached_property
    def city(self) -> City:
        """The city, made when a step first needs it."""
        return make_city(self.outline, self.seed, self.size)

    @property
    def steps(self) -> dict[str, Callable[[Tx], object]]:
        """What is done one after the other, by name."""
        return {
            "grid": lambda tx: self._grid(self._before(tx)),
            "organisations": lambda tx: load_organisations(self._before(tx), self.city),
            "staff": lambda tx: load_staff(self._before(tx), self.city),
            "registry": lambda tx: load_registry(tx, self.city),
            "orders": self._past,
            "counts": self._counts,
            "positions": self._positions,
        }

    def run(self, told: Callable[[str], object] = lambda _: None) -> bool:
        """Load what is not loaded yet; return whether anything was.

        Parameters
        ----------
        told
            Called with the name of each step when it begins.

        Raises
        ------
        Conflict
            The installation holds other data (``demo.not_empty``) or another demonstration (``demo.other``).
        """
        with self.database.transaction(SYSTEM) as tx:
            done = self._begun(tx)
        missing = [name for name in self.steps if name not in done]
        if missing:
            told("city")
            _ = self.city
        for name in missing:
            told(name)
            with self.database.transaction(SYSTEM) as tx:
                self.steps[name](tx)
                done = [*done, name]
                configuration.put(tx, SETTING, {"synthetic": True, "seed": self.seed})
                configuration.put(tx, CITY, self._mark(done))
        if missing:
            told("planner")
            analyze(self.database.settings.database_url)
        basemap = self.database.settings.data_dir / "basemaps" / "local.pmtiles"
        if not basemap.is_file():
            told("basemap")
            write_basemap(self.city, basemap)
            return True
        return bool(missing)

    def _before(self, tx: Tx) -> Tx:
        """Go back before the first order, which needs cells and people that are there already."""
        return replace(tx, now=tx.now - timedelta(days=self.size.days + 1))

    def _mark(self, done: list[str]) -> dict[str, Any]:
        outline = shapely.to_wkb(self.outline, hex=True)
        return {"seed": self.seed, "cells": self.size.cells, "outline": outline, "done": done}

    def _begun(self, tx: Tx) -> list[str]:
        mark = configuration.get(tx, CITY)
        if mark is None:
            if any(release.no is not None for release in grids.all_releases(tx)) or identity.users(tx):
                raise Conflict("demo.not_empty")
            return []
        if {**mark, "done": []} != self._mark([]):
            raise Conflict("demo.other", seed=mark["seed"], cells=mark["cells"])
        return list(mark["done"])

    def _grid(self, tx: Tx) -> None:
        grid = self.city.grid
        rows = [
            (grid.streets[s], grid.communities[c])
            for s, c in zip(grid.street_of, grid.community_of, strict=True)
        ]
        cells = Cells(
            polygons=grid.cells,
            codes=list(grid.codes),
            names=list(grid.names),
            paths=[(street.code, community.code) for street, community in rows],
            path_names=[(street.name, community.name) for street, community in rows],
        )
        order = ImportOrder(
            network="basic", code="code", datum="wgs84", name="name", levels=LEVELS, root=ROOT,
            reason="演示数据：合成网格", source_name="gisgov.demo",
        )  # fmt: skip
        report = grids.import_cells(tx, [cells], order)
        grids.publish(tx, report.release.id)

    def _past(self, tx: Tx) -> None:
        past = Past(
            self.city,
            self._bound(tx),
            self._clock(tx),
            tx.now,
            lambda lon, lat: grids.locate(tx, lon, lat, ACCURACY_M),
        )
        what = past.incidents(self.size.orders, self.size.days)
        where = grids.locate_many(tx, what.lons, what.lats, measured=True)
        rows, supervisions = past.orders(what, where)
        orders.import_history(tx, rows)
        oversight.import_history(tx, supervisions)

    def _bound(self, tx: Tx) -> Bound:
        city = self.city
        users = identity.users_by_logins(tx, list(city.staff.logins))
        orgs = identity.orgs_by_codes(tx, {*city.staff.org_codes, *(d.code for d in DEPARTMENTS)})
        release = next(one for one in grids.all_releases(tx) if one.state == "published")
        assert release.no is not None
        assert release.published_at is not None
        return Bound(
            user_ids=[users[login].id for login in city.staff.logins],
            org_ids={code: org.id for code, org in orgs.items()},
            org_names={code: org.name for code, org in orgs.items()},
            release=ReleaseRef(release.id, release.no, release.published_at),
            sources={source.code: source for source in intake.sources(tx)},
            categories={category.code: category for category in intake.categories(tx)},
        )

    def _clock(self, tx: Tx) -> Clock:
        return Clock(known_days(tx.now, self.size.days), {limit.key: limit for limit in timing.limits(tx)})

    def _counts(self, tx: Tx) -> None:
        analytics.fill_hexes(tx, self.city.outline)
        analytics.rebuild(tx)

    def _positions(self, tx: Tx) -> None:
        """Let everybody on duty have been seen in the last minutes, a few longer ago."""
        city, plane = self.city, Plane(self.city.outline)
        users = identity.users_by_logins(tx, list(city.staff.logins))
        rng = generator(self.seed, "positions")
        fixes = []
        for beat in make_beats(city, plane):
            if city.staff.on_duty[beat.person]:
                point, heading = beat.at(0.0)
                lonlat = plane.round(point)
                age = timedelta(seconds=float(rng.uniform(5, 200) + 1000 * (rng.random() < STALE_SHARE)))
                user = users[city.staff.logins[beat.person]].id
                fixes.append(
                    NewFix(
                        user, lonlat.x, lonlat.y, tx.now - age, round(float(rng.uniform(3, 15)), 1), heading
                    )
                )
        patrol.record_many(tx, fixes)


def loaded_city(database: Database) -> City | None:
    """Make the city again that an installation was loaded with; None when it holds no whole demonstration."""
    with database.transaction(SYSTEM) as tx:
        mark = configuration.get(tx, CITY)
    if mark is None:
        return None
    size = next(size for size in (FULL, SMALL) if size.cells == mark["cells"])
    loader = Loader(database, shapely.from_wkb(mark["outline"]), mark["seed"], size)
    return loader.city if set(loader.steps) <= set(mark["done"]) else None
