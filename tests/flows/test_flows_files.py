"""Files, locks and the reading verbs: nothing half written, nothing read that is not there."""

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flow_samples import REPO, CommandLine, QuickTagger, World

import flows.clock
import flows.lock
from flows.exit_codes import ExitCode, exit_code_of
from flows.files import write_atomically
from flows.lock import find_holder, hold_warehouse
from flows.reports import DigestReport, RunReport, StepReport, add_reports
from flows.settings import Settings
from vocabulary.claims import EventReport, TaggedDocument
from vocabulary.documents import Document
from vocabulary.errors import (
    FetchTransientError,
    LockedError,
    NoDataError,
    SeedError,
    SettingsError,
    StancewatchError,
    TextError,
    TransientError,
    WarehouseError,
    WatchError,
)
from vocabulary.identity import content_id
from vocabulary.words import DateBasis, DatePrecision, DocumentOutcome, EventStatus, EventType, PollStatus, RunStatus

DUE = date(2026, 5, 31)


def tag_meetings(tagger: QuickTagger, documents: Iterable[Document]) -> Iterator[TaggedDocument]:
    """Stand for a tagger that finds the same planned meeting in every document."""
    for document in documents:
        quote = "the bridge on the Lenn"
        start = document.text.index(quote)
        report = EventReport(
            report_id=content_id(document.document_id, "meeting"),
            document_id=document.document_id,
            text_sha256=document.text_sha256,
            type=EventType.MEETING,
            starts_on=DUE,
            ends_on=DUE,
            date_precision=DatePrecision.DAY,
            date_basis=DateBasis.RELATIVE,
            date_raw="the end of the month",
            status=EventStatus.PLANNED,
            actors=("ARL", "BOR"),
            place="the wall",
            quote=quote,
            quote_start=start,
            quote_end=start + len(quote),
            confidence=0.9,
            trail="quick",
            extractor_version=tagger.version,
            watch_version=tagger.watch.version,
        )
        yield TaggedDocument(
            document_id=document.document_id,
            text_sha256=document.text_sha256,
            relevance=1,
            events=(report,),
            extractor_version=tagger.version,
            watch_version=tagger.watch.version,
        )


ERRORS: tuple[StancewatchError, ...] = (
    TransientError(""),
    FetchTransientError("", PollStatus.TIMEOUT),
    SettingsError(""),
    WatchError("w", ["line 1"]),
    SeedError(""),
    TextError("", DocumentOutcome.EMPTY),
    WarehouseError(""),
)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "digest.md"
    write_atomically(target, "old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, "new")
    monkeypatch.undo()
    assert target.read_text(encoding="utf-8") == "old"
    write_atomically(target, "newer")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["digest.md"]
    assert target.read_text(encoding="utf-8") == "newer"


@pytest.mark.usefixtures("quick")
def test_a_digest_that_cannot_be_written_is_issued_all_the_same(world: World, command: CommandLine) -> None:
    world.home.mkdir()
    (world.home / "digests").write_text("in the way", encoding="utf-8")
    answer = command("run", "--direct", "--offline")
    assert answer.code == 1
    assert "cannot be written" in answer.err
    (world.home / "digests").unlink()
    again = command("digest", "--day", "2026-05-01")
    assert again.code == 0
    assert "as issued before" in again.out


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_known_errors_end_with_one(error: StancewatchError) -> None:
    assert exit_code_of(error) is ExitCode.ERROR


def test_locked_and_no_data_have_codes_of_their_own() -> None:
    assert (exit_code_of(LockedError("")), exit_code_of(NoDataError(""))) == (5, 4)


@pytest.mark.parametrize(
    ("outcomes", "polls", "digest", "status", "code"),
    [
        ({}, {}, None, RunStatus.DONE, 0),
        ({DocumentOutcome.TAGGED: 3, DocumentOutcome.OFF_TOPIC: 1}, {PollStatus.NOT_MODIFIED: 1}, "issued", RunStatus.DONE, 0),
        ({DocumentOutcome.EMPTY: 1}, {}, "issued", RunStatus.PARTIAL, 3),
        ({}, {PollStatus.TIMEOUT: 1}, "issued", RunStatus.PARTIAL, 3),
        ({}, {PollStatus.TIMEOUT: 1}, None, RunStatus.PARTIAL, 3),
        ({}, {PollStatus.TIMEOUT: 1, PollStatus.GONE: 2}, "no_data", RunStatus.NO_DATA, 4),
        ({DocumentOutcome.EMPTY: 1}, {PollStatus.TIMEOUT: 1}, "no_data", RunStatus.NO_DATA, 4),
        ({DocumentOutcome.EMPTY: 1}, {}, "no_data", RunStatus.PARTIAL, 3),
        ({}, {PollStatus.TIMEOUT: 1, PollStatus.OK: 1}, "no_data", RunStatus.PARTIAL, 3),
        ({}, {}, "no_data", RunStatus.NO_DATA, 4),
    ],
    ids=[
        "nothing",
        "well",
        "bad document",
        "bad feed",
        "poll alone",
        "bad feeds",
        "bad feeds and document",
        "bad document, no data",
        "one feed",
        "no data",
    ],
)
def test_status_and_code_follow_from_the_words(
    outcomes: dict[DocumentOutcome, int], polls: dict[PollStatus, int], digest: str | None, status: RunStatus, code: int
) -> None:
    step = StepReport(step="x", inputs=sum(outcomes.values()), outcomes=outcomes, polls=polls)
    report = RunReport(run_id="r", steps=(step,), digest=DigestReport.model_validate({"state": digest}) if digest else None)
    assert (report.status, report.exit_code) == (status, code)
    assert RunReport.model_validate(report.model_dump(mode="json")) == report


def test_reports_of_batches_add_up() -> None:
    one = StepReport(step="tag", inputs=2, outcomes={DocumentOutcome.TAGGED: 2}, notes=("a",))
    two = StepReport(step="tag", inputs=3, outcomes={DocumentOutcome.FAILED: 1, DocumentOutcome.TAGGED: 1}, passed_on=1, notes=("a", "b"))
    total = add_reports("tag", [one, two])
    assert (total.inputs, total.passed_on, total.notes) == (5, 1, ("a", "b"))
    assert total.outcomes == {DocumentOutcome.TAGGED: 3, DocumentOutcome.FAILED: 1}
    assert sum(total.outcomes.values()) + total.passed_on == total.inputs


def test_the_lock_is_shared_inside_a_process_and_freed_after(world: World) -> None:
    settings = world.settings()
    assert find_holder(settings) is None
    with hold_warehouse(settings) as outer:
        with hold_warehouse(settings) as inner:
            assert inner is outer
        assert str(os.getpid()) in (find_holder(settings) or "")
    assert find_holder(settings) is None


def test_waiting_for_the_lock_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def locked(path: Path, *, timezone: str) -> None:
        tries.append(path)
        if len(tries) < 3:
            raise LockedError("process 1")
        raise WarehouseError("opened the third time")

    monkeypatch.setattr(flows.lock, "open_warehouse", locked)
    monkeypatch.setattr(flows.lock, "_RETRY_S", 0)
    with pytest.raises(LockedError), hold_warehouse(world.settings()):
        pass
    tries.clear()
    with pytest.raises(WarehouseError, match="third time"), hold_warehouse(world.settings(), wait_s=600):
        pass


@pytest.mark.usefixtures("quick")
class TestReading:
    """Verbs over the snapshot of one run."""

    def test_sql_in_every_form(self, command: CommandLine) -> None:
        command("run", "--direct", "--offline")
        query = "SELECT actor, stance FROM positions ORDER BY actor"
        assert command("sql", query).out.splitlines()[0].split() == ["actor", "stance"]
        assert json.loads(command("sql", query, "--format", "json").out) == [
            {"actor": "ARL", "stance": "supports"},
            {"actor": "BOR", "stance": "opposes"},
        ]
        rows = list(csv.reader(io.StringIO(command("sql", query, "--format", "csv").out)))
        assert rows == [["actor", "stance"], ["ARL", "supports"], ["BOR", "opposes"]]

    @pytest.mark.parametrize(
        "query", ["DELETE FROM positions", "SELECT 1; SELECT 2", "SELECT nothing", "SELECT * FROM read_text('/etc/passwd')"]
    )
    def test_sql_reads_only(self, command: CommandLine, query: str) -> None:
        command("run", "--direct", "--offline")
        answer = command("sql", query)
        assert answer.code == 1
        assert len(answer.err.strip().splitlines()) == 1

    def test_diff_shows_the_changes_of_a_day(self, world: World, command: CommandLine) -> None:
        text = "Borland supports the bridge. " + "The council of Borland voted for it after a long night of talks. " * 8
        world.add_entry("turn.txt", text, published="2026-05-03")
        command("run", "--direct", "--offline")
        assert "BOR the_bridge/general: reversed, opposes -> supports" in command("diff", "--day", "2026-05-03").out
        (change,) = json.loads(command("diff", "--day", "2026-05-03", "--json").out)["changes"]
        assert (change["kind"], change["after"]["outlet"], change["before"]["outlet"]) == ("reversed", "Post", "Borland Times")
        assert "no stance differs" in command("diff", "--day", "2026-05-02").out

    def test_diff_is_about_yesterday_by_default(self, command: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(flows.clock, "current_time", lambda: datetime(2026, 5, 2, 9, tzinfo=UTC))
        command("run", "--direct", "--offline")
        assert json.loads(command("diff", "--json").out)["day"] == "2026-05-01"

    def test_explain_shows_the_words_in_their_paragraph(self, command: CommandLine) -> None:
        command("run", "--direct", "--offline")
        (row,) = json.loads(command("sql", "SELECT position_id, quote FROM positions WHERE actor = 'ARL'", "--format", "json").out)
        answer = command("explain", row["position_id"][:8])
        assert f">>{row['quote']}<<" in answer.out
        assert "Valley Post, 2026-04-29 (manifest)" in answer.out
        found = json.loads(command("explain", row["position_id"], "--json").out)
        assert (found["what"], found["is_verbatim"], found["trail"]) == ("position", True, "quick")
        assert command("explain", "ffff" * 5).code == 4

    def test_explain_takes_events_and_reports(self, command: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(QuickTagger, "tag", tag_meetings)
        command("run", "--direct", "--offline")
        rows = json.loads(command("sql", "SELECT report_id, event_id FROM event_reports", "--format", "json").out)
        ((event_id, report_id),) = [(row["event_id"], row["report_id"]) for row in rows if row["event_id"] != row["report_id"]]
        event = command("explain", event_id)
        assert event.code == 0, event
        assert event.out.startswith("meeting (planned), 2026-05-31: ARL BOR, the wall")
        assert "date: relative 'the end of the month', to the day" in event.out
        assert event.out.count(">>") == 2
        assert "Valley Post, 2026-04-29 (manifest)" in event.out
        assert "Borland Times, 2026-05-01 (manifest)" in event.out
        found = json.loads(command("explain", event_id, "--json").out)
        assert (found["what"], found["reports"], len(found["told"])) == ("event", 2, 2)
        report = command("explain", report_id[:10])
        assert f"report {report_id} of event {event_id}" in report.out
        assert report.out.count(">>") == 1
        assert json.loads(command("explain", report_id, "--json").out)["what"] == "report"

    def test_explain_shows_a_document_sentence_by_sentence(self, world: World, command: CommandLine) -> None:
        strange = "[bold]Mark[/bold] the >>bridge<< \x1b[2J\u202eand the valley, nearly.\n\n"
        text = "Arland opposes the bridge on the Lenn.\n\n" + strange + "The council sat over the bridge until late. " * 8
        world.add_entry("hostile.txt", text, published="2026-05-02")
        command("run", "--direct", "--offline")
        query = "SELECT document_id, url FROM documents WHERE url = 'seed:hostile'"
        (row,) = json.loads(command("sql", query, "--format", "json").out)
        whole = command("explain", row["document_id"])
        assert whole.code == 0, whole
        assert f"document {row['document_id']}: 1 positions, 0 events, 1 near misses" in whole.out
        assert ">>Arland opposes the bridge on the Lenn.<<" in whole.out
        assert "  ARL opposes the_bridge/general (held now)" in whole.out
        assert "    - rule: quick" in whole.out
        assert "  not taken: BOR on the_bridge, probability 0.20 where 0.34 is needed" in whole.out
        assert "    - against it: the actor is the subject of no word above the issue's" in whole.out
        assert whole.out.count(">>") == 1
        assert not {"\x1b", "\u202e"} & set(whole.out)
        for name in (row["document_id"][:9], row["url"], str(world.seeds / "hostile.txt")):
            assert command("explain", name).out == whole.out, name

    def test_explain_prints_a_document_as_json(self, world: World, command: CommandLine) -> None:
        command("run", "--direct", "--offline")
        found = json.loads(command("explain", str(world.seeds / "letter.txt"), "--json").out)
        (sentence,) = found["sentences"]
        (position,) = sentence["positions"]
        assert (found["what"], found["positions"], found["missed"]) == ("document", 1, 0)
        assert (position["actor"], position["reasons"]) == ("ARL", ["rule: quick"])
        start = position["quote_start"] - sentence["start"]
        assert sentence["text"][start:].startswith(position["quote"])

    @pytest.mark.parametrize(
        ("what", "code"),
        [("https://news.example/none", 4), ("seed:none", 4), ("http://[", 1), ("not an id", 1), ("\x00", 1), ("a" * 5000, 1)],
        ids=["address", "seed", "no address", "words", "NUL", "too long"],
    )
    def test_explain_says_what_it_does_not_know(self, command: CommandLine, what: str, code: int) -> None:
        command("run", "--direct", "--offline")
        answer = command("explain", what)
        assert answer.code == code, answer
        assert answer.err.startswith("stancewatch: ")
        assert answer.err.count("\n") == 1

    def test_explain_of_a_file_that_was_never_read(self, command: CommandLine, tmp_path: Path) -> None:
        command("run", "--direct", "--offline")
        (tmp_path / "other.txt").write_text("Arland supports the bridge on the Lenn.", encoding="utf-8")
        answer = command("explain", str(tmp_path / "other.txt"))
        assert (answer.code, answer.out) == (4, "")
        assert "no stored document is" in answer.err

    def test_status_tells_settings_that_matter(self, command: CommandLine) -> None:
        command("run", "--direct", "--offline")
        answer = command("--set", "allow_private=true", "status")
        assert "2 documents, 2 positions" in answer.out
        assert "allow_private is ON" in answer.out
        assert "lock: free" in answer.out
        assert "allow_private" not in command("status").out
        found = json.loads(command("status", "--json").out)
        assert found["outcomes"] == {"tagged": 2}
        assert found["runs"][0]["status"] == "done"
        assert set(found["versions"]) >= {"prefect", "duckdb", "spacy"}

    def test_reading_goes_on_while_a_run_holds_the_lock(self, world: World, command: CommandLine) -> None:
        command("run", "--direct", "--offline")
        with hold_warehouse(world.settings()):
            assert command("sql", "SELECT 1").code == 0
            assert f"in use by process {os.getpid()}" in command("status").out


def test_secrets_in_feed_addresses_are_in_no_output(world: World, command: CommandLine, quick: None) -> None:
    feed = '\n[[feeds]]\nid = "post"\nurl = "http://reader:canary-9@127.0.0.1:9/feed"\noutlet = "Post"\ncountry = "ARL"\nkind = "online"\n'
    world.watch.write_text(world.watch.read_text(encoding="utf-8") + feed, encoding="utf-8")
    answers = [command("--set", "allow_private=true", *verb) for verb in (("run", "--direct"), ("status",), ("status", "--json"))]
    assert answers[0].code == 3
    assert not any("canary-9" in answer.out + answer.err for answer in answers)
    written = [path for path in world.home.rglob("*") if path.is_file()]
    assert written
    assert not any(b"canary-9" in path.read_bytes() for path in written)


def test_operations_page_names_every_exit_code_and_no_unknown_setting() -> None:
    page = (REPO / "docs" / "operations.md").read_text(encoding="utf-8")
    assert all(f"| {code.value} |" in page for code in ExitCode)
    variables = set(re.findall(r"STANCEWATCH_([A-Z_]+[A-Z])", page)) - {"CONFIG"}
    others = {
        "daily_digest",
        "operating_point",
        "position_detection",
        "position_full",
        "document_level",
        "event_detection",
        *DocumentOutcome,
    }
    tables = set(re.findall(r"(?m)^### `([a-z_]+)`", (REPO / "docs" / "tables.md").read_text(encoding="utf-8")))
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", page)) - tables - others
    assert {name.lower() for name in variables} | named <= set(Settings.model_fields)
    assert len(named) > 5
