"""Networks and their releases: how a file becomes a draft, and a draft what is published."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from gisgov.spatial.arrays import GeometryArray
from gisgov.spatial.topology import DefectKind


class ReleaseState(StrEnum):
    """A release is drafted, published once, and retired by the next one."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class FrameRule(StrEnum):
    """What the cells of a draft have to fill exactly (decisions.md, Space).

    KEEP: every parent of the active release. MOVE: land may pass between parents, the outermost outline
    stays. REPLACE: the import states the outermost outline itself.
    """

    KEEP = "keep"
    MOVE = "move"
    REPLACE = "replace"


class MovedKind(StrEnum):
    """Why land changed hands: a sliver was mended, or the draft moves land between parents."""

    MENDED = "mended"
    TRANSFERRED = "transferred"


@dataclass(frozen=True)
class Network:
    """A set of cells that covers its area without gap or overlap; exactly one network is basic.

    `tree` names the area tree of its levels: ``admin`` for the basic one, its own for each special one.
    """

    id: int
    code: str
    name: str
    basic: bool
    tree: str


@dataclass(frozen=True)
class Level:
    """One column of a file that names the parents of its cells, top-down.

    `name_column` may hold readable names beside the codes; `title` is the level's name (街道 …).
    """

    column: str
    name_column: str | None = None
    title: str | None = None

    @property
    def level_name(self) -> str:
        """The level's name: its title, else the column's."""
        return self.title or self.column


@dataclass(frozen=True)
class Root:
    """The area on top of a network's tree, made by the first import unless it exists."""

    code: str
    name: str
    level_name: str


@dataclass(frozen=True)
class ImportOrder:
    """How a file of polygons becomes a draft.

    Parameters
    ----------
    network : str
        Code of the network; one that does not exist yet is made, as a special one.
    code, name : str
        Columns of the cells' codes and names; the code serves as name when there is none.
    levels : tuple of Level
        Columns of the parents, top-down.
    datum : str
        What the coordinates refer to: ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or an EPSG code.
    root : Root, optional
        The area above the first level when the tree is still empty.
    frame_rule : FrameRule
        KEEP becomes REPLACE by itself where nothing is published yet.
    mend_width_m : float, optional
        Slivers up to this width are mended; None mends nothing.
    hole_width_m : float, optional
        Enclosed land of no cell that is at least this wide is left out on purpose (a lake, a barracks), where
        the import itself brings the outline; None knows no such holes.
    tolerance_m : float
        Gaps and overlaps narrower than this are no defects.
    """

    network: str
    code: str
    datum: str
    name: str | None = None
    levels: tuple[Level, ...] = ()
    root: Root | None = None
    frame_rule: FrameRule = FrameRule.KEEP
    mend_width_m: float | None = None
    hole_width_m: float | None = None
    tolerance_m: float = 0.01
    reason: str = "import"
    source_name: str = ""
    network_name: str | None = None


@dataclass(frozen=True)
class Cells:
    """Some cells of a coverage as a file has them: arrays and lists of one length.

    `polygons` are in WGS84; `paths` and `path_names` hold the values of the parent columns, top-down. None
    stands for what the file leaves empty; it is refused when all has been read.
    """

    polygons: GeometryArray
    codes: list[str | None]
    names: list[str]
    paths: list[tuple[str | None, ...]]
    path_names: list[tuple[str, ...]]


@dataclass(frozen=True)
class Release:
    """One generation of a network's cells. `no` counts the published ones and is None for a draft."""

    id: int
    network: str
    no: int | None
    state: ReleaseState
    frame_rule: FrameRule
    reason: str
    source: dict[str, Any]
    base_id: int | None
    fingerprint: str | None
    created_at: datetime
    created_by: int | None
    published_at: datetime | None
    published_by: int | None
    cells: int
    defects: int
    moved_land: int


@dataclass(frozen=True)
class Active:
    """The published release of a network, as writers and readers hold on to it."""

    release_id: int
    no: int
    published_at: datetime
    copy_key: UUID
    network: Network


@dataclass(frozen=True)
class ReleaseRef:
    """The release a decision was made on."""

    id: int
    no: int
    published_at: datetime


@dataclass(frozen=True)
class Defect:
    """A piece of the map that keeps a draft from being published; `width_m` is that of its largest circle."""

    id: int
    kind: DefectKind
    codes: tuple[str, ...]
    area_m2: float
    width_m: float
    note: str
    geojson: dict[str, Any]


@dataclass(frozen=True)
class MovedLand:
    """A piece of land that changed hands: between cells when mended, between parents when transferred.

    None is nobody's land.
    """

    kind: MovedKind
    from_code: str | None
    to_code: str | None
    area_m2: float
    geojson: dict[str, Any]


@dataclass(frozen=True)
class Notice:
    """Something to be told, by the code of its words in the message catalogue."""

    code: str
    params: dict[str, Any]


@dataclass(frozen=True)
class ImportReport:
    """What an import made of its file."""

    release: Release
    cells: int
    defects: dict[DefectKind, int]
    moved_m2: float
    moved_pieces: int
    warnings: tuple[Notice, ...] = ()

    @property
    def publishable(self) -> bool:
        """Whether the draft passed its check."""
        return not self.defects


@dataclass(frozen=True)
class Published:
    """What a publication changed."""

    release_id: int
    no: int
    changed_cell_ids: tuple[int, ...]
    retired_cell_ids: tuple[int, ...]
