from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgov.identity import rules
from gisgov.identity.model import NewOrg, Role
from gisgov.kernel.errors import Invalid

INDEX = st.integers(1, rules.MAX_CHILDREN)
NOW = datetime(2026, 11, 20, 2, 42, tzinfo=UTC)


def numbers(path: list[int]) -> list[int]:
    out = [0]
    for depth, index in enumerate(path):
        out.append(rules.child_no(out[-1], depth, index))
    return out[1:]


@given(st.lists(INDEX, min_size=1, max_size=5), st.integers(1, rules.MAX_CELLS))
def test_a_cell_lies_in_the_range_of_every_ancestor(path, serial):
    path_nos = numbers(path)
    cell = rules.cell_no(path_nos[-1], serial)
    assert 0 < cell < 2**63
    for depth, no in enumerate(path_nos, start=1):
        low, high = rules.range_of(no, depth)
        assert low <= cell < high
    assert list(rules.ancestor_nos(cell)) == path_nos
    assert list(rules.ancestor_nos(path_nos[-1])) == path_nos


@given(st.lists(INDEX, min_size=0, max_size=4), INDEX, INDEX, st.integers(1, rules.MAX_CELLS))
def test_siblings_and_cells_of_the_parent_never_meet(path, one, other, serial):
    parent = numbers(path)[-1] if path else 0
    depth = len(path)
    low, high = rules.range_of(rules.child_no(parent, depth, one), depth + 1)
    if path:
        assert not low <= rules.cell_no(parent, serial) < high
    if one != other:
        assert not low <= rules.child_no(parent, depth, other) < high


def test_tree_has_limits():
    with pytest.raises(Invalid, match=r"area\.too_deep"):
        rules.child_no(rules.child_no(0, 0, 1), 5, 1)
    with pytest.raises(Invalid, match=r"area\.full"):
        rules.child_no(0, 0, 512)
    with pytest.raises(Invalid, match=r"area\.no_more_cells"):
        rules.cell_no(0, 2**18)


def test_ranges_that_touch_become_one():
    assert rules.merge_ranges([(10, 20), (1, 5), (5, 7), (15, 30)]) == ((1, 7), (10, 30))
    assert rules.merge_ranges([]) == ()


def test_every_role_has_grants_and_a_title():
    assert set(rules.GRANTS) == set(Role) == set(rules.ROLE_TITLES)
    assert all(verb.count(".") == 1 for verbs in rules.GRANTS.values() for verb in verbs)
    assert "user.write" not in rules.verbs_of(set(Role) - {Role.ADMIN})


def test_masks_keep_only_what_recognises():
    assert rules.mask_name("王小明") == "王**"
    assert rules.mask_name("李") == "李*"
    assert rules.mask_mobile("13812345678") == "138****5678"
    assert rules.mask_mobile("8812") == "**12"


def test_throttle_frees_when_the_oldest_failure_leaves_the_window():
    throttle = rules.Throttle(3, timedelta(minutes=15))
    failures = [NOW - timedelta(minutes=m) for m in (20, 14, 5, 1)]
    assert rules.retry_after_s(throttle, failures[:3], NOW) is None
    assert rules.retry_after_s(throttle, failures, NOW) == 60


def test_session_is_written_only_when_half_of_it_is_gone_and_ends_for_good():
    lifetime = rules.Lifetime(timedelta(hours=12), timedelta(hours=20))
    end = NOW + timedelta(hours=12)
    assert rules.renewed(lifetime, NOW, end, NOW + timedelta(hours=5)) is None
    assert rules.renewed(lifetime, NOW, end, NOW + timedelta(hours=7)) == NOW + timedelta(hours=19)
    last = NOW + timedelta(hours=20)
    assert rules.renewed(lifetime, NOW, last, NOW + timedelta(hours=19)) is None


def test_parents_come_before_children_wherever_they_stand() -> None:
    rows = [NewOrg("c", "C", "unit", "b"), NewOrg("b", "B", "unit", "a"), NewOrg("x", "X", "unit")]
    generations, missing = rules.generations(rows, {"a"})
    assert [[row.code for row in generation] for generation in generations] == [["b", "x"], ["c"]]
    assert missing == []
    ring = [NewOrg("p", "P", "unit", "q"), NewOrg("q", "Q", "unit", "p"), NewOrg("r", "R", "unit", "nowhere")]
    assert rules.generations(ring, set()) == ([], ["nowhere", "p", "q"])
