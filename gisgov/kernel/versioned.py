"""Copies in memory that are named by the version they were made from, so a stale one cannot be used."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Versioned(Generic[T]):
    """One value per process, together with its version number; safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: tuple[Hashable, T] | None = None

    def at(self, version: Hashable, load: Callable[[], T]) -> T:
        """Return the value of a version, loading it when another one, or none, is held."""
        held = self._held
        if held is not None and held[0] == version:
            return held[1]
        with self._lock:
            held = self._held
            if held is None or held[0] != version:
                held = self._held = (version, load())
            return held[1]
