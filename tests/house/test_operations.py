"""What the page on running an installation says can be typed, is typed: from a district to its copy."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, make_url

from gisgov.intake import service as intake
from gisgov.kernel import configuration
from gisgov.kernel.actor import SYSTEM
from gisgov.kernel.db import Database, Tx
from gisgov.kernel.settings import Settings
from gisgov.timing import service as timing
from tests.conftest import made_database
from tests.order_makers import found

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"


def command_lines() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def typed(line: str, settings: Settings, folder: Path) -> str:
    """Run a command of the page as one types it in a folder."""
    environment = os.environ | {
        "GISGOV_DATA_DIR": str(settings.data_dir),
        "GISGOV_DATABASE_URL": settings.database_url,
        "GISGOV_APP_DATABASE_URL": settings.app_database_url,
        "LC_ALL": "en_US.UTF-8",
    }
    words = [str(name) for word in shlex.split(line)[2:] for name in sorted(folder.glob(word)) or [word]]
    done = subprocess.run(
        [sys.executable, "-m", "gisgov.cli", *words],
        env=environment, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_backup_and_restore_as_they_are_written(
    settings: Settings, maintenance: Engine, server: Settings, migrated: Settings, tmp_path: Path
) -> None:
    backup, restore = command_lines()
    (tmp_path / "backups").mkdir()
    with _used(settings) as tx:
        found(tx)
    assert "rows" in typed(backup, settings, tmp_path)
    with _used(settings) as tx:
        assert configuration.get(tx, "backup")
    template = str(make_url(migrated.database_url).database)
    with made_database(maintenance, server, template, tmp_path / "other") as other:
        with _used(other) as tx:
            intake.seed(tx)
            timing.seed(tx)
        assert "Everybody signs in again" in typed(restore, other, tmp_path)


@contextmanager
def _used(settings: Settings) -> Iterator[Tx]:
    with closing(Database(settings)) as database, database.transaction(SYSTEM) as tx:
        yield tx


def test_every_link_leads_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE.read_text("utf-8"))
    assert targets
    assert [target for target in targets if not (PAGE.parent / target).exists()] == []


def test_every_unit_and_variable_named_exists() -> None:
    page = PAGE.read_text("utf-8")
    units = {path.stem for path in (ROOT / "deploy").glob("gisgov-*")}
    assert set(re.findall(r"\bgisgov-[a-z]+\b", page)) <= units
    named = {name.lower() for name in re.findall(r"GISGOV_([A-Z_]+)", page)}
    assert named <= set(Settings.model_fields)
