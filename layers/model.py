"""What a layer is made of; read from ``layer.toml`` and answered by the API as it stands."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

RAW_FROM_ZOOM = 13
"""Single points are not drawn below this zoom: a tile there would hold the whole town (aggregates are drawn)."""

MAX_ZOOM = 16
"""Tiles are cut to this zoom; a map that goes closer enlarges them."""

Geometry = Literal["point", "line", "polygon"]


class _Read(BaseModel):
    """Read from a file that we keep: a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Read):
    """One table of features inside the layer's tiles.

    Attributes
    ----------
    name
        Name of the layer inside the tile (``source-layer``).
    sql
        File with one query that answers the `key`, the `fields` and ``geom`` (EPSG:4326).
    fields
        Property → what it is, as TileJSON tells it.
    key
        Column with a whole number that stays the same for the same thing, if there is one.
    cluster
        Instead of the rows: how many there are in each of 8 × 8 squares of the tile, and how many of them fulfil
        each of these conditions on the row's own columns.
    ring
        Which of these counts share the ring around a cluster, and in which colour.
    label
        The points only carry names of polygons that are drawn anyway.
    """

    name: str
    sql: str = "tile.sql"
    geometry: Geometry
    minzoom: int = Field(ge=0, le=MAX_ZOOM)
    maxzoom: int = Field(default=MAX_ZOOM, ge=0, le=MAX_ZOOM)
    key: str | None = None
    fields: dict[str, str] = {}
    cluster: dict[str, str] | None = None
    ring: dict[str, str] = {}
    label: bool = False

    @model_validator(mode="after")
    def _no_raw_points_from_afar(self) -> "Source":
        raw = self.geometry == "point" and self.cluster is None and not self.label
        if raw and self.minzoom < RAW_FROM_ZOOM:
            raise ValueError(f"{self.name}: single points below zoom {RAW_FROM_ZOOM}")
        return self

    @property
    def shown_fields(self) -> dict[str, str]:
        """The properties of a feature: those of the row, or the counts of a square."""
        return (
            self.fields if self.cluster is None else {"n": "number", **dict.fromkeys(self.cluster, "number")}
        )


class Filter(_Read):
    """One parameter by which a layer can be narrowed."""

    name: str
    kind: Literal["time", "choice", "code", "bool", "id"]
    label_zh: str
    label_en: str
    choices: tuple[str, ...] = ()
    default: str | None = None


class Symbol(_Read):
    """How one kind of feature is drawn: shape first, character second, colour third."""

    shape: Literal["disc", "triangle", "diamond", "square", "line", "fill", "arrow"]
    color: str
    edge: str | None = None
    char: str | None = None
    dash: tuple[float, ...] = ()
    width: float = 1.0
    opacity: float = 1.0


class LegendEntry(_Read):
    """One line of the legend, and the features it stands for.

    Attributes
    ----------
    source
        The `Source` it explains; the first one when not stated.
    where
        Property → value, or (lowest, highest] for a class of numbers; the first entry that fits a feature is its own.
    """

    label_zh: str
    label_en: str
    symbol: Symbol
    source: str | None = None
    where: dict[str, str | bool | float | tuple[float | None, float | None]] = {}


class ScopeRule(_Read):
    """Which of the ways of being visible apply to the rows of a layer, and the table alias that carries them."""

    kind: Literal["areas", "orders", "patrols"] = "areas"
    alias: str


class LayerFile(_Read):
    """The contents of ``layer.toml``.

    Attributes
    ----------
    verb
        What the caller must be allowed; with `public` only while boundaries are not public.
    scope
        How ``{scope}`` is written out; a layer without it must say `public`.
    freshness
        What tells that a tile changed: its own bytes (``content``), the events named in `events`, or the
        ``release`` in its address, under which it never changes.
    clock_s
        The tile shows the time: it is cut anew at least this often.
    """

    id: str
    group: Literal["areas", "orders", "forces", "facilities", "people", "heat"]
    order: int
    title_zh: str
    title_en: str
    verb: str
    public: bool = False
    scope: ScopeRule | None = None
    freshness: Literal["content", "events", "release"] = "content"
    events: tuple[str, ...] = ()
    clock_s: int | None = None
    on: bool = True
    note_zh: str = ""
    note_en: str = ""
    source: tuple[Source, ...] = Field(min_length=1)
    filter: tuple[Filter, ...] = ()
    legend: tuple[LegendEntry, ...] = Field(min_length=1)
