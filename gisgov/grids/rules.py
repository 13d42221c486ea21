"""Pure decisions of grids: what a column says, whether levels nest, where parents stand, what may be published."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gisgov.grids.model import FrameRule, Level, Network, Post, Root
from gisgov.identity.model import Area, NewArea, Role
from gisgov.kernel.errors import Conflict, Invalid

BASIC_NETWORK = "basic"
BASIC_TREE = "admin"
NETWORK_CODE = re.compile(r"[\w.\-]{1,64}")
"""It stands in addresses of tiles and in lists parted by commas."""

NAMED_AT_MOST = 60
"""An error names this many culprits and counts the rest."""

ROLE_OF_POST: dict[Post, Role] = {
    Post.WORKER: Role.GRID_WORKER,
    Post.SUBSTITUTE: Role.GRID_WORKER,
    Post.LEADER: Role.GRID_LEADER,
}
"""What somebody with a post in a cell may do there."""

COUNTED_HEX = 9
"""H3 resolution of the hexagon that is kept of a place (mean edge about 0.2 km); counts are drawn from it upwards."""

SIMPLIFY_DEG = 0.0003
"""About 30 m: less than a pixel at zoom 12, the last one that draws simplified areas."""


def named(culprits: Sequence[str]) -> str:
    """Return culprits as one text, the first `NAMED_AT_MOST` by name."""
    rest = len(culprits) - NAMED_AT_MOST
    return ", ".join(culprits[:NAMED_AT_MOST]) + (f" … (+{rest})" if rest > 0 else "")


def refuse_bad_codes(codes: Sequence[str | None]) -> None:
    """Refuse a coverage in which a cell has no code, or two have the same one.

    Raises
    ------
    Invalid
        ``grid.code_missing`` names the rows (counted from 1), ``grid.code_twice`` the codes.
    """
    missing = [str(row) for row, code in enumerate(codes, start=1) if code is None]
    if missing:
        raise Invalid("grid.code_missing", field="code", count=len(missing), rows=named(missing))
    twice = sorted(code for code, times in Counter(codes).items() if code is not None and times > 1)
    if twice:
        raise Invalid("grid.code_twice", field="code", count=len(twice), codes=named(twice))


Path = tuple[str, ...]
"""The values of a cell's parent columns, top-down."""


def refuse_levels_that_do_not_nest(
    levels: Sequence[Level], codes: Sequence[str], paths: Sequence[Sequence[str | None]]
) -> None:
    """Refuse parent columns that make no tree, with the names of all that conflicts.

    Each column must depend on the one above it: whoever lies in one value of the lower lies in one value of
    the upper.

    Raises
    ------
    Invalid
        Code ``grid.levels_do_not_nest``.
    """
    conflicts = [*_in_two_parents(levels, paths), *_without_parent(levels, codes, paths)]
    if conflicts:
        raise Invalid(
            "grid.levels_do_not_nest", field="parent", count=len(conflicts), conflicts="; ".join(conflicts)
        )


def _in_two_parents(levels: Sequence[Level], paths: Sequence[Sequence[str | None]]) -> list[str]:
    found: list[str] = []
    for lower in range(1, len(levels)):
        uppers: dict[str, set[str]] = defaultdict(set)
        for path in paths:
            value, upper = path[lower], path[lower - 1]
            if value is not None and upper is not None:
                uppers[value].add(upper)
        here, above = levels[lower].column, levels[lower - 1].column
        found += [
            f"{here} {value} → {above} {' + '.join(sorted(lies_in))}"
            for value, lies_in in sorted(uppers.items())
            if len(lies_in) > 1
        ]
    return found


def _without_parent(
    levels: Sequence[Level], codes: Sequence[str], paths: Sequence[Sequence[str | None]]
) -> list[str]:
    found: list[str] = []
    for depth, level in enumerate(levels):
        bare = sorted(code for code, path in zip(codes, paths, strict=True) if path[depth] is None)
        if bare:
            found.append(f"{level.column} ∅ ({len(bare)}): {named(bare)}")
    return found


def frame_rule(wanted: FrameRule, *, has_active: bool) -> FrameRule:
    """Return the frame rule that applies: the first release of a network brings its outermost frame along."""
    return wanted if has_active else FrameRule.REPLACE


@dataclass
class Placement:
    """Where the parents of a draft stand in the area tree, and which areas are still to be made.

    `leaf_codes` gives, for each path, the code of the area its cells lie in directly.
    """

    leaf_codes: dict[Path, str] = field(default_factory=dict)
    new: list[NewArea] = field(default_factory=list)


def stated_root(network: Network, root: Root | None, areas: Sequence[Area], tops: Mapping[str, str]) -> Root:
    """Return the area on top of a network.

    It is the one stated, else the tree's own root, else the single value of the uppermost column, else an area
    made of the network itself.

    Parameters
    ----------
    tops : mapping
        Value → name of the uppermost parent column.

    Raises
    ------
    Conflict
        ``grid.root_unknown``: the tree has a root and the one stated is not in it.
    """
    if root is not None:
        if areas and all(area.code != root.code for area in areas):
            raise Conflict("grid.root_unknown", field="root", root=root.code, tree=network.tree)
        return root
    standing = [area for area in areas if area.parent_id is None]
    if standing:
        return Root(standing[0].code, standing[0].name, standing[0].level_name)
    if len(tops) == 1:
        ((code, name),) = tops.items()
        return Root(code, name, "root")
    return Root(network.code, network.name, "network")


def place(
    areas: Iterable[Area], root: Root, level_names: Sequence[str], paths: Mapping[Path, Path]
) -> Placement:
    """Match the parents of a draft with a tree's areas by code, or by name, below the root; invent the rest.

    Parameters
    ----------
    paths : mapping
        Each distinct path of codes, with the path of its names. An uppermost column that says nothing but the
        root is skipped.
    """
    tree = _Tree(areas)
    done = Placement()
    top_is_root = {path[0] for path in paths if path} <= {root.code, root.name}
    if root.code not in tree.by_code:
        done.new.append(tree.add(NewArea(root.code, root.name, root.level_name, None)))
    for path, names in paths.items():
        at = root.code
        for depth, (value, name) in enumerate(zip(path, names, strict=True)):
            if depth == 0 and top_is_root:
                continue
            found = tree.child(at, value)
            if found is None:
                made = tree.add(NewArea(tree.free_code(at, value), name, level_names[depth], at))
                done.new.append(made)
                found = made.code
            at = found
        done.leaf_codes[path] = at
    return done


class _Tree:
    """An area tree that grows while a draft is placed in it."""

    def __init__(self, areas: Iterable[Area]) -> None:
        known = list(areas)
        self.by_code = {area.code for area in known}
        self._children: dict[str | None, dict[str, str]] = defaultdict(dict)
        code_of = {area.id: area.code for area in known}
        for area in known:
            above = code_of[area.parent_id] if area.parent_id is not None else None
            self._know(above, area.code, area.name)

    def child(self, above: str, value: str) -> str | None:
        """Return the code of the child that has this code or, failing that, this name."""
        return self._children[above].get(value)

    def free_code(self, above: str, value: str) -> str:
        """Return a code for a new area: its value, below its parent's where another level has that code."""
        return value if value not in self.by_code else f"{above}-{value}"

    def add(self, area: NewArea) -> NewArea:
        """Let an area grow."""
        self.by_code.add(area.code)
        self._know(area.parent_code, area.code, area.name)
        return area

    def _know(self, above: str | None, code: str, name: str) -> None:
        below = self._children[above]
        below.setdefault(name, code)
        below[code] = code
        if above is not None and code.startswith(f"{above}-"):
            below.setdefault(code.removeprefix(f"{above}-"), code)


def refuse_unpublishable(state: str, defects: int, *, same_content: bool, same_base: bool) -> None:
    """Refuse to publish what was not checked as it stands.

    Raises
    ------
    Conflict
        ``grid.not_draft``, ``grid.has_defects``, ``grid.changed_since_check`` or ``grid.base_moved``.
    """
    reasons = (
        ("grid.not_draft", state != "draft"),
        ("grid.has_defects", defects > 0),
        ("grid.changed_since_check", not same_content),
        ("grid.base_moved", not same_base),
    )
    for code, applies in reasons:
        if applies:
            raise Conflict(code, count=defects, state=state)


def near_border(border_m: float | None, accuracy_m: float | None) -> bool:
    """Tell whether an uncertain point may as well lie on the other side of the nearest border."""
    return border_m is not None and accuracy_m is not None and border_m <= accuracy_m
