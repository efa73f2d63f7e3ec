"""Days, weeks, months, quarters and seasons as closed intervals; nothing here raises for dates outside the calendar."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from vocabulary.words import DatePrecision

WEEK_DAYS = 7
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Days:
    """A closed interval of days and the unit that it was named in."""

    first: date
    last: date
    precision: DatePrecision


def make_day(year: int, month: int, day: int) -> Days | None:
    """Return one day, or None where the calendar has no such day."""
    try:
        found = date(year, month, day)
    except (ValueError, OverflowError):
        return None
    return Days(found, found, DatePrecision.DAY)


def one_day(day: date) -> Days:
    """Return a day as an interval."""
    return Days(day, day, DatePrecision.DAY)


def make_range(first: date | None, last: date | None) -> Days | None:
    """Return the interval from first to last, or None where it runs backwards or an end is missing."""
    if first is None or last is None or first > last:
        return None
    return Days(first, last, DatePrecision.RANGE if first != last else DatePrecision.DAY)


def month_of(year: int, month: int) -> Days | None:
    """Return a calendar month."""
    if not (1 <= year <= date.max.year and 1 <= month <= MONTHS_A_YEAR):
        return None
    return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]), DatePrecision.MONTH)


def year_of(year: int) -> Days | None:
    """Return a calendar year."""
    if not 1 <= year <= date.max.year:
        return None
    return Days(date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR)


def week_of(day: date | None) -> Days | None:
    """Return the week, Monday to Sunday, that holds a day."""
    if day is None:
        return None
    monday, sunday = shift_days(day, -day.weekday()), shift_days(day, 6 - day.weekday())
    if monday is None or sunday is None:
        return None
    return Days(monday, sunday, DatePrecision.WEEK)


def shift_days(day: date, count: int) -> date | None:
    """Return the day `count` days on, or None outside the calendar."""
    try:
        return day + timedelta(days=count)
    except OverflowError:
        return None


def shift_months(day: date, count: int) -> date | None:
    """Return the first day of the month `count` months on, or None outside the calendar."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + count, MONTHS_A_YEAR)
    if not 1 <= year <= date.max.year:
        return None
    return date(year, month + 1, 1)


def shift(day: date, unit: str, count: int) -> Days | None:
    """Return the day, week, month or year that lies `count` units from a day, in the precision of the unit."""
    match unit:
        case "hour":
            moved = shift_days(day, int(count / 24))
            return None if moved is None else one_day(moved)
        case "day":
            moved = shift_days(day, count)
            return None if moved is None else one_day(moved)
        case "week":
            return week_of(shift_days(day, WEEK_DAYS * count))
        case "fortnight":
            return week_of(shift_days(day, 2 * WEEK_DAYS * count))
        case "month":
            first = shift_months(day, count)
            return None if first is None else month_of(first.year, first.month)
        case "year":
            return year_of(day.year + count)
        case _:
            return None


def quarter_of(year: int, number: int) -> Days | None:
    """Return a quarter of a year as a range."""
    return _months(year, 3 * number - 2, 3)


def half_of(year: int, number: int) -> Days | None:
    """Return a half of a year as a range."""
    return _months(year, 6 * number - 5, 6)


def season_of(year: int, first_month: int) -> Days | None:
    """Return the three months of a season; a winter starts in December of `year`."""
    return _months(year, first_month, 3)


def part_of(days: Days | None, part: str) -> Days | None:
    """Return the early, middle or late part of an interval: thirds of it, halves where `part` names a half."""
    if days is None:
        return None
    length = (days.last - days.first).days + 1
    third, half = length // 3, length // 2
    match part:
        case "early" | "beginning" | "start":
            return make_range(days.first, days.first + timedelta(days=max(third, 1) - 1))
        case "mid" | "middle":
            return make_range(days.first + timedelta(days=third), days.last - timedelta(days=third))
        case "late" | "end" | "close":
            return make_range(days.last - timedelta(days=max(third, 1) - 1), days.last)
        case "first half":
            return make_range(days.first, days.first + timedelta(days=max(half, 1) - 1))
        case "second half":
            return make_range(days.first + timedelta(days=half), days.last)
        case _:
            return days


def _months(year: int, first_month: int, count: int) -> Days | None:
    first = month_of(year, first_month)
    after = None if first is None else shift_months(first.first, count)
    last = None if after is None else shift_days(after, -1)
    return make_range(None if first is None else first.first, last)
