"""The private cluster as its user meets it: made, killed, started again, removed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gisgov.installation import cluster as module
from gisgov.installation.cluster import Cluster, main
from gisgov.installation.server import conninfo


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    own = Cluster(tmp_path_factory.mktemp("cluster") / "data")
    own.start()
    yield own
    own.reset()


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(conninfo(url), autocommit=True) as conn:
        return conn.execute(query).fetchall()


def test_survives_kill_9_at_the_same_address(cluster: Cluster) -> None:
    urls = cluster.start()
    with psycopg.connect(conninfo(urls.owner_url)) as conn:
        conn.execute("CREATE TABLE kept AS SELECT 42 AS n")
    pid = cluster.pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert cluster.start() == urls
    assert cluster.pid() != pid
    assert ask(urls.owner_url, "SELECT n FROM kept") == [(42,)]


def test_settings_keep_what_was_committed(cluster: Cluster) -> None:
    names = "('fsync', 'full_page_writes', 'synchronous_commit', 'jit', 'listen_addresses')"
    query = f"SELECT name, setting FROM pg_settings WHERE name IN {names} ORDER BY 1"
    assert ask(cluster.start().app_url, query) == [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("jit", "off"),
        ("listen_addresses", "127.0.0.1"),
        ("synchronous_commit", "on"),
    ]


def test_owner_clones_the_template_and_app_makes_nothing(cluster: Cluster) -> None:
    urls = cluster.start()
    with psycopg.connect(conninfo(urls.owner_url), autocommit=True) as conn:
        conn.execute("CREATE DATABASE copy TEMPLATE template_gisgov")
    copy = urls.owner_url.removesuffix("/gisgov") + "/copy"
    assert ask(copy, "SELECT ST_AsText(ST_Point(117, 36))") == [("POINT(117 36)",)]
    with (
        psycopg.connect(conninfo(urls.app_url), autocommit=True) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute("CREATE TABLE mine (n int)")


def test_passwords_are_readable_by_the_maker_alone(cluster: Cluster) -> None:
    for name in ("pg.json", "cluster.json"):
        assert (cluster.data_dir / name).stat().st_mode & 0o077 == 0


def test_a_given_server_is_checked_and_remembered(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = cluster.start()
    monkeypatch.setenv("GISGOV_DATABASE_URL", urls.owner_url.replace("+psycopg", ""))
    monkeypatch.setenv("GISGOV_APP_DATABASE_URL", urls.app_url)
    assert module.start_or_adopt(tmp_path) == urls
    monkeypatch.delenv("GISGOV_APP_DATABASE_URL")
    assert module.start_or_adopt(tmp_path) == urls


def test_a_given_server_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISGOV_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    assert main(["start", "--data-dir", str(tmp_path)]) == 1
    assert "GISGOV_DATABASE_URL does not answer" in capsys.readouterr().err
