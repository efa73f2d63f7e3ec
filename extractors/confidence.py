"""Confidence: how often a position found in this way holds, from marks that the weights were fitted to.

Logistic regression over a few facts of the way in which it was found; none of them names an actor, an issue or a word of a watch.
The weights are data (`data/confidence.toml`), written by `benchmarks/calibrate_confidence.py` together with what they were fitted to.
"""

import math
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from vocabulary.words import Attribution, Stance

FAR_TOKENS = 8
NEAR_TOKENS = 3
LOWEST, HIGHEST = 0.02, 0.98


@lru_cache(maxsize=1)
def load_weights() -> Mapping[str, float]:
    """Read the weights that ship with the package."""
    raw = tomllib.loads(files("extractors").joinpath("data/confidence.toml").read_text(encoding="utf-8"))
    return {str(name): float(weight) for name, weight in raw["weights"].items()}


def trail_of(*, rule: str, cue: str, kind: str, cue_words: int, distance: int) -> str:
    """Return the trail of a position: the rules that made it and the facts that its confidence rests on, parted by blanks."""
    return f"{rule.replace(' ', '_')} cue:{cue.replace(' ', '_')} holder:{kind} words:{cue_words} distance:{distance}"


def features_of(trail: str, *, stance: Stance, attribution: Attribution) -> list[str]:
    """Return the facts on which a confidence rests, as names of weights."""
    parts = trail.split()
    facts = dict(part.rsplit(":", 1) for part in parts[2:] if ":" in part)
    rule, _, word = parts[0].partition(":")
    words, distance = int(facts.get("words", 1)), int(facts.get("distance", 0))
    return [
        "bias",
        f"rule_{rule}",
        f"word_{word}" if word else "word_none",
        f"holder_{facts.get('holder', 'none')}",
        f"stance_{stance}",
        f"attribution_{attribution}",
        f"cue_words_{min(words, 3)}" if parts[1] != "cue:it" else "cue_back",
        "near" if distance <= NEAR_TOKENS else "far" if distance > FAR_TOKENS else "middle",
    ]


def confidence_of(trail: str, *, stance: Stance, attribution: Attribution) -> float:
    """Return the estimated share of such positions that hold, between 0.02 and 0.98."""
    weights = load_weights()
    total = sum(weights.get(name, 0.0) for name in features_of(trail, stance=stance, attribution=attribution))
    return round(min(max(1 / (1 + math.exp(-total)), LOWEST), HIGHEST), 3)
