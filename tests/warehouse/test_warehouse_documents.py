"""Articles, versions, outcomes and polls."""

from datetime import timedelta
from pathlib import Path

import pytest
from warehouse_builders import DAY, NOW, RUN, VERSION, WATCH, day, make_document, make_tagged, open_walk, table_digest

from vocabulary.documents import Document, FeedPoll, Outcome
from vocabulary.errors import WarehouseError
from vocabulary.stance import RunRecord
from vocabulary.words import DocumentOutcome, PollStatus, RunStatus
from warehouse.store import InsertCount

HOSTILE = {
    "quotes": "It's \"quoted\", `so` and ''twice''",
    "sql": "'); DROP TABLE documents; -- $day ? {x} %s",
    "nul": "before\x00after",
    "controls": "tab\t return\r line\n separator\u2028 bell\x07",
    "beyond the plane": "flag 🇺🇦 and 𝔘 and e\u0301",
    "right to left": "\u202eabc\u202c",
    "long": "word " * 200_000,
    "empty": "",
}


def make_poll(run_id: str = RUN, feed_id: str = "daily", *, minutes: int = 0, etag: str = '"a"') -> FeedPoll:
    return FeedPoll(
        run_id=run_id, feed_id=feed_id, polled_at=NOW + timedelta(minutes=minutes), status=PollStatus.OK, http_status=200, etag=etag
    )


def make_outcome(item: str, status: DocumentOutcome = DocumentOutcome.TAGGED, run_id: str = RUN) -> Outcome:
    return Outcome(run_id=run_id, item=item, status=status, recorded_at=NOW)


def bare(document: Document) -> Document:
    """Return an article as it is read: what copies are found by stays in its own table."""
    return document.model_copy(update={"wire_keys": ()})


def test_hostile_text_comes_back_unchanged(tmp_path: Path) -> None:
    documents = [make_document(name, text=text, outlet=text[:50] or "x") for name, text in HOSTILE.items()]
    with open_walk(tmp_path) as walk:
        assert walk.store.insert_documents(documents) == InsertCount(len(documents), 0, 0)
        back = {document.document_id: document for document in walk.store.list_untagged(VERSION, WATCH.version)}
    assert back == {document.document_id: bare(document) for document in documents}


def test_lone_surrogate_is_refused_by_name_and_nothing_is_stored(tmp_path: Path) -> None:
    good, bad = make_document("good"), make_document("bad", text="half \ud800 a character")
    with open_walk(tmp_path) as walk:
        before = table_digest(walk.store)
        with pytest.raises(WarehouseError, match=f"document_id {bad.document_id}: text has a lone surrogate at character 5"):
            walk.store.insert_documents([good, bad])
        assert table_digest(walk.store) == before


def test_edit_is_a_version_and_a_replay_is_not(tmp_path: Path) -> None:
    first, again = make_document(text="one"), make_document(text="one", seen_at=NOW + timedelta(hours=1))
    edited = make_document(text="two", seen_at=NOW + timedelta(hours=2))
    back = make_document(text="one", seen_at=NOW + timedelta(hours=3))
    with open_walk(tmp_path) as walk:
        insert = walk.store.insert_documents
        assert insert([first]) == InsertCount(1, 0, 0)
        assert insert([again]) == InsertCount(0, 0, 1)
        assert insert([edited, first]) == InsertCount(0, 1, 1)
        assert insert([back]) == InsertCount(0, 1, 0)
        assert insert([first, again, edited, back]) == InsertCount(0, 0, 4)
        rows = walk.store.connection.execute("SELECT version, text FROM document_versions ORDER BY version").fetchall()
        assert [document.text for document in walk.store.list_untagged(VERSION, WATCH.version)] == ["one"]
    assert rows == [(1, "one"), (2, "two"), (3, "one")]


def test_texts_seen_at_one_time_replay_too(tmp_path: Path) -> None:
    one, two = make_document(text="one"), make_document(text="two")
    with open_walk(tmp_path) as walk:
        assert walk.store.insert_documents([one, two]) == InsertCount(1, 1, 0)
        assert walk.store.insert_documents([one, two]) == InsertCount(0, 0, 2)


def test_an_older_text_that_comes_late_is_no_version(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.store.insert_documents([make_document(text="new", seen_at=NOW)])
        assert walk.store.insert_documents([make_document(text="old", seen_at=NOW - timedelta(days=1))]) == InsertCount(0, 0, 1)


def test_untagged_are_the_newest_texts_oldest_article_first(tmp_path: Path) -> None:
    later, sooner = make_document("later", day=day(2)), make_document("sooner", day=day(1))
    with open_walk(tmp_path) as walk:
        store = walk.store
        store.insert_documents([later, sooner])
        assert [found.document_id for found in store.list_untagged(VERSION, "watch-1")] == [sooner.document_id, later.document_id]
        assert [found.document_id for found in store.list_untagged(VERSION, "watch-1", 1)] == [sooner.document_id]
        store.insert_tagged([make_tagged(sooner)], run_id=RUN, recorded_at=NOW)
        assert store.list_untagged(VERSION, "watch-1") == [bare(later)]
        assert store.list_untagged("extractor-2", "watch-1", None) == [bare(sooner), bare(later)]
        assert store.list_untagged(VERSION, "watch-2") == [bare(sooner), bare(later)]
        edited = make_document("sooner", day=day(1), text="edited", seen_at=NOW + timedelta(hours=1))
        store.insert_documents([edited])
        assert store.list_untagged(VERSION, "watch-1") == [bare(edited), bare(later)]


def test_going_back_to_an_earlier_extractor_tags_again(tmp_path: Path) -> None:
    document = make_document()
    with open_walk(tmp_path) as walk:
        walk.store.insert_documents([document])
        for version in ("one", "two", "one"):
            assert walk.store.list_untagged(version, "watch-1") == [bare(document)]
            walk.store.insert_tagged([make_tagged(document, version=version)], run_id=RUN, recorded_at=NOW)
        in_force = walk.store.connection.execute("SELECT extractor_version, reason FROM taggings WHERE superseded_at IS NULL").fetchall()
    assert in_force == [("one", "re-extraction")]


def test_known_urls_and_days(tmp_path: Path) -> None:
    first, second = make_document("a", day=day(0)), make_document("b", day=day(3))
    with open_walk(tmp_path) as walk:
        assert (walk.store.first_document_day(), walk.store.latest_document_day()) == (None, None)
        walk.store.insert_documents([second, first])
        assert walk.store.known_urls([first.url, "https://news.example/other"]) == {first.url}
        assert walk.store.known_urls([]) == set()
        assert (walk.store.first_document_day(), walk.store.latest_document_day()) == (DAY, day(3))


def test_one_outcome_per_item_and_run(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.store.insert_outcomes([make_outcome("a"), make_outcome("a", DocumentOutcome.FAILED), make_outcome("b")])
        walk.store.insert_outcomes([make_outcome("a", DocumentOutcome.FAILED), make_outcome("a", DocumentOutcome.FAILED, "run-2")])
        rows = walk.store.connection.execute("SELECT run_id, item, status FROM outcomes ORDER BY ALL").fetchall()
    assert rows == [("run-1", "a", "tagged"), ("run-1", "b", "tagged"), ("run-2", "a", "failed")]


def test_validators_come_back_verbatim_from_the_newest_poll(tmp_path: Path) -> None:
    etag = 'W/"it\'s-; DROP\\"'
    with open_walk(tmp_path) as walk:
        polls = [make_poll("run-1"), make_poll("run-2", minutes=5, etag=etag), make_poll("run-1", "wire")]
        walk.store.insert_polls(polls)
        walk.store.insert_polls(polls)
        assert walk.store.last_polls() == {"daily": polls[1], "wire": polls[2]}


def test_poll_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        before = table_digest(walk.store)
        with pytest.raises(WarehouseError, match="lone surrogate"):
            walk.store.commit_poll([make_poll()], [make_document()], [make_outcome("bad \ud83d")])
        assert table_digest(walk.store) == before
        assert walk.store.commit_poll([make_poll()], [make_document()], [make_outcome("fine")]) == InsertCount(1, 0, 0)
        assert walk.store.last_polls()["daily"].etag == '"a"'


def test_first_end_of_a_run_stands(tmp_path: Path) -> None:
    run = RunRecord(run_id="r", step="poll", started_at=NOW, status=RunStatus.RUNNING, watch_version="w", extractor_version="e")
    with open_walk(tmp_path) as walk:
        assert walk.store.find_last_run() is None
        for _ in range(2):
            walk.store.start_run(run)
        walk.store.end_run("r", ended_at=NOW, status=RunStatus.PARTIAL, detail="2 feeds failed")
        walk.store.end_run("r", ended_at=NOW + timedelta(hours=1), status=RunStatus.DONE)
        assert walk.store.find_last_run() == run.model_copy(
            update={"ended_at": NOW, "status": RunStatus.PARTIAL, "detail": "2 feeds failed"}
        )
        assert walk.store.connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)
