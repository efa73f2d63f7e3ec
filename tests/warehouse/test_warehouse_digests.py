"""Issued digests, coverage, status, and that every step done twice is done once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warehouse_builders import (
    DAY,
    NOW,
    RUN,
    VERSION,
    WATCH,
    Walk,
    day,
    make_digest,
    make_document,
    make_position,
    make_report,
    make_tagged,
    open_walk,
    table_digest,
)  # fmt: skip

from vocabulary.documents import DocumentAlias, FeedEntry, FeedPoll, GoneDocument, HostPause, Outcome, PageCheck, RobotsFile, WaitingEntry
from vocabulary.errors import WarehouseError
from vocabulary.stance import FeedCoverage, RunRecord
from vocabulary.words import DocumentOutcome, PollStatus, RunStatus

# what is unique in each table
IDS = {
    "wire_keys": "document_id, version, wire_key",
    "feed_entries": "feed_id, document_id, guid_id, watch_version, said_id",
    "waiting_entries": "document_id",
    "page_checks": "document_id",
    "gone_documents": "document_id, gone_at",
    "robots_files": "site",
    "document_aliases": "alias_id",
    "host_pauses": "run_id, host, not_before",
    "migrations": "number",
    "watches": "ordinal",
    "roles": "watch_version, role_id",
    "actors": "watch_version, actor_id",
    "people": "watch_version, name",
    "offices": "watch_version, person, role, begins",
    "issues": "watch_version, issue_id",
    "aspects": "watch_version, issue, aspect_id",
    "feeds": "watch_version, feed_id",
    "feed_polls": "run_id, feed_id",
    "documents": "document_id",
    "document_versions": "document_id, version",
    "outcomes": "run_id, item",
    "taggings": "document_id, recorded_at",
    "positions": "position_id, recorded_at",
    "positions_live": "position_id",
    "event_reports": "report_id, recorded_at",
    "events": "event_id, recorded_at",
    "events_live": "event_id",
    "stance_builds": "ordinal",
    "stance_revisions": "revision_id",
    "stance_spell_rows": "revision_id, ordinal",
    "stance_changes": "change_id",
    "coverage_days": "day, subject_kind, subject",
    "runs": "run_id",
    "digests": "day",
}


def make_polling_state(run_id: str, now: datetime) -> dict[str, Any]:
    """Return what a poll keeps beside polls, documents and outcomes; the same entry and alias at every poll."""
    entry = {"feed_id": "wire", "document_id": "e1", "title": "T", "published_raw": ""}
    page = {"guid": "g", "url": "https://post.example/e1", "summary": "", "outlet": "Post"}
    return {
        "entries": [FeedEntry(**entry, guid_id="g", is_wanted=True, watch_version="watch-1", first_seen_at=now)],
        "waiting": [WaitingEntry(**entry, **page, queued_at=NOW)],
        "checks": [PageCheck(**entry, **page, first_seen_at=NOW, next_ask_at=None)],
        "robots": [RobotsFile(site="https://post.example", read_at=NOW)],
        "gone": [GoneDocument(document_id="e2", gone_at=now, detail="410", run_id=run_id)],
        "aliases": [DocumentAlias(alias_id="other", document_id="e1", recorded_at=now)],
        "pauses": [HostPause(run_id=run_id, host="post.example", asked_at=now, not_before=now + timedelta(hours=1))],
    }


def fill(walk: Walk) -> None:
    """Do every step of two days."""
    store = walk.store
    store.put_watch(WATCH, recorded_at=NOW)
    for run_id in ("run-1", "run-2"):
        store.start_run(
            RunRecord(
                run_id=run_id, step="monitor", started_at=NOW, status=RunStatus.RUNNING, watch_version="watch-1", extractor_version=VERSION
            )
        )
    for number in (0, 1):
        now = NOW + timedelta(days=number)
        documents = [make_document(f"{name} {number}", day=day(number), seen_at=now) for name in "abc"]
        documents.append(make_document("edited", text=f"text {number}", seen_at=now, feed_id="wire"))
        polls = [
            FeedPoll(run_id=f"run-{number + 1}", feed_id="daily", polled_at=now, status=PollStatus.OK),
            FeedPoll(run_id=f"run-{number + 1}", feed_id="wire", polled_at=now, status=PollStatus.TIMEOUT, detail="no answer in 30 s"),
        ]
        outcomes = [
            Outcome(run_id=f"run-{number + 1}", item=document.document_id, status=DocumentOutcome.TAGGED, recorded_at=now)
            for document in documents
        ]
        outcomes.append(
            Outcome(run_id=f"run-{number + 1}", item="broken.txt", status=DocumentOutcome.EMPTY, detail="0 bytes", recorded_at=now)
        )
        store.commit_poll(polls, documents, outcomes, **make_polling_state(f"run-{number + 1}", now))
        words = ("supports", "opposes") if number else ("conditional", "supports")
        tagged = [
            make_tagged(
                document, [make_position(document, words[at % 2], actor=("AAA", "BBB")[at % 2])], [make_report(document, on=day(number))]
            )
            for at, document in enumerate(documents)
        ]
        store.insert_tagged(tagged, run_id=f"run-{number + 1}", recorded_at=now)
        store.build_stances(run_id=f"run-{number + 1}", known_at=now, watch=WATCH)
        store.insert_digest(
            store.find_digest(day(number)) or make_digest(store, day(number), issued_at=now + timedelta(hours=1)), run_id=RUN
        )
        store.end_run(f"run-{number + 1}", ended_at=now, status=RunStatus.PARTIAL, detail="1 feed failed")


def test_every_step_twice_is_every_step_once(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        fill(walk)
        before = table_digest(walk.store)
        fill(walk)
        assert table_digest(walk.store) == before
        filled = {name for name, value in before.items() if not value.startswith("(0,")}
        assert set(before) - filled == {"stance_queue", "feed_choices"}


def test_ids_are_unique_in_every_table(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        fill(walk)
        walk.now = NOW + timedelta(days=3)
        walk.edit(make_document("a 0"), "edited", "undecided")
        tables = {row[0] for row in walk.store.connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()}
        assert tables - set(IDS) == {"stance_queue", "feed_choices"}
        for table, columns in IDS.items():
            doubled = walk.store.connection.execute(f"SELECT {columns} FROM {table} GROUP BY ALL HAVING count(*) > 1").fetchall()
            assert doubled == [], table


def test_ids_are_free_of_the_order_of_documents(tmp_path: Path) -> None:
    documents = [make_document(name, day=day(number)) for number, name in enumerate("abcd")]
    tagged = [
        make_tagged(document, [make_position(document, "opposes" if at % 2 else "supports")], [make_report(document)])
        for at, document in enumerate(documents)
    ]
    digests = []
    for order in (1, -1):
        with open_walk(tmp_path / str(order)) as walk:
            walk.store.insert_documents(documents[::order])
            walk.store.insert_tagged(tagged[::order], run_id=RUN, recorded_at=NOW)
            walk.build()
            digests.append({name: value for name, value in table_digest(walk.store).items() if name != "migrations"})
    assert digests[0] == digests[1]


def test_issued_digest_is_never_rewritten(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)))
        issued = make_digest(walk.store, day(0), issued_at=NOW + timedelta(hours=1))
        assert walk.store.insert_digest(issued, run_id=RUN) is True
        before = table_digest(walk.store)
        assert walk.store.insert_digest(issued, run_id="run-2") is False
        again = issued.model_copy(update={"issued_at": NOW + timedelta(days=2), "age_days": 2})
        assert walk.store.insert_digest(again, run_id="run-2") is False, "when it was issued is no content"
        with pytest.raises(WarehouseError, match="the digest of 2025-05-01 was issued with another content and is never rewritten"):
            walk.store.insert_digest(issued.model_copy(update={"watch_title": "Another title"}), run_id="run-2")
        assert table_digest(walk.store) == before
        assert walk.store.find_digest(day(0)) == issued


def test_digests_are_found_by_day(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        assert (walk.store.find_last_digest(), walk.store.find_digest(day(0)), walk.store.list_digest_days()) == (None, None, [])
        walk.learn(("supports", day(0)))
        first = walk.issue(day(0))
        second = walk.issue(day(2))
        assert walk.store.find_last_digest() == second
        assert walk.store.find_digest(day(0)) == first
        assert walk.store.find_digest(day(1)) is None
        assert walk.store.list_digest_days() == [day(0), day(2)]


def test_lines_of_a_digest_are_rows(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)), ("opposes", day(1)), ("supports", day(1), {"actor": "BBB", "attribution": "reporter"}))
        digest = walk.issue(day(1))
        rows = walk.store.connection.execute(
            "SELECT c.kind, c.strength, c.digest_id, b.stance, a.stance FROM stance_changes c"
            " LEFT JOIN positions_live b ON b.position_id = c.before_position_id"
            " LEFT JOIN positions_live a ON a.position_id = c.after_position_id ORDER BY c.kind, c.strength"
        ).fetchall()
    assert rows == [
        ("first_seen", "confirmed", digest.digest_id, None, "supports"),
        ("first_seen", "signal", digest.digest_id, None, "supports"),
        ("reversed", "confirmed", digest.digest_id, "supports", "opposes"),
    ]


def test_coverage_tells_what_was_read(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        fill(walk)
        walk.store.insert_documents([make_document("not tagged", day=day(1))])
        coverage = walk.store.get_coverage(day(1))
        both = walk.store.get_coverage(day(1), day_from=day(0))
    assert (coverage.documents_read, coverage.documents_total, both.documents_read) == (3, 8, 7)
    assert coverage.outcomes == {"empty": 1, "tagged": 4}
    assert coverage.not_read == ("broken.txt: empty (0 bytes)",)
    assert coverage.feeds == (
        FeedCoverage(feed_id="daily", outlet="Daily", status=PollStatus.OK, last_ok_at=NOW + timedelta(days=1)),
        FeedCoverage(feed_id="wire", outlet="Wire", status=PollStatus.TIMEOUT, last_ok_at=None, detail="no answer in 30 s"),
    )
    assert coverage.silent_actors == (), "CCC is not in focus, AAA and BBB spoke"


def test_coverage_counts_what_became_known_late(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        (old,) = walk.learn(("supports", day(0)))
        issued = walk.issue(day(4))
        later = NOW + timedelta(days=9)
        walk.learn(("supports", day(1), {"actor": "BBB"}), ("opposes", day(8)), ("opposes", day(9)), now=later)

        def read(since: datetime | None) -> tuple[int, int, tuple[str, ...]]:
            found = walk.store.get_coverage(day(8), day_from=day(5), known_since=since)
            return found.documents_read, found.documents_late, found.silent_actors

        assert read(issued.issued_at) == (2, 1, ()), "one of the day, one late; that of the day after is for the next digest"
        assert read(None) == (1, 0, ("BBB",))
        assert read(later) == (1, 0, ("BBB",))
        walk.tag_again(old, make_position(old), version="extractor-2")
        assert read(issued.issued_at) == (2, 1, ()), "the same text read by a newer extractor is no news"


def test_coverage_days_are_those_with_anything_to_tell(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)), ("opposes", day(40)))
        poll = FeedPoll(run_id=RUN, feed_id="daily", polled_at=NOW + timedelta(days=20), status=PollStatus.TIMEOUT)
        walk.store.insert_polls([poll])
        walk.issue(day(60))
        days = walk.store.connection.execute(
            "SELECT day - DATE '2025-05-01', count(*) FROM coverage_days GROUP BY day ORDER BY day"
        ).fetchall()
    assert days == [(number, 4) for number in (0, 20, 40, 60)]


def test_coverage_of_an_empty_warehouse(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        coverage = walk.store.get_coverage(DAY)
    assert (coverage.documents_read, coverage.documents_total, coverage.outcomes) == (0, 0, {})
    assert coverage.silent_actors == ("AAA", "BBB")
    assert [(feed.feed_id, feed.status) for feed in coverage.feeds] == [("daily", None), ("wire", None)]


def test_coverage_days_tell_silence_from_stability(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        fill(walk)
        poll = FeedPoll(run_id="run-3", feed_id="daily", polled_at=datetime(2025, 5, 2, 22, 30, tzinfo=UTC), status=PollStatus.OK)
        walk.store.insert_polls([poll])
        walk.now = NOW + timedelta(days=2)
        walk.issue(day(2))
        rows = walk.store.connection.execute(
            "SELECT day - DATE '2025-05-01', subject, documents, positions, polls, polls_ok FROM coverage_days ORDER BY day, subject"
        ).fetchall()
    assert rows == [
        (0, "AAA", 2, 2, 0, 0), (0, "BBB", 2, 2, 0, 0), (0, "daily", 3, 3, 1, 1), (0, "wire", 1, 1, 1, 0),
        (1, "AAA", 2, 2, 0, 0), (1, "BBB", 1, 1, 0, 0), (1, "daily", 3, 3, 1, 1), (1, "wire", 0, 0, 1, 0),
        # 22:30 UTC is the next day in Paris; nobody was read, and one feed was alive
        (2, "AAA", 0, 0, 0, 0), (2, "BBB", 0, 0, 0, 0), (2, "daily", 0, 0, 1, 1), (2, "wire", 0, 0, 0, 0),
    ]  # fmt: skip


def test_status_counts_what_is_live(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        empty = walk.store.get_status()
        fill(walk)
        status = walk.store.get_status()
    assert (empty.documents, empty.stances, empty.newest_day, empty.last_digest_day, empty.last_run) == (0, 0, None, None, None)
    assert (status.documents, status.document_versions, status.stances, status.queued_keys) == (7, 8, 2, 0)
    assert (status.digests, status.last_digest_day, status.newest_day, status.watch_version) == (2, day(1), day(1), "watch-1")
    assert status.last_run is not None
    assert status.last_run.run_id == "run-2"
    assert (status.schema_number, status.snapshot) == (7, None)
