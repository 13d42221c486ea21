"""The shifted coordinates of Chinese map services: GCJ-02, and BD-09 on top of it.

The formulae are the published approximation that every open implementation shares; the official ones are not public.
They hold inside a rectangle around China and move nothing outside of it. The ways back are found by iteration and
agree with the ways forth to better than 1e-11 degrees.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gisgov.spatial.arrays import FloatArray, Pair

_KRASOVSKY_A = 6378245.0
_KRASOVSKY_EE = 0.00669342162296594323
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the rectangle outside which the published implementations shift nothing."""
_BAIDU_TURN = np.pi * 3000.0 / 180.0
_ITERATIONS = 12
_SETTLED_DEG = 1e-13


def _in_china(lon: FloatArray, lat: FloatArray) -> NDArray[np.bool_]:
    west, south, east, north = _CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _waves(x: FloatArray, *terms: tuple[float, float]) -> FloatArray:
    total = np.zeros_like(x)
    for amplitude, frequency in terms:
        total += amplitude * np.sin(x * np.pi * frequency)
    return total * 2.0 / 3.0


def _gcj_shift(lon: FloatArray, lat: FloatArray) -> Pair:
    """Degrees by which GCJ-02 lies east and north of WGS84, by the published formula, everywhere."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    both = _waves(x, (20.0, 6.0), (20.0, 2.0))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    north += _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    east += _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    phi = np.radians(lat)
    magic = 1.0 - _KRASOVSKY_EE * np.sin(phi) ** 2
    meridian = _KRASOVSKY_A * (1.0 - _KRASOVSKY_EE) / (magic * np.sqrt(magic))
    parallel = _KRASOVSKY_A / np.sqrt(magic) * np.cos(phi)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def _baidu_shift(lon: FloatArray, lat: FloatArray) -> Pair:
    """Degrees by which BD-09 lies east and north of GCJ-02."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_TURN)
    return radius * np.cos(angle) + 0.0065 - lon, radius * np.sin(angle) + 0.006 - lat


def _unshift(lon: FloatArray, lat: FloatArray, shift: Callable[[FloatArray, FloatArray], Pair]) -> Pair:
    """The point that `shift` moves to (lon, lat): a contraction, each round gains two to three digits."""
    east, north = shift(lon, lat)
    for _ in range(_ITERATIONS):
        again_east, again_north = shift(lon - east, lat - north)
        moved = max(
            np.max(np.abs(again_east - east), initial=0), np.max(np.abs(again_north - north), initial=0)
        )
        east, north = again_east, again_north
        if moved < _SETTLED_DEG:
            break
    return lon - east, lat - north


def wgs84_to_gcj02(lon: FloatArray, lat: FloatArray) -> Pair:
    """Convert degrees; arrays of finite numbers of one length."""
    east, north = _gcj_shift(lon, lat)
    inside = _in_china(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def gcj02_to_wgs84(lon: FloatArray, lat: FloatArray) -> Pair:
    """Convert degrees back: exactly the point that `wgs84_to_gcj02` brings here."""
    back_lon, back_lat = _unshift(lon, lat, _gcj_shift)
    inside = _in_china(back_lon, back_lat)  # decided on the WGS84 side, as on the way forth
    return np.where(inside, back_lon, lon), np.where(inside, back_lat, lat)


def wgs84_to_bd09(lon: FloatArray, lat: FloatArray) -> Pair:
    """Convert degrees to Baidu's coordinates."""
    shifted_lon, shifted_lat = wgs84_to_gcj02(lon, lat)
    east, north = _baidu_shift(shifted_lon, shifted_lat)
    inside = _in_china(lon, lat)
    return np.where(inside, shifted_lon + east, lon), np.where(inside, shifted_lat + north, lat)


def bd09_to_wgs84(lon: FloatArray, lat: FloatArray) -> Pair:
    """Convert degrees back: exactly the point that `wgs84_to_bd09` brings here."""
    back_lon, back_lat = _unshift(*_unshift(lon, lat, _baidu_shift), _gcj_shift)
    inside = _in_china(back_lon, back_lat)
    return np.where(inside, back_lon, lon), np.where(inside, back_lat, lat)
