"""Entity tags of tiles: what this process knows of how often each tile changed.

One counter per set of layers and z12 tile is kept from the event stream. Lower zooms add up their children,
higher ones use their parent. A tag also carries this process's own token, so that the counters of another
process, or of this one before it was started again, are never taken for equal.
"""

import secrets
from collections import Counter
from hashlib import blake2b
from threading import Lock

from api.hub import Batch, Hint
from gisgov.kernel.events import TILE_ZOOM
from gisgov.kernel.snapshot import Snapshot
from layers.catalog import Catalog, Layer

CHILDREN_COUNTED = 4
"""Below z8 a tile has more children than changed tiles are worth looking up: there all changes count."""


class TileTags:
    """Counters of changes, fed by `watch`; safe for threads."""

    def __init__(self, catalog: Catalog) -> None:
        self._layers = [layer for layer in catalog if layer.about.freshness == "events"]
        self._token = secrets.token_hex(4)
        self._lock = Lock()
        self._by_tile: Counter[tuple[str, int, int]] = Counter()
        self._anywhere: Counter[str] = Counter()
        self._all: Counter[str] = Counter()
        self._seen: Snapshot | None = None

    def watch(self, item: Batch | Hint) -> None:
        """Take note of what was committed; a watcher of `api.hub.Hub`."""
        if isinstance(item, Hint):
            return
        with self._lock:
            for event in item.events:
                for layer in self._layers:
                    if event.kind.startswith(layer.about.events):
                        self._count(layer.id, event.tile)
            self._seen = item.snapshot

    def _count(self, layer: str, tile: tuple[int, int] | None) -> None:
        self._all[layer] += 1
        if tile is None:
            self._anywhere[layer] += 1
        else:
            self._by_tile[layer, *tile] += 1

    def changes(self, layer: str, z: int, x: int, y: int) -> int:
        """Return a number that grows whenever a tile of a layer may have changed."""
        if z < TILE_ZOOM - CHILDREN_COUNTED:
            return self._all[layer]
        with self._lock:
            return self._anywhere[layer] + sum(self._by_tile[layer, *tile] for tile in _at_tile_zoom(z, x, y))

    def has_seen(self, after: Snapshot) -> bool:
        """Tell whether all that a snapshot shows has been counted here."""
        seen = self._seen
        if seen is None or after.xmax > seen.xmax:
            return False
        return not any(after.sees(xid) for xid in seen.running)

    def tag(self, layer: Layer, address: tuple[int, int, int], *more: object) -> str:
        """Return the entity tag of a tile now; ask before the database is asked."""
        return _hashed(self._token, layer.id, *address, self.changes(layer.id, *address), *more)


def content_tag(body: bytes) -> str:
    """Return the entity tag of a tile that nothing but its own bytes tells apart."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def _hashed(*parts: object) -> str:
    return f'"{blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'


def _at_tile_zoom(z: int, x: int, y: int) -> list[tuple[int, int]]:
    if z >= TILE_ZOOM:
        return [(x >> (z - TILE_ZOOM), y >> (z - TILE_ZOOM))]
    across = 1 << (TILE_ZOOM - z)
    return [(x * across + i, y * across + j) for i in range(across) for j in range(across)]
