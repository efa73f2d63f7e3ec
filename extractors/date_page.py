"""Full dates in the source of a page or in a date line: those that cannot be, and whether a page writes a day at all.

A reader of metadata that is given `31 February 2025` may answer with 1 February. This knows strings; what the date of an article is, is
for `extractors.text` and `extractors.plain_text` to say.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from extractors.date_calendar import make_day
from extractors.date_words import MONTH_NUMBERS, MONTHS

YEAR_DIGITS: Final = 4
DAY_DIGITS: Final = 2
_MONTH: Final = rf"(?:{'|'.join(MONTHS)}|Sept|{'|'.join(name[:3] for name in MONTHS)})"
_ORDINAL: Final = r"(?:st|nd|rd|th)?"
_SPACE: Final = r"\s\u00a0"
# A full date: numbers with one kind of sign between them, or the month in letters within or before them. It begins with a digit and with
# nothing else, and most digits are dismissed by the sign behind them, so that long pages are passed over quickly.
_FULL: Final = re.compile(
    r"(?P<first>\d\d{0,3}+)(?=[-/._,\s\u00a0snrt])(?:(?P<sign>[-/._])(?P<second>\d{1,2})(?P=sign)(?P<third>\d{1,4})"
    rf"|{_ORDINAL}\.?[-{_SPACE}](?:of[{_SPACE}])?(?P<month>{_MONTH})[,.]?[-{_SPACE}](?P<year>\d{{4}})"
    rf"|{_ORDINAL},?[{_SPACE}](?P<last>\d{{4}}))(?!\d)",
    re.IGNORECASE | re.ASCII,  # of all signs that look like a letter only the letter, so that a name that fits is a month's
)
_MONTH_BEFORE: Final = re.compile(rf"(?<![A-Za-z])(?P<month>{_MONTH})\.?[{_SPACE}]$", re.IGNORECASE | re.ASCII)
_LONGEST_MONTH: Final = len(" September. ")
# A month as the whole of an attribute that should hold a day: what comes after the attribute's name, and that name. Looked for from the
# sign between them, which is rarer in a page than any letter.
_MONTH_ONLY: Final = re.compile(r"""(=\s{0,5}(["']))\s{0,5}(?:\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4})\s{0,5}(?=\2)""")
_DAY_ATTRIBUTE: Final = re.compile(r"\b(?:content|datetime)\s{0,5}\Z", re.IGNORECASE)
_LONGEST_ATTRIBUTE: Final = len("datetime") + 5
_GAP: Final = r"(?:[\s-]|&nbsp;|&#160;){1,4}"
_LONGEST_DAY: Final = 2 + 2 + 1 + 2 + 2 * len("&nbsp;" * 4)  # `02nd.`, a gap, `of`, a gap


def hide_impossible(html: str) -> str:
    """Return the source without the numbers of full dates that are none of the calendar and without months where a day should stand."""
    return _MONTH_ONLY.sub(_hide_month, _FULL.sub(lambda found: "" if _days_of(found) == [] else found[0], html))


def _hide_month(found: re.Match[str]) -> str:
    start = found.start()
    return found[1] if _DAY_ATTRIBUTE.search(found.string, max(0, start - _LONGEST_ATTRIBUTE), start) else found[0]


def is_written(day: date, text: str) -> bool:
    """Tell whether a text gives this very day in full, in one of the forms of English pages or as a time stamp."""
    forms = _forms_of(day)
    if any(form.search(text) for form in forms.plain):
        return True
    for found in forms.after_name.finditer(text):
        start = found.start()
        if found["day"] or forms.before_name.search(text, max(0, start - _LONGEST_DAY), start):
            return True
    return False


class _Forms(NamedTuple):
    """The forms of one day. Each begins with digits or with a letter that are always the same: so they are searched for quickly."""

    plain: tuple[re.Pattern[str], ...]
    """In numbers alone."""
    after_name: re.Pattern[str]
    """The name of the month and the year, with the `day` between them or without."""
    before_name: re.Pattern[str]
    """The day, where the name of the month begins at the end of what is searched."""


@lru_cache(64)
def _forms_of(day: date) -> _Forms:
    """Return the forms of `day`; the pages of a run are from a few days."""
    y, m, d = f"{day.year:04}", f"0?{day.month}", f"0?{day.day}"
    orders = "|".join(
        rf"{first}(?<!\d{first})[-/.]{second}" for number, second in ((day.day, m), (day.month, d)) for first in (f"{number}", f"0{number}")
    )
    full = MONTHS[day.month - 1]
    initial = f"{full[0]}{full[0].lower()}{'ſ' if full[0] == 'S' else ''}"  # the long s is an s where case does not count
    name = f"(?-i:[{initial}])(?:{full[1:]}|{full[1:3]}t?)"  # t: Sept
    return _Forms(
        plain=(
            re.compile(rf"{y}(?<!\d{y})(?:[-/._]{m}[-/._]{d}(?!\d)|{day:%m%d})"),
            re.compile(rf"(?:{orders})[-/.](?:{y}|{y[2:]})(?!\d)"),
        ),
        after_name=re.compile(rf"{name}(?:(?P<day>\.?{_GAP}{d}{_ORDINAL},?{_GAP})|[,.]?{_GAP}){y}(?!\d)", re.IGNORECASE),
        before_name=re.compile(rf"(?<!\d){d}{_ORDINAL}\.?{_GAP}(?:of{_GAP})?\Z", re.IGNORECASE),
    )


def find_full(text: str) -> Iterator[tuple[int, date | None]]:
    """Yield where the numbers of full dates stand and which days they mean: None where the calendar has none, or two that fit."""
    for found in _FULL.finditer(text):
        if (days := _days_of(found)) is not None:
            yield found.start(), days[0] if len(days) == 1 else None


def _days_of(found: re.Match[str]) -> list[date] | None:
    """Return the days that a match may mean: none, one, or two where day and month could be either way round. None if it is no date."""
    text, start = found.string, found.start()
    first, second, third = found["first"], found["second"], found["third"]
    month = found["month"]
    if found["last"] and (before := _MONTH_BEFORE.search(text[max(0, start - _LONGEST_MONTH) : start])):
        month = before["month"]
    year_first = second is not None and len(first) == YEAR_DIGITS and len(third) < YEAR_DIGITS - 1
    year_last = second is not None and len(third) == YEAR_DIGITS and found["sign"] != "_"
    if text[max(0, start - 1) : start].isdecimal() or (len(first) > DAY_DIGITS and not year_first):
        return None
    if month:
        orders = [(int(found["year"] or found["last"]), MONTH_NUMBERS[month[:3].lower()], int(first))]
    elif year_first:
        orders = [(int(first), int(second), int(third))]
    elif year_last:
        orders = list(dict.fromkeys([(int(third), int(second), int(first)), (int(third), int(first), int(second))]))
    else:
        return None
    days = [made.first for year, number, day in orders if (made := make_day(year, number, day)) is not None]
    return days[:1] if found["sign"] == "." else days  # with dots the day comes first
