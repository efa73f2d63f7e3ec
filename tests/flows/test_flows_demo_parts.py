"""The parts of the demonstration that need no server: the plan, the pace, the comparison with the truth, the words."""

import io
import sys
from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time
from typing import Any

import pytest

from flows import progress
from flows.commands.output import put
from flows.demo.plan import list_busy_days, plan_mornings
from flows.demo.records import MorningReport, tell_feeds
from flows.demo.replay import Pace
from flows.demo.text import WIDTH, render_morning
from flows.demo.truth import compare_changes
from flows.progress import track
from newsroom.records import TrueChange
from newsroom.scenario import load_scenario
from vocabulary.documents import FeedPoll
from vocabulary.stance import Evidence, StanceChange
from vocabulary.words import (
    Attribution,
    Basis,
    ChangeCause,
    ChangeKind,
    ChangeStrength,
    DateBasis,
    PollStatus,
    Stance,
)

SIX = day_time(6)
DAYS = [date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 20)]


# --- plan and pace --------------------------------------------------------------------------------------------------------


def test_every_day_of_the_script_has_a_morning_and_the_day_after_too() -> None:
    scenario = load_scenario()
    busy, mornings = list_busy_days(scenario), plan_mornings(scenario, digest_at=SIX)
    assert set(scenario.days) < set(busy)
    assert {morning.day for morning in mornings} == set(busy) | {day + timedelta(days=1) for day in busy}
    moments = [moment for morning in mornings for moment in (*morning.polls, morning.issued_at)]
    assert moments == sorted(set(moments))
    assert sum(morning.skipped for morning in mornings) + len(mornings) == (mornings[-1].day - mornings[0].day).days + 1
    for morning in mornings:
        assert morning.issued_at == datetime.combine(morning.day + timedelta(days=1), SIX, tzinfo=UTC)
        assert len(morning.polls) == (5 if morning.day in busy else 1)


@pytest.mark.parametrize(
    ("days", "planned"),
    [
        (1, ["02-17", "02-18"]),
        (3, ["02-17", "02-18", "03-01", "03-02", "03-03"]),
        (4, ["02-17", "02-18", "03-01", "03-02", "03-03", "03-04"]),
    ],
    ids=["one", "a day after that is the next one of the script is left out", "days running"],
)
def test_the_first_days_alone(days: int, planned: list[str]) -> None:
    assert [f"{one.day:%m-%d}" for one in plan_mornings(load_scenario(), digest_at=SIX, days=days)] == planned


def test_the_clock_goes_at_its_speed() -> None:
    now_s, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now_s[0] += seconds

    pace, start = Pace(3600, sleep=sleep, monotonic=lambda: now_s[0]), datetime(2025, 3, 3, 8, tzinfo=UTC)
    pace.wait_for(start)
    now_s[0] = 1.0  # work of a second
    pace.wait_for(start + timedelta(hours=4))
    now_s[0] = 20.0  # work that takes longer than the clock: nothing is made up for
    pace.wait_for(start + timedelta(hours=8))
    pace.wait_for(start + timedelta(hours=9))
    pace.wait_for(start + timedelta(days=30), skips=True)
    pace.wait_for(start + timedelta(days=30, hours=2))
    assert slept == [3.0, 1.0, 2.0]


def test_no_speed_never_waits() -> None:
    pace = Pace(0, sleep=lambda seconds: pytest.fail("slept"), monotonic=lambda: 0.0)
    for hour in range(3):
        pace.wait_for(datetime(2025, 3, 3, hour, tzinfo=UTC))


# --- beside the truth -----------------------------------------------------------------------------------------------------


def true(actor: str, *, day: int = 4, kind: ChangeKind = ChangeKind.REVERSED, **facts: Any) -> TrueChange:
    return TrueChange(
        **{
            "day": date(2025, 3, day),
            "said_on": date(2025, 3, day - 1),
            "actor": actor,
            "issue": "the_bridge",
            "kind": kind,
            "before": Stance.SUPPORTS,
            "after": Stance.OPPOSES,
            "strength": ChangeStrength.CONFIRMED,
            "cause": ChangeCause.MOVE,
            "articles": ("letter",),
            "why": "Made up.",
            **facts,
        }
    )


def shown(actor: str, *, day: int = 4, kind: ChangeKind = ChangeKind.REVERSED, quote: str = "No bridge.", **facts: Any) -> StanceChange:
    evidence = Evidence(
        position_id="ab12",
        stance=Stance.OPPOSES,
        quote=quote,
        speaker=facts.pop("speaker", None),
        attribution=Attribution.OWN_WORDS,
        basis=Basis.DATED,
        said_on=date(2025, 3, 3),
        said_on_basis=DateBasis.DOCUMENT,
        confidence=0.9,
        document_id="cd34",
        outlet="Post",
        title="A letter",
        url="http://post.example/letter",
        published_on=date(2025, 3, 3),
    )
    return StanceChange(
        **{
            "change_id": f"{actor}{day}{kind}",
            "day": date(2025, 3, day),
            "actor": actor,
            "issue": "the_bridge",
            "aspect": "general",
            "kind": kind,
            "cause": ChangeCause.MOVE,
            "strength": ChangeStrength.CONFIRMED,
            "before_stance": Stance.SUPPORTS,
            "after_stance": Stance.OPPOSES,
            "after": evidence,
            "moved_on": date(2025, 3, 3),
            "significance": 0.5,
            "independent_sources": 1,
            **facts,
        }
    )


SOFTENED = ChangeKind.SOFTENED
CASES = {
    "found": ([true("ARL")], [shown("ARL")], [], (1, 1, 0, 0, 0, 1, 0, 0, 0)),
    "another actor": ([true("ARL")], [shown("BOR")], [], (1, 0, 0, 0, 1, 1, 1, 0, 0)),
    "another kind": ([true("ARL")], [shown("ARL", kind=SOFTENED)], [], (1, 0, 0, 1, 0, 1, 1, 1, 0)),
    "another question": ([true("ARL", aspect="tolls")], [shown("ARL")], [], (1, 0, 0, 1, 0, 1, 1, 1, 0)),
    "before it was said": ([true("ARL", day=4)], [shown("ARL", day=2)], [], (1, 0, 0, 0, 1, 1, 1, 0, 0)),
    "a week late": ([true("ARL", day=4)], [shown("ARL", day=11)], [], (1, 1, 0, 0, 0, 1, 0, 0, 0)),
    "too late": ([true("ARL", day=4)], [shown("ARL", day=20)], [], (1, 0, 0, 0, 1, 1, 1, 0, 0)),
    "the first digest after a gap": ([true("ARL", day=5)], [shown("ARL", day=20)], [], (1, 1, 0, 0, 0, 1, 0, 0, 0)),
    "as a signal": ([true("ARL")], [], [shown("ARL")], (1, 0, 1, 0, 0, 0, 0, 0, 0)),
    "shown twice": ([true("ARL")], [shown("ARL"), shown("ARL", day=6)], [], (1, 1, 0, 0, 0, 2, 1, 1, 0)),
    "two of a kind": ([true("ARL"), true("ARL", day=6)], [shown("ARL"), shown("ARL", day=6)], [], (2, 2, 0, 0, 0, 2, 0, 0, 0)),
    "readers may differ": ([true("ARL", optional=True)], [shown("ARL")], [], (0, 0, 0, 0, 0, 0, 0, 0, 1)),
    "readers may differ, unseen": ([true("ARL", optional=True)], [], [], (0, 0, 0, 0, 0, 0, 0, 0, 0)),
    "one line for a must and a may": (
        [true("ARL", optional=True), true("ARL", day=5)],
        [shown("ARL", day=5)],
        [],
        (1, 1, 0, 0, 0, 1, 0, 0, 0),
    ),
    "a true signal is no change": ([true("ARL", strength=ChangeStrength.SIGNAL)], [shown("ARL")], [], (0, 0, 0, 0, 0, 1, 1, 0, 0)),
    "after the last digest": ([true("ARL", day=25)], [], [], (0, 0, 0, 0, 0, 0, 0, 0, 0)),
    "nothing at all": ([], [], [], (0, 0, 0, 0, 0, 0, 0, 0, 0)),
}


@pytest.mark.parametrize(("changes", "lines", "signals", "counted"), CASES.values(), ids=CASES)
def test_shown_beside_true(
    changes: list[TrueChange], lines: list[StanceChange], signals: list[StanceChange], counted: tuple[int, ...]
) -> None:
    got = compare_changes(changes, lines, signals, DAYS)
    assert (
        got.true,
        len(got.found),
        len(got.as_signal),
        len(got.otherwise),
        len(got.missed),
        got.shown,
        len(got.wrong),
        got.wrong_near,
        len(got.open),
    ) == counted
    assert got.true == len(got.found) + len(got.as_signal) + len(got.otherwise) + len(got.missed)


# --- words ----------------------------------------------------------------------------------------------------------------


def poll(feed_id: str, day: int, status: PollStatus = PollStatus.OK, **facts: Any) -> FeedPoll:
    return FeedPoll(run_id="r", feed_id=feed_id, polled_at=datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=day), status=status, **facts)


def test_feeds_are_told_by_their_polls_alone() -> None:
    error, late = PollStatus.HTTP_ERROR, PollStatus.TIMEOUT
    polls = [
        *(poll("calm", day, new_items=1) for day in (0, 40)),
        *(poll("ill", day, status) for day, status in enumerate((PollStatus.OK, error, error, late, PollStatus.NOT_MODIFIED, error))),
        *(poll("mute", day, new_items=day == 2) for day in range(40)),
        poll("moved", 3, address="http://new.example/rss", new_items=1),
        poll("moved", 39, address="http://new.example/rss", new_items=1),
    ]
    calm, ill, mute, moved = tell_feeds(
        sorted(polls, key=lambda one: one.polled_at), {id_: id_ for id_ in ("calm", "ill", "mute", "moved")}
    )
    assert (calm.polls, calm.outages, calm.moved_to, calm.silent_since) == (2, (), "", None)
    assert [(one.begins.day, one.ends and one.ends.day, one.words) for one in ill.outages] == [
        (2, 5, {error: 2, late: 1}),
        (6, None, {error: 1}),
    ]
    assert (mute.silent_since, moved.moved_to) == (date(2025, 3, 3), "http://new.example/rss")


def test_words_of_strangers_never_reach_the_terminal_as_controls(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "Stop\x1b[2J\x07 \u202eturned\n\n  * Faked, line: reversed\r\n" + "very " * 200 + "long"
    change = shown("ARL", quote=evil, speaker="Eve\x1b]0;x\x07")
    put(render_morning(make_report(change), {"ARL": "Arland", "the_bridge": "The bridge"}))
    out = capsys.readouterr().out
    assert not {char for char in out if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160 or char == "\u202e")}
    assert "<1b>[2J" in out
    assert "  * Arland, The bridge: changed sides (supports -> opposes)" in out
    assert len([line for line in out.splitlines() if line.startswith("  * ")]) == 1
    assert all(len(line) <= WIDTH + 20 for line in out.splitlines())  # a control is written in four characters


def make_report(*changes: StanceChange, **facts: Any) -> MorningReport:
    return MorningReport(
        **{
            "day": date(2025, 3, 4),
            "issued_at": datetime(2025, 3, 5, 6, tzinfo=UTC),
            "skipped": 0,
            "state": "issued",
            "number": 3,
            "entries": {},
            "polls": {},
            "confirmed": len(changes),
            "changes": changes,
            **facts,
        }
    )


def test_a_bar_within_a_bar_shares_its_lines_and_leaves_stdout_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen, out = Terminal(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(sys, "stdout", out)
    with track("the day", 2) as advance:
        with track("the feeds", 3) as advance_part:
            advance_part()
            print("a result")
            (bar,) = progress._shown
            assert [(task.description, task.completed) for task in bar.tasks] == [("the day", 0), ("the feeds", 1)]
        advance()
        assert [(task.description, task.completed) for task in bar.tasks] == [("the day", 1)]
    assert progress._shown == []
    assert out.getvalue() == "a result\n"
    assert "the day" in screen.getvalue()


def test_a_morning_without_data_says_so() -> None:
    told = render_morning(make_report(state="no_data", number=None, skipped=1), {})
    assert "1 day without news left out" in told
    assert "no digest for Tuesday 2025-03-04" in told
    assert "no data is not the same as no change" in told
