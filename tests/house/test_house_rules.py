"""Rules of the house that no linter knows, each with its reason."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("gisgov", "api", "layers", "basemaps")
EVERYTHING = (
    *PRODUCT,
    "migrations",
    "tests",
    "bench",
    "docs",
    "deploy",
    "notebooks",
    "web/src",
    ".ci",
    "run",
    "README.md",
)

# The place that opens a transaction ends it; a commit elsewhere would break one use case into two.
COMMITTER = Path("gisgov/kernel/db.py")
# PostGIS decides these inexactly for a point in a polygon; the owner of a point is asked of GEOS
# (`geom && p AND NOT ST_Disjoint(geom, p)`).
INEXACT = re.compile(r"\bST_(Contains|Covers|Intersects|Within)\s*\(", re.IGNORECASE)
# A path of one machine works on no other.
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_.}$])/(work|farm|root|home|Users)/")


def files(folders: tuple[str, ...], *suffixes: str) -> Iterator[Path]:
    for folder in folders:
        top = ROOT / folder
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and (not suffixes or path.suffix in suffixes):
                yield path


def lines(path: Path, pattern: re.Pattern[str]) -> list[str]:
    text = path.read_text("utf-8").splitlines()
    found = [number for number, line in enumerate(text, 1) if pattern.search(line)]
    return [f"{path.relative_to(ROOT)}:{number}" for number in found]


def test_only_the_database_module_commits() -> None:
    pattern = re.compile(r"\.(commit|rollback)\(")
    found = [
        place for path in files(PRODUCT, ".py") if path != ROOT / COMMITTER for place in lines(path, pattern)
    ]
    assert found == []


def test_no_owner_is_decided_inexactly() -> None:
    assert [place for path in files(PRODUCT, ".py", ".sql") for place in lines(path, INEXACT)] == []


def test_no_path_of_a_machine() -> None:
    text = (".py", ".sql", ".md", ".toml", ".json", ".ts", ".vue", ".yaml", ".ipynb", ".sh", "")
    assert [place for path in files(EVERYTHING, *text) for place in lines(path, MACHINE_PATH)] == []


@pytest.mark.parametrize(
    "command",
    [("ruff", "check"), ("ruff", "format", "--check"), ("lint-imports",), ("mypy",)],
    ids=" ".join,
)
def test_the_checks_pass(command: tuple[str, ...]) -> None:
    program = shutil.which(command[0], path=str(Path(sys.executable).parent))
    assert program
    seen = subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert seen.returncode == 0, seen.stdout + seen.stderr
