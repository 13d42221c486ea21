"""The use cases of the registry, by noun; the only door from outside."""

from gisgov.registry.service.add import add_many, fall_again
from gisgov.registry.service.imports import import_rows
from gisgov.registry.service.nearest import nearest
from gisgov.registry.service.read import (
    house_card,
    record,
    search,
    unmask,
)
from gisgov.registry.service.sheets import import_file

__all__ = [
    "add_many",
    "fall_again",
    "house_card",
    "import_file",
    "import_rows",
    "nearest",
    "record",
    "search",
    "unmask",
]
