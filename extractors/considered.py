"""What was considered in a text and not taken: candidates that came near to being positions, and what spoke against them."""

from dataclasses import dataclass

from extractors.candidates import Candidate, Scenes
from extractors.facts import FactFinder
from extractors.judge import Judge
from extractors.lexicon import Lexicon
from extractors.ruled_out import Grammar

NEAR = 0.5  # of the threshold; what is less likely was never near


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An actor and an issue in one sentence, of which no position was made."""

    actor: str
    issue: str
    start: int
    end: int
    """Characters of the sentence in the stored text."""
    probability: float
    threshold: float
    why: str
    """`unlikely` (under the threshold), `grammar` (ruled out) or `merged` (another position says it, or no words show it)."""
    against: tuple[str, ...]
    """The facts that weighed most against it, as trails name them."""


@dataclass(frozen=True, slots=True)
class Considered:
    """The sentences of a text and the near misses in them."""

    sentences: tuple[tuple[int, int], ...]
    missed: tuple[NearMiss, ...]


def find_near_misses(
    scenes: Scenes, finder: FactFinder, judge: Judge, lexicon: Lexicon, taken: set[tuple[str, str, int]]
) -> list[tuple[Candidate, float, str, tuple[str, ...]]]:
    """Return (candidate, probability, why, facts against) of candidates near the threshold or above it that are not among `taken`.

    `taken` holds actor, issue and number of the sentence of each position.
    """
    grammar = Grammar(scenes, finder, lexicon)
    candidates = [one for one in scenes.candidates() if (one.actor, one.issue.id, one.scene.index) not in taken]
    facts = [finder.facts_of(one) for one in candidates]
    rates = judge.rate([(one,) for one in facts])
    near = [number for number, rate in enumerate(rates) if rate >= NEAR * judge.threshold]
    against = judge.tell_against([facts[number] for number in near])
    found = []
    for number, told in zip(near, against, strict=True):
        rate = float(rates[number])
        why = "grammar" if grammar.rules_out(candidates[number]) else "merged" if rate >= judge.threshold else "unlikely"
        found.append((candidates[number], rate, why, told))
    return found
