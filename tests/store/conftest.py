"""A town that stands for the tests of one file, as each of them finds it."""

from collections.abc import Iterator

import pytest

from gisgov.kernel.db import Database
from tests.order_makers import Town, standing, undone


@pytest.fixture(scope="module")
def founded(shared_database: Database) -> Iterator[Town]:
    """A town with people and cells, made once for a file."""
    with standing(shared_database) as town:
        yield town


@pytest.fixture
def town(founded: Town) -> Iterator[Town]:
    """The town; what a test does in it is undone."""
    with undone(founded) as town:
        yield town
