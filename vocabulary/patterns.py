"""The grammar of cue patterns: the text of a pattern to its elements.

The language is described at `vocabulary.watch.Cue`. Knows text only: which tokens an element fits is told in `extractors.patterns`,
which actors there are in `vocabulary.watch_checks`.
"""

from dataclasses import dataclass
from functools import lru_cache

ANY_ACTOR = "any"


@dataclass(frozen=True, slots=True)
class PatternElement:
    """One place of a pattern: alternatives of words (lower case, `_` for a blank) and of actor ids, or a gap."""

    words: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    optional: bool = False
    gap: bool = False


@lru_cache(maxsize=4096)
def parse_pattern(text: str) -> tuple[PatternElement, ...]:
    """Return the elements of a pattern, at least one and the first no gap; raises ValueError with what is wrong."""
    elements = tuple(_parse_element(part, text) for part in text.split())
    if not elements:
        raise ValueError(f"pattern {text!r} is empty: write a word, or leave it out")
    if elements[0].gap:
        raise ValueError(f"pattern {text!r} starts with a gap: begin with a word or an actor")
    return elements


def _parse_element(part: str, text: str) -> PatternElement:
    if part == "*":
        return PatternElement(gap=True)
    body = part.removesuffix("?")
    if "?" in body or "*" in body:
        raise ValueError(f"pattern {text!r} has {part!r}: `?` stands at the end of an element, `*` alone")
    choices = body.split("|")
    for choice in choices:
        if not choice.removeprefix("@").strip("_"):  # `_` alone would be a phrase of no words
            raise ValueError(f"pattern {text!r} has an empty alternative in {part!r}: write a word or an actor between the bars")
    return PatternElement(
        words=tuple(choice.lower() for choice in choices if not choice.startswith("@")),
        actors=tuple(choice[1:] for choice in choices if choice.startswith("@")),
        optional=body != part,
    )
