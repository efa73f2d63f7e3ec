"""Time expressions of an English text and the days they mean, seen from the document's own day.

Pure: a function of the text and the anchor, no clock. It knows nothing of actors or events. `extractors.date_words` holds the
shapes, `date_explicit` and `date_relative` what they mean, `date_tense` whether a clause looks ahead.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from extractors import date_explicit as explicit
from extractors import date_relative as relative
from extractors.date_calendar import make_day
from extractors.date_reading import Context, DateKind, DateMention, Reading, make_mention
from extractors.date_relative import resolve_weekday
from extractors.date_words import parser, rules_by_word
from vocabulary.words import DatePrecision

__all__ = ["DateKind", "DateMention", "find_dates", "resolve_weekday"]

_LIST_JOINTS: Final = (", ", " and ", ", and ", " or ", " to ", " until ")
_ENDS_IN_YEAR: Final = re.compile(r"\d{4}$")
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_READERS: Final[dict[str, Callable[[re.Match[str], Context], Reading | None]]] = {
    "iso": explicit.read_iso,
    "slashed": explicit.read_numeric,
    "dotted": explicit.read_numeric,
    "span_days": explicit.read_day_span,
    "days_month": explicit.read_days,
    "month_days": explicit.read_days,
    "day_month": explicit.read_day,
    "month_day": explicit.read_day,
    "dated_weekday": explicit.read_dated_weekday,
    "week_of_day": explicit.read_week_of_day,
    "nth_week": explicit.read_nth_week,
    "months": explicit.read_months,
    "month_year": explicit.read_month_year,
    "month": explicit.read_month,
    "quarter": explicit.read_quarter,
    "short_quarter": explicit.read_short_quarter,
    "season": explicit.read_season,
    "decade": explicit.read_decade,
    "years": explicit.read_years,
    "year": explicit.read_year,
    "weekdays": relative.read_weekdays,
    "weekday": relative.read_weekday,
    "far_day": relative.read_far_day,
    "today": relative.read_today,
    "this_part": relative.read_this_part,
    "weekend": relative.read_weekend,
    "running": relative.read_running,
    "period": relative.read_period,
    "same_day": relative.read_same_day,
    "adjacent_day": relative.read_adjacent_day,
    "shifted": relative.read_shifted,
    "ahead": relative.read_ahead,
    "vague_shift": relative.read_vague_shift,
    "vague": relative.read_vague,
}


def find_dates(text: str, anchor: date) -> list[DateMention]:
    """Return the time expressions of `text` in text order, none overlapping another, the longest where several fit.

    `anchor` is the document's day. A mention whose words give no days (in recent weeks, 31 February, the next day with no date
    before it) is kept with precision NONE; words that are no time expression (may, march, 2,000) give no mention.
    """
    rules = rules_by_word()
    context = Context(text, anchor)
    done = 0
    for word in _WORD.finditer(text):
        names = rules.get(first := word[0])
        if names is None:
            if not "0" <= first[0] <= "9":
                continue
            names = rules["digit"]
        start = word.start()
        if start < done or _is_inside_word(text, start):
            continue
        mention = _read(names, start, context)
        if mention is not None:
            _share_year(mention, context)
            context.found.append(mention)
            done = mention.span.end
    return context.found


def _read(names: Sequence[str], start: int, context: Context) -> DateMention | None:
    """Return the mention that the first fitting rule of `names` reads at `start`; None where the words around say that it is none."""
    for name in names:
        if parts := parser(name).match(context.text, start):
            context.start, context.end = parts.span()
            reading = _READERS[name](parts, context)
            return None if reading is None else make_mention(context, reading)
    return None


def _share_year(mention: DateMention, context: Context) -> None:
    """Give the year of the last date of a list to those before it: 16 May, 2 June and 23 July 2025."""
    day = mention.date.starts_on
    if day is None or mention.kind is not DateKind.CALENDAR or not _ENDS_IN_YEAR.search(mention.date.raw):
        return
    end = mention.span.start
    for i in range(len(context.found) - 1, -1, -1):
        earlier = context.found[i]
        first = earlier.date.starts_on
        listed = context.text[earlier.span.end : end] in _LIST_JOINTS
        if not listed or first is None or earlier.kind is not DateKind.CALENDAR or _ENDS_IN_YEAR.search(earlier.date.raw):
            return
        if earlier.date.precision is not DatePrecision.DAY:
            return
        moved = make_day(day.year - ((first.month, first.day) > (day.month, day.day)), first.month, first.day)
        if moved is None:
            return
        date_then = earlier.date.model_copy(update={"starts_on": moved.first, "ends_on": moved.last})
        context.found[i] = replace(earlier, date=date_then)
        end = earlier.span.start


def _is_inside_word(text: str, start: int) -> bool:
    """Tell whether the run of plain letters and digits at `start` goes on a word that has others before it."""
    return start > 0 and text[start - 1].isalnum()
