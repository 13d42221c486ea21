"""`gisgov paper`: a layer of the installation as one file."""

import pytest
from typer.testing import CliRunner

from gisgov.cli import command_line
from gisgov.kernel.errors import Invalid, NotFound

BOX = "117,36.6,117.1,36.66"


@pytest.fixture
def gisgov(settings, monkeypatch):
    monkeypatch.setenv("GISGOV_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("GISGOV_APP_DATABASE_URL", settings.app_database_url)
    return lambda *words: CliRunner().invoke(command_line(), ["paper", *map(str, words)])


def test_a_layer_becomes_one_file_and_wrong_words_are_told(gisgov, tmp_path):
    out = tmp_path / "orders.html"
    done = gisgov("orders", "-o", out, "--box", BOX, "--param", "lamp=red")
    assert done.exit_code == 0, done.output
    page = out.read_text("utf-8")
    assert "工单" in page
    assert "data:text/javascript;base64," in page
    for words, error, code in (
        (("trees", "--box", BOX), NotFound, "tile.layer"),
        (("orders", "--box", "36.6,117,36.7,118"), Invalid, "request.box"),
        (("orders", "--box", "117,36.6"), Invalid, "request.box"),
        (("orders", "--box", BOX, "--param", "lamp"), Invalid, "tile.param"),
        (("orders",), Invalid, "tile.nothing_published"),
    ):
        refused = gisgov(*words, "-o", tmp_path / "no.html")
        assert isinstance(refused.exception, error), words
        assert refused.exception.code == code
    assert not (tmp_path / "no.html").exists()
