"""What made a position, in words for readers: the trail of a position or event, and the facts that it names."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Final

_COUNTED: Final = re.compile(r"^(P:(?:dep|hangs|negated|object|owns|subject)) \d( by)?$")
_FACT: Final = re.compile(r"([+-])(no_)?([A-Z]:.+)")


@lru_cache(maxsize=1)
def _glosses() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("extractors").joinpath("data/glosses.toml").read_text(encoding="utf-8"))


def gloss_fact(name: str) -> str:
    """Return what the fact `name` (`P:subject verb=rule out`) means; the name itself where nothing tells."""
    stem, _, value = name.partition("=")
    known = _glosses()
    counted = _COUNTED.match(stem)
    words = known["facts"].get(counted[1] if counted else stem)
    return words.format(known["values"].get(value, value)) if words else name


def gloss_trail(trail: str) -> list[str]:
    """Return the lines that a trail tells: rule, words of the issue, probability, and for and against it the facts that weighed most.

    What is in no known form is told as it stands.
    """
    return [_gloss_part(part, first=number == 0) for number, part in enumerate(trail.split())]


def gloss_signed(part: str) -> str | None:
    """Return what a signed fact of a trail (`+P:subject_1`, `-no_A:first`) means; None where it is none."""
    found = _FACT.fullmatch(part)
    if found is None:
        return None
    side = "for it" if found[1] == "+" else "against it"
    words = gloss_fact(found[3].replace("_", " "))
    return f"{side}: not so that {words}" if found[2] else f"{side}: {words}"


def _gloss_part(part: str, *, first: bool) -> str:
    if (fact := gloss_signed(part)) is not None:
        return fact
    key, _, value = part.partition(":")
    words = value.replace("_", " ")
    match key:
        case "cue" if value == "sentence_before":
            return "words of the issue: in the sentence before"
        case "cue":
            return f"words of the issue: {words}"
        case "judge":
            return f"probability that it is a position: {value}"
        case "event":
            return f"kind of happening: {words}"
        case "trigger":
            return f"word that tells of it: {words}"
        case "judged":
            return "rule: none; judged by its facts alone"
        case _ if first:
            return f"rule: {part.replace('_', ' ')}"
        case _:
            return part
