"""Intervals of the bootstrap: by hand on two documents, and on made-up sets."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from extractors.resampling import bootstrap, draw, f1, macro_f1, precision, recall

# of seed 1 the first numbers are 0.134, 0.847; 0.764, 0.255; 0.495, 0.449; 0.652, 0.789: below a half is the first of two documents
DRAWN_OF_SEED_1 = [[1, 1], [1, 1], [2, 0], [0, 2]]
# found and marked, found only, marked only
TWO_DOCUMENTS = [(1, 0, 1), (3, 1, 0)]
# per label three columns: the first document has only the first label, and right; the second has both, and takes one for the other
TWO_LABELS = [(2, 0, 0, 0, 0, 0), (1, 1, 0, 0, 0, 1)]


def between(values: list[float]) -> tuple[float, float]:
    """Return the 2.5th and the 97.5th of a hundred of four values: 0.075 of the way up from the least, and as far down from the most."""
    first, second, third, last = sorted(values)
    return first + 0.075 * (second - first), last - 0.075 * (last - third)


def test_draws_are_those_of_the_seed() -> None:
    assert draw(2, resamples=4, seed=1).tolist() == DRAWN_OF_SEED_1


@pytest.mark.parametrize(
    ("statistic", "counts", "of_each_draw"),
    [
        # both: tp 4, fp 1, fn 1; the first twice: 2, 0, 2; the second twice: 6, 2, 0
        pytest.param(f1, TWO_DOCUMENTS, [0.8, 0.8, 2 / 3, 6 / 7], id="f1"),
        pytest.param(precision, TWO_DOCUMENTS, [0.8, 0.8, 1.0, 0.75], id="precision"),
        pytest.param(recall, TWO_DOCUMENTS, [0.8, 0.8, 0.5, 1.0], id="recall"),
        # both: labels 6/7 and 0; the first twice: its one label 1; the second twice: labels 4/6 and 0
        pytest.param(macro_f1, TWO_LABELS, [3 / 7, 3 / 7, 1.0, 1 / 3], id="macro_f1"),
    ],
)
def test_an_interval_by_hand(statistic: Callable[..., Any], counts: list[tuple[int, ...]], of_each_draw: list[float]) -> None:
    found = bootstrap(statistic, counts, draw(2, resamples=4, seed=1))
    assert found is not None
    assert (found.low, found.high) == pytest.approx(between(of_each_draw))


def test_draws_that_say_nothing_are_left_out() -> None:
    found = bootstrap(recall, [(1, 0, 3), (0, 5, 0)], np.array([[2, 0], [1, 1], [0, 2]]))
    assert found is not None
    assert (found.low, found.high) == (0.25, 0.25)


@pytest.mark.parametrize(
    ("statistic", "counts"),
    [
        pytest.param(f1, [(1, 1, 1)], id="one_document"),
        pytest.param(f1, [], id="no_document"),
        pytest.param(f1, [(0, 0, 0), (0, 0, 0)], id="nothing_marked_or_found"),
        pytest.param(macro_f1, [(0,) * 6, (0,) * 6], id="no_pairs"),
    ],
)
def test_where_there_is_no_interval(statistic: Callable[..., Any], counts: list[tuple[int, ...]]) -> None:
    assert bootstrap(statistic, counts, draw(len(counts))) is None


def test_each_draw_has_as_many_documents_as_there_are() -> None:
    weights = draw(17)
    assert weights.shape == (1000, 17)
    assert set(weights.sum(axis=1)) == {17}
    assert abs(weights.mean(axis=0) - 1).max() < 0.2  # no document is drawn more often than another


@pytest.mark.parametrize("statistic", [f1, precision, recall, macro_f1])
@pytest.mark.parametrize("seed", range(5))
def test_an_interval_holds_its_figure_and_narrows_with_more_documents(statistic: Callable[..., Any], seed: int) -> None:
    chance = random.Random(seed)
    columns = 15 if statistic is macro_f1 else 3
    counts = [tuple(chance.randrange(4) for _ in range(columns)) for _ in range(20)]
    few, many = bootstrap(statistic, counts, draw(20)), bootstrap(statistic, counts * 9, draw(180))
    assert few is not None
    assert many is not None
    figure = statistic(np.array([np.sum(counts, axis=0)], dtype=float))[0]
    assert few.low < many.low < figure < many.high < few.high
