"""What a rule for time expressions is given and what it gives back; shared by the rule modules and `extractors.dates`."""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from extractors.date_calendar import Days
from extractors.date_tense import is_future
from vocabulary.claims import TextDate, TextSpan
from vocabulary.words import DateBasis, DatePrecision

ANAPHORA_REACH: Final = 600  # characters; a "next day" further than two paragraphs from a date does not mean that date
LOOK_BACK: Final = 40
_GIVEN_NAME: Final = re.compile(r"(?:\b(?:Mrs?|Ms|Miss|Dr|Sir|Lady|Lord|Minister|President|Secretary)\.?|[^.\s]\s{1,3}[A-Z][a-z]{1,30})\s$")


class DateKind(StrEnum):
    """How an expression finds its days."""

    CALENDAR = "calendar"  # names them: 17 February, in March, in 2014
    WEEKDAY = "weekday"  # Thursday, next Monday
    DEICTIC = "deictic"  # counts from the document's day: yesterday, last month, two weeks ago
    ANAPHORIC = "anaphoric"  # counts from the date named before: the next day, a week later
    OFFSET = "offset"  # dates what the words after it tell: "three days after [meeting him]"
    VAGUE = "vague"  # a time without days: in recent weeks; its date is empty


@dataclass(frozen=True, slots=True)
class DateMention:
    """One time expression: where it stands, what days it means, and how it finds them.

    `date.precision` is NONE where the words give no days or impossible ones (31 February). `weekday` (Monday is 0) and
    `future` (what the clause says, None if nothing) are set where `resolve_weekday` was used.
    """

    span: TextSpan
    date: TextDate
    kind: DateKind
    weekday: int | None = None
    future: bool | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A rule's answer: the days, None for impossible or vague ones."""

    days: Days | None
    kind: DateKind
    relative: bool = False
    weekday: int | None = None
    future: bool | None = None
    end: int | None = None  # where the expression ends, if before the end of the match


@dataclass(slots=True)
class Context:
    """The text, the document's day, and the mentions found so far; `start` and `end` move with the scan."""

    text: str
    anchor: date
    start: int = 0
    end: int = 0
    found: list[DateMention] = field(default_factory=list)
    persons: dict[str, bool] = field(default_factory=dict)

    def future(self) -> bool | None:
        """Return whether the clause looks ahead, None where it does not say."""
        return is_future(self.text, self.start, self.end)

    def words_before(self) -> list[str]:
        """Return the words directly before the expression, nearest last, lower case; punctuation parts them."""
        stretch = self.text[max(0, self.start - LOOK_BACK) : self.start].replace("’", "'")
        words = stretch.split()
        if not words or not stretch[-1:].isspace():
            return []
        kept: list[str] = []
        for word in reversed(words):
            if kept and word[-1:] in ",.;:!?)":
                break
            kept.append(word.strip("(\"'“”‘*_-–—").lower())
            if word[-1:] in ",.;:!?)":
                kept[-1] = ""
                break
        return kept[::-1]

    def word_before(self) -> str:
        """Return the word directly before the expression, lower case; empty after punctuation."""
        words = self.words_before()
        return words[-1] if words else ""

    def after(self, length: int = LOOK_BACK) -> str:
        """Return the characters that follow the expression."""
        return self.text[self.end : self.end + length]

    def word_after(self) -> str:
        """Return the next word of the same clause, lower case; empty before punctuation."""
        rest = self.after()
        if not rest[:1].isspace():
            return ""
        words = rest.split(None, 1)
        return words[0].strip("\"'“”‘’,.;:!?)*_").lower() if words else ""

    def is_closed(self) -> bool:
        """Tell whether the clause ends right after the expression."""
        rest = self.after(3).lstrip(' \u00a0*_"”’')
        return not rest or rest[0] in ".,;:!?)—–-\n"

    def has_person(self, name: str) -> bool:
        """Tell whether the text names a person whose name is a month's: Theresa May, Mrs May."""
        if name not in self.persons:
            places = (place.start() for place in re.finditer(rf"{name}\b(?!\s\d)", self.text))
            self.persons[name] = any(_GIVEN_NAME.search(self.text, max(0, at - LOOK_BACK), at) for at in places)
        return self.persons[name]

    def previous(self, *, sentence: bool = False) -> DateMention | None:
        """Return the nearest earlier mention that stands for a day or few, within reach or within the sentence."""
        for mention in reversed(self.found):
            if self.start - mention.span.end > ANAPHORA_REACH:
                return None
            if sentence and any(stop in self.text[mention.span.end : self.start] for stop in (". ", "? ", "! ", "\n")):
                return None
            if mention.date.precision in (DatePrecision.DAY, DatePrecision.RANGE, DatePrecision.WEEK) and _is_short(mention.date):
                return mention
        return None

    def previous_any(self) -> DateMention | None:
        """Return the nearest earlier mention with days, of any length, within reach."""
        for mention in reversed(self.found):
            if self.start - mention.span.end > ANAPHORA_REACH:
                return None
            if mention.date.starts_on is not None:
                return mention
        return None


def make_mention(context: Context, reading: Reading) -> DateMention:
    """Return the mention of text[start:end] that a reading stands for."""
    end = context.end if reading.end is None else reading.end
    raw = context.text[context.start : end]
    days = reading.days
    basis = DateBasis.RELATIVE if reading.relative else DateBasis.EXPLICIT
    if days is None:
        found = TextDate(precision=DatePrecision.NONE, basis=DateBasis.NONE, raw=raw)
    else:
        found = TextDate(starts_on=days.first, ends_on=days.last, precision=days.precision, basis=basis, raw=raw)
    return DateMention(TextSpan(start=context.start, end=end), found, reading.kind, reading.weekday, reading.future)


def _is_short(found: TextDate) -> bool:
    return found.starts_on is not None and found.ends_on is not None and (found.ends_on - found.starts_on).days <= 7
