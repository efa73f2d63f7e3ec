"""Time expressions that count from the document's day or from the date named before: Thursday, last month, the next morning."""

import re
from datetime import date, timedelta
from typing import Final

from extractors.date_calendar import WEEK_DAYS, Days, make_range, one_day, part_of, shift, shift_days, week_of
from extractors.date_reading import Context, DateKind, Reading
from extractors.date_words import NAMES_AFTER_WEEKDAY, NAMES_BEFORE_WEEKDAY, NUMBERS, WEEKDAY_NUMBERS
from vocabulary.words import DatePrecision

SATURDAY: Final = 5
LONGEST_COUNT: Final = {"hour": 240, "day": 400, "week": 104, "fortnight": 52, "month": 60, "year": 150}
DEICTIC: Final = DateKind.DEICTIC
ANAPHORIC: Final = DateKind.ANAPHORIC
VAGUE: Final = Reading(None, DateKind.VAGUE)
DAY_WORDS: Final = {"today": 0, "tonight": 0, "overnight": 0, "yesterday": -1, "tomorrow": 1}
BACK: Final = frozenset({"last", "past", "previous", "preceding", "this past"})
ON: Final = frozenset({"next", "coming", "following", "this coming"})


def resolve_weekday(weekday: int, anchor: date, future: bool | None) -> date:
    """Return the day that a bare weekday name (Monday is 0) means in news of the day `anchor`.

    The anchor's own weekday is the anchor; otherwise the next such day where `future` is true, else the last one.
    """
    ahead = (weekday - anchor.weekday()) % WEEK_DAYS
    moved = shift_days(anchor, ahead if future or ahead == 0 else ahead - WEEK_DAYS)
    return anchor if moved is None else moved


def read_weekday(m: re.Match[str], context: Context) -> Reading | None:
    """Read Thursday, last Thursday, Thursday morning, Thursday last week."""
    weekday = WEEKDAY_NUMBERS[m["wd"][:3].lower()]
    if _is_name(context):
        return None
    det = (m["det"] or "").lower().removeprefix("the ")
    if m["week"]:
        week = week_of(shift_days(context.anchor, {"last": -7, "this": 0, "next": 7}[m["week"]]))
        day = None if week is None else shift_days(week.first, weekday)
        return Reading(None if day is None else one_day(day), DateKind.WEEKDAY, relative=True, weekday=weekday)
    future = context.future() if det in ("", "this") else det in ON
    if det in ("previous", "preceding", "following"):
        before = context.previous()
        origin = context.anchor if before is None or before.date.starts_on is None else before.date.starts_on
        day = _strictly(weekday, origin, det == "following")
        kind = DateKind.WEEKDAY if before is None else ANAPHORIC
        return Reading(_one(day), kind, relative=True, weekday=weekday, future=future)
    return Reading(_one(_turned_weekday(weekday, det, context.anchor, future)), DateKind.WEEKDAY, True, weekday, future)


def read_weekdays(m: re.Match[str], context: Context) -> Reading | None:
    """Read Monday to Wednesday; two weekdays joined by `and` are two mentions unless `between` or `both` stands before."""
    if _is_name(context):
        return None
    a, b = WEEKDAY_NUMBERS[m["a"][:3].lower()], WEEKDAY_NUMBERS[m["b"][:3].lower()]
    future = context.future()
    first = resolve_weekday(a, context.anchor, future)
    if m["to"].strip() in ("and", "or") and context.word_before() != "between":
        return Reading(one_day(first), DateKind.WEEKDAY, True, a, future, end=m.end("a"))
    last = first + timedelta(days=(b - a) % WEEK_DAYS) if (date.max - first).days > WEEK_DAYS else first
    return Reading(make_range(first, last), DateKind.WEEKDAY, True, a, future)


def read_far_day(m: re.Match[str], context: Context) -> Reading | None:
    """Read the day after tomorrow, the day before yesterday."""
    return Reading(_one(shift_days(context.anchor, 2 if "after" in m["side"] else -2)), DEICTIC, relative=True)


def read_today(m: re.Match[str], context: Context) -> Reading | None:
    """Read today, tonight, overnight (news counts the night to the day of the report), yesterday, tomorrow."""
    return Reading(_one(shift_days(context.anchor, DAY_WORDS[m["word"].lower()])), DEICTIC, relative=True)


def read_this_part(m: re.Match[str], context: Context) -> Reading | None:
    """Read this morning, last night."""
    return Reading(_one(shift_days(context.anchor, -1 if m["det"].lower() == "last" else 0)), DEICTIC, relative=True)


def read_weekend(m: re.Match[str], context: Context) -> Reading | None:
    """Read this weekend, last weekend, at the weekend: Saturday and Sunday."""
    det, anchor = m["det"].lower().removeprefix("the "), context.anchor
    before = SATURDAY - anchor.weekday()  # days to this week's Saturday: on the weekend itself 0 or -1
    within = before <= 0
    if det in ("last", "past", "this past", "previous"):
        start = before - WEEK_DAYS
    elif det in ("next", "coming", "this coming", "following"):
        start = before + WEEK_DAYS if within or (det == "next" and before <= 1) else before
    elif det == "this":
        start = before if within or context.future() is not False else before - WEEK_DAYS
    else:
        start = before if within or context.future() else before - WEEK_DAYS
    first = shift_days(anchor, start)
    return Reading(None if first is None else make_range(first, shift_days(first, 1)), DEICTIC, relative=True)


def read_period(m: re.Match[str], context: Context) -> Reading | None:
    """Read this week, last month, the end of the year, early next year, the previous week, the week before."""
    det = re.sub(r"^the\s+", "", m["det"].lower())
    unit, part = m["unit"], _part(m["mod"])
    if det in ("the", "that"):
        if det == "the" and m["before"]:
            return _read_neighbour(unit, 1 if "after" in m["before"] else -1, context)
        if det == "the" and (not part or part in ("early", "late", "earlier", "later")):
            return None
        if m["before"]:
            return None
    if det in ("previous", "preceding", "following", "next", "same", "that", "that same") and (m["det"][:1] in "tT"):
        if det == "next" and not m["det"].lower().startswith("the"):
            return _of_anchor(unit, 1, part, context)
        if not (det == "next" and context.word_before() in ("over", "in", "for", "within", "during", "of")):
            return _read_neighbour(unit, {"previous": -1, "preceding": -1, "following": 1, "next": 1}.get(det, 0), context)
    step = -1 if det in BACK else 1 if det in ON else 0
    return _of_anchor(unit, step, part, context)


def read_running(m: re.Match[str], context: Context) -> Reading | None:
    """Read in the past week, over the next three days: the days from or up to the document's day."""
    unit = m["unit"].rstrip("s")
    if m["n"] is None and m["unit"].endswith("s"):
        return VAGUE
    count = _count(m["n"] or "one", unit)
    if count is None:
        return None
    days = _length(unit, count)
    ahead = m["side"] in ("next", "coming")
    end = shift_days(context.anchor, days if ahead else -days)
    pair = (context.anchor, end) if ahead else (end, context.anchor)
    return Reading(make_range(*pair), DEICTIC, relative=True)


def read_same_day(m: re.Match[str], context: Context) -> Reading | None:
    """Read the next morning, the previous day, the same day, that night."""
    det = m["det"].lower().removeprefix("the ").strip()
    step = {"next": 1, "following": 1, "previous": -1, "preceding": -1}.get(det, 0)
    before = context.previous()
    if before is None:
        if det == "previous":
            return Reading(_one(shift_days(context.anchor, -1)), DEICTIC, relative=True)
        return Reading(None, ANAPHORIC) if m["det"].lower() != "that" else None
    origin = before.date.ends_on if step > 0 else before.date.starts_on
    return Reading(_one(None if origin is None else shift_days(origin, step)), ANAPHORIC, relative=True)


def read_adjacent_day(m: re.Match[str], context: Context) -> Reading | None:
    """Read the day before, the night after; with a noun after it, it dates what follows instead."""
    step = 1 if m["side"] == "after" else -1
    if not context.is_closed():
        return _read_offset("day", 1, step, context)
    before = context.previous()
    if before is None:
        return Reading(_one(shift_days(context.anchor, step)), DEICTIC, relative=True) if step < 0 else Reading(None, ANAPHORIC)
    origin = before.date.ends_on if step > 0 else before.date.starts_on
    return Reading(_one(None if origin is None else shift_days(origin, step)), ANAPHORIC, relative=True)


def read_shifted(m: re.Match[str], context: Context) -> Reading | None:
    """Read three days ago, a month earlier, two weeks later, three days after (something)."""
    unit = "day" if m["unit"].startswith("day") else m["unit"].rstrip("s")
    count, side = _count(m["n"], unit), re.sub(r"\s+", " ", m["side"])
    if count is None or context.word_before() in ("few", "couple"):
        return None
    if side == "ago":
        return Reading(shift(context.anchor, unit, -count), DEICTIC, relative=True)
    if side.startswith("from"):
        return Reading(shift(context.anchor, unit, count), DEICTIC, relative=True)
    if side in ("after", "before") and not context.is_closed():
        return _read_offset(unit, count, 1 if side == "after" else -1, context)
    step = -count if side in ("earlier", "before") else count
    before = context.previous()
    if before is None or before.date.starts_on is None or before.date.ends_on is None:
        if step < 0 and context.previous_any() is None:
            return Reading(shift(context.anchor, unit, step), DEICTIC, relative=True)
        return Reading(_from_long(context, unit, step), ANAPHORIC, relative=True)
    days = shift(before.date.ends_on if step > 0 else before.date.starts_on, unit, step)
    if days is not None and step > 0 and days.first > context.anchor >= before.date.ends_on and context.future() is not True:
        days = None  # told as past, so it counts from something else
    return Reading(days, ANAPHORIC, relative=True)


def read_ahead(m: re.Match[str], context: Context) -> Reading | None:
    """Read in two weeks, within three days; without a sign of the future it is a stretch of time, not a date."""
    unit = m["unit"].rstrip("s")
    count = _count(m["n"], unit)
    after = context.word_after()
    if count is None or after in ("of", "and", "ago", "before", "after", "later", "earlier", "or"):
        return None
    if not m["time"] and context.future() is not True:
        return VAGUE
    if m["prep"].lower() == "within":
        return Reading(make_range(context.anchor, shift_days(context.anchor, _length(unit, count))), DEICTIC, relative=True)
    return Reading(shift(context.anchor, unit, count), DEICTIC, relative=True)


def read_vague_shift(m: re.Match[str], context: Context) -> Reading | None:
    """Read hours ago as the document's day, hours earlier as the day named before; days or weeks ago have no days."""
    if m["unit"].lower() not in ("minutes", "hours"):
        return VAGUE if m["side"] != "before" or context.is_closed() else None
    if m["side"] == "ago":
        return Reading(one_day(context.anchor), DEICTIC, relative=True)
    if m["side"] == "before" and not context.is_closed():
        return None
    before = context.previous()
    if before is None or before.date.starts_on is None:
        return VAGUE
    return Reading(one_day(before.date.starts_on), ANAPHORIC, relative=True)


def read_vague(m: re.Match[str], context: Context) -> Reading | None:
    """Read in recent weeks, within days, in the coming months: a time, but no days."""
    if re.fullmatch(r"(?:in|over|during)\s(?:the\s)?\w+", m[0], re.IGNORECASE) or context.word_after() == "of":
        return None  # "in hours", "over months of talks"
    return VAGUE


def _turned_weekday(weekday: int, det: str, anchor: date, future: bool | None) -> date | None:
    """Return last, this, next or plain Thursday."""
    if det in BACK:
        return _strictly(weekday, anchor, ahead=False)
    if det == "next":  # said on Wednesday, next Thursday is not tomorrow: the week that follows
        week = week_of(anchor)
        return None if week is None else shift_days(week.first, WEEK_DAYS + weekday)
    if det in ON:
        return _strictly(weekday, anchor, ahead=True)
    if det == "this":
        week = week_of(anchor)
        day = None if week is None else shift_days(week.first, weekday)
        return _strictly(weekday, anchor, ahead=True) if day is not None and day < anchor and future else day
    return resolve_weekday(weekday, anchor, future)


def _strictly(weekday: int, origin: date, ahead: bool) -> date | None:
    """Return the nearest such weekday after or before a day, never the day itself."""
    step = (weekday - origin.weekday()) % WEEK_DAYS
    if ahead:
        return shift_days(origin, step or WEEK_DAYS)
    return shift_days(origin, step - WEEK_DAYS)


def _is_name(context: Context) -> bool:
    """Tell whether the weekday is part of a name (Good Friday, a Sunday paper) or a habit (every Monday)."""
    return context.word_before() in NAMES_BEFORE_WEEKDAY or context.word_after() in NAMES_AFTER_WEEKDAY


def _of_anchor(unit: str, step: int, part: str, context: Context) -> Reading:
    """Return the week, month or year around or beside the document's day, or the named part of it."""
    days = shift(context.anchor, unit, step)
    if days is None or not part:
        return Reading(days, DEICTIC, relative=True)
    if part in ("earlier", "later") or (step == 0 and part in ("early", "late") and unit == "week"):
        return Reading(_open_part(days, part, context.anchor), DEICTIC, relative=True)
    return Reading(_week_part(days, part) if unit == "week" else part_of(days, part), DEICTIC, relative=True)


def _open_part(days: Days, part: str, anchor: date) -> Days:
    """Return the days of an interval before (earlier, early) or after (later, late) the document's day."""
    if part in ("earlier", "early"):
        last = min(days.last, anchor - timedelta(days=1)) if anchor > days.first else days.first
        return make_range(days.first, max(last, days.first)) or days
    first = max(days.first, anchor + timedelta(days=1)) if anchor < days.last else days.last
    return make_range(min(first, days.last), days.last) or days


def _week_part(days: Days, part: str) -> Days | None:
    """Return Monday and Tuesday for the beginning of a week, Tuesday to Thursday for its middle, Friday to Sunday for its end."""
    first, last = {"mid": (1, 3), "middle": (1, 3), "end": (4, 6), "close": (4, 6), "late": (3, 6)}.get(part, (0, 1))
    return make_range(days.first + timedelta(days=first), days.first + timedelta(days=last))


def _read_neighbour(unit: str, step: int, context: Context) -> Reading:
    """Return the week, month or year beside or around the one named before; of the document's where none was."""
    before = context.previous() if unit == "week" else context.previous_any()
    if before is None or before.date.starts_on is None:
        if step > 0:
            return Reading(None, ANAPHORIC)
        return Reading(shift(context.anchor, unit, step), DEICTIC, relative=True)
    if unit == "month" and before.date.precision is DatePrecision.YEAR:
        return Reading(None, ANAPHORIC)
    return Reading(shift(before.date.starts_on, unit, step), ANAPHORIC, relative=True)


def _from_long(context: Context, unit: str, step: int) -> Days | None:
    """Count on from a month or a year named before, in units no finer than it was."""
    before = context.previous_any()
    if before is None or before.date.starts_on is None:
        return None
    coarse = {DatePrecision.MONTH: ("month", "year"), DatePrecision.YEAR: ("year",)}.get(before.date.precision, ())
    return shift(before.date.starts_on, unit, step) if unit in coarse else None


def _read_offset(unit: str, count: int, step: int, context: Context) -> Reading | None:
    """Read `three days after meeting him`: the meeting lies three days before the date that the sentence named."""
    before = context.previous(sentence=True)
    if before is None or before.date.starts_on is None or unit not in ("day", "week"):
        return Reading(None, DateKind.OFFSET)
    return Reading(shift(before.date.starts_on, unit, -step * count), DateKind.OFFSET, relative=True)


def _count(word: str, unit: str) -> int | None:
    """Return the number that a word says, None where it is too large to be a date."""
    number = NUMBERS.get(word.lower()) if not word.isdecimal() else int(word)
    return number if number is not None and 0 < number <= LONGEST_COUNT.get(unit, 0) else None


def _length(unit: str, count: int) -> int:
    """Return the days of a stretch of time."""
    return {"hour": max(count // 24, 1), "day": count, "week": 7 * count, "fortnight": 14 * count, "month": 30 * count}.get(
        unit, 365 * count
    )


def _one(day: date | None) -> Days | None:
    return None if day is None else one_day(day)


def _part(mod: str | None) -> str:
    words = re.split(r"\s+", (mod or "").lower())
    names = ("earlier", "later", "early", "late", "mid", "beginning", "start", "middle", "end", "close")
    if "half" in words:
        return "first half" if "first" in words else "second half"
    return next((word for word in words if word in names), "")
