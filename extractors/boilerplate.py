"""Which lines around an article are not the article's: cues from `data/boilerplate.toml`, compared without case or typography."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from extractors.date_words import MONTHS, WEEKDAYS

_TYPOGRAPHY: Final = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00a0": " "}
)
_EDGES: Final = " \t\"'.,:;!?|*_#>-•·»→▶►+()[]{}<=~/\\"
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*|\d+")
_CALENDAR: Final = frozenset(word for name in (*MONTHS, *WEEKDAYS) for word in (name.lower(), name[:3].lower(), name[:4].lower()))
_SMALL_WORDS: Final = frozenset({"on", "at", "the", "of", "and", "st", "nd", "rd", "th"})
MOST_BYLINE_WORDS: Final = 16
MOST_STAMP_TOKENS: Final = 24
_BY: Final = re.compile(r"^\W{0,3}by\b[\s:|]", re.IGNORECASE)
_STAMPED: Final = re.compile(r"\d")
_CONTRIBUTED: Final = re.compile(r"\bcontributed(?: to this \w+| reporting)?(?: from [\w ,]{1,60})?\.?$", re.IGNORECASE)
_URL: Final = re.compile(r"^\W{0,3}(?:https?://|www\.)\S+\W*$", re.IGNORECASE)
_HANDLE: Final = re.compile(r"^\W{0,3}@\w{2,30}\W*$|^\S{1,60}@\S{1,60}\.\w{2,10}$")
_COUNTER: Final = re.compile(r"\d[\d.,]*k?")


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The cues, loaded once."""

    whole: frozenset[str]
    starts: tuple[str, ...]
    start_words: int
    short_starts: tuple[str, ...]
    short_words: int
    contains: tuple[str, ...]
    contains_words: int
    ends: frozenset[str]
    related: frozenset[str]
    stamp_words: frozenset[str]
    agencies: dict[str, str]


@cache
def load_boilerplate() -> Boilerplate:
    """Return the cues that ship with the package."""
    data = tomllib.loads(files("extractors").joinpath("data/boilerplate.toml").read_text(encoding="utf-8"))
    return Boilerplate(
        whole=frozenset(data["whole"]),
        starts=tuple(data["starts"]),
        start_words=data["start_words"],
        short_starts=tuple(data["short_starts"]),
        short_words=data["short_words"],
        contains=tuple(data["contains"]),
        contains_words=data["contains_words"],
        ends=frozenset(data["ends"]),
        related=frozenset(data["related"]),
        stamp_words=frozenset(data["stamp_words"]),
        agencies={str(name): str(short) for name, short in data["agencies"].items()},
    )


def fold(line: str) -> str:
    """Return a line as cues are compared: lower case, plain quotes and dashes, single spaces."""
    return " ".join(line.translate(_TYPOGRAPHY).lower().split())


def bare(line: str) -> str:
    """Return a folded line without marks at its ends, its numbers as 0."""
    return _COUNTER.sub("0", fold(line)).strip(_EDGES)


def is_boilerplate(line: str) -> bool:
    """Tell whether a line by itself is something around an article: a button, a notice, a credit, a link to another story."""
    cues = load_boilerplate()
    core = bare(line)
    if not core or core in cues.whole or _URL.match(line) or _HANDLE.match(line):
        return True
    low = fold(line)
    opened = low.lstrip("*_#> \"'([")
    count = low.count(" ") + 1
    return bool(
        (count <= cues.start_words and (low.startswith(cues.starts) or opened.startswith(cues.starts)))
        or (count <= cues.short_words and (low.startswith(cues.short_starts) or opened.startswith(cues.short_starts)))
        or (count <= cues.contains_words and any(cue in low for cue in cues.contains))
        or (count <= cues.start_words and _CONTRIBUTED.search(low[-120:]) is not None)
    )


def is_stamp(line: str, *, bare_dates: bool = True) -> bool:
    """Tell whether a line says nothing but when: `Wed, Apr 02 | 1:34 pm`, `Updated 3 hours ago`.

    Without `bare_dates` a line of only a date is none: within an article it heads an entry of a chronicle.
    """
    if len(line) > 200 or not _STAMPED.search(line):
        return False
    words = load_boilerplate().stamp_words
    tokens = _TOKEN.findall(fold(line))
    letters = [token for token in tokens if not token.isdecimal()]
    if len(tokens) > MOST_STAMP_TOKENS or not all(token in words or token in _CALENDAR for token in letters):
        return False
    if not bare_dates and all(token in _CALENDAR or token in _SMALL_WORDS for token in letters):
        return False
    return bool(letters) or len(tokens) > 1


def is_byline(line: str) -> bool:
    """Tell whether a line names who wrote: `By Jane Doe`, `by | Apr 2, 2025 | 0 comments`; meant for the head of a page."""
    if not _BY.match(line) or len(line.split()) > MOST_BYLINE_WORDS or line.rstrip().endswith((".", "?", "!", ":")):
        return False
    rest = _BY.sub("", line.strip(), count=1)
    words = re.findall(r"[^\W\d_]+", rest)
    allowed = (
        load_boilerplate().stamp_words
        | _CALENDAR
        | {"for", "in", "with", "correspondent", "editor", "reporter", "staff", "political", "diplomatic", "chief"}
    )
    capital = len([word for word in words if word[0].isupper() or word.lower() in allowed])
    return capital >= 0.7 * len(words)  # names with a particle or a job in between


def is_end(line: str) -> bool:
    """Tell whether a line opens the comments of a page."""
    return bare(line) in load_boilerplate().ends


def is_related(line: str) -> bool:
    """Tell whether a line opens a list of other stories."""
    return bare(line) in load_boilerplate().related


def find_agency(text: str, *, paragraphs: list[str], byline: str) -> str:
    """Return the short name of the news agency that a text credits, empty if none.

    Looked for, in this order: a dateline `PLACE (AP)`, the byline, a last line `With AFP` or `Source: dpa`, `told Reuters`.
    """
    cues = load_boilerplate()
    names = "|".join(re.escape(name) for name in sorted(cues.agencies, key=len, reverse=True))
    first, last = (paragraphs[0][:120], paragraphs[-1][-200:]) if paragraphs else ("", "")
    for pattern, where in (
        (rf"^[^.!?]{{0,60}}\(\s?({names})\s?\)|^[^.!?]{{2,60}}[-—–]\s?\(?({names})\)?\s?[-—–]", first),
        (rf"^[^!?]{{0,60}}/\s?({names})\s?/", first),
        (rf"(?<![\w-])({names})(?![\w-])", byline),
        (rf"(?:\bwith|source:?|^\(?|/)\s?(?:the )?({names})(?:\b[^.]{{0,60}}(?:wires?|contributed)|\)?$)", last),
        (rf"\btold (?:the )?({names})(?![\w-])", text),
    ):
        found = re.search(pattern, where, re.IGNORECASE)
        if found is not None:
            return cues.agencies[str(next(name for name in found.groups() if name is not None)).lower()]
    return ""
