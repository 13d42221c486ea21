"""What a district still lacks, computed from what is there."""

from gisgov.grids import service as grids
from gisgov.grids.rules import BASIC_TREE
from gisgov.identity import service as identity
from gisgov.intake import service as intake
from gisgov.kernel import configuration
from gisgov.kernel.days import today
from gisgov.kernel.db import Tx
from gisgov.setup.model import Item, Surroundings
from gisgov.setup.service.channels import reviewed
from gisgov.timing import service as timing


def checklist(tx: Tx, around: Surroundings) -> list[Item]:
    """Return every step towards a district that works, in the order in which it is best done."""
    tx.may("setup.write")
    areas = len(identity.areas(tx, tree=BASIC_TREE))
    manned = identity.has_administrator(tx)
    saved = configuration.get(tx, configuration.LAST_BACKUP) is not None
    orgs, users = len(identity.orgs(tx)), identity.count_users(tx)
    return [
        Item("admin", manned, int(manned)),
        Item("district", areas > 0, areas),
        *_coverage(tx),
        Item("organisations", orgs > 0, orgs),
        Item("users", users > 1, users),
        *_people(tx),
        *_time(tx),
        Item("channels", reviewed(tx), len(intake.sources(tx))),
        Item("base_map", around.base_map, int(around.base_map)),
        Item("backup", saved, int(saved)),
        Item("https", around.https, int(around.https)),
    ]


def _coverage(tx: Tx) -> list[Item]:
    cells = grids.count_cells(tx)
    return [Item("coverage", cells > 0, cells)]


def _people(tx: Tx) -> list[Item]:
    """Return the lines on staffing; two of them count what is missing: cells with nobody, functions of nobody."""
    cells, empty = grids.count_cells(tx), grids.count_cells(tx, unstaffed=True)
    awake = grids.count_on_duty(tx)
    missing = {category.function for category in intake.categories(tx)} - grids.bound_functions(tx)
    return [
        Item("staffing", cells > 0 and empty == 0, empty),
        Item("duty", awake > 0, awake),
        Item("functions", not missing, len(missing)),
    ]


def _time(tx: Tx) -> list[Item]:
    """Return the line on the calendar; it counts the days of this year that are not loaded."""
    missing = timing.missing_days(tx, today(tx).year)
    return [Item("calendar", missing == 0, missing)]
