"""The use cases of grids, by noun; the only door from outside."""

from gisgov.grids.service.check import check
from gisgov.grids.service.days import today
from gisgov.grids.service.files import import_file, level_of, outline_of
from gisgov.grids.service.imports import import_cells
from gisgov.grids.service.locate import (
    hold_releases,
    locate,
    locate_for_write,
    locate_many,
    root_no,
    warm,
)
from gisgov.grids.service.networks import network, seed
from gisgov.grids.service.points import refuse_bad_point, to_wgs84
from gisgov.grids.service.publish import publish
from gisgov.grids.service.read import (
    all_releases,
    area,
    areas,
    bounds,
    cell,
    cell_ids,
    cells,
    cells_by_ids,
    defects,
    discard,
    moved_land,
    networks,
    refuse_unless_public,
    release,
)
from gisgov.grids.service.staff import (
    bind_many,
    cells_of,
    history,
    on_duty,
    people,
    responsible,
    set_duty,
    staff,
    staff_many,
    unstaff,
)

__all__ = [
    "all_releases",
    "area",
    "areas",
    "bind_many",
    "bounds",
    "cell",
    "cell_ids",
    "cells",
    "cells_by_ids",
    "cells_of",
    "check",
    "defects",
    "discard",
    "history",
    "hold_releases",
    "import_cells",
    "import_file",
    "level_of",
    "locate",
    "locate_for_write",
    "locate_many",
    "moved_land",
    "network",
    "networks",
    "on_duty",
    "outline_of",
    "people",
    "publish",
    "refuse_bad_point",
    "refuse_unless_public",
    "release",
    "responsible",
    "root_no",
    "seed",
    "set_duty",
    "staff",
    "staff_many",
    "to_wgs84",
    "today",
    "unstaff",
    "warm",
]
