"""Boxes as people write them in addresses and on the command line."""

from gisgov.kernel.errors import Invalid
from gisgov.spatial.arrays import Box


def parse_box(text: str, field: str) -> Box:
    """Read ``west,south,east,north`` in WGS84 degrees.

    Raises
    ------
    Invalid
        It is something else, or no box on earth; code ``request.box``.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Invalid("request.box", field=field, value=text[:80]) from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid("request.box", field=field, value=text[:80])
    return west, south, east, north
