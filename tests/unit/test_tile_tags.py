"""When a tile's copy is still right: counters from the event stream."""

from datetime import UTC, datetime

import pytest

from api.hub import Batch, Hint
from api.tile_tags import TileTags
from gisgov.kernel.events import Event
from gisgov.kernel.snapshot import Snapshot
from layers.catalog import Catalog

AT = datetime(2026, 11, 20, tzinfo=UTC)
TILE = (3379, 1599)  # of z12


def event(tile: tuple[int, int] | None, kind: str = "order.reported") -> Event:
    return Event(1, 100, AT, kind, "order", 1, 1, None, 0, (), (), tile, {})


@pytest.fixture
def tags():
    return TileTags(Catalog.load())


def happened(tags: TileTags, *events: Event, snapshot: str = "101:101:") -> None:
    tags.watch(Batch(Snapshot.parse(snapshot), events))


def changed_by(tags: TileTags, found: Event, z: int, x: int, y: int) -> bool:
    orders = Catalog.load().get("orders")
    before = tags.tag(orders, (z, x, y))
    happened(tags, found)
    return tags.tag(orders, (z, x, y)) != before


@pytest.mark.parametrize(
    ("z", "x", "y", "changes"),
    [
        (12, 3379, 1599, True),
        (12, 3378, 1599, False),
        (11, 1689, 799, True),
        (11, 1688, 799, False),
        (8, 211, 99, True),
        (8, 210, 99, False),
        (14, 13516, 6396, True),
        (14, 13519, 6399, True),
        (14, 13520, 6396, False),
        (5, 26, 12, True),
        (5, 0, 0, True),  # from far away every change counts
    ],
)
def test_a_change_reaches_parents_and_children(tags, z, x, y, changes):
    assert changed_by(tags, event(TILE), z, x, y) is changes


def test_a_change_without_a_place_changes_every_tile(tags):
    assert changed_by(tags, event(None), 12, 0, 0)


def test_other_kinds_of_events_change_nothing(tags):
    assert not changed_by(tags, event(TILE, "release.published"), 12, *TILE)
    tags.watch(Hint(None, {"topic": "patrols"}))


def test_scope_parameters_and_process_make_the_tag(tags):
    orders = Catalog.load().get("orders")
    address = (12, *TILE)
    mine = tags.tag(orders, address, "scope-a", [("lamp", "red")])
    assert mine == tags.tag(orders, address, "scope-a", [("lamp", "red")])
    assert mine != tags.tag(orders, address, "scope-b", [("lamp", "red")])
    assert mine != tags.tag(orders, address, "scope-a", [("lamp", "green")])
    assert mine != TileTags(Catalog.load()).tag(orders, address, "scope-a", [("lamp", "red")])


@pytest.mark.parametrize(
    ("here", "asker", "seen"),
    [
        ("100:100:", "100:100:", True),
        ("100:105:102", "100:101:", True),
        ("100:105:102", "100:105:102", True),
        ("100:105:102", "103:105:", False),  # the asker saw 102 committed, we did not
        ("100:105:102", "100:106:102", False),
        ("100:105:102", "100:104:102,103", True),
    ],
)
def test_what_the_asker_has_heard_of_must_be_counted_here(tags, here, asker, seen):
    assert not tags.has_seen(Snapshot.parse(asker))
    happened(tags, event(TILE), snapshot=here)
    assert tags.has_seen(Snapshot.parse(asker)) is seen
