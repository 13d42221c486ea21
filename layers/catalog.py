"""The layers of this installation, read from their folders and checked before anything is served."""

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gisgov.kernel.db import Tx
from gisgov.kernel.errors import NotFound
from layers.model import LayerFile, Source

FOLDER = Path(__file__).parent
MARKERS = frozenset({"scope", "bounds"})
_MARKER = re.compile(r"{(\w*)}")
_COMMENT = re.compile(r"--[^\n]*")


class LayerError(ValueError):
    """A layer's folder cannot be served."""


@dataclass(frozen=True)
class Layer:
    """One layer: what it says of itself, its queries and its looks.

    Attributes
    ----------
    about
        The contents of ``layer.toml``.
    queries
        File name → SQL with markers.
    style
        MapLibre layer objects without ``source``, bottom first; https://maplibre.org/maplibre-style-spec/layers/.
    """

    about: LayerFile
    queries: dict[str, str]
    style: tuple[dict[str, Any], ...]

    @property
    def id(self) -> str:
        """The layer's name in addresses; its folder's name."""
        return self.about.id

    @property
    def minzoom(self) -> int:
        """The lowest zoom at which it shows anything."""
        return min(source.minzoom for source in self.about.source)

    @property
    def maxzoom(self) -> int:
        """The highest zoom tiles are cut for."""
        return max(source.maxzoom for source in self.about.source)

    def sources_at(self, zoom: int) -> tuple[Source, ...]:
        """Return what a tile of this zoom holds."""
        return tuple(source for source in self.about.source if source.minzoom <= zoom <= source.maxzoom)

    def open_to_all(self, tx: Tx) -> bool:
        """Tell whether anybody may see it: boundaries are public by default (decisions.md, the public scope)."""
        return self.about.public and tx.settings.public_boundaries

    def shown_to(self, tx: Tx) -> bool:
        """Tell whether the caller may see it at all; what of it, the scope decides."""
        return self.open_to_all(tx) or tx.actor.has(self.about.verb)

    def admit(self, tx: Tx) -> None:
        """Refuse a caller who may not see it."""
        if not self.open_to_all(tx):
            tx.may(self.about.verb)


class Catalog:
    """All layers, in the order in which they are drawn."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        self._layers = {layer.id: layer for layer in sorted(layers, key=lambda layer: layer.about.order)}

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Catalog":
        """Read every folder that carries a ``layer.toml``.

        Raises
        ------
        LayerError
            One of them cannot be served.
        """
        return cls(load_layer(found.parent) for found in folder.glob("*/layer.toml"))

    def __iter__(self) -> Any:
        return iter(self._layers.values())

    def get(self, name: str) -> Layer:
        """Return a layer.

        Raises
        ------
        NotFound
            There is no such layer; code ``tile.layer``.
        """
        if name not in self._layers:
            raise NotFound("tile.layer", field="layer", layer=name, known=", ".join(self._layers))
        return self._layers[name]

    def seeing(self, tx: Tx) -> tuple[Layer, ...]:
        """Return the layers the caller may see."""
        return tuple(layer for layer in self if layer.shown_to(tx))


def load_layer(folder: Path) -> Layer:
    """Read and check one layer.

    Raises
    ------
    LayerError
        The folder's name, a marker, the style or the description is wrong.
    """
    try:
        about = LayerFile.model_validate(tomllib.loads((folder / "layer.toml").read_text("utf-8")))
        names = sorted({source.sql for source in about.source})
        queries = {name: _COMMENT.sub("", (folder / name).read_text("utf-8")).strip() for name in names}
        style = tuple(json.loads((folder / "style.json").read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise LayerError(f"{folder.name}: {error}") from error
    layer = Layer(about, queries, style)
    for complaint in _complaints(folder.name, layer):
        raise LayerError(f"{folder.name}: {complaint}")
    return layer


def _complaints(folder: str, layer: Layer) -> Iterable[str]:
    about = layer.about
    if about.id != folder:
        yield f"calls itself {about.id}"
    if (about.scope is None) != about.public:
        yield "a layer is either public or says how its scope is written"
    for name, sql in layer.queries.items():
        yield from _wrong_markers(name, sql, scoped=not about.public)
    yield from _wrong_style(layer)


def _wrong_markers(name: str, sql: str, *, scoped: bool) -> Iterable[str]:
    markers = set(_MARKER.findall(sql))
    if unknown := markers - MARKERS:
        yield f"{name} has unknown markers {sorted(unknown)}"
    if scoped and "scope" not in markers:
        yield f"{name} has no {{scope}} and the layer is not public"
    if not scoped and "scope" in markers:
        yield f"{name} has a {{scope}} and the layer is public"
    if "bounds" not in markers:
        yield f"{name} has no {{bounds}}"


def _wrong_style(layer: Layer) -> Iterable[str]:
    sources = {source.name for source in layer.about.source}
    for look in layer.style:
        if "source" in look or look.get("source-layer") not in sources:
            yield f"style {look.get('id')} must name a source-layer of {sorted(sources)}, and no source"
    if drawn := sources - {look["source-layer"] for look in layer.style}:
        yield f"nothing draws {sorted(drawn)}"
    for entry in layer.about.legend:
        if entry.source not in {None, *sources}:
            yield f"the legend explains {entry.source}, which is no source"
