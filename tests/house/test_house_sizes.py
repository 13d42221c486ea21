"""Every file is one thing and every function fits on a screen."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ("gisgov", "api", "layers", "basemaps", "migrations", "tests", "bench")
FUNCTION_LINES = 60
FILE_LINES = 500


def sources(*suffixes: str) -> Iterator[Path]:
    for folder in (*PYTHON, "web/src"):
        for suffix in suffixes:
            yield from (ROOT / folder).rglob(f"*{suffix}")


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (
                f"{path.relative_to(ROOT)}:{node.lineno} {node.name}",
                (node.end_lineno or 0) - node.lineno + 1,
            )


def test_functions_fit_on_a_screen() -> None:
    # A migration is a list of columns; cutting it up would help nobody.
    read = [path for path in sources(".py") if path.parent != ROOT / "migrations" / "versions"]
    long = {name: lines for path in read for name, lines in functions(path) if lines > FUNCTION_LINES}
    assert long == {}


@pytest.mark.parametrize("suffix", [".py", ".ts", ".vue"])
def test_files_are_one_thing(suffix: str) -> None:
    generated = {"types.gen.ts"}
    lines = {path: len(path.read_text("utf-8").splitlines()) for path in sources(suffix)}
    assert [path for path, n in lines.items() if n > FILE_LINES and path.name not in generated] == []
