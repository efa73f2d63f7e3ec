"""What polling remembers: stored once, found again, and taken off when it has ended."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from warehouse_builders import NOW, WATCH, open_walk

from vocabulary.documents import DocumentAlias, EntryKey, FeedEntry, FeedPoll, HostPause, WaitingEntry
from vocabulary.errors import WarehouseError
from vocabulary.watch import Feed
from vocabulary.words import FeedPause, PollStatus


def make_poll(run_id: str = "run", feed_id: str = "wire", **facts: Any) -> FeedPoll:
    return FeedPoll(**{"run_id": run_id, "feed_id": feed_id, "polled_at": NOW, "status": PollStatus.OK, **facts})


def make_entry(document_id: str = "d", guid_id: str = "", feed_id: str = "wire", **facts: Any) -> FeedEntry:
    given = {"title": "T", "published_raw": "", "is_wanted": True, "watch_version": "one", "first_seen_at": NOW, **facts}
    return FeedEntry(feed_id=feed_id, document_id=document_id, guid_id=guid_id, **given)


def make_waiting(document_id: str, feed_id: str = "wire", minutes: int = 0, **facts: Any) -> WaitingEntry:
    given = {"guid": "", "url": f"https://n.example/{document_id}", "title": "T", "summary": "", "outlet": "N", **facts}
    return WaitingEntry(document_id=document_id, feed_id=feed_id, queued_at=NOW + timedelta(minutes=minutes), **given)


def test_a_poll_comes_back_as_it_was_and_the_newest_counts(tmp_path: Path) -> None:
    full = make_poll(
        "later", polled_at=NOW + timedelta(hours=1), etag='W/"1"', address="https://n.example/f", failures=2, failing_since=NOW,
        pause=FeedPause.FAILING, interval_s=900, wish_s=60, full_at=NOW, next_poll_at=NOW + timedelta(days=30), watch_version="one",
    )  # fmt: skip
    with open_walk(tmp_path) as walk:
        walk.store.insert_polls([make_poll("first"), full, make_poll("first", "other")])
        assert walk.store.last_polls() == {"wire": full, "other": make_poll("first", "other")}


def test_polls_of_an_older_program_are_read(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.store.connection.execute(
            "INSERT INTO feed_polls (run_id, feed_id, polled_at, status, items, new_items, etag, last_modified, failures, detail)"
            " VALUES ('old', 'wire', $now, 'ok', 1, 1, 'e', '', 0, '')",
            {"now": NOW},
        )
        poll = walk.store.last_polls()["wire"]
        assert (poll.etag, poll.address_id, poll.interval_s, poll.full_at, poll.pause) == ("e", "", 0, None, None)


def test_validators_and_entries_are_stored_together_or_not_at_all(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        with pytest.raises(WarehouseError):
            walk.store.commit_poll([make_poll(etag='"1"')], [], [], entries=[make_entry(title="\ud83d")], waiting=[make_waiting("d")])
        assert (walk.store.last_polls(), walk.store.find_entries([EntryKey("wire", "d", "")])) == ({}, [])
        assert walk.store.count_waiting() == 0


def test_entries_are_found_by_article_and_by_guid_of_the_same_feed(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        entries = [make_entry("a", "g1"), make_entry("b", ""), make_entry("c", "g1", feed_id="other")]
        walk.store.commit_poll([], [], [], entries=[*entries, make_entry("a", "g1", title="later words")])
        found = walk.store.find_entries
        assert found([EntryKey("wire", "a", "")]) == [entries[0]]
        assert found([EntryKey("wire", "z", "g1")]) == [entries[0]]
        assert found([EntryKey("wire", "z", "")]) == []
        assert found([EntryKey("wire", "a", "g1"), EntryKey("wire", "b", ""), EntryKey("other", "z", "g1")]) == entries
        assert found([]) == []


def test_an_entry_is_stored_again_where_it_says_something_else_than_last(tmp_path: Path) -> None:
    said = [make_entry(said_id=word, first_seen_at=NOW + timedelta(hours=hours)) for hours, word in enumerate("aabba")]
    with open_walk(tmp_path) as walk:
        for entry in [*said, said[0]]:  # and the first one once more
            walk.store.commit_poll([], [], [], entries=[entry])
        assert walk.store.find_entries([EntryKey("wire", "d", "")]) == [said[0], said[2], said[4]]


def test_entries_of_an_older_program_say_nothing_that_is_known(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.store.connection.execute(
            "INSERT INTO feed_entries (feed_id, document_id, guid_id, title, published_raw, is_wanted, watch_version, first_seen_at)"
            " VALUES ('wire', 'd', '', 'T', '', true, 'one', $now)",
            {"now": NOW},
        )
        assert walk.store.find_entries([EntryKey("wire", "d", "")]) == [make_entry()]
        later = make_entry(said_id="a", first_seen_at=NOW + timedelta(hours=1))
        walk.store.commit_poll([], [], [], entries=[later])
        assert walk.store.find_entries([EntryKey("wire", "d", "")])[-1] == later


def test_known_articles_are_stored_ones_waiting_ones_and_their_other_addresses(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", NOW.date()))
        stored = walk.store.connection.execute("SELECT document_id FROM documents").fetchall()[0][0]
        aliases = [DocumentAlias(alias_id="x", document_id=one, recorded_at=NOW) for one in (stored, "another")]
        walk.store.commit_poll([], [], [], waiting=[make_waiting("w")], aliases=aliases)
        assert walk.store.find_articles([stored, "w", "x", "z"]) == {stored: stored, "w": "w", "x": stored}
        assert walk.store.find_articles([]) == {}


def test_waiting_entries_come_in_turns_of_feeds_and_not_before_their_time(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        waiting = [make_waiting(f"big{number}", "big", number) for number in range(5)]
        waiting += [make_waiting("small", "small", 9), make_waiting("later", "small", 1, not_before=NOW + timedelta(hours=1))]
        walk.store.commit_poll([], [], [], waiting=waiting)
        assert [entry.document_id for entry in walk.store.list_waiting(NOW, limit=3)] == ["big0", "small", "big1"]
        assert "later" in [entry.document_id for entry in walk.store.list_waiting(NOW + timedelta(hours=1), limit=99)]
        again = waiting[0].model_copy(update={"attempts": 1, "not_before": NOW + timedelta(hours=1)})
        walk.store.commit_poll([], [], [], waiting=[again], ended=["small", "big1"])
        assert walk.store.count_waiting() == 5
        assert [entry.document_id for entry in walk.store.list_waiting(NOW, limit=99)] == ["big2", "big3", "big4"]


def test_a_host_rests_until_the_latest_time_that_it_asked_for(tmp_path: Path) -> None:
    pauses = [HostPause(run_id="r", host="n.example", asked_at=NOW, not_before=NOW + timedelta(hours=hours)) for hours in (1, 3, 2)]
    with open_walk(tmp_path) as walk:
        walk.store.commit_poll([], [], [], pauses=pauses)
        assert walk.store.host_pauses(NOW) == {"n.example": NOW + timedelta(hours=3)}
        assert walk.store.host_pauses(NOW + timedelta(hours=3)) == {}


def test_coverage_counts_added_feeds_and_not_those_taken_away(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.store.put_watch(WATCH, recorded_at=NOW)
        own = sorted(feed.id for feed in WATCH.feeds)
        added = Feed(id="added", url="https://n.example/f?token=canary", outlet="N", country="", kind="online")
        walk.store.put_feed_choices([added], {own[0]})
        assert sorted(feed.feed_id for feed in walk.store.get_coverage(NOW.date()).feeds) == sorted([*own[1:], "added"])
        assert "canary" not in str(walk.store.connection.execute("FROM feed_choices").fetchall())
        walk.store.put_feed_choices([], set())
        assert sorted(feed.feed_id for feed in walk.store.get_coverage(NOW.date()).feeds) == own
