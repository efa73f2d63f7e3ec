"""The reading facade: claims in their texts, changes of a day, the state of a snapshot; and nothing but reading."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from warehouse_builders import DAY, NOW, RUN, day, make_document, make_position, make_report, make_tagged, open_walk

from vocabulary.documents import FeedPoll, Outcome
from vocabulary.errors import NoDataError, TerminalError, WarehouseError
from vocabulary.stance import RunRecord
from vocabulary.words import ChangeKind, DocumentOutcome, PollStatus, RunStatus, Stance
from warehouse.reading import StoredEvent, StoredPosition, StoredReport, open_snapshot
from warehouse.snapshot import connect_snapshot
from warehouse.store import open_warehouse

TEXT = "The toll falls\n\nNobody was surprised.\n\nAda Quill said she backs the treaty. She met Borduria.\n\nThe end."
SAID = "she backs the treaty"
MET = "She met Borduria"


def at(words: str, text: str = TEXT) -> dict[str, object]:
    """Return the quote fields of `words` in `text`."""
    start = text.index(words)
    return {"quote": words, "quote_start": start, "quote_end": start + len(words)}


@pytest.fixture(scope="module")
def orchard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a snapshot with a position and an event of one article, and a second article that reports the event as well."""
    with open_walk(tmp_path_factory.mktemp("reading")) as walk:
        told, again = make_document("told", text=TEXT), make_document("again", text=TEXT + " Again.", outlet="Evening")
        walk.store.insert_documents([told, again])
        tagged = [
            make_tagged(told, [make_position(told, **at(SAID))], [make_report(told, **at(MET))]),
            make_tagged(again, [], [make_report(again, place="Quay", actors=("AAA", "BBB", "CCC"), **at(MET))]),
        ]
        walk.store.insert_tagged(tagged, run_id=RUN, recorded_at=NOW)
        walk.build()
        return walk.store.publish_snapshot()


def ids(snapshot: Path, column: str, table: str) -> list[str]:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        return [row[0] for row in connection.execute(f"SELECT {column} FROM {table} ORDER BY 1").fetchall()]


# claims in their texts


def test_a_position_comes_with_its_paragraph(orchard: Path) -> None:
    (position_id,) = ids(orchard, "position_id", "positions")
    with open_snapshot(orchard) as snapshot:
        found = snapshot.find_claim(position_id[:8])
    assert isinstance(found, StoredPosition)
    assert (found.position_id, found.stance, found.outlet, found.published_on) == (position_id, Stance.SUPPORTS, "Daily", DAY)
    assert found.paragraph == "Ada Quill said she backs the treaty. She met Borduria."
    assert found.paragraph[found.quote_start - found.paragraph_start :].startswith(SAID)
    assert (found.is_verbatim, found.recorded_reason, found.withdrawn_at) == (True, "new", None)


def test_an_event_comes_with_all_its_reports(orchard: Path) -> None:
    (event_id,) = ids(orchard, "event_id", "events")
    with open_snapshot(orchard) as snapshot:
        found = snapshot.find_claim(event_id)
    assert isinstance(found, StoredEvent)
    assert (found.event_id, found.reports, found.place, found.date_iso()) == (event_id, 2, "Quay", DAY.isoformat())
    assert sorted(report.report_id for report in found.told) == ids(orchard, "report_id", "event_reports")
    assert {report.outlet for report in found.told} == {"Daily", "Evening"}
    assert all(report.is_verbatim and MET in report.paragraph for report in found.told)


def test_a_report_comes_alone(orchard: Path) -> None:
    (event_id,) = ids(orchard, "event_id", "events")
    (other,) = set(ids(orchard, "report_id", "event_reports")) - {event_id}
    with open_snapshot(orchard) as snapshot:
        found = snapshot.find_claim(other)
    assert isinstance(found, StoredReport)
    assert (found.report_id, found.event_id) == (other, event_id)


@pytest.mark.parametrize(
    ("beginning", "error", "said"),
    [
        pytest.param("f" * 20, NoDataError, "no position, event or report has an id that begins with ffff", id="unknown"),
        pytest.param("", TerminalError, "3 ids begin with", id="several"),
    ],
)
def test_ids_that_name_nothing_or_too_much(orchard: Path, beginning: str, error: type[Exception], said: str) -> None:
    with open_snapshot(orchard) as snapshot, pytest.raises(error, match=said):
        snapshot.find_claim(beginning)


# documents


def test_a_document_is_found_by_id_address_and_bytes(orchard: Path) -> None:
    told = make_document("told", text=TEXT)
    with open_snapshot(orchard) as snapshot:
        (by_id,) = snapshot.find_documents(beginning=told.document_id)
        (by_address,) = snapshot.find_documents(addresses=("https://nowhere.example/", told.url))
        by_bytes = snapshot.find_documents(raw_sha256=told.raw_sha256)
        assert by_id == by_address
        assert by_id in by_bytes
        assert (by_id.document_id, by_id.text) == (told.document_id, TEXT)
        assert snapshot.find_documents(beginning="' OR true --") == []
        assert snapshot.find_documents(addresses=("%",)) == []
        assert snapshot.find_documents() == []
        assert len(snapshot.find_documents(beginning="")) == 2


def test_the_claims_of_a_document_come_in_text_order(orchard: Path) -> None:
    told = make_document("told", text=TEXT)
    with open_snapshot(orchard) as snapshot:
        positions, reports = snapshot.list_claims(told)
        other = snapshot.list_claims(told.model_copy(update={"text_sha256": "0" * 64}))
    assert [one.quote for one in positions] == [SAID]
    assert [one.quote for one in reports] == [MET]
    assert other == ([], [])


def test_an_id_is_a_value_and_no_sql(orchard: Path) -> None:
    with open_snapshot(orchard) as snapshot:
        for text in ("' OR true --", "%", "_"):
            with pytest.raises(NoDataError):
                snapshot.find_claim(text)


def test_absent_ids_are_none(orchard: Path) -> None:
    with open_snapshot(orchard) as snapshot:
        assert (snapshot.find_position("x"), snapshot.find_event("x"), snapshot.find_report("x")) == (None, None, None)


@pytest.mark.parametrize(
    ("words", "text", "paragraph"),
    [
        pytest.param("One said", "One said so.\n\nTwo.", "One said so.", id="first_paragraph"),
        pytest.param("Two said", "One.\n\nTwo said so.", "Two said so.", id="last_paragraph"),
        pytest.param("so.\n\nTwo", "One said so.\n\nTwo too.\n\nThree.", "One said so.\n\nTwo too.", id="over_two_paragraphs"),
        pytest.param("❄ said", "Día 1.\n\n🙂 ❄ said so.\n\nThree.", "🙂 ❄ said so.", id="beyond_the_basic_plane"),
    ],
)
def test_the_paragraph_is_that_of_the_offsets(tmp_path: Path, words: str, text: str, paragraph: str) -> None:
    with open_walk(tmp_path) as walk:
        article = make_document(text=text)
        position = make_position(article, **at(words, text))
        walk.store.insert_documents([article])
        walk.store.insert_tagged([make_tagged(article, [position])], run_id=RUN, recorded_at=NOW)
        target = walk.store.publish_snapshot()
    with open_snapshot(target) as snapshot:
        found = snapshot.find_position(position.position_id)
    assert found is not None
    assert (found.paragraph, found.is_verbatim) == (paragraph, True)


def test_a_quote_that_the_text_does_not_hold_is_told(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        (article,) = walk.learn(("supports", day(0)))
        target = walk.store.publish_snapshot()
    with open_snapshot(target) as snapshot:
        found = snapshot.find_position(make_position(article).position_id)
    assert found is not None
    assert not found.is_verbatim


def test_what_was_withdrawn_is_found_and_says_so(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        article = make_document(text=TEXT)
        position, report = make_position(article, **at(SAID)), make_report(article, **at(MET))
        walk.store.insert_documents([article])
        walk.store.insert_tagged([make_tagged(article, [position], [report])], run_id=RUN, recorded_at=NOW)
        walk.edit(article, "The toll falls\n\nNothing was said.")
        target = walk.store.publish_snapshot()
    with open_snapshot(target) as snapshot:
        found, event = snapshot.find_claim(position.position_id), snapshot.find_claim(report.report_id)
    assert isinstance(found, StoredPosition)
    assert isinstance(event, StoredEvent)
    assert (found.withdrawn_reason, found.is_verbatim) == ("edited", True)
    assert event.superseded_at == found.withdrawn_at is not None
    assert [one.withdrawn_reason for one in event.told] == ["edited"]


def test_what_came_back_is_one_that_stands(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        article = make_document(text=TEXT)
        position, report = make_position(article, **at(SAID)), make_report(article, **at(MET))
        walk.store.insert_documents([article])

        def tag(version: str, found: Sequence[object]) -> None:
            walk.now += timedelta(hours=1)
            tagged = make_tagged(article, [position] if found else [], [report] if found else [], version=version)
            walk.store.insert_tagged([tagged], run_id=RUN, recorded_at=walk.now)

        for version, found in (("1", [1]), ("2", []), ("3", [1])):
            tag(version, found)
        target = walk.store.publish_snapshot()
    with open_snapshot(target) as snapshot:
        assert (again := snapshot.find_position(position.position_id)) is not None
        assert (event := snapshot.find_event(report.report_id)) is not None
    assert (again.withdrawn_at, again.recorded_at) == (None, NOW + timedelta(hours=3))
    assert (event.superseded_at, [one.withdrawn_at for one in event.told]) == (None, [None])


# changes of a day


def test_changes_of_a_day_with_the_evidence_of_both_sides(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)), ("opposes", day(2)), ("supports", day(2), {"actor": "BBB"}))
        target = walk.store.publish_snapshot()
    with open_snapshot(target) as snapshot:
        reversed_, first = snapshot.list_changes(day(2))
        assert snapshot.list_changes(day(1)) == []
        assert [change.kind for change in snapshot.list_changes(day(0))] == [ChangeKind.FIRST_SEEN]
    assert (reversed_.actor, reversed_.kind, reversed_.moved_on) == ("AAA", ChangeKind.REVERSED, day(2))
    assert reversed_.before is not None
    assert reversed_.after is not None
    assert (reversed_.before.stance, reversed_.after.stance) == (Stance.SUPPORTS, Stance.OPPOSES)
    assert (first.actor, first.kind, first.before) == ("BBB", ChangeKind.FIRST_SEEN, None)


def test_a_position_that_came_back_makes_one_change(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        (article,) = walk.learn(("supports", day(0)))
        walk.tag_again(article, version="extractor-2")
        walk.tag_again(article, make_position(article), version="extractor-3")
        target = walk.store.publish_snapshot()
    with open_snapshot(target) as snapshot:
        assert len(snapshot.list_changes(day(0))) == 1


# the state of a snapshot


def outcome(item: str, status: DocumentOutcome, run_id: str, hours: int) -> Outcome:
    return Outcome(run_id=run_id, item=item, status=status, recorded_at=NOW + timedelta(hours=hours))


def poll(feed: str, status: PollStatus, hours: int) -> FeedPoll:
    return FeedPoll(run_id=f"run {hours}", feed_id=feed, polled_at=NOW + timedelta(hours=hours), status=status)


def test_status(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)), ("opposes", day(0), {"issue": "bridge"}))
        store = walk.store
        for number in range(7):
            record = {"run_id": f"run {number}", "step": "poll", "started_at": NOW + timedelta(hours=number), "status": RunStatus.RUNNING}
            store.start_run(RunRecord.model_validate({**record, "watch_version": "watch-1", "extractor_version": "x"}))
        store.insert_outcomes([outcome("old", DocumentOutcome.FAILED, "run 1", 1)])
        store.insert_outcomes([outcome(str(n), DocumentOutcome.TAGGED if n else DocumentOutcome.EMPTY, "run 2", 2) for n in range(3)])
        store.insert_polls([poll("wire", PollStatus.OK, 1), poll("daily", PollStatus.TIMEOUT, 1), poll("wire", PollStatus.EMPTY, 2)])
        walk.issue(day(0))
        target = store.publish_snapshot()
    with open_snapshot(target) as snapshot:
        status = snapshot.get_status()
    assert status.counts.model_dump() == {
        "documents": 2, "positions": 2, "events": 0, "stances": 2, "digests": 1, "last_digest_day": day(0),
    }  # fmt: skip
    assert [run.run_id for run in status.runs] == [f"run {number}" for number in (6, 5, 4, 3, 2)]
    assert list(status.outcomes.items()) == [("tagged", 2), ("empty", 1)]
    assert [(feed.feed_id, feed.status) for feed in status.feeds] == [("daily", PollStatus.TIMEOUT), ("wire", PollStatus.EMPTY)]


def test_status_of_a_warehouse_without_anything(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "a.duckdb", timezone="UTC") as store:
        target = store.publish_snapshot()
    with open_snapshot(target) as snapshot:
        status = snapshot.get_status()
        assert snapshot.list_changes(DAY) == []
    assert (status.counts.documents, status.runs, status.outcomes, status.feeds) == (0, (), {}, ())


# nothing but reading


SEALED = {
    "write": "DELETE FROM positions",
    "read a file": "SELECT * FROM read_text('/etc/passwd')",
    "attach": "ATTACH '/tmp/other.duckdb' AS other",
    "unseal": "SET enable_external_access = true",
    "unlock": "SET lock_configuration = false",
    "install": "INSTALL httpfs",
}


@pytest.mark.parametrize("sql", list(SEALED.values()), ids=list(SEALED))
def test_the_connection_is_sealed(orchard: Path, sql: str) -> None:
    connection = connect_snapshot(orchard)
    try:
        with pytest.raises(duckdb.Error):
            connection.execute(sql)
    finally:
        connection.close()


def test_two_readers_of_one_process_share_the_seal_and_the_zone(orchard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    first, second = connect_snapshot(orchard), connect_snapshot(orchard)
    try:
        for connection in (first, second):
            row = connection.execute("SELECT current_setting('TimeZone'), current_setting('lock_configuration')").fetchone()
            assert row == ("UTC", True)
    finally:
        first.close()
        second.close()


def test_files_that_are_no_snapshot_are_named(tmp_path: Path) -> None:
    def check(path: Path, error: type[Exception], said: str) -> None:
        with pytest.raises(error, match=said), open_snapshot(path):
            pass

    check(tmp_path / "none.duckdb", NoDataError, r"there is no snapshot at .*none\.duckdb yet; `stancewatch run` publishes one")
    (tmp_path / "junk.duckdb").write_bytes(b"junk" * 5000)
    check(tmp_path / "junk.duckdb", WarehouseError, r"junk\.duckdb is no usable warehouse")
    with duckdb.connect(str(tmp_path / "foreign.duckdb")) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 1 AS x")
    check(tmp_path / "foreign.duckdb", WarehouseError, "no warehouse of this program")
    for change, said in (
        ("DELETE FROM migrations WHERE number = (SELECT max(number) FROM migrations)", r"was published by an older program \(schema"),
        ("INSERT INTO migrations VALUES (99, 'later', 'x', now())", "has schema 99, this program knows up to"),
        ("DROP VIEW positions_live", "cannot be read: Catalog Error"),
    ):
        with open_warehouse(tmp_path / "a.duckdb", timezone="UTC") as store:
            store.connection.execute(change)
        with pytest.raises(WarehouseError, match=said), open_snapshot(tmp_path / "a.duckdb") as snapshot:
            snapshot.get_status()
        (tmp_path / "a.duckdb").unlink()


def test_reading_leaves_the_file_as_it_was(orchard: Path) -> None:
    before, names = orchard.read_bytes(), sorted(item.name for item in orchard.parent.iterdir())
    with open_snapshot(orchard) as snapshot:
        snapshot.get_status()
        snapshot.list_changes(DAY)
    assert (orchard.read_bytes(), sorted(item.name for item in orchard.parent.iterdir())) == (before, names)
