"""What the terminal shows of an empty installation, and what it no longer shows of one that has an administrator."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from gisgov.cli import command_line
from gisgov.cli.setup import announce
from gisgov.kernel.db import Database
from gisgov.kernel.settings import Settings
from tests.setup_makers import administrator, initialised

CODE = re.compile(r"(?:\w{4}-){2}\w{4}")


@pytest.fixture(autouse=True)
def here(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISGOV_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GISGOV_APP_DATABASE_URL", settings.app_database_url)
    monkeypatch.setenv("GISGOV_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


def test_the_start_shows_a_code_until_there_is_an_administrator(
    client: TestClient, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    initialised(database)
    announce()
    shown = capsys.readouterr().out
    assert "Setup code: " in shown
    drawn = CliRunner().invoke(command_line(), ["setup-code"]).output
    first, second = (CODE.search(text) for text in (shown, drawn))
    assert first is not None
    assert second is not None
    assert first[0] != second[0]
    administrator(client, second[0])
    announce()
    assert capsys.readouterr().out == ""
    refused = CliRunner().invoke(command_line(), ["setup-code"]).output
    assert CODE.search(refused) is None
    assert "has its administrator already" in refused


def test_the_web_starts_before_its_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GISGOV_APP_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    announce()
    assert capsys.readouterr().out == ""


def test_a_backup_is_ticked_off(client: TestClient, database: Database, tmp_path: Path) -> None:
    boss = administrator(client, initialised(database))

    def ticked() -> bool:
        items = client.get("/api/setup/checklist", headers=boss).json()["items"]
        return bool(next(item["done"] for item in items if item["key"] == "backup"))

    assert not ticked()
    made = CliRunner().invoke(command_line(), ["backup", str(tmp_path / "one.gisgov")])
    assert made.exit_code == 0, made.output
    assert ticked()
