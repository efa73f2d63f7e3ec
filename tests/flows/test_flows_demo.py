"""The demonstration end to end through the newsroom's real server, as a command, and the home that it works in."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from flow_samples import REPO, CommandLine

from flows.demo import replay
from flows.demo.home import MARKER, make_settings, open_home
from flows.demo.records import MorningReport, Summary
from flows.demo.replay import Pace, open_stage
from flows.demo.text import WIDTH, render_beginning, render_ending, render_morning, render_summary
from flows.lock import hold_warehouse
from newsroom.scenario import load_scenario
from newsroom.site import Newsroom, SeenRequest
from sources.checks import AGAIN_AFTER
from vocabulary.errors import TerminalError
from vocabulary.words import (
    DocumentOutcome,
    PollStatus,
)

SIX = day_time(6)
WAIT_S = 120  # a bound for slow machines, never a measure


# --- a short stretch, end to end -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Played:
    """A replay of the first three days of the script."""

    home: Path
    mornings: tuple[MorningReport, ...]
    summary: Summary
    requests: tuple[SeenRequest, ...]
    names: dict[str, str]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home / "warehouse.snapshot.duckdb"), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()


def play(home: Path, days: int) -> Played:
    mornings: list[MorningReport] = []
    with open_home(home, keep=False, say=lambda line: None) as folder, open_stage(make_settings(folder, {}), days=days) as stage:
        summary = stage.play(mornings.append, Pace(0))
        return Played(folder, tuple(mornings), summary, stage.room.requests, stage.names)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(tmp_path_factory.mktemp("played") / "home", 3)


def test_each_morning_has_its_digest(played: Played) -> None:
    days = ["2025-02-17", "2025-02-18", "2025-03-01", "2025-03-02", "2025-03-03"]
    assert [str(morning.day) for morning in played.mornings] == days
    assert [morning.number for morning in played.mornings] == [1, 2, 3, 4, 5]
    assert [morning.skipped for morning in played.mornings] == [0, 0, 10, 0, 0]
    issued = played.rows("SELECT day, issued_at FROM digests ORDER BY day")
    assert [(str(day), at) for day, at in issued] == [
        (day, datetime.combine(date.fromisoformat(day) + timedelta(days=1), SIX, tzinfo=UTC)) for day in days
    ]
    for morning in played.mornings:
        digest = json.loads(Path(morning.path).with_suffix(".json").read_text(encoding="utf-8"))
        assert len(digest["signals"]) == morning.signals
        assert len(digest["first_seen"]) == morning.first_seen
        assert digest["watch_title"].endswith("(a demonstration: every word is invented)")


def test_what_the_script_published_is_in_the_warehouse(played: Played) -> None:
    """Every article that a feed named by the last poll is a document, under an address that does not tell the port."""
    scenario = load_scenario()
    end = datetime(2025, 3, 4, 5, 45, tzinfo=UTC)
    broken = ("meridian", datetime(2025, 3, 3, tzinfo=UTC))  # fails from then on
    shown = {
        article.id
        for article in scenario.articles
        if article.appears_at <= end and not (article.outlet == broken[0] and article.appears_at >= broken[1])
    }
    stored = {url.split("?")[0] for (url,) in played.rows("SELECT url FROM documents")}
    assert len(stored) == len(shown) == played.summary.documents
    for article_id in shown:
        outlet = scenario.article_by_id[article_id].outlet
        assert any(url.startswith(f"http://{outlet}.example/") and article_id in url for url in stored), article_id
    assert played.summary.script.articles == sum(article.appears_at <= end + timedelta(minutes=15) for article in scenario.articles)
    ended = {word: count for word, count in played.summary.entries.items() if word is not DocumentOutcome.UNCHANGED}
    assert sum(ended.values()) == len(shown)  # the unchanged ones are later looks at articles that are stored


def test_copies_of_one_story_are_counted(played: Played) -> None:
    wires = dict(played.rows("SELECT wire_id, count(*) FROM documents GROUP BY wire_id"))
    several = [number for number in wires.values() if number > 1]
    assert several
    assert (played.summary.stories, played.summary.copies) == (len(several), sum(several))


def test_an_outage_is_seen_in_the_digest_and_at_the_end(played: Played) -> None:
    down = {str(morning.day): [(feed.feed_id, feed.status) for feed in morning.feeds_down] for morning in played.mornings}
    broken = [("meridian", PollStatus.HTTP_ERROR)]
    assert down == {"2025-02-17": [], "2025-02-18": [], "2025-03-01": [], "2025-03-02": broken, "2025-03-03": broken}
    (story,) = [feed for feed in played.summary.feeds if feed.outages]
    assert (story.feed_id, story.outages[0].begins, story.outages[0].ends) == ("meridian", datetime(2025, 3, 3, 5, 45, tzinfo=UTC), None)
    assert "Meridian Broadcasting: answers with an error" in render_summary(played.summary, played.names)


def test_the_site_is_read_as_any_other(played: Played) -> None:
    """robots.txt comes before pages, validators go back, and an article is asked for once, then looked at on its schedule."""
    scenario = load_scenario()
    for outlet in scenario.outlets:
        seen = [request for request in played.requests if request.outlet == outlet.id]
        assert {request.headers["host"] for request in seen} == {f"{outlet.id}.example"}
        assert all(request.headers["user-agent"].startswith("stancewatch/") for request in seen)
        pages = [request.path for request in seen if request.path not in ("/robots.txt", outlet.feed_path)]
        assert all(pages.count(path) <= 1 + len(AGAIN_AFTER) for path in pages)
        paths = [request.path for request in seen]
        assert not pages or paths.index("/robots.txt") < paths.index(pages[0])
    conditional = [request for request in played.requests if "if-none-match" in request.headers or "if-modified-since" in request.headers]
    assert {request.status for request in conditional} >= {200, 304}
    refused = [request for request in played.requests if request.outlet == "meridian" and request.status == 503]
    (story,) = [feed for feed in played.summary.feeds if feed.feed_id == "meridian"]
    assert len(refused) == sum(story.outages[0].words.values()) > 1


def test_the_real_clock_stays_out(played: Played) -> None:
    for table, columns in {
        "runs": ("started_at", "ended_at"),
        "positions": ("recorded_at",),
        "documents": ("first_seen_at",),
        "stance_revisions": ("known_from",),
        "feed_polls": ("polled_at", "next_poll_at"),
        "outcomes": ("recorded_at",),
    }.items():
        for column in columns:
            ((rows, years),) = played.rows(f"SELECT count(*), list(DISTINCT year({column})) FROM {table}")
            assert (rows > 0, years) == (True, [2025]), f"{table}.{column}"


def test_the_feeds_of_the_watch_are_not_asked(played: Played) -> None:
    assert {row[0] for row in played.rows("SELECT DISTINCT feed_id FROM feed_polls")} == {outlet.id for outlet in load_scenario().outlets}
    assert played.rows("SELECT count(*) FROM feed_polls WHERE status = 'refused'") == [(0,)]


def test_every_line_fits_a_terminal(played: Played) -> None:
    shown = [render_morning(morning, played.names) for morning in played.mornings]
    shown += [
        render_summary(played.summary, played.names),
        render_beginning(articles=145, outlets=11, mornings=36, home="/tmp/x", stays=True),
        render_ending(played.summary.model_copy(update={"home": "/tmp/a folder"})),
    ]
    lines = "\n".join(shown).splitlines()
    assert [line for line in lines if len(line) > WIDTH] == []
    assert "STANCEWATCH_HOME='/tmp/a folder' stancewatch status" in "\n".join(lines)


def test_two_demos_say_the_same(played: Played, tmp_path: Path) -> None:
    """Another port, another process number, another folder: the same digests to the byte."""
    again = play(tmp_path / "again", 1)
    for form in ("md", "html", "json"):
        for day in ("2025-02-17", "2025-02-18"):
            first, second = (one.home / "digests" / day / f"digest.{form}" for one in (played, again))
            assert first.read_bytes() == second.read_bytes(), (day, form)


# --- the command ----------------------------------------------------------------------------------------------------------


@dataclass
class Shell:
    """Starts the command as a process, with a place for scratch folders of its own."""

    folder: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        self.scratch.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", "from flows.cli import main; main()", "demo", *arguments],
            env={**os.environ, "PYTHONPATH": str(REPO), "TMPDIR": str(self.scratch), **variables},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path)
    yield made
    for process in made.started:  # where a test failed
        process.kill()
        process.communicate()


def children_of(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # a thread that has just ended
            found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_json_is_an_object_a_line_and_the_users_own_is_left_alone(shell: Shell) -> None:
    own = shell.folder / "mine"
    own.mkdir()
    (own / "warehouse.duckdb").write_bytes(b"mine")
    (shell.folder / "stancewatch.toml").write_text('timezone = "Asia/Tokyo"\n', encoding="utf-8")
    process = shell.start("--days", "1", "--json", STANCEWATCH_HOME=str(own), STANCEWATCH_FEEDS_ENABLED="false")
    out, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, err) == (0, "")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["kind"] for line in lines] == ["morning", "morning", "summary"]
    assert lines[0]["issued_at"] == "2025-02-18T06:00:00Z"
    assert MorningReport.model_validate(lines[0]).first_seen > 0
    assert Summary.model_validate(lines[2]).truth.true == 0
    assert [path.name for path in own.iterdir()] == ["warehouse.duckdb"]
    assert (own / "warehouse.duckdb").read_bytes() == b"mine"
    assert list(shell.scratch.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda kind: kind.name)
def test_a_demo_that_is_stopped_puts_everything_away(shell: Shell, how: signal.Signals) -> None:
    process = shell.start("--speed", "1")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("A script of")
    wait_until(lambda: bool(children_of(process.pid)))
    workers = children_of(process.pid)
    (home,) = shell.scratch.iterdir()
    assert (home / "warehouse.duckdb").exists()
    assert all(os.getpgid(pid) == pid for pid in workers)  # a terminal's Ctrl-C does not reach them, not even while they start
    os.killpg(process.pid, how)
    _, err = process.communicate(timeout=WAIT_S)
    assert (process.returncode, err) == (128 + how, "stancewatch: the demo was stopped; its server has ended\n")
    assert list(shell.scratch.iterdir()) == []
    wait_until(lambda: not any(is_alive(pid) for pid in workers))


def test_a_killed_demo_leaves_nothing_running(shell: Shell) -> None:
    process = shell.start("--speed", "1")
    wait_until(lambda: bool(children_of(process.pid)))
    workers = children_of(process.pid)
    process.kill()
    process.communicate(timeout=WAIT_S)
    wait_until(lambda: not any(is_alive(pid) for pid in workers))


@pytest.mark.parametrize(
    ("before", "after", "code", "said"),
    [
        ((), ("--home", "mine"), 1, "mine holds a warehouse and no demo made it"),
        ((), ("--home", "papers"), 1, "papers is not empty and no demo made it"),
        ((), ("--home", "papers/note.txt"), 1, "cannot be the folder of a demo"),
        (("--home", "mine"), (), 1, "mine holds a warehouse and no demo made it"),
        (("--config", "some.toml"), (), 2, "reads no settings file"),
        (("--set", "warehouse=mine/warehouse.duckdb"), (), 2, "has its own warehouse"),
        (("--set", "allow_private=true"), (), 2, "has its own allow_private"),
        ((), ("--speed", "inf"), 2, "inf is no speed"),
        ((), ("--speed", "nan"), 2, "'--speed'"),
        ((), ("--speed", "-1"), 2, "'--speed'"),
        ((), ("--days", "0"), 2, "'--days'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_refusals(command: CommandLine, tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...], code: int, said: str) -> None:
    for name in ("mine/warehouse.duckdb", "papers/note.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"precious")
    answer = command(*before, "demo", *after)
    assert answer.code == code, answer
    assert said in " ".join(answer.err.replace("│", " ").split())
    assert (tmp_path / "mine" / "warehouse.duckdb").read_bytes() == b"precious"
    assert [path.name for path in (tmp_path / "papers").iterdir()] == ["note.txt"]


def test_whatever_goes_wrong_the_server_ends_and_the_warehouse_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms: list[Newsroom] = []

    class Seen(Newsroom):
        def __enter__(self) -> "Seen":
            rooms.append(self)
            return super().__enter__()

    monkeypatch.setattr(replay, "Newsroom", Seen)
    settings = make_settings(tmp_path, {})

    def broken(morning: MorningReport) -> None:
        raise OSError("the output is gone")

    with pytest.raises(OSError, match="the output is gone"), open_stage(settings, days=1) as stage:
        stage.play(broken, Pace(0))
    assert rooms[0].stopped.is_set()
    with hold_warehouse(settings):
        pass


# --- home -----------------------------------------------------------------------------------------------------------------


def test_a_second_demo_replaces_the_first_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    home = tmp_path / "home"
    with open_home(home, keep=False, say=said.append) as folder:
        settings = make_settings(folder, {})
        with hold_warehouse(settings) as store:
            store.publish_snapshot()
        settings.digests.mkdir()
        (folder / "own-notes.txt").write_text("mine", encoding="utf-8")
    assert said == []
    with open_home(home, keep=False, say=said.append):
        assert sorted(path.name for path in home.iterdir()) == ["own-notes.txt", MARKER, "warehouse.duckdb.lock"]
    assert said == [f"{home} holds an earlier demo, which is replaced"]


def test_a_demo_in_use_is_left_alone(command: CommandLine, tmp_path: Path) -> None:
    with open_home(tmp_path / "home", keep=False, say=print) as folder, hold_warehouse(make_settings(folder, {})):
        answer = command("demo", "--home", str(folder))
        assert answer.code == 5
        assert f"in use by process {os.getpid()}" in answer.err
        assert (folder / "warehouse.duckdb").exists()


@pytest.mark.parametrize("keep", [True, False], ids=["kept", "removed"])
def test_a_scratch_home_goes_unless_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: bool) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fail(folder: Path) -> None:
        folders.append(folder)
        (folder / "warehouse.duckdb").touch()
        raise OSError("the disk is full")

    folders: list[Path] = []
    with pytest.raises(OSError, match="the disk is full"), open_home(None, keep=keep, say=print) as opened:
        fail(opened)
    assert (folders[0].parent, folders[0].exists()) == (tmp_path, keep)


def test_the_shipped_default_stays_closed(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, {})
    assert settings.allow_private is False
    assert settings.warehouse.parent == settings.digests.parent == tmp_path
    with open_stage(settings, days=1) as stage:
        assert set(stage.ctx.local_hosts.values()) == {stage.room.ports[0]}
    with pytest.raises(TerminalError, match="batch-size"):
        make_settings(tmp_path, {"batch_size": 0})
