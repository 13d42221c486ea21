"""What the READMEs say can be typed: every command line in them is run, or at least known."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from gisgov.kernel.settings import Settings

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh.md")


def command_lines(readme: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def test_both_languages_name_the_same_commands() -> None:
    assert command_lines(READMES[0]) == command_lines(READMES[1])


def test_every_command_of_run_is_in_its_help() -> None:
    shown = subprocess.run([ROOT / "run", "help"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"\b[a-z]+\b", shown))
    assert {shlex.split(line)[1] for readme in READMES for line in command_lines(readme)} <= known


def test_every_link_leads_somewhere() -> None:
    for page in (*READMES, "CONTRIBUTING.md", "docs/architecture.md"):
        targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / page).read_text("utf-8"))
        assert [target for target in targets if not ((ROOT / page).parent / target).exists()] == []


@pytest.fixture
def environment(settings: Settings, tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "GISGOV_DATA_DIR": str(tmp_path),
        "GISGOV_DATABASE_URL": settings.database_url,
        "GISGOV_APP_DATABASE_URL": settings.app_database_url,
    }


def test_the_examples_run(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    gisgov = [str(ROOT / "run"), "gisgov"]
    subprocess.run([*gisgov, "init"], env=environment, check=True, capture_output=True)
    lines = [line for line in command_lines(READMES[0]) if line.startswith("./run gisgov")]
    assert len(lines) == 3
    for line in lines:
        done = subprocess.run(
            [*gisgov, *shlex.split(line)[2:]],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        # Nothing is published here, so a point is nowhere, and that is what the status says.
        assert done.returncode == (1 if " locate " in line else 0), done.stderr
    routed = (tmp_path / "routed.csv").read_text("utf-8").splitlines()
    assert [row.split(",")[4] for row in routed[1:]] == ["E-01", "E-02", "E-03", "E-04", ""]
