"""When pages are looked at again, and what an entry says: pure rules, as tables."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import process_time
from typing import Any

import pytest

from sources.checks import (
    AGAIN_AFTER,
    CONFIRMED_AFTER,
    MOST_ATTEMPTS,
    after_doubt,
    after_edit,
    after_failure,
    after_gone,
    after_missing,
    after_same,
    first_check,
    may_be_same,
)
from sources.sayings import find_build_times, is_edited, said_id_of
from vocabulary.documents import FeedEntry, FeedItem, PageCheck, WaitingEntry

NOW = datetime(2025, 3, 26, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW = {"etag": '"2"', "last_modified": "then"}


def make_check(**facts: Any) -> PageCheck:
    item = {"feed_id": "f", "guid": "", "url": "https://n.example/a", "title": "T", "summary": ""}
    check = first_check(
        WaitingEntry(**item, document_id="d", outlet="N", queued_at=NOW, attempts=3, not_before=NOW), NOW, etag='"1"', last_modified=""
    )
    return check.model_copy(update=facts)


def test_looks_fall_off_from_the_first_sight() -> None:
    check, times = make_check(), []
    assert (check.attempts, check.first_seen_at, check.etag) == (0, NOW, '"1"')
    while check.next_ask_at is not None:
        times.append(check.next_ask_at - NOW)
        check = after_same(check, check.next_ask_at, etag='"1"', last_modified="")
    assert tuple(times) == AGAIN_AFTER


@pytest.mark.parametrize(
    ("after", "then"),
    [(HOUR, 6 * HOUR), (5 * HOUR, 6 * HOUR), (5.75 * HOUR, DAY), (2 * DAY, 3 * DAY), (7 * DAY, None), (90 * DAY, None)],
    ids=["in time", "late", "so late that the next is near", "days late", "the last", "long after"],
)
def test_missed_looks_are_not_made_up_for(after: timedelta, then: timedelta | None) -> None:
    check = after_edit(make_check(idle_calls=2), NOW + after, **NEW)
    assert check.next_ask_at == (NOW + then if then is not None else None)
    assert (check.etag, check.last_modified, check.idle_calls, check.asked_at) == ('"2"', "then", 0, NOW + after)


def test_a_doubt_keeps_the_validators_of_the_text_and_counts_a_call() -> None:
    check = after_doubt(make_check(is_called=True, attempts=2), NOW + HOUR)
    assert (check.etag, check.is_called, check.idle_calls, check.attempts, check.next_ask_at) == ('"1"', False, 1, 0, NOW + 6 * HOUR)


def test_failures_are_tried_again_and_then_left_to_the_schedule() -> None:
    check, now, waits = make_check(is_called=True), NOW + HOUR, []
    for _ in range(MOST_ATTEMPTS - 1):
        check = after_failure(check, now, None)
        assert check.next_ask_at is not None
        waits.append(check.next_ask_at - now)
        assert check.is_called
        now = check.next_ask_at
    assert waits == [HOUR / 2, 2 * HOUR, 8 * HOUR, DAY]
    check = after_failure(check, now, None)
    assert (check.attempts, check.is_called, check.next_ask_at) == (0, False, NOW + 3 * DAY)
    rested = after_failure(check, now, now + DAY)
    assert (rested.attempts, rested.next_ask_at) == (0, now + DAY)


def test_a_page_is_gone_after_three_looks_some_time_apart() -> None:
    check, times = make_check(), [NOW + HOUR]
    while not (check := after_missing(check, times[-1])).is_gone:
        assert check.next_ask_at is not None
        times.append(check.next_ask_at)
    assert [later - earlier for earlier, later in pairwise(times)] == list(CONFIRMED_AFTER)
    assert after_missing(check, times[-1] + DAY).is_gone
    back = after_same(check, times[-1] + DAY, **NEW)
    assert (back.is_gone, back.missing) == (False, 0)


def test_what_is_gone_late_is_looked_for_once_more() -> None:
    gone = after_gone(make_check(), NOW + 7 * DAY)
    assert gone.next_ask_at == NOW + 14 * DAY
    assert after_gone(gone, NOW + 14 * DAY).next_ask_at is None
    assert after_gone(make_check(), NOW + DAY).next_ask_at == NOW + 3 * DAY


@pytest.mark.parametrize(
    ("facts", "after", "is_enough"),
    [
        ({}, HOUR, True),
        ({}, 7 * DAY, False),
        ({"is_called": True}, 9 * DAY, True),
        ({"is_called": True, "content_html": "<p>x</p>"}, HOUR, False),
        ({"content_html": "<p>x</p>"}, HOUR, True),
        ({"missing": 1}, HOUR, False),
        ({"is_gone": True}, HOUR, False),
    ],
    ids=["usual", "last look", "called later", "the feed has another text", "the feed has the same text", "was missing", "gone"],
)
def test_when_not_modified_says_enough(facts: dict[str, Any], after: timedelta, is_enough: bool) -> None:
    assert may_be_same(make_check(**facts), NOW + after) is is_enough


def make_item(**facts: Any) -> FeedItem:
    return FeedItem(**{"feed_id": "f", "guid": "", "url": "https://n.example/a", "title": "Talks fail", "summary": "", **facts})


SAID = {
    # one summary, another one, and whether they say the same
    "blanks": ("a  b\n c", "a b c", True),
    "case": ("Talks", "talks", False),
    "a number that counts": ("20 soldiers", "30 soldiers", False),
    "comments": ("x (1,204 comments)", "x (9 Comments)", True),
    "comments, the other way": ("x Comments: 3 y (4)", "x Comments: 12 y (4)", True),
    "comments, in brackets": ("x comments (3)", "x comments (12)", True),
    "a number in brackets": ("x treaty (3)", "x treaty (12)", False),
    "a short count": ("x 3k shares", "x 4.1k shares", True),
    "how long ago": ("x 5 minutes ago", "x an hour ago", True),
    "a time that is said": ("x 5 minutes later", "x 6 minutes later", False),
    "time to read": ("x 3 min read", "x 4-minute read", True),
    "trackers": ("see https://n.example/a?utm_source=1", "see https://n.example/a?utm_source=2", True),
}


@pytest.mark.parametrize(("one", "other", "is_same"), list(SAID.values()), ids=list(SAID))
def test_what_an_entry_says(one: str, other: str, is_same: bool) -> None:
    assert (said_id_of(make_item(summary=one)) == said_id_of(make_item(summary=other))) is is_same
    pages = [f"<div class='{number}'><p>{text}</p></div>" for number, text in enumerate((one, other))]
    assert (said_id_of(make_item(content_html=pages[0])) == said_id_of(make_item(content_html=pages[1]))) is is_same


@pytest.mark.parametrize("piece", ["1", "1,", "1 ", "<a", "<", "an ", "comment(", "comments: 1", "#", "http://", " ", "(", "1 min "])
def test_a_long_text_costs_its_length(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    started = process_time()
    said_id_of(make_item(summary=text[:5000], content_html=text, guid=text[:500]))
    assert process_time() - started < 2


def test_words_do_not_move_between_title_and_summary() -> None:
    assert said_id_of(make_item(title="a", summary="b")) != said_id_of(make_item(title="", summary="a b"))


@pytest.mark.parametrize(
    ("known", "now", "edited"),
    [(None, None, False), (None, NOW, True), (NOW, NOW, False), (NOW, NOW + HOUR, True), (NOW, NOW - HOUR, False), (NOW, None, False)],
)
def test_a_later_date_of_its_edit_is_an_edit(known: datetime | None, now: datetime | None, edited: bool) -> None:
    entry = FeedEntry(
        feed_id="f", document_id="d", guid_id="", title="", published_raw="", is_wanted=True, watch_version="", first_seen_at=NOW,
        said_id="s", updated_at=known,
    )  # fmt: skip
    assert is_edited("s", now, entry) is edited
    assert is_edited("t", now, entry)


@pytest.mark.parametrize(
    ("dates", "shared"),
    [([NOW] * 3, True), ([NOW] * 2, False), ([NOW, NOW, NOW, None, None, None], False), ([NOW, NOW, NOW, NOW + HOUR], True), ([], False)],
)
def test_a_date_that_most_entries_share_is_that_of_the_build(dates: list[datetime | None], shared: bool) -> None:
    assert find_build_times([make_item(updated_at=date) for date in dates]) == ({NOW} if shared else set())
