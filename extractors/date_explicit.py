"""Time expressions that name their days: dates, months, years, quarters, seasons. The year is guessed where it is not said."""

import re
from datetime import date
from typing import Final

from extractors.date_calendar import (
    MONTHS_A_YEAR,
    Days,
    half_of,
    make_day,
    make_range,
    month_of,
    part_of,
    quarter_of,
    season_of,
    shift_days,
    shift_months,
    week_of,
    year_of,
)
from extractors.date_reading import Context, DateKind, Reading
from extractors.date_words import (
    AMBIGUOUS_MONTHS,
    COUNTED,
    MONTH_NUMBERS,
    ORDINALS,
    SEASON_STARTS,
    STRICT_PREPOSITIONS,
    TIME_PREPOSITIONS,
    WEEKDAY_NUMBERS,
    YEAR_DETERMINERS,
    YEAR_PREPOSITIONS,
    parser,
)

NEAR_DAYS: Final = 45  # within this, the nearest year is meant, whatever the tense
BACK_DAYS: Final = 275  # news without a year speaks of the last nine months,
AHEAD_DAYS: Final = 92  # or of the next three
FIRST_YEAR: Final = 1500
LAST_YEAR: Final = 2099
CALENDAR: Final = DateKind.CALENDAR


def read_iso(m: re.Match[str], context: Context) -> Reading | None:
    """Read 2025-03-27."""
    if _is_glued(context):
        return None
    return Reading(_dated(int(m["y"]), int(m["m"]), int(m["d"])), CALENDAR)


def read_numeric(m: re.Match[str], context: Context) -> Reading | None:
    """Read 27/03/2025 and 27.03.2025; a slashed date that could be read both ways gives no days."""
    if _is_glued(context):
        return None
    a, b, year = int(m["a"]), int(m["b"]), int(m["y"])
    if "." in m[0] or a == b or a > MONTHS_A_YEAR:
        return Reading(_dated(year, b, a), CALENDAR)
    return Reading(_dated(year, a, b) if b > MONTHS_A_YEAR else None, CALENDAR)


def read_day(m: re.Match[str], context: Context) -> Reading | None:
    """Read 17 February, February 17, 2025, the 17th of February last year."""
    if _is_glued(context) or (m["d"][0] == "0" and len(m["d"]) == 1):
        return None
    days = _guess_day(m["d"], m["m"], m["y"], m["rel"], context)
    return Reading(days, CALENDAR)


def read_dated_weekday(m: re.Match[str], context: Context) -> Reading | None:
    """Read Thursday, 27 March (2025); the weekday helps to find the year."""
    weekday = WEEKDAY_NUMBERS[m["wd"][:3].lower()]
    return Reading(_guess_day(m["d"] or m["d2"], m["m"] or m["m2"], m["y"], None, context, weekday), CALENDAR)


def read_day_span(m: re.Match[str], context: Context) -> Reading | None:
    """Read 3 May to 7 June; with `and` only after `between`."""
    if _is_glued(context):
        return None
    first, last = _take_day(m["a"]), _take_day(m["b"])
    year = first[2] or last[2]
    start = _guess_day(first[0], first[1], year, None, context)
    if _is_and(m["to"]) and context.word_before() != "between":
        days = _guess_day(first[0], first[1], first[2], None, context)
        return Reading(days, CALENDAR, end=m.end("a"))
    if start is None:
        return Reading(None, CALENDAR)
    end = _dated(int(last[2]) if last[2] else start.first.year, _month(last[1]), _number(last[0]))
    if end is not None and end.first < start.first and not last[2]:
        end = _dated(start.first.year + 1, _month(last[1]), _number(last[0]))
    elif end is not None and end.first < start.first and not first[2]:
        start = _dated(end.first.year - 1, _month(first[1]), _number(first[0]))
    return Reading(None if end is None or start is None else make_range(start.first, end.last), CALENDAR)


def read_days(m: re.Match[str], context: Context) -> Reading | None:
    """Read 15-16 March, March 15 and 16, 2025."""
    if _is_glued(context):
        return None
    first = _guess_day(m["d1"], m["m"], m["y"], None, context)
    last = _guess_day(m["d2"], m["m"], m["y"], None, context)
    if first is None or last is None:
        return Reading(None, CALENDAR)
    return Reading(make_range(first.first, last.last), CALENDAR)


def read_week_of_day(m: re.Match[str], context: Context) -> Reading | None:
    """Read the week of March 24."""
    day, month, _ = _take_day(m["a"])
    days = _guess_day(day, month, m["y"], None, context)
    return Reading(None if days is None else week_of(days.first), CALENDAR)


def read_nth_week(m: re.Match[str], context: Context) -> Reading | None:
    """Read the first week of March as its first seven days, the last week as its last seven."""
    month = _guess_month(_month(m["m"]), m["y"], context)
    if month is None:
        return Reading(None, CALENDAR)
    number = ORDINALS[m["n"].lower()]
    if number < 0:
        return Reading(make_range(shift_days(month.last, -6), month.last), CALENDAR)
    return Reading(make_range(shift_days(month.first, 7 * number - 7), shift_days(month.first, 7 * number - 1)), CALENDAR)


def read_months(m: re.Match[str], context: Context) -> Reading | None:
    """Read March to May 2025; with `and` only after `between`."""
    if _is_and(m["to"]) and context.word_before() != "between":
        end = m.end("m1")
        if not _month_is_meant(m["m1"], context, end):
            return None
        return Reading(_guess_month(_month(m["m1"]), m["y"], context), CALENDAR, end=end)
    last = _guess_month(_month(m["m2"]), m["y"], context)
    if last is None:
        return Reading(None, CALENDAR)
    first = month_of(last.first.year - (_month(m["m1"]) > _month(m["m2"])), _month(m["m1"]))
    return Reading(None if first is None else make_range(first.first, last.last), CALENDAR)


def read_month_year(m: re.Match[str], context: Context) -> Reading | None:
    """Read March 2025, early March 2025."""
    if context.word_after() in COUNTED:
        return None
    return Reading(part_of(_guess_month(_month(m["m"]), m["y"], context), _part(m["mod"])), CALENDAR)


def read_month(m: re.Match[str], context: Context) -> Reading | None:
    """Read in March, mid-August, last February, March last year."""
    det = (m["det"] or "").lower().replace("the ", "")
    number = _month(m["m"])
    if not (det or m["mod"] or m["rel"]) and not _month_is_meant(m["m"], context, context.end):
        return None
    if m["rel"]:
        days = month_of(_relative_year(m["rel"], context.anchor), number)
        return Reading(part_of(days, _part(m["mod"])), CALENDAR, relative=True)
    if det:
        return Reading(part_of(_turned_month(number, det, context.anchor), _part(m["mod"])), CALENDAR, relative=True)
    return Reading(part_of(_guess_month(number, None, context), _part(m["mod"])), CALENDAR)


def read_quarter(m: re.Match[str], context: Context) -> Reading | None:
    """Read the second quarter of 2026, the first half of the year."""
    if m["unit"] == "half" and not (m["y"] or m["rel"] or "year" in m[0]):
        return None  # of a match, of a speech
    year = int(m["y"]) if m["y"] else _relative_year(m["rel"] or "this", context.anchor)
    number = ORDINALS[m["n"].lower()]
    count = 4 if m["unit"] == "quarter" else 2
    days = (quarter_of if count == 4 else half_of)(year, number if number > 0 else count)
    return Reading(days if number <= count else None, CALENDAR, relative=not m["y"])


def read_short_quarter(m: re.Match[str], _context: Context) -> Reading | None:
    """Read Q2 2026."""
    return Reading(quarter_of(int(m["y"]), int(m["n"])), CALENDAR)


def read_season(m: re.Match[str], context: Context) -> Reading | None:
    """Read summer 2023, last winter, in the spring; a winter starts in December."""
    det, name = (m["det"] or "").lower().removeprefix("the "), m["season"].lower()
    start, anchor = SEASON_STARTS[name], context.anchor
    part = _part(m["mod"])
    if m["y"] or m["rel"]:
        year = int(m["y"]) if m["y"] else _relative_year(m["rel"], anchor)
        return Reading(part_of(season_of(year, start), part), CALENDAR, relative=not m["y"])
    bare = det in ("", "the")
    follows = context.word_after()
    if bare and (follows == "of" or not (context.word_before() in ("in", "over", "during", "by", "since", "until", "before") or part)):
        return None
    if not det and name == "fall":
        return None  # "a late fall in prices"
    seasons = [found for year in range(anchor.year - 2, anchor.year + 3) if (found := season_of(year, start)) is not None]
    return Reading(part_of(_turned_season(seasons, det, context), part), CALENDAR, relative=True)


def read_decade(m: re.Match[str], _context: Context) -> Reading | None:
    """Read the 1990s as a range of years."""
    first, last = year_of(int(m["y"])), year_of(int(m["y"]) + 9)
    days = None if first is None or last is None else make_range(first.first, last.last)
    return Reading(part_of(days, _part(m["mod"])), CALENDAR)


def read_years(m: re.Match[str], context: Context) -> Reading | None:
    """Read 2014-2022, 2014 to 2022, the 2025/26 season; with `and` only after `between`."""
    if _is_glued(context):
        return None
    first = int(m["a"])
    if _is_and(m["to"]) and context.word_before() != "between":
        end = context.start + 4
        return Reading(year_of(first), CALENDAR, end=end) if _year_is_meant(context) else None
    last = int(m["b"]) if len(m["b"]) == 4 else first - first % 100 + int(m["b"])
    if not first < last <= LAST_YEAR or context.word_after() in COUNTED:
        return None
    return Reading(make_range(date(first, 1, 1), date(last, 12, 31)), CALENDAR)


def read_year(m: re.Match[str], context: Context) -> Reading | None:
    """Read in 2014, the 2022 invasion, early 2026."""
    year = int(m["y"])
    if _is_glued(context) or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if not m["mod"] and not _year_is_meant(context):
        return None
    return Reading(part_of(year_of(year), _part(m["mod"])), CALENDAR)


def _is_glued(context: Context) -> bool:
    """Tell whether the number hangs on something before it: a price, a decimal, a version."""
    before = context.text[max(0, context.start - 1) : context.start]
    return bool(before) and (before in "$€£¥#/.,:+±=&@\\" or before.isalnum() or (before in "-‐‑–" and _digit_before(context)))


def _digit_before(context: Context) -> bool:
    return context.start > 1 and context.text[context.start - 2].isalnum()


def _year_is_meant(context: Context) -> bool:
    """Tell whether the words around four digits make them a year."""
    after = context.word_after()
    if after in COUNTED or after.endswith(("-strong", "-odd")):
        return False
    before = context.text[max(0, context.start - 1) : context.start]
    if before == "(" and context.after(1) in (")", ",", ";"):
        return True
    words = context.words_before()
    last = words[-1] if words else ""
    if last in YEAR_PREPOSITIONS or last in MONTH_NUMBERS:
        # "from 2014 soldiers" was ruled out by its noun; "of 1500" without one is a count more often than a year
        return True
    return bool(after) and (last in YEAR_DETERMINERS or last.endswith(("'s", "s'"))) and after.isascii()


def _month_is_meant(name: str, context: Context, end: int) -> bool:
    """Tell whether a bare month name means the month; some are words or given names as well."""
    low = name.lower().rstrip(".")
    if low not in AMBIGUOUS_MONTHS:
        return True
    before = context.word_before()
    if before in STRICT_PREPOSITIONS:
        return not (low == "march" and re.match(r"\s(?:on|of|for|against)\s[A-Z]", context.text[end : end + 12]))
    if low != "march" and context.has_person(name):
        return False  # the text has a person of that name
    if before in TIME_PREPOSITIONS:
        return True
    after = re.match(r"[’']s\s|\s([a-z]{3,})", context.text[end : end + 20])
    modifies = after is not None and after[1] not in (
        "for",
        "through",
        "towards",
        "against",
        "into",
        "past",
        "and",
        "not",
        "has",
        "was",
        "who",
        "said",
    )
    determined = before in ("a", "an", "the", "its", "their", "his", "her", "our", "late", "early") or before.endswith("'s")
    return modifies and determined and not (low == "march" and after is not None and after[1] in ("from", "along", "across"))


def _guess_day(  # the parts of one date
    day: str, month: str, year: str | None, rel: str | None, context: Context, weekday: int | None = None
) -> Days | None:
    """Return the day; without a year the one that news of the anchor's day would mean."""
    number, month_number, anchor = _number(day), _month(month), context.anchor
    if year is not None:
        return _dated(int(year), month_number, number)
    if rel is not None:
        return make_day(_relative_year(rel, anchor), month_number, number)
    years = range(anchor.year - 4, anchor.year + 5) if (month_number, number) == (2, 29) else range(anchor.year - 1, anchor.year + 2)
    candidates = [found for y in years if (found := make_day(y, month_number, number)) is not None]
    if weekday is not None:
        candidates = [found for found in candidates if found.first.weekday() == weekday] or candidates
    return _likely(candidates, context)


def _guess_month(month: int, year: str | None, context: Context) -> Days | None:
    """Return the month; without a year the one that news of the anchor's day would mean."""
    if year is not None:
        return month_of(int(year), month) if FIRST_YEAR <= int(year) <= LAST_YEAR else None
    years = (context.anchor.year - 1, context.anchor.year, context.anchor.year + 1)
    return _likely([found for y in years if (found := month_of(y, month)) is not None], context)


def _likely(candidates: list[Days], context: Context) -> Days | None:
    """Choose among the same day or month of several years: near ones first, then by tense, then the past nine months."""
    anchor = context.anchor
    if not candidates:
        return None
    gaps = {found: _gap(found, anchor) for found in candidates}
    nearest = min(candidates, key=lambda found: abs(gaps[found]))
    if abs(gaps[nearest]) <= NEAR_DAYS:
        return nearest
    future = context.future()
    if future:
        return min((f for f in candidates if gaps[f] >= 0), key=lambda f: gaps[f], default=nearest)
    if future is False:
        return max((f for f in candidates if gaps[f] <= 0), key=lambda f: gaps[f], default=nearest)
    plausible = [found for found in candidates if -BACK_DAYS <= gaps[found] <= AHEAD_DAYS]
    return min(plausible or [nearest], key=lambda found: abs(gaps[found]))


def _gap(days: Days, anchor: date) -> int:
    """Return the days from the anchor to an interval: negative for the past, 0 inside it."""
    if days.first <= anchor <= days.last:
        return 0
    return (days.first - anchor).days if days.first > anchor else (days.last - anchor).days


def _turned_month(month: int, det: str, anchor: date) -> Days | None:
    """Return last, this or next March."""
    if det == "this":
        return month_of(anchor.year, month)
    step = 1 if det in ("next", "following") else -1
    first = shift_months(anchor, step)
    while first is not None and first.month != month:
        first = shift_months(first, step)
    return None if first is None else month_of(first.year, month)


def _turned_season(seasons: list[Days], det: str, context: Context) -> Days | None:
    """Return last, this or next summer; a bare `the summer` follows the tense."""
    anchor = context.anchor
    past = [found for found in seasons if found.last < anchor]
    current = [found for found in seasons if found.first <= anchor <= found.last]
    coming = [found for found in seasons if found.first > anchor]
    if det in ("last", "past"):
        return past[-1] if past else None
    if det in ("next", "coming"):
        return coming[0] if coming else None
    if current:
        return current[0]
    if det == "this" and seasons[0].first.month != MONTHS_A_YEAR:
        return next((found for found in seasons if found.first.year == anchor.year), None)
    if det == "this":  # a winter is two years' own: the nearer one, unless the tense says which
        ahead = context.future()
        choice = coming[:1] if ahead or (ahead is None and anchor.month > MONTHS_A_YEAR // 2) else past[-1:]
        return choice[0] if choice else None
    choice = coming[:1] if context.future() else past[-1:]
    return choice[0] if choice else None


def _dated(year: int, month: int, day: int) -> Days | None:
    return make_day(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None


def _relative_year(word: str, anchor: date) -> int:
    return anchor.year + {"last": -1, "this": 0, "next": 1}[word.lower()]


def _take_day(words: str) -> tuple[str, str, str | None]:
    """Take `3 May 2025` or `May 3, 2025` apart into day, month and year."""
    m = parser("day_month").fullmatch(words) or parser("month_day").fullmatch(words)
    return ("0", "Jan", None) if m is None else (m["d"], m["m"], m["y"])


def _month(name: str) -> int:
    return MONTH_NUMBERS[name[:3].lower()]


def _number(day: str) -> int:
    return int(day.rstrip("stndrh"))


def _is_and(joint: str) -> bool:
    return joint.strip() in ("and", "or")


def _part(mod: str | None) -> str:
    """Return `early`, `mid`, `first half` or the like from the words of a modifier."""
    words = (mod or "").lower().replace("-", " ").split()
    if "half" in words:
        return "first half" if "first" in words else "second half"
    return next((word for word in words if word in ("early", "mid", "late", "beginning", "start", "middle", "end", "close")), "")
