"""The learned judge: which candidates hold a position, which stance it is, and how sure that is.

Boosted trees over the facts of `extractors.facts` say whether there is a position; a multinomial logistic regression over those and
the facts of `extractors.stance_facts` says which stance; a logistic curve makes one confidence of both. The weights are data
(`data/judge.npz`, with `data/judge.toml` saying what they were learned from and how well they do), written by `training/train.py`.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from extractors.facts import FactParts, Facts
from extractors.trees import Floats, Forest
from vocabulary.words import Stance

LOWEST, HIGHEST = 0.02, 0.98
_SHOWN_FACTS = 4


@dataclass(frozen=True, slots=True)
class Judge:
    """What was learned, ready to be asked."""

    facts: tuple[str, ...]
    """Columns of the trees."""
    forest: Forest
    stance_facts: tuple[str, ...]
    stance_weights: Floats
    """Shape (stance facts, stances)."""
    stance_bias: Floats
    stances: tuple[Stance, ...]
    trust: float
    """Added to the score (log of the odds) of the stance that the rules propose."""
    curve: Floats
    """Bias, weight of the log-odds of a position, weight of the log-odds of the stance."""
    threshold: float
    """Probability from which a candidate is taken for a position: the best F1 on held-out articles."""
    version: str
    _columns: Mapping[str, int]
    _stance_rows: Mapping[str, int]

    def rate(self, candidates: Sequence[FactParts]) -> Floats:
        """Return for each candidate the probability that it holds a position; shape (n,)."""
        return 1 / (1 + np.exp(-self.forest.sums(self._rows(candidates)))) if candidates else np.zeros(0)

    def rate_stances(self, facts: Iterable[tuple[str, float]], proposed: Stance | None) -> Floats:
        """Return the probability of each stance, in the order of `stances`; what the rules propose is trusted more than the facts say."""
        known = [(self._stance_rows[name], value) for name, value in facts if name in self._stance_rows]
        scores = self.stance_bias.copy()
        if known:
            rows, values = zip(*known, strict=True)
            scores += np.asarray(values) @ self.stance_weights[list(rows)]
        if proposed is not None:
            scores[self.stances.index(proposed)] += self.trust
        odds: Floats = np.exp(scores - scores.max())
        shares: Floats = odds / odds.sum()
        return shares

    def confidence(self, position: float, stance: float) -> float:
        """Return how often a position with these two probabilities holds, stance included; between 0.02 and 0.98."""
        bias, of_position, of_stance = self.curve
        total = bias + of_position * _log_odds(position) + of_stance * _log_odds(stance)
        return round(float(np.clip(1 / (1 + np.exp(-total)), LOWEST, HIGHEST)), 3)

    def tell(self, candidates: Sequence[Facts]) -> list[str]:
        """Return for each candidate the facts that weigh most for and against a position, strongest first: `+P:subject_1 -S:question`."""
        if not candidates:
            return []
        added = self.forest.contributions(self._rows([(facts,) for facts in candidates]))
        order = np.argsort(-np.abs(added), axis=1, kind="stable")[:, :_SHOWN_FACTS]
        return [
            " ".join(f"{'+' if row[i] > 0 else '-'}{self._said(facts, int(i))}" for i in loudest if row[i])
            for facts, row, loudest in zip(candidates, added, order, strict=True)
        ]

    def tell_against(self, candidates: Sequence[Facts]) -> list[tuple[str, ...]]:
        """Return for each candidate the facts that weigh most against a position, the heaviest first, as `tell` writes them."""
        if not candidates:
            return []
        added = self.forest.contributions(self._rows([(facts,) for facts in candidates]))
        order = np.argsort(added, axis=1, kind="stable")[:, :_SHOWN_FACTS]
        return [
            tuple(f"-{self._said(facts, int(i))}" for i in heaviest if row[i] < 0)
            for facts, row, heaviest in zip(candidates, added, order, strict=True)
        ]

    def _said(self, candidate: Facts, column: int) -> str:
        """Return the name of a fact; with `no_` before it where what counts is that it does not hold."""
        name = self.facts[column].replace(" ", "_")
        return name if candidate.get(self.facts[column]) else f"no_{name}"

    def _rows(self, candidates: Sequence[FactParts]) -> NDArray[np.float32]:
        """Return the trees' columns of each candidate; a part that several share is looked up once."""
        nowhere = len(self.facts)  # a last column for facts that no tree asks for
        columns: list[int] = []
        values: list[float] = []
        place_of: dict[int, slice] = {}
        for part in chain.from_iterable(candidates):
            if id(part) not in place_of:
                place_of[id(part)] = slice(len(values), len(values) + len(part))
                columns.extend(map(self._columns.get, part, repeat(nowhere)))
                values.extend(part.values())
        places = [place_of[id(part)] for part in chain.from_iterable(candidates)]
        lengths = [sum(map(len, parts)) for parts in candidates]
        at, of = np.array(columns, dtype=np.intp), np.array(values, dtype=np.float32)
        rows = np.zeros((len(candidates), nowhere + 1), dtype=np.float32)
        filled = np.repeat(np.arange(len(candidates)), lengths), np.concatenate([at[place] for place in places])
        rows[filled] = np.concatenate([of[place] for place in places])
        return rows


def _log_odds(probability: float) -> float:
    kept = min(max(probability, 1e-4), 1 - 1e-4)
    return float(np.log(kept / (1 - kept)))


@lru_cache(maxsize=1)
def load_judge() -> Judge:
    """Read the judge that ships with the package."""
    return read_judge(files("extractors").joinpath("data/judge.npz").read_bytes())


def read_judge(content: bytes) -> Judge:
    """Read a judge as `training/train.py` writes it; its version is a hash of the bytes."""
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        facts = tuple(str(name) for name in arrays["facts"])
        stance_facts = tuple(str(name) for name in arrays["stance_facts"])
        return Judge(
            facts=facts,
            forest=Forest(
                fact=arrays["fact"],
                threshold=arrays["threshold"],
                left=arrays["left"],
                right=arrays["right"],
                value=arrays["value"],
                roots=arrays["roots"],
                depth=int(arrays["depth"]),
            ),
            stance_facts=stance_facts,
            stance_weights=arrays["stance_weights"].astype(np.float64),
            stance_bias=arrays["stance_bias"].astype(np.float64),
            stances=tuple(Stance(str(name)) for name in arrays["stances"]),
            trust=float(arrays["trust"]),
            curve=arrays["curve"],
            threshold=float(arrays["position_threshold"]),
            version=hashlib.sha256(content).hexdigest()[:8],
            _columns={name: number for number, name in enumerate(facts)},
            _stance_rows={name: number for number, name in enumerate(stance_facts)},
        )
