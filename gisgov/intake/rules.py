"""Pure decisions of intake: is the input usable, where does a report go first."""

from datetime import timedelta
from math import isfinite

from gisgov.intake.model import Category, FirstHop, NewReport, Source
from gisgov.kernel.errors import Invalid

DEFAULT_CATEGORY = "other"
MAX_CONTENT = 5_000
MAX_FILES = 20

# How many reports one client that is not signed in may send (ours).
ANONYMOUS_LIMIT, ANONYMOUS_WINDOW = 20, timedelta(hours=1)


def check(new: NewReport) -> None:
    """Refuse a report that says nothing, says where by neither point nor address, or is over a limit."""
    if not new.content.strip():
        raise Invalid("report.content_missing", field="content")
    if len(new.content) > MAX_CONTENT:
        raise Invalid("report.content_long", field="content", most=MAX_CONTENT)
    if len(new.file_ids) > MAX_FILES:
        raise Invalid("report.files_many", field="file_ids", most=MAX_FILES)
    if (new.lon is None) != (new.lat is None):
        raise Invalid("report.point_half", field="lon" if new.lon is None else "lat")
    if new.lon is None and not new.address.strip():
        raise Invalid("report.place_missing", field="lon")
    if new.accuracy_m is not None and not (isfinite(new.accuracy_m) and new.accuracy_m >= 0):
        raise Invalid("report.accuracy", field="accuracy_m")


def first_hop(source: Source, category: Category) -> FirstHop:
    """Where a report goes first: the category's own word, else the source's."""
    return category.first_hop or source.first_hop


def top_level(category_code: str) -> str:
    """Major class of a category code."""
    return category_code.partition(".")[0]
