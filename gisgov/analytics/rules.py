"""What is counted, at which size it is shown, and which figures are too small to show."""

from collections.abc import Iterable

from gisgov.grids.rules import COUNTED_HEX

LEAF_RES = COUNTED_HEX
"""H3 resolution at which orders are counted: that of the hexagon they keep."""

SMALLEST_SHOWN = 5
"""A figure below this is not shown on a map of people or of heat."""

HEX_RES_BY_ZOOM: tuple[tuple[int, int], ...] = ((10, 7), (12, 8), (22, LEAF_RES))
"""(highest zoom, H3 resolution): about 20 to 60 screen pixels from side to side."""

PEOPLE_BANDS: tuple[int, ...] = (SMALLEST_SHOWN, 20, 50, 100, 200, 500)
"""Lower ends of the bands in which people of one building are shown."""

PEOPLE_STEP = 5
"""People of one cell are shown rounded to this."""

HIDDEN_AS = 3
"""In the figure of a cell every building with too few people counts as this, so that the figure does not depend
on what is hidden and nothing follows from cell minus buildings. Rounding alone does not do: 4 hidden beside
exactly 19 in the band 5–19 would be rounded to 25, which nothing but 4 explains."""

NOT_COUNTED: tuple[str, ...] = ("VOID", "MERGED")
"""States of orders that are no event of their own: invalid, or counted with the order they were joined to."""


def hex_res(zoom: int) -> int:
    """Return the H3 resolution drawn at a zoom.

    Larger hexagons are the *parents* of the counted ones, not a second indexing: 6.6 % of points would lie in
    another resolution-7 hexagon if indexed directly, and a total that changes with the zoom is worse.
    """
    return next(res for highest, res in HEX_RES_BY_ZOOM if zoom <= highest)


def hex_column(res: int) -> str:
    """Return the column of table ``hex`` that names a counted hexagon's ancestor of a drawn resolution."""
    return {LEAF_RES: "id", 8: "parent_8", 7: "parent_7"}[res]


def people_band(n: int) -> int | None:
    """Return the lower end of the band of ``n`` people in one building, or None when too few to show."""
    if n < PEOPLE_BANDS[0]:
        return None
    return max(low for low in PEOPLE_BANDS if low <= n)


def people_of_cell(buildings: Iterable[int]) -> int | None:
    """Return the figure shown for a cell from the people of each of its buildings, or None when too few."""
    told = sum(n if n >= SMALLEST_SHOWN else HIDDEN_AS for n in buildings if n > 0)
    return None if told < SMALLEST_SHOWN else (told + PEOPLE_STEP // 2) // PEOPLE_STEP * PEOPLE_STEP
