"""What was backed up comes back: rows, files, tiles, rights; and what is broken or misplaced changes nothing."""

import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import mapbox_vector_tile
import morecantile
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from api.app import create_app
from gisgov.demo.accounts import PASSWORD
from gisgov.identity import service as identity
from gisgov.identity.model import SessionKind, SignedIn
from gisgov.installation import archive, backup
from gisgov.installation.archive import Manifest
from gisgov.installation.migrate import pending
from gisgov.intake import service as intake
from gisgov.kernel import events
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.clock import FixedClock
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.errors import Conflict, Invalid
from gisgov.kernel.settings import Settings
from gisgov.media import service as media
from gisgov.media.model import Variant
from gisgov.media.objects import Objects
from gisgov.registry.keys import FILE, matching_key
from gisgov.timing import service as timing
from tests.conftest import made_database
from tests.order_makers import picture

NOON = datetime(2026, 11, 20, 2, 42, tzinfo=UTC)
LOGIN = "dispatcher"
LAYERS = ("orders", "cells", "people", "cameras")
COMPARED = (
    "orders",
    "trace",
    "assignment",
    "event",
    "app_user",
    "file",
    "file_use",
    "person",
    "cell_version",
)


@contextmanager
def at(settings: Settings) -> Iterator[Tx]:
    """A transaction of the system on an installation, and no connection left behind."""
    with closing(Database(settings, FixedClock(NOON))) as database, database.transaction(SYSTEM) as tx:
        yield tx


def put_back(settings: Settings, path: Path) -> Manifest:
    return backup.restore(settings, path, Objects(settings.files_store_url), {FILE: settings.data_dir / FILE})


def backed_up(settings: Settings, target: Path) -> tuple[Path, Manifest]:
    kept = {FILE: settings.data_dir / FILE}
    store = Objects(settings.files_store_url)
    return backup.back_up(settings, FixedClock(NOON), target, store, media.digests, kept)


@dataclass(frozen=True)
class Kept:
    """A small district at work, and the archive of it."""

    source: Settings
    path: Path
    manifest: Manifest
    photo_id: int
    lost: str
    token: str


@pytest.fixture(scope="module")
def kept(district: Settings, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    with at(district) as tx:
        order = tx.conn.execute(text("SELECT id, area_no FROM orders ORDER BY id LIMIT 1")).one()
        photo = media.keep(tx, BytesIO(picture()), "site.jpg")
        lost = media.keep(tx, BytesIO(b"%PDF-1.4 lost"), "lost.pdf")
        media.use(tx, [photo.id, lost.id], ("order", order.id), area_no=order.area_no)
        events.emit(tx, "order.signed_in", subject=("order", order.id), area_no=order.area_no)
        signed_in = identity.sign_in(tx, LOGIN, PASSWORD, "test", SessionKind.BEARER)
        assert isinstance(signed_in, SignedIn)
    matching_key(district)
    Objects(district.files_store_url).delete(lost.sha256)
    path, manifest = backed_up(district, tmp_path_factory.mktemp("backups"))
    return Kept(district, path, manifest, photo.id, lost.sha256, signed_in.token)


@pytest.fixture(scope="module")
def empty(
    maintenance: Engine, server: Settings, migrated: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Settings]]:
    """Makes installations as `gisgov init` leaves them."""
    template = str(make_url(migrated.database_url).database)
    made = []

    def make() -> Settings:
        context = made_database(maintenance, server, template, tmp_path_factory.mktemp("other"))
        made.append(context)
        settings = context.__enter__()
        with at(settings) as tx:
            intake.seed(tx)
            timing.seed(tx)
        return settings

    yield make
    for context in made:
        context.__exit__(None, None, None)


@pytest.fixture(scope="module")
def restored(kept: Kept, empty: Callable[[], Settings]) -> Settings:
    settings = empty()
    put_back(settings, kept.path)
    return settings


def test_the_archive_says_what_it_holds_and_is_its_makers_alone(kept: Kept) -> None:
    assert kept.path.name == "gisgov-20261120T024200Z.tar"
    assert kept.path.stat().st_mode & 0o077 == 0
    assert list(kept.path.parent.iterdir()) == [kept.path]
    assert kept.manifest.rows["orders"] > 100
    assert kept.manifest.files >= 2
    assert kept.lost in kept.manifest.missing


def test_every_row_is_the_same(kept: Kept, restored: Settings) -> None:
    for table in COMPARED:
        found = []
        for settings in (kept.source, restored):
            with at(settings) as tx:
                rows = tx.conn.execute(
                    text(f"SELECT to_jsonb(t) - 'xid' FROM {table} t ORDER BY to_jsonb(t)::text")
                )
                found.append(rows.scalars().all())
        assert found[0] == found[1], table
        assert found[0], table


def test_every_file_is_the_same(kept: Kept, restored: Settings) -> None:
    for variant in Variant:
        with at(restored) as tx:
            content = b"".join(media.content(tx, kept.photo_id, variant).chunks)
        with at(kept.source) as tx:
            assert content == b"".join(media.content(tx, kept.photo_id, variant).chunks)
    assert matching_key(restored) == matching_key(kept.source)
    assert (restored.data_dir / FILE).stat().st_mode & 0o077 == 0


def test_the_map_is_the_same(kept: Kept, restored: Settings) -> None:
    with at(restored) as tx:
        lon, lat = tx.conn.execute(
            text("SELECT ST_X(geom), ST_Y(geom) FROM orders ORDER BY id LIMIT 1")
        ).one()
    tile = morecantile.tms.get("WebMercatorQuad").tile(lon, lat, 13)
    seen = [_tiles(settings, tile) for settings in (kept.source, restored)]
    assert seen[0] == seen[1]
    assert all(seen[0].values())


def _tiles(settings: Settings, tile: morecantile.Tile) -> dict[str, list[str]]:
    """Return every feature of some layers in a tile; in which order PostgreSQL finds them says nothing."""
    with TestClient(create_app(settings, FixedClock(NOON))) as client:
        signed_in = client.post("/api/session", json={"login": LOGIN, "password": PASSWORD})
        assert signed_in.status_code == 200
        found = {}
        for layer in LAYERS:
            address = client.get(f"/tiles/{layer}.json").json()["tiles"][0]
            content = client.get(address.format(z=tile.z, x=tile.x, y=tile.y)).content
            parts = mapbox_vector_tile.decode(content).items()
            found[layer] = sorted(
                json.dumps([part, each]) for part, body in parts for each in body["features"]
            )
        return found


def test_nobody_is_signed_in(kept: Kept, restored: Settings) -> None:
    with at(restored) as tx:
        assert identity.session_of(tx, kept.token) is None
    with at(kept.source) as tx:
        assert identity.session_of(tx, kept.token) is not None


def test_old_events_are_no_news(restored: Settings) -> None:
    with at(restored) as tx:
        assert events.since(tx, events.position(tx)) == []


def test_events_of_another_servers_future_are_no_news(kept: Kept, empty: Callable[[], Settings]) -> None:
    """A server's transaction numbers begin anew; those of the old one must not lie ahead of them."""
    with at(kept.source.model_copy(update={"app_database_url": kept.source.database_url})) as tx:
        tx.conn.execute(text("UPDATE event SET xid = '9000000000' WHERE id = (SELECT min(id) FROM event)"))
        assert len(events.since(tx, events.position(tx))) == 1
    target = empty()
    put_back(target, backed_up(kept.source, kept.path.with_name("future.tar"))[0])
    with at(target) as tx:
        assert events.since(tx, events.position(tx)) == []


def test_the_schema_is_the_newest_and_the_rights_are_the_old(restored: Settings) -> None:
    assert not pending(restored.database_url)
    for statement in ("DELETE FROM event", "CREATE TABLE intruder (id int)"):
        with pytest.raises(ProgrammingError, match="permission denied"), at(restored) as tx:
            tx.conn.execute(text(statement))
    with at(restored.model_copy(update={"app_database_url": restored.database_url})) as tx:
        tx.conn.execute(text("CREATE TABLE later (id int GENERATED ALWAYS AS IDENTITY, n int)"))
    with at(restored) as tx:
        tx.conn.execute(text("INSERT INTO later (n) VALUES (1)"))


def test_a_used_installation_is_not_overwritten(kept: Kept, restored: Settings) -> None:
    with pytest.raises(Conflict) as refused:
        put_back(restored, kept.path)
    assert refused.value.code == "backup.not_empty"


def test_an_installation_at_work_is_not_overwritten(kept: Kept, empty: Callable[[], Settings]) -> None:
    target = empty()
    with at(target) as tx:
        tx.conn.execute(text("SELECT 1"))
        with pytest.raises(Conflict) as refused:
            put_back(target, kept.path)
    assert refused.value.code == "backup.in_use"


def test_a_backup_is_not_overwritten(kept: Kept) -> None:
    with pytest.raises(Conflict) as refused:
        backed_up(kept.source, kept.path)
    assert refused.value.code == "backup.exists"


def entries(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]


def rewritten(path: Path, content: dict[str, bytes]) -> Path:
    with archive.written(path) as out:
        described = Manifest.read(content[archive.MANIFEST])
        for name, body in content.items():
            if name != archive.MANIFEST:
                out.add(name, BytesIO(body))
        out.finish(lambda sums: replace(described, sums=sums))
    return path


def untouched(settings: Settings) -> bool:
    with at(settings) as tx:
        people = tx.conn.execute(text("SELECT count(*) FROM app_user")).scalar_one()
        sources = tx.conn.execute(text("SELECT count(*) FROM source")).scalar_one()
    return people == 0 and sources > 0


def test_a_damaged_archive_changes_nothing(kept: Kept, empty: Callable[[], Settings], tmp_path: Path) -> None:
    whole, target = kept.path.read_bytes(), empty()
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 1
    damaged = {
        "cut": whole[: len(whole) // 2],
        "flipped": bytes(flipped),
        "words": b"no archive",
        "nothing": b"",
    }
    for name, content in damaged.items():
        path = tmp_path / f"{name}.tar"
        path.write_bytes(content)
        with pytest.raises(Invalid) as refused:
            put_back(target, path)
        assert refused.value.code == "backup.broken", name
    assert untouched(target)
    assert not (target.data_dir / "files").exists() or not any((target.data_dir / "files").iterdir())


def test_a_database_that_does_not_fit_changes_nothing(
    kept: Kept, empty: Callable[[], Settings], tmp_path: Path
) -> None:
    """Checksums that are right do not help when the dump is none, or holds fewer rows than were counted."""
    content, target = entries(kept.path), empty()
    described = json.loads(content[archive.MANIFEST])
    more = described | {"rows": described["rows"] | {"orders": described["rows"]["orders"] + 1}}
    wrong = {
        "no dump": content | {archive.DATABASE: b"SELECT 1;"},
        "half a dump": content | {archive.DATABASE: content[archive.DATABASE][:200_000]},
        "a row too few": content | {archive.MANIFEST: json.dumps(more).encode()},
    }
    for name, changed in wrong.items():
        with pytest.raises(Invalid) as refused:
            put_back(target, rewritten(tmp_path / "wrong.tar", changed))
        assert refused.value.code == "backup.database", name
        assert untouched(target), name


def test_an_archive_of_a_later_version_is_named(
    kept: Kept, empty: Callable[[], Settings], tmp_path: Path
) -> None:
    content = entries(kept.path)
    later = json.loads(content[archive.MANIFEST]) | {"version": "9.0", "revision": "9000"}
    path = rewritten(tmp_path / "later.tar", content | {archive.MANIFEST: json.dumps(later).encode()})
    with pytest.raises(Invalid) as refused:
        put_back(empty(), path)
    assert refused.value.code == "backup.newer"
    assert refused.value.params["version"] == "9.0"
