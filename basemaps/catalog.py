"""The base maps of this installation, one JSON file each; none is needed to work."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, field_validator

from gisgov.kernel.errors import NotFound
from gisgov.kernel.settings import Settings

FOLDER = Path(__file__).parent
DEFAULT = "local"

SHIFTED = {"gcj02", "bd09"}
"""Datums that lie hundreds of metres beside WGS84; the console cannot shift its layers to them yet."""


class BaseMapError(ValueError):
    """A base map's file cannot be used."""


class BaseMap(BaseModel):
    """One base map.

    Attributes
    ----------
    kind
        ``pmtiles``: one file with vector tiles; ``raster``: pictures.
    urls
        Addresses for the browser, bottom first; with ``{z}/{x}/{y}`` for pictures.
    datum
        ``wgs84``, or ``cgcs2000``, which is the same to within a decimetre.
    file
        Where the file of a local map lies, below the installation's data folder.
    upstream
        Part → address that this server asks on the browser's behalf, with ``{key}`` from `key_setting`.
    style
        MapLibre layer objects without ``source``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title_zh: str
    title_en: str
    kind: Literal["pmtiles", "raster"]
    urls: tuple[str, ...]
    datum: str
    attribution: str
    needs_network: bool
    maxzoom: int
    file: str | None = None
    upstream: dict[str, str] = {}
    key_setting: str | None = None
    style: tuple[dict[str, Any], ...] = ()

    @field_validator("datum")
    @classmethod
    def _unshifted(cls, datum: str) -> str:
        if datum in SHIFTED:
            raise ValueError(
                f"{datum} is shifted against WGS84; such a base map would show everything in a wrong place"
            )
        if datum not in {"wgs84", "cgcs2000"}:
            raise ValueError(f"{datum} is no datum we know")
        return datum

    def path(self, settings: Settings) -> Path | None:
        """Return where the file of a local map lies, or should lie."""
        return settings.data_dir / "basemaps" / self.file if self.file else None

    def available(self, settings: Settings) -> bool:
        """Tell whether this installation can show it."""
        path = self.path(settings)
        if path is not None:
            return path.is_file()
        return self.key_setting is None or bool(getattr(settings, self.key_setting))

    def upstream_url(self, settings: Settings, part: str, z: int, x: int, y: int) -> str | None:
        """Return the address to ask for one picture of a part, with the key; None when there is none."""
        template = self.upstream.get(part)
        if template is None or not self.available(settings):
            return None
        key = getattr(settings, self.key_setting) if self.key_setting else ""
        return template.format(z=z, x=x, y=y, key=key)


class BaseMaps:
    """All base maps, the default one first."""

    def __init__(self, maps: Iterable[BaseMap]) -> None:
        self._maps = {one.id: one for one in sorted(maps, key=lambda one: (one.id != DEFAULT, one.id))}

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "BaseMaps":
        """Read every JSON file of a folder.

        Raises
        ------
        BaseMapError
            One of them cannot be used.
        """
        return cls(_read(path) for path in folder.glob("*.json"))

    def __iter__(self) -> Iterator[BaseMap]:
        return iter(self._maps.values())

    def get(self, name: str) -> BaseMap:
        """Return a base map.

        Raises
        ------
        NotFound
            There is none of this name; code ``tile.basemap``.
        """
        if name not in self._maps:
            raise NotFound("tile.basemap", field="basemap", basemap=name)
        return self._maps[name]


def _read(path: Path) -> BaseMap:
    try:
        return BaseMap.model_validate({"id": path.stem, **json.loads(path.read_text("utf-8"))})
    except ValueError as error:
        raise BaseMapError(f"{path.name}: {error}") from error
