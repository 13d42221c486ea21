"""The examples in `deploy/` are read by the programs they are for, and start what exists."""

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import crossplane
import pytest
from typer.testing import CliRunner

from gisgov.cli import command_line
from gisgov.kernel.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")))
PROGRAMS = "/opt/gisgov/.venv/bin"


class Unit(configparser.ConfigParser):
    """A unit file; of a key that stands there several times the last is kept."""

    def __init__(self, path: Path) -> None:
        super().__init__(interpolation=None, strict=False)
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read(path, encoding="utf-8")


def test_there_is_a_unit_for_each_program() -> None:
    names = {"gisgov-database.service", "gisgov-web.service", "gisgov-worker.service"}
    assert {unit.name for unit in UNITS} == names | {"gisgov-backup.service", "gisgov-backup.timer"}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_has_nothing_to_say(path: Path, tmp_path: Path) -> None:
    """The commands are replaced by this environment's, because systemd looks whether they are there."""
    for unit in UNITS:
        content = unit.read_text("utf-8").replace(PROGRAMS, str(Path(sys.executable).parent))
        (tmp_path / unit.name).write_text(re.sub(r"(?m)^User=.*\n", "", content), encoding="utf-8")
    verify = shutil.which("systemd-analyze")
    if verify:
        said = subprocess.run(
            [verify, "verify", "--man=no", tmp_path / path.name], capture_output=True, text=True, check=False
        )
        # what it thinks of the machine's own units is not asked
        ours = [line for line in said.stderr.splitlines() if "gisgov" in line]
        assert (said.returncode, ours) == (0, [])
    assert {"Unit"} < set(Unit(path).sections())


@pytest.mark.parametrize(
    "path", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda path: path.name
)
def test_units_start_known_commands(path: Path) -> None:
    program, *words = shlex.split(Unit(path)["Service"]["ExecStart"])
    assert Path(program).parent == Path(PROGRAMS)
    if Path(program).name == "python":
        assert words == ["-m", "gisgov.installation.cluster", "start"]
        return
    shown = CliRunner().invoke(command_line([words[0]]), [words[0], "--help"])
    assert shown.exit_code == 0
    assert all(word in shown.stdout for word in words if word.startswith("--"))


def test_the_environment_names_settings() -> None:
    lines = (DEPLOY / "gisgov.env").read_text("utf-8").splitlines()
    named = [line.lstrip("#").partition("=")[0] for line in lines if re.match(r"#?GISGOV_", line)]
    assert len(named) > 4
    assert {name.removeprefix("GISGOV_").lower() for name in named} <= set(Settings.model_fields)


def test_the_proxy_is_read_by_a_parser_of_nginx() -> None:
    parsed = crossplane.parse(str(DEPLOY / "nginx.conf"), check_ctx=False, strict=True)
    assert parsed["errors"] == []
