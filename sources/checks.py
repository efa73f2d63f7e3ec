"""When the page of a known article is asked for again, and what each answer means for that. Pure.

News are edited early: most corrections come within hours, nearly all within days. So a page is looked at again after an hour, six hours, a
day, three and seven, then no more, unless a feed shows the article edited. The last look is asked for without validators: a server
whose ETag never changes would hide every edit for ever.

A page that is gone (410, 451) is so at once; one that is not there (404, or a way to the front page) only when two more looks, an hour
and six hours after the first, find the same: sites lose pages for a moment, and a hiccup is no retraction.
"""

from datetime import datetime, timedelta

from vocabulary.documents import PageCheck, WaitingEntry

AGAIN_AFTER = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""After its first sight."""
CONFIRMED_AFTER = (timedelta(hours=1), timedelta(hours=5))
"""Waits between looks at a page that is not there."""
GONE_LOOK = timedelta(days=7)
"""After so long a page that is gone is looked for a last time, where the schedule has no look left."""
MOST_IDLE_CALLS = 3
"""Calls of a feed that found the page as it was, after which none is heeded until the page changes: such a feed edits by itself."""
MOST_ATTEMPTS = 5
"""Times that a page which cannot be had now is asked for, over two days or so, before that is its end."""
_SOONEST = timedelta(minutes=30)  # a look planned within this of the one just made is left out
_FIRST_WAIT = timedelta(minutes=30)
_LONGEST_WAIT = timedelta(days=1)


def first_check(entry: WaitingEntry, now: datetime, *, etag: str, last_modified: str) -> PageCheck:
    """Return how the article of `entry`, read just now, is asked for again."""
    facts = entry.model_dump(exclude={"queued_at", "attempts", "not_before"})
    check = PageCheck(**facts, first_seen_at=now, asked_at=now, next_ask_at=None, etag=etag, last_modified=last_modified)
    return check.model_copy(update={"next_ask_at": next_look(check, now)})


def next_look(check: PageCheck, now: datetime) -> datetime | None:
    """Return the next time of the schedule; what was missed, by a program that did not run, is not made up for."""
    return next((check.first_seen_at + after for after in AGAIN_AFTER if check.first_seen_at + after > now + _SOONEST), None)


def may_be_same(check: PageCheck, now: datetime) -> bool:
    """Tell whether `not modified` would say enough.

    Not where the page was not there, where the feed's own text is another now, nor at the last look.
    """
    if check.is_gone or check.missing or (check.is_called and check.content_html):
        return False
    return check.is_called or next_look(check, now) is not None


def after_same(check: PageCheck, now: datetime, *, etag: str, last_modified: str) -> PageCheck:
    """Return the check after its page gave the text that is stored."""
    idle = check.idle_calls + check.is_called
    return _found(check, now, {"etag": etag, "last_modified": last_modified, "idle_calls": idle})


def after_edit(check: PageCheck, now: datetime, *, etag: str, last_modified: str) -> PageCheck:
    """Return the check after its page gave another text."""
    return _found(check, now, {"etag": etag, "last_modified": last_modified, "idle_calls": 0})


def after_doubt(check: PageCheck, now: datetime) -> PageCheck:
    """Return the check after something stood in the place of the article: its validators are not those of the text, and it may be gone."""
    idle = check.idle_calls + check.is_called
    changes = {"asked_at": now, "attempts": 0, "is_called": False, "idle_calls": idle, "next_ask_at": next_look(check, now)}
    return check.model_copy(update=changes)


def after_failure(check: PageCheck, now: datetime, rests_until: datetime | None) -> PageCheck:
    """Return the check after its page could not be had: it is tried again, like a new one, and after some times left to the schedule."""
    if rests_until is not None:
        return check.model_copy(update={"next_ask_at": rests_until})
    if check.attempts + 1 >= MOST_ATTEMPTS:
        return after_doubt(check, now)
    return check.model_copy(update={"attempts": check.attempts + 1, "next_ask_at": now + retry_wait(check.attempts)})


def after_missing(check: PageCheck, now: datetime) -> PageCheck:
    """Return the check after its page was not there: gone once that is confirmed."""
    if check.is_gone or check.missing >= len(CONFIRMED_AFTER):
        return after_gone(check, now)
    changes = {"asked_at": now, "attempts": 0, "missing": check.missing + 1, "next_ask_at": now + CONFIRMED_AFTER[check.missing]}
    return check.model_copy(update=changes)


def after_gone(check: PageCheck, now: datetime) -> PageCheck:
    """Return the check after its page was found to be gone; it is looked for again, since pages come back."""
    later = next_look(check, now) or (None if check.is_gone else now + GONE_LOOK)
    changes = {"asked_at": now, "attempts": 0, "missing": check.missing + 1, "is_gone": True, "is_called": False, "next_ask_at": later}
    return check.model_copy(update=changes)


def retry_wait(attempts: int) -> timedelta:
    """Return how long to wait after a page could not be had, `attempts` times before this: four times as long each time, at most a day."""
    return min(_FIRST_WAIT * int(4**attempts), _LONGEST_WAIT)


def _found(check: PageCheck, now: datetime, changes: dict[str, object]) -> PageCheck:
    looked = {"asked_at": now, "attempts": 0, "missing": 0, "is_gone": False, "is_called": False, "next_ask_at": next_look(check, now)}
    return check.model_copy(update={**looked, **changes})
