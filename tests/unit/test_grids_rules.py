"""What columns say, whether levels nest, and where parents stand in a tree."""

import pytest

from gisgov.grids import rules
from gisgov.grids.model import FrameRule, Level, Network, Root
from gisgov.identity.model import Area
from gisgov.kernel.errors import Conflict, Invalid

LEVELS = (Level("SECTOR"), Level("ROUTE"))
NETWORK = Network(1, "police", "警务网格", False, "police")


def area(key, code, name=None, parent=None, depth=1):
    return Area(key, "police", parent, depth, "level", code, name or code, key)


def test_each_level_lies_in_one_value_of_the_one_above():
    paths = [("1", "1R"), ("1", "2R"), ("2", "3R")]
    rules.refuse_levels_that_do_not_nest(LEVELS, ["a", "b", "c"], paths)
    with pytest.raises(Invalid) as refused:
        rules.refuse_levels_that_do_not_nest(LEVELS, ["a", "b", "c", "d"], [*paths, ("2", "1R")])
    assert refused.value.params == {"count": 1, "conflicts": "ROUTE 1R → SECTOR 1 + 2"}


def test_cells_without_a_parent_are_named():
    with pytest.raises(Invalid) as refused:
        rules.refuse_levels_that_do_not_nest(LEVELS, ["a", "b"], [("1", None), ("1", "1R")])
    assert refused.value.params == {"count": 1, "conflicts": "ROUTE ∅ (1): a"}


def test_many_culprits_are_counted():
    said = rules.named([str(i) for i in range(100)])
    assert said.endswith("59 … (+40)")


@pytest.mark.parametrize(
    ("stated", "standing", "tops", "root"),
    [
        (None, [], {"1": "One", "2": "Two"}, Root("police", "警务网格", "network")),
        (None, [], {"1": "One"}, Root("1", "One", "root")),
        (None, [area(1, "city", "城")], {"1": "One"}, Root("city", "城", "level")),
        (Root("x", "X", "top"), [], {}, Root("x", "X", "top")),
    ],
)
def test_the_root_is_stated_or_standing_or_made(stated, standing, tops, root):
    assert rules.stated_root(NETWORK, stated, standing, tops) == root


def test_a_stated_root_has_to_exist_in_a_tree_that_has_one():
    with pytest.raises(Conflict, match="root_unknown"):
        rules.stated_root(NETWORK, Root("x", "X", "top"), [area(1, "city")], {})


def test_parents_are_matched_by_code_or_name_and_the_rest_is_made_top_down():
    tree = [
        area(1, "city"),
        area(2, "01", "North", 1, 2),
        area(3, "S", "South", 1, 2),
        area(4, "01a", "1R", 2, 3),
    ]
    paths = {path: path for path in [("North", "1R"), ("North", "2R"), ("S", "3R")]}
    placed = rules.place(tree, Root("city", "city", "x"), ["sector", "route"], paths)
    assert placed.leaf_codes == {("North", "1R"): "01a", ("North", "2R"): "2R", ("S", "3R"): "3R"}
    assert [(new.code, new.parent_code, new.level_name) for new in placed.new] == [
        ("2R", "01", "route"),
        ("3R", "S", "route"),
    ]


def test_a_code_that_another_level_has_stands_below_its_parents_and_is_found_again():
    paths = {("5", "5"): ("5", "5"), ("6", "6"): ("6", "6")}
    root = Root("city", "city", "x")
    placed = rules.place([], root, ["sector", "route"], paths)
    assert placed.leaf_codes == {("5", "5"): "5-5", ("6", "6"): "6-6"}
    tree = [
        area(1, "city"),
        area(2, "5", "5", 1, 2),
        area(3, "5-5", "Route five", 2, 3),
        area(4, "6", "6", 1, 2),
        area(5, "6-6", "6", 4, 3),
    ]
    assert rules.place(tree, root, ["sector", "route"], paths).new == []


def test_an_uppermost_column_that_names_the_root_is_skipped():
    paths = {("city", "a"): ("城", "a")}
    placed = rules.place([], Root("city", "城", "x"), ["city", "street"], paths)
    assert [(new.code, new.parent_code) for new in placed.new] == [("city", None), ("a", "city")]


@pytest.mark.parametrize("wanted", list(FrameRule))
def test_the_first_release_brings_its_frame(wanted):
    assert rules.frame_rule(wanted, has_active=False) is FrameRule.REPLACE
    assert rules.frame_rule(wanted, has_active=True) is wanted


@pytest.mark.parametrize(
    ("state", "defects", "same_content", "same_base", "code"),
    [
        ("published", 0, True, True, "grid.not_draft"),
        ("draft", 1, True, True, "grid.has_defects"),
        ("draft", 0, False, True, "grid.changed_since_check"),
        ("draft", 0, True, False, "grid.base_moved"),
    ],
)
def test_what_is_not_published(state, defects, same_content, same_base, code):
    with pytest.raises(Conflict) as refused:
        rules.refuse_unpublishable(state, defects, same_content=same_content, same_base=same_base)
    assert refused.value.code == code
    rules.refuse_unpublishable("draft", 0, same_content=True, same_base=True)


@pytest.mark.parametrize(
    ("border_m", "accuracy_m", "near"),
    [(5.0, 10.0, True), (10.0, 5.0, False), (None, 5.0, False), (5.0, None, False), (0.0, 0.0, True)],
)
def test_near_border(border_m, accuracy_m, near):
    assert rules.near_border(border_m, accuracy_m) is near
