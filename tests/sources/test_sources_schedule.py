"""When a feed is asked again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polling_builders import NOW, make_last

from sources.schedule import (
    MOST_WAIT,
    Pace,
    back_off_s,
    is_due,
    is_full_due,
    next_interval,
    parse_retry_after,
    plan_next,
    usable_last_modified,
    wish_of_feed,
    wish_of_headers,
)
from vocabulary.documents import FeedPoll
from vocabulary.words import FAILED_POLLS, FeedPause, PollStatus

PACE = Pace()
MINUTE, HOUR, DAY = 60, 3600, 86_400


def make_poll(**facts: Any) -> FeedPoll:
    return FeedPoll(**{"run_id": "run", "feed_id": "feed", "polled_at": NOW, "status": PollStatus.OK, "items": 20, **facts})


HEADERS = {
    "max-age": ({"cache-control": "public, max-age=3600"}, HOUR),
    "max-age in quotes": ({"cache-control": 'max-age="600"'}, 600),
    "max-age less age": ({"cache-control": "max-age=3600", "age": "600"}, 3000),
    "old already": ({"cache-control": "max-age=60", "age": "600"}, 0),
    "no-cache": ({"cache-control": "no-cache, max-age=3600"}, 0),
    "shared caches only": ({"cache-control": "s-maxage=3600"}, 0),
    "ten years": ({"cache-control": "max-age=315360000"}, DAY),
    "garbage": ({"cache-control": "max-age=soon", "expires": "whenever it is", "age": "-"}, 0),
    "expires": ({"expires": "Wed, 26 Mar 2025 13:00:00 GMT"}, HOUR),
    "expires by the server's own clock": ({"expires": "Wed, 26 Mar 2031 13:00:00 GMT", "date": "Wed, 26 Mar 2031 12:30:00 GMT"}, 1800),
    "expires at once": ({"expires": "0"}, 0),
    "expires in ten years": ({"expires": "Wed, 26 Mar 2035 13:00:00 GMT"}, DAY),
    "max-age before expires": ({"cache-control": "max-age=60", "expires": "Wed, 26 Mar 2025 13:00:00 GMT"}, 60),
    "nothing": ({}, 0),
}


@pytest.mark.parametrize(("headers", "seconds"), HEADERS.values(), ids=HEADERS.keys())
def test_what_headers_wish(headers: dict[str, str], seconds: int) -> None:
    assert wish_of_headers(headers, NOW) == seconds


FEEDS = {
    "ttl": (("60", "", ""), HOUR),
    "ttl of a year": (("525600", "", ""), DAY),
    "ttl of garbage": (("often", "", ""), 0),
    "negative ttl": (("-5", "", ""), 0),
    "hourly": (("", "hourly", ""), HOUR),
    "twice an hour": (("", "hourly", "2"), 1800),
    "weekly": (("", "Weekly", "1"), DAY),
    "the longer one": (("30", "hourly", "1"), HOUR),
    "no times at all": (("", "hourly", "0"), HOUR),
    "unknown period": (("", "fortnightly", "1"), 0),
}


@pytest.mark.parametrize(("words", "seconds"), FEEDS.values(), ids=FEEDS.keys())
def test_what_a_feed_wishes(words: tuple[str, str, str], seconds: int) -> None:
    assert wish_of_feed(*words) == seconds


RETRIES = {
    "seconds": ("120", timedelta(seconds=120)),
    "date": ("Wed, 26 Mar 2025 14:00:00 GMT", timedelta(hours=2)),
    "ten years in seconds": ("315360000", MOST_WAIT),
    "ten years as date": ("Mon, 26 Mar 2035 14:00:00 GMT", MOST_WAIT),
    "more digits than a number has": ("9" * 5000, MOST_WAIT),
    "negative": ("-5", None),
    "garbage": ("after lunch", None),
    "past": ("Wed, 26 Mar 2025 10:00:00 GMT", None),
    "empty": ("", None),
    "no time": ("0", timedelta(0)),
}


@pytest.mark.parametrize(("value", "wait"), RETRIES.values(), ids=RETRIES.keys())
def test_retry_after(value: str, wait: timedelta | None) -> None:
    assert parse_retry_after(value, NOW) == wait


INTERVALS = {
    "first poll": (0, PollStatus.OK, 20, 15 * MINUTE),
    "quiet": (HOUR, PollStatus.NOT_MODIFIED, 0, 75 * MINUTE),
    "quiet for long": (DAY, PollStatus.NOT_MODIFIED, 0, DAY),
    "one of twenty": (HOUR, PollStatus.OK, 1, HOUR),
    "five of twenty": (HOUR, PollStatus.OK, 5, 30 * MINUTE),
    "all of twenty": (4 * HOUR, PollStatus.OK, 20, HOUR),
    "all, and fast already": (20 * MINUTE, PollStatus.OK, 20, 15 * MINUTE),
    "failed": (2 * HOUR, PollStatus.TIMEOUT, 0, 2 * HOUR),
}


@pytest.mark.parametrize(("before", "status", "fresh", "after"), INTERVALS.values(), ids=INTERVALS.keys())
def test_the_interval_follows_the_share_of_new_entries(before: int, status: PollStatus, fresh: int, after: int) -> None:
    last = make_last(interval_s=before) if before else None
    assert next_interval(last, make_poll(status=status), fresh, PACE) == after


@given(
    st.integers(0, 2 * DAY),
    st.sampled_from(list(PollStatus)),
    st.integers(0, 3000),
    st.integers(1, 3000),
    st.integers(-5, 10**9),
    st.integers(0, 200),
)
def test_the_next_poll_is_never_now_and_never_beyond_its_bounds(
    before: int, status: PollStatus, fresh: int, items: int, wish_s: int, failures: int
) -> None:
    last = make_last(interval_s=before, failures=failures, failing_since=NOW - timedelta(hours=failures) if failures else None)
    poll = plan_next(last, make_poll(status=status, items=items), fresh=min(fresh, items), wish_s=wish_s, pace=PACE)
    assert poll.next_poll_at is not None
    assert PACE.shortest_s <= poll.interval_s <= PACE.longest_s
    wait_s = (poll.next_poll_at - NOW).total_seconds()
    longest = 30 * DAY if poll.pause else 1.25 * DAY if status in FAILED_POLLS else DAY
    assert 11 * MINUTE <= wait_s <= longest
    assert (poll.failures > 0) == (poll.failing_since is not None) == (status in FAILED_POLLS)


def test_a_wish_of_the_server_holds_and_our_own_interval_leaves_a_scheduler_room() -> None:
    quiet = plan_next(None, make_poll(), fresh=20, wish_s=0, pace=PACE)
    assert quiet.next_poll_at == NOW + timedelta(minutes=14)
    assert is_due(quiet, "", NOW + timedelta(minutes=14, seconds=59))
    wished = plan_next(None, make_poll(), fresh=20, wish_s=HOUR, pace=PACE)
    assert not is_due(wished, "", NOW + timedelta(minutes=59, seconds=59))
    assert is_due(wished, "", NOW + timedelta(hours=1))


def test_failures_back_off_by_chance_that_can_be_repeated() -> None:
    waits = [back_off_s("feed", NOW, failures, PACE) for failures in range(1, 12)]
    assert waits == [back_off_s("feed", NOW, failures, PACE) for failures in range(1, 12)]
    assert all(0.75 * 900 * 2**n <= wait <= 1.25 * 900 * 2**n for n, wait in enumerate(waits[:7]))
    assert max(waits) <= 1.25 * DAY
    assert len({back_off_s(f"feed{n}", NOW, 1, PACE) for n in range(50)}) > 40


def test_a_feed_that_fails_for_long_is_paused_and_tried_every_thirty_days() -> None:
    poll, now = make_poll(status=PollStatus.TIMEOUT), NOW
    seen: list[FeedPoll] = []
    last: FeedPoll | None = None
    for _ in range(40):
        last = plan_next(last, poll.model_copy(update={"polled_at": now}), fresh=0, wish_s=0, pace=PACE)
        seen.append(last)
        assert last.next_poll_at is not None
        now = last.next_poll_at
    paused = [one for one in seen if one.pause is FeedPause.FAILING]
    assert paused
    assert seen.index(paused[0]) >= 15
    assert all(one.next_poll_at == one.polled_at + timedelta(days=30) for one in paused)
    assert len(paused) + seen.index(paused[0]) == len(seen)
    healed = plan_next(last, make_poll(polled_at=now), fresh=0, wish_s=0, pace=PACE)
    assert (healed.pause, healed.failures, healed.failing_since) == (None, 0, None)


def test_a_feed_that_is_gone_is_paused_at_once() -> None:
    poll = plan_next(None, make_poll(status=PollStatus.GONE), fresh=0, wish_s=0, pace=PACE)
    assert (poll.pause, poll.next_poll_at, poll.failures) == (FeedPause.GONE, NOW + timedelta(days=30), 1)


def test_another_address_in_the_watch_is_due_at_once() -> None:
    paused = make_last(address_id="old", next_poll_at=NOW + timedelta(days=30))
    assert not is_due(paused, "old", NOW)
    assert is_due(paused, "new", NOW)
    assert is_due(None, "new", NOW)


def test_the_whole_feed_is_due_weekly_and_for_another_watch() -> None:
    assert is_full_due(make_last(full_at=None), "", NOW)
    assert is_full_due(make_last(full_at=NOW - timedelta(days=7)), "", NOW)
    assert is_full_due(make_last(watch_version="one"), "two", NOW)
    assert not is_full_due(make_last(watch_version="one", full_at=NOW - timedelta(days=6)), "one", NOW)


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("Wed, 26 Mar 2025 10:00:00 GMT", True),
        ("Sat, 26 Mar 2041 10:00:00 GMT", False),
        ("26 March, at noon", True),
        ("", True),
    ],
    ids=["past", "2041", "no date", "none"],
)
def test_last_modified_of_the_future_is_not_sent(value: str, sent: bool) -> None:
    assert usable_last_modified(value, NOW) == (value if sent else "")


@given(st.text(max_size=60))
def test_no_date_header_raises(text: str) -> None:
    headers = {"cache-control": text, "expires": text, "age": text, "date": text}
    assert 0 <= wish_of_headers(headers, datetime(2025, 1, 1, tzinfo=UTC)) <= DAY
    assert (parse_retry_after(text, NOW) or timedelta(0)) <= MOST_WAIT
    assert 0 <= wish_of_feed(text, text, text) <= DAY
