"""From counts to what a heat map shows: rates, and few classes that a legend can name."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import ArrayLike

from gisgov.spatial.arrays import FloatArray, IntArray

SCHEMES = {
    "natural_breaks": "FisherJenks",
    "quantiles": "Quantiles",
    "equal_interval": "EqualInterval",
}
"""Names to mapclassify's; it is loaded when first used, since it brings scikit-learn and seconds with it."""


_ENOUGH = 256
"""Natural breaks take time with the square of the number of values; this many evenly ranked ones tell the same."""


@dataclass(frozen=True, slots=True)
class Classes:
    """Values in classes.

    Parameters
    ----------
    upper
        The largest value of each class, ascending.
    index
        The class of each value, 0 … len(upper) - 1; -1 for a value that is not finite.
    """

    upper: FloatArray
    index: IntArray


def rates(counts: ArrayLike, exposure: ArrayLike, per: float = 1000.0) -> FloatArray:
    """Count per so many inhabitants, houses or hectares.

    Returns
    -------
    ndarray of float64
        NaN where the exposure is zero: nothing can be said there.
    """
    number, base = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    unknown = np.full(np.broadcast(number, base).shape, np.nan)
    return np.asarray(np.divide(number * per, base, out=unknown, where=base > 0))


def classify(values: ArrayLike, count: int = 5, scheme: str = "natural_breaks") -> Classes:
    """Sort values into at most `count` classes by one of `SCHEMES`.

    Fewer different values than classes give one class for each.

    Parameters
    ----------
    values
        Numbers of any unit and shape; those that are not finite belong to no class.

    Raises
    ------
    KeyError
        There is no such scheme.
    """
    numbers = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(numbers)
    distinct = np.unique(numbers[finite])
    upper = distinct if len(distinct) <= count else _upper_bounds(numbers[finite], count, scheme)
    index = np.full(numbers.shape, -1, dtype=np.int64)
    index[finite] = np.minimum(np.searchsorted(upper, numbers[finite]), max(len(upper) - 1, 0))
    return Classes(upper, index)


def _upper_bounds(values: FloatArray, count: int, scheme: str) -> FloatArray:
    thinned = np.sort(values)[np.linspace(0, len(values) - 1, min(len(values), _ENOUGH)).round().astype(int)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed", category=UserWarning)
        classifier = getattr(import_module("mapclassify"), SCHEMES[scheme])
        return np.asarray(np.unique(classifier(thinned, k=count).bins))
