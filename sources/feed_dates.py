"""Read the dates of feed entries: only forms that mean one day, and only days that can be.

A date that could be two days (03/04/2025) or that needs a guess is no date: the raw words are kept and the time of first sight
serves instead. RFC 5322 with its usual slips, ISO 8601, asctime, and English month-first dates are read.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # no feed is older; 1970 and 1601 are clocks' zeros
LATEST_AHEAD = timedelta(hours=24)  # zones written wrongly reach half a day; more is a date of something else
_NOON = 12  # a day without a time: noon in UTC lies on that day in nearly every time zone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_TIME = (
    r"(?:[,\s]+(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"(?:\s*(?P<half>[ap]\.?m\.?))?(?:\s*(?P<zone>[+-]\d{2}:?\d{2}|[a-z]{1,5}))?)?"
)
_WEEKDAY = r"(?:[a-z]{2,9}\.?,?\s+)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        _WEEKDAY + r"(?P<day>\d{1,2})[\s-]+" + _MONTH + r"[\s,-]+(?P<year>\d{4}|\d{2})" + _TIME,
        _WEEKDAY + _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _TIME,
        r"[a-z]{3}\s+" + _MONTH + r"\s+(?P<day>\d{1,2})\s+(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})"
        r"(?:\s+(?P<zone>[a-z]{3,4}))?\s+(?P<year>\d{4})(?P<half>)?",
    )
)
_ISO = re.compile(r"\d{4}-?\d{2}-?\d{2}(?P<time>[T\s].*)?", re.IGNORECASE)
# Names of zones in feeds of English editions. Names with several meanings (IST, CST in China) are left out, and read as UTC.
_ZONES = {
    "cet": 1, "bst": 1, "west": 1, "cest": 2, "eet": 2, "sast": 2, "eest": 3, "msk": 3, "trt": 3, "jst": 9, "kst": 9, "aest": 10,
    "aedt": 11, "edt": -4, "est": -5, "cdt": -5, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8,
}  # fmt: skip


def parse_feed_date(raw: str, now: datetime) -> datetime | None:
    """Return the moment that `raw` names in UTC, or None where it names none, several, or one out of reason.

    Reason is from 1995 to 24 hours after `now`. A day without a time is noon UTC; a time without a zone is taken as UTC.
    """
    text = " ".join(raw.split())
    if not 6 <= len(text) <= 80:
        return None
    try:
        found = _from_iso(text) if _ISO.fullmatch(text) else _from_words(text)
        moment = found.astimezone(UTC) if found is not None else None
    except (ValueError, OverflowError):
        return None
    return moment if moment is not None and EARLIEST <= moment <= now + LATEST_AHEAD else None


def _from_iso(text: str) -> datetime | None:
    moment = datetime.fromisoformat(text)
    match = _ISO.fullmatch(text)
    if match is None or match.group("time") is None:
        moment = moment.replace(hour=_NOON)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _from_words(text: str) -> datetime | None:
    for form in _FORMS:
        if match := form.fullmatch(text):
            break
    else:
        return None
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 2000 if year < 70 else 1900  # as RFC 5322, 4.3, with the usual pivot
    hour = _NOON if match["hour"] is None else int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"][0].lower() == "p" else 0)
    month = _MONTHS.index(match["month"][:3].lower()) + 1
    local = datetime(year, month, int(match["day"]), hour, int(match["minute"] or 0), int(match["second"] or 0))
    return local.replace(tzinfo=_zone(match["zone"] or ""))


def _zone(name: str) -> timezone:
    if name[:1] in {"+", "-"}:
        digits = name[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if offset > timedelta(hours=14):
            raise ValueError(f"no zone is {name} away from UTC")
        return timezone(-offset if name[0] == "-" else offset)
    return timezone(timedelta(hours=_ZONES.get(name.lower(), 0)))
