"""The steps: every item ends with one word, a second run changes nothing, one bad document is its own trouble."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from flow_samples import NOW, QuickTagger, World, row_digests

import flows.polling
import flows.steps
from flows.context import RunContext
from flows.lock import hold_warehouse
from flows.polling import StoreKeeper
from flows.reports import RunReport, StepReport
from flows.running import record_run, run_daily_digest, run_direct, run_first_batch, run_tag
from flows.steps import load_first_batch, tag_documents
from sources.failures import Failure
from sources.polling import AnswerRows, PollSummary
from vocabulary.documents import FeedPoll
from vocabulary.errors import NoDataError, SeedError, WatchError
from vocabulary.words import ChangeCause, ChangeKind, DocumentOutcome, PollStatus, RunStatus

pytestmark = pytest.mark.usefixtures("quick")
Word = DocumentOutcome
FEED = '\n[[feeds]]\nid = "post"\nurl = "http://127.0.0.1:9/feed"\noutlet = "Post"\ncountry = "ARL"\nkind = "online"\n'


def in_run(ctx: RunContext, *steps: object) -> tuple[StepReport, ...]:
    """Do `steps` as one recorded run and return their reports."""
    return record_run(ctx, "monitor", lambda inside: RunReport(run_id=inside.run_id, steps=tuple(step(inside) for step in steps))).steps  # type: ignore[operator]


def stored_outcomes(world: World) -> list[tuple[str, str]]:
    with hold_warehouse(world.settings()) as store:
        return store.connection.execute("SELECT item, status FROM outcomes ORDER BY ALL").fetchall()


@pytest.mark.parametrize(
    ("name", "content", "published", "word"),
    [
        ("good.txt", "Borland supports the bridge after all. " * 12, "2026-05-02", Word.TAGGED),
        (
            "other.txt",
            "The harvest festival in the hills drew a large crowd on Sunday afternoon and evening. " * 6,
            "2026-05-02",
            Word.OFF_TOPIC,
        ),
        ("empty.txt", "", "2026-05-02", Word.EMPTY),
        ("binary.txt", bytes(range(256)) * 20, "2026-05-02", Word.NOT_TEXT),
        (
            "german.txt",
            "Die Regierung hat am Mittwoch erklärt, dass die Brücke nicht gebaut werden soll. " * 8,
            "2026-05-02",
            Word.OTHER_LANGUAGE,
        ),
        ("later.txt", "Arland supports the bridge still. " * 12, "2027-05-02", Word.BAD_DATE),
        ("nowhen.txt", "Arland supports the bridge still. " * 12, '"soon"', Word.BAD_DATE),
        ("broken.txt", "BREAK THE TAGGER with this bridge. " * 12, "2026-05-02", Word.FAILED),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith(".txt") else "",
)
def test_a_bad_document_is_a_word_and_the_rest_goes_on(world: World, name: str, content: str | bytes, published: str, word: Word) -> None:
    world.add_entry(name, content, published=published)
    first, tagged = in_run(world.context(), load_first_batch, tag_documents)
    assert sum(first.outcomes.values()) + first.passed_on == first.inputs == 3
    assert sum(tagged.outcomes.values()) == tagged.inputs == first.passed_on
    both = {**first.outcomes, **tagged.outcomes}
    assert both.pop(word) == (3 if word is Word.TAGGED else 1)
    assert sum(both.values()) == (0 if word is Word.TAGGED else 2)
    assert len(stored_outcomes(world)) == 3
    assert StepReport(step="x", outcomes={word: 1}).is_partial is (word not in (Word.TAGGED, Word.OFF_TOPIC, Word.OTHER_LANGUAGE))


@pytest.mark.parametrize("batch_size", [1, 2, 3, 50])
def test_words_add_up_for_every_batch_size(world: World, batch_size: int) -> None:
    for number in range(5):
        text = "BREAK THE TAGGER on the bridge, twice. " if number in (1, 3) else f"Arland supports the bridge, letter {number}. "
        world.add_entry(f"more{number}.txt", text * 12, published="2026-04-30")
    first, tagged = in_run(world.context(batch_size=batch_size), load_first_batch, tag_documents)
    assert (first.inputs, first.passed_on) == (7, 7)
    assert tagged.outcomes == {Word.TAGGED: 5, Word.FAILED: 2}
    assert tagged.inputs == 7


def test_each_item_has_one_row_and_it_is_the_word_of_the_report(world: World) -> None:
    world.add_entry("empty.txt", "", published="2026-05-02")
    run_direct(world.context())
    words = sorted(word for _, word in stored_outcomes(world))
    assert words == ["empty", "tagged", "tagged"]


def test_every_step_again_changes_nothing(world: World) -> None:
    def all_steps(hour: int) -> dict[str, tuple[int, str]]:
        ctx = world.context(now=NOW + timedelta(hours=hour))
        for step in (run_first_batch, run_tag, run_daily_digest, run_direct):
            step(ctx)
        rows = row_digests(world.settings().warehouse)
        return {table: rows[table] for table in rows if table not in ("runs", "outcomes")}

    first, files = all_steps(0), digest_files(world)
    assert first["positions"][0] == 2
    assert all_steps(1) == first
    assert digest_files(world) == files


def digest_files(world: World) -> dict[str, bytes]:
    root = world.settings().digests
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_unchanged_documents_are_said_to_be(world: World) -> None:
    run_direct(world.context())
    again = run_direct(world.context(now=NOW + timedelta(hours=1)))
    assert again.steps[0].outcomes == {Word.UNCHANGED: 2}
    assert again.steps[2].inputs == 0


def test_opening_digest_covers_the_last_document_day(world: World) -> None:
    report = run_direct(world.context())
    assert report.digest is not None
    assert (report.digest.state, report.digest.day, report.digest.number) == ("issued", date(2026, 5, 1), 1)
    assert set(digest_files(world)) == {f"{where}.{kind}" for where in ("latest", "2026-05-01/digest") for kind in ("md", "html", "json")}
    assert (report.status, report.exit_code) == (RunStatus.DONE, 0)


def test_an_issued_day_is_reprinted_as_it_was(world: World) -> None:
    run_direct(world.context())
    before = digest_files(world)
    (world.settings().digests / "latest.md").unlink()
    (world.settings().digests / "2026-05-01" / "digest.html").write_text("half", encoding="utf-8")
    report = run_daily_digest(world.context(now=NOW + timedelta(days=9)), day=date(2026, 5, 1))
    assert report.digest is not None
    assert report.digest.state == "reprinted"
    assert digest_files(world) == before


def test_nothing_read_is_not_no_change(world: World) -> None:
    run_direct(world.context())
    before = digest_files(world)
    report = run_daily_digest(world.context(now=NOW + timedelta(days=1)))
    assert report.digest is not None
    assert (report.digest.state, report.digest.day) == ("no_data", date(2026, 5, 1))
    assert "no data is not the same as no change" in report.digest.notes[0]
    assert digest_files(world) == before


def test_a_first_batch_that_comes_late_is_news(world: World) -> None:
    """Documents of long ago, read only now, are shown by the next digest, as late; then there is silence again."""
    run_direct(world.context(feeds_enabled=False))
    late = world.folder / "late"
    late.mkdir()
    entries = (("turn", "Borland supports the bridge. ", "2026-04-30"), ("firm", "Arland opposes the bridge. ", "2026-05-01"))
    for name, claim, day in entries:
        (late / f"{name}.txt").write_text(claim + "The council voted after a long night in the hills. " * 8, encoding="utf-8")
        with (late / "manifest.toml").open("a", encoding="utf-8") as stream:
            stream.write(f'[[documents]]\nid = "{name}"\nfile = "{name}.txt"\noutlet = "Post"\ntitle = "News"\npublished = {day}\n')
    report = run_direct(world.context(seeds=late, feeds_enabled=False, now=NOW + timedelta(days=30)))
    assert report.digest is not None
    assert (report.digest.state, report.digest.day, report.digest.number) == ("issued", date(2026, 6, 2), 2)
    with hold_warehouse(world.settings()) as store:
        issued = store.find_digest(date(2026, 6, 2))
    assert issued is not None
    assert [(line.actor, line.kind, line.cause) for line in issued.changes] == [("ARL", ChangeKind.REVERSED, ChangeCause.LATE)]
    coverage = issued.coverage
    assert (coverage.documents_read, coverage.documents_late, coverage.documents_total) == (2, 2, 4)
    assert (coverage.feeds_off, coverage.silent_actors) == (True, ())
    again = run_direct(world.context(seeds=late, feeds_enabled=False, now=NOW + timedelta(days=31)))
    assert again.digest is not None
    assert (again.digest.state, again.digest.day) == ("no_data", date(2026, 6, 2))


def test_the_next_digest_covers_yesterday(world: World) -> None:
    run_direct(world.context())
    world.add_entry(
        "turn.txt", "Borland supports the bridge. " + "The council of Borland voted for it after a long night. " * 6, published="2026-05-06"
    )
    report = run_direct(world.context(now=NOW + timedelta(days=3)))
    assert report.digest is not None
    assert (report.digest.state, report.digest.day, report.digest.number) == ("issued", date(2026, 5, 6), 2)


@pytest.mark.parametrize(
    ("day", "message"),
    [(date(2026, 5, 9), "is not over"), (date(2026, 4, 30), "2026-05-01 was issued since")],
    ids=["ahead", "before the last"],
)
def test_days_that_cannot_be_issued(world: World, day: date, message: str) -> None:
    run_direct(world.context())
    with pytest.raises(NoDataError, match=message):
        run_daily_digest(world.context(), day=day)


def test_an_empty_warehouse_has_no_data(world: World) -> None:
    report = run_daily_digest(world.context())
    assert (report.status, report.exit_code) == (RunStatus.NO_DATA, 4)


def test_the_day_of_a_digest_is_that_of_the_time_zone(world: World) -> None:
    late = NOW.replace(hour=23)
    assert (world.context(now=late).today, world.context(now=late, timezone="Europe/Paris").today) == (date(2026, 5, 4), date(2026, 5, 5))


def test_missing_seeds_stop_the_run_and_keep_what_is_stored(world: World) -> None:
    run_direct(world.context())
    before = row_digests(world.settings().warehouse)
    with pytest.raises(SeedError, match="seeds folder"):
        run_direct(world.context(seeds=world.folder / "nowhere", now=NOW + timedelta(hours=1)))
    after = row_digests(world.settings().warehouse)
    assert {table: rows for table, rows in after.items() if table != "runs"} == {
        table: rows for table, rows in before.items() if table != "runs"
    }
    with hold_warehouse(world.settings()) as store:
        last = store.find_last_run()
    assert last is not None
    assert (last.status, "SeedError" in last.detail) == (RunStatus.FAILED, True)


def test_a_missing_watch_is_one_line(world: World) -> None:
    with pytest.raises(WatchError, match="no such watch file"):
        world.context(watch=Path("nowhere.toml"))


def test_a_tagger_that_loses_a_document_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuickTagger, "tag", lambda self, documents: iter(()))
    _, tagged = in_run(world.context(), load_first_batch, tag_documents)
    assert tagged.outcomes == {Word.FAILED: 2}


def test_polls_documents_and_failures_are_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.watch.write_text(world.watch.read_text(encoding="utf-8") + FEED, encoding="utf-8")

    async def polled(ctx: RunContext, store: object, keeper: StoreKeeper, feeds: object, force: bool) -> PollSummary:
        poll = FeedPoll(run_id=ctx.run_id, feed_id="post", polled_at=ctx.now, status=PollStatus.TIMEOUT)
        keeper.keep_answers(AnswerRows((poll,), failures=(Failure("http://x.example/a", Word.OFF_TOPIC, ""),)))
        return PollSummary(polls=[poll], not_due=2, paused=1)

    monkeypatch.setattr(flows.polling, "_poll", polled)
    (report,) = in_run(world.context(), flows.steps.poll_feeds)
    assert (report.inputs, report.outcomes, report.polls) == (1, {Word.OFF_TOPIC: 1}, {PollStatus.TIMEOUT: 1})
    assert report.notes == (
        "failed: post (timeout)",
        "2 feeds not due yet (1 of them paused: gone or failing for long)",
    )
    assert report.is_partial


def test_feeds_that_are_off_are_not_polled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.watch.write_text(world.watch.read_text(encoding="utf-8") + FEED, encoding="utf-8")
    monkeypatch.delattr(flows.steps, "poll_into")
    (report,) = in_run(world.context(feeds_enabled=False), flows.steps.poll_feeds)
    assert (report.polls, report.notes) == ({}, ("feeds are switched off, nothing was polled",))
