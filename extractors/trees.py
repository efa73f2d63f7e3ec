"""Boosted regression trees, evaluated: sums of leaf values over many small trees, with what each fact added.

The trees are grown elsewhere (`training/train.py`); here they are arrays, and a batch of rows walks down all of them at once. The
contributions are those of Saabas (2014): along each path, what the value of a node changes is credited to the fact asked there.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """All nodes of all trees in one set of arrays; a leaf leads to itself."""

    fact: Ints
    """Column that a node asks for; shape (nodes,)."""
    threshold: Floats
    """Up to this a row goes left; shape (nodes,)."""
    left: Ints
    right: Ints
    value: Floats
    """Expected sum at a node; at a leaf what the tree gives."""
    roots: Ints
    """First node of each tree; shape (trees,)."""
    depth: int
    """Steps from a root to the deepest leaf."""

    def sums(self, rows: NDArray[np.float32]) -> Floats:
        """Return the sum over all trees for each row of `rows`, shape (n, columns); shape (n,)."""
        found: Floats = self.value[self._walk(rows)[-1]].sum(axis=1)
        return found

    def contributions(self, rows: NDArray[np.float32]) -> Floats:
        """Return how much each column adds to the sum of each row of `rows`, shape (n, columns); the same shape."""
        added = np.zeros(rows.shape)
        places = np.broadcast_to(np.arange(len(rows))[:, np.newaxis], (len(rows), len(self.roots)))
        for before, after in pairwise(self._walk(rows)):
            np.add.at(added, (places, self.fact[before]), self.value[after] - self.value[before])
        return added

    def _walk(self, rows: NDArray[np.float32]) -> list[NDArray[np.intp]]:
        """Return the nodes at which each row stands in each tree, step by step; shapes (n, trees)."""
        fact, threshold, next_node = _steps_of(self)
        cells = rows.ravel()
        begins = np.arange(len(rows))[:, np.newaxis] * rows.shape[1]
        nodes = np.tile(self.roots.astype(np.intp), (len(rows), 1))
        steps = [nodes]
        for _ in range(self.depth):
            goes_left = cells.take(begins + fact.take(nodes)) <= threshold.take(nodes)
            nodes = next_node.take(2 * nodes + goes_left)
            steps.append(nodes)
        return steps


@lru_cache(maxsize=4)
def _steps_of(forest: Forest) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.intp]]:
    """Return a forest as it is walked fastest: fact and threshold of each node, and its two children side by side, the right one first.

    Rows have single precision, so a threshold may have it too: the last such number that does not lie above it.
    """
    near = forest.threshold.astype(np.float32)
    threshold = np.where(near > forest.threshold, np.nextafter(near, np.float32(-np.inf)), near)
    next_node = np.stack([forest.right, forest.left], axis=1).ravel()
    return forest.fact.astype(np.intp), threshold, next_node.astype(np.intp)
