"""A real browser before a real server with a small demonstration district, at 10:42 on a working Friday."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, make_url, text

from gisgov.demo.load import Loader
from gisgov.demo.load_people import PASSWORD
from gisgov.demo.model import FULL, SMALL
from gisgov.demo.outline import read_outline
from gisgov.intake import service as intake
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.clock import FixedClock
from gisgov.kernel.db import Database
from gisgov.kernel.settings import Settings
from gisgov.timing import service as timing
from tests.conftest import made_database, serving

SEED = 370112
SCREEN = {"width": 1440, "height": 900}
SETTLE_MS = 60_000


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desk's screen in Jinan."""
    return {**browser_context_args, "viewport": SCREEN, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@dataclass
class District:
    """A served demonstration district, and what only the database tells."""

    address: str
    database: Database
    clock: FixedClock

    def one(self, sql: str, **values: object) -> Any:
        """Return the first column of the first row."""
        with self.database.transaction(SYSTEM) as tx:
            return tx.conn.execute(text(sql), values).scalar_one()

    def holder_of(self, no: str) -> int:
        """Return who holds an order."""
        return int(self.one("SELECT holder_user_id FROM orders WHERE no = :no", no=no))

    def login_of(self, user_id: int) -> str:
        """Return how somebody signs in."""
        return str(self.one("SELECT login FROM app_user WHERE id = :id", id=user_id))

    def name_of(self, user_id: int) -> str:
        """Return what somebody is called."""
        return str(self.one("SELECT name FROM app_user WHERE id = :id", id=user_id))

    def staffed_cell(self) -> tuple[float, float]:
        """Return a point well inside the most urban cell whose worker is on duty."""
        with self.database.transaction(SYSTEM) as tx:
            row = tx.conn.execute(
                text("""
                    SELECT ST_X(p.at), ST_Y(p.at)
                    FROM cell_version v
                    CROSS JOIN LATERAL ST_MaximumInscribedCircle(v.geom) circle
                    CROSS JOIN LATERAL (SELECT circle.center AS at) p
                    WHERE v.until IS NULL AND EXISTS (
                        SELECT 1 FROM staffing s JOIN duty d ON d.user_id = s.user_id AND d.on_duty
                        WHERE s.cell_id = v.cell_id AND s.post = 'worker'
                    )
                    ORDER BY (SELECT count(*) FROM house h WHERE h.cell_id = v.cell_id) DESC, v.code LIMIT 1
                """)
            ).one()
        return float(row[0]), float(row[1])


@pytest.fixture(scope="session")
def district(
    maintenance: Engine, server: Settings, migrated: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[District]:
    """The district, loaded once and served to all browser tests; the whole of it when pictures are to be kept."""
    clock = FixedClock(datetime(2026, 11, 20, 2, 42, tzinfo=UTC))
    template = str(make_url(migrated.database_url).database)
    with made_database(maintenance, server, template, tmp_path_factory.mktemp("district")) as settings:
        assert (settings.web_dir / "index.html").is_file(), "the console is not built: ./run setup"
        database = Database(settings, clock)
        with database.transaction(SYSTEM) as tx:
            intake.seed(tx)
            timing.seed(tx)
        Loader(database, read_outline(), SEED, FULL if "GISGOV_SHOTS" in os.environ else SMALL).run()
        with serving(settings, clock) as address:
            yield District(address, database, clock)
        database.close()


@dataclass
class Desk:
    """Somebody before the console."""

    page: Page
    trouble: list[str]
    shots: Path

    def sign_in(self, login: str) -> None:
        """Fill in the form and wait for the list."""
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".queue [role=tabpanel]:not(:has([aria-busy]))")

    def settle(self) -> None:
        """Wait until the map has drawn all it has."""
        # Asked again and again: MapLibre's "idle" is lost when the last tile comes between two frames.
        self.page.wait_for_function(
            """() => {
                const { map } = document.querySelector('.map')
                map.triggerRepaint()
                return map.loaded() && !map.isMoving()
            }""",
            polling=100,
            timeout=SETTLE_MS,
        )

    def drawn(self, layer: str, where: str = "true") -> int:
        """Return how many features of a style layer are on screen whose properties `p` fulfil a condition."""
        found = self.page.evaluate(f"""() => {{
            const {{ map }} = document.querySelector('.map')
            if (!map.getLayer('{layer}')) return 0
            return map.queryRenderedFeatures({{ layers: ['{layer}'] }}).filter(({{ properties: p }}) => {where}).length
        }}""")
        return int(found)

    def wait_drawn(self, layer: str, where: str, ms: int) -> None:
        """Wait until such a feature is on screen."""
        self.page.wait_for_function(
            f"""() => {{
                const {{ map }} = document.querySelector('.map')
                return map.queryRenderedFeatures({{ layers: ['{layer}'] }}).some(({{ properties: p }}) => {where})
            }}""",
            timeout=ms,
            polling=50,
        )

    def look_at(self, lon: float, lat: float, zoom: float) -> None:
        """Move the map there at once."""
        self.page.evaluate(
            "([lon, lat, zoom]) => { document.querySelector('.map').map.jumpTo({ center: [lon, lat], zoom }) }",
            [lon, lat, zoom],
        )
        self.settle()

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a point is on the screen."""
        x, y = self.page.evaluate(
            """([lon, lat]) => {
                const { x, y } = document.querySelector('.map').map.project([lon, lat])
                return [x, y]
            }""",
            [lon, lat],
        )
        return float(x), float(y)

    def keep(self, name: str) -> None:
        """Take a picture to look at."""
        self.settle()
        self.page.screenshot(path=self.shots / f"{name}.png")


@pytest.fixture
def desks(
    district: District, new_context: Callable[..., Any], tmp_path: Path
) -> Iterator[Callable[..., Desk]]:
    """Open the console for somebody; at the end no page may have complained."""
    shots = Path(os.environ.get("GISGOV_SHOTS", str(tmp_path)))
    opened: list[Desk] = []

    def open_desk(*, deaf: bool = False) -> Desk:
        page = new_context().new_page()
        if deaf:  # hears nothing of what the others do
            page.route("**/api/live*", lambda route: route.fulfill(content_type="text/event-stream", body=""))
        desk = Desk(page, [], shots)
        page.on("pageerror", lambda error: desk.trouble.append(str(error)))
        page.on("console", lambda said: desk.trouble.append(said.text) if said.type in _COMPLAINTS else None)
        page.on("request", lambda asked: _stay_home(asked.url, district.address, desk))
        page.goto(district.address)
        opened.append(desk)
        return desk

    yield open_desk
    trouble = [line for desk in opened for line in desk.trouble]
    assert [line for line in trouble if not any(known in line for known in _EXPECTED)] == []


_COMPLAINTS = ("error", "warning")
# Answers the console expects and shows in its own words; the browser writes them down as errors all the same.
_EXPECTED = ("401 (Unauthorized)", "409 (Conflict)", "503 (Service Unavailable)")


def _stay_home(url: str, home: str, desk: Desk) -> None:
    if not url.startswith((home, "blob:", "data:")):
        desk.trouble.append(f"asked a stranger: {url}")
