"""A year of the calendar comes from a file; a file that is none is refused."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gisgov.cli import command_line
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database
from gisgov.kernel.settings import Settings
from gisgov.timing import store
from gisgov.timing.model import DayKind

DAYS = {date(2027, 1, 1): DayKind.HOLIDAY, date(2027, 1, 2): DayKind.WORKDAY}


def test_a_year_is_loaded_from_a_file(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISGOV_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GISGOV_APP_DATABASE_URL", settings.app_database_url)
    file = tmp_path / "2027.csv"
    file.write_text("day,kind,name\n2027-01-01,holiday,元旦\n2027-01-02,workday,\n", "utf-8")
    loaded = CliRunner().invoke(command_line(), ["calendar", "load", str(file)])
    assert loaded.exit_code == 0, loaded.output
    database = Database(settings)
    with database.transaction(SYSTEM) as tx:
        days = store.calendar(tx, min(DAYS), max(DAYS)).days
    database.close()
    assert dict(days) == DAYS
    file.write_text("day,kind\n2027-13-01,holiday\n", "utf-8")
    refused = CliRunner().invoke(command_line(), ["calendar", "load", str(file)])
    assert refused.exit_code == 2
