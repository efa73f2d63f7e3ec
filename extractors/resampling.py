"""How far figures of a marked set may lie from what other documents of the kind would give: percentile intervals of the bootstrap.

Whole documents are drawn, with replacement, as many as there are (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
chapter 13): what one article holds is not independent, so marks must not be drawn one by one. A figure is worked out anew from the sums
of each document's counts, never from the texts, which makes a thousand draws a product of two small matrices.
"""

import random
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from vocabulary.documents import Record

Matrix = NDArray[np.float64]
Statistic = Callable[[Matrix], Matrix]
RESAMPLES = 1000
SEED = 20250224  # any number does; it is fixed so that two runs print the same
LEVEL = 0.95


class Interval(Record):
    """Between which numbers a figure lay in 95 of 100 draws."""

    low: float = Field(ge=0, le=1, description="2.5 of 100 draws gave less")
    high: float = Field(ge=0, le=1, description="2.5 of 100 draws gave more")

    def __str__(self) -> str:
        return f"[{self.low:.2f}, {self.high:.2f}]"


def draw(documents: int, *, resamples: int = RESAMPLES, seed: int = SEED) -> Matrix:
    """Return how often each document is in each draw: resamples x documents.

    Python's `random.random()` gives the same numbers in every release, which numpy does not promise.
    """
    uniform = random.Random(seed).random
    weights = np.zeros((resamples, documents))
    for row in weights:
        drawn = [int(uniform() * documents) for _ in range(documents)]
        row[:] = np.bincount(drawn, minlength=documents)
    return weights


def bootstrap(statistic: Statistic, counts: Sequence[Sequence[int]], weights: Matrix) -> Interval | None:
    """Return the interval of a figure; `counts` has a row per document. None where there is no figure, or one document only.

    Draws in which the figure says nothing, as recall where nothing is marked, are left out.
    """
    if len(counts) < 2:
        return None
    values = statistic(weights @ np.asarray(counts, dtype=np.float64))
    values = values[~np.isnan(values)]
    if not values.size:
        return None
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(low=float(low), high=float(high))


# Statistics take one row of sums per draw, found and marked, found only, marked only, and give NaN where a figure says nothing.


def precision(sums: Matrix) -> Matrix:
    """Return the share of what was found that is marked."""
    return _ratio(sums[:, 0], sums[:, 0] + sums[:, 1])


def recall(sums: Matrix) -> Matrix:
    """Return the share of what is marked that was found."""
    return _ratio(sums[:, 0], sums[:, 0] + sums[:, 2])


def f1(sums: Matrix) -> Matrix:
    """Return the harmonic mean of precision and recall."""
    return _ratio(2 * sums[:, 0], 2 * sums[:, 0] + sums[:, 1] + sums[:, 2])


def macro_f1(sums: Matrix) -> Matrix:
    """Return the mean F1 of the labels that are marked; `sums` has three columns for each label."""
    labels = sums.reshape(len(sums), -1, 3)
    is_marked = labels[:, :, 0] + labels[:, :, 2] > 0
    each = f1(labels.reshape(-1, 3)).reshape(is_marked.shape)
    return _ratio(np.where(is_marked, each, 0).sum(axis=1), is_marked.sum(axis=1))


def _ratio(part: Matrix, whole: Matrix) -> Matrix:
    shares: Matrix = np.full(part.shape, np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares
