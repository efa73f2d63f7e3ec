"""The error tree: each error is either worth a retry or not."""

import inspect

import pytest

from vocabulary import errors
from vocabulary.errors import (
    FetchTerminalError,
    FetchTransientError,
    LockedError,
    StancewatchError,
    TerminalError,
    TextError,
    TransientError,
    WatchError,
)
from vocabulary.words import DocumentOutcome, PollStatus

LEAVES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, StancewatchError) and kind not in (StancewatchError, TransientError, TerminalError)
]


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_each_error_is_transient_or_terminal(kind: type[StancewatchError]) -> None:
    assert issubclass(kind, TransientError) != issubclass(kind, TerminalError)


def test_only_fetches_and_locks_are_worth_a_retry() -> None:
    assert {kind for kind in LEAVES if issubclass(kind, TransientError)} == {FetchTransientError, LockedError}


@pytest.mark.parametrize("kind", [FetchTransientError, FetchTerminalError], ids=lambda kind: kind.__name__)
def test_a_fetch_error_carries_the_word_of_its_poll(kind: type[FetchTransientError] | type[FetchTerminalError]) -> None:
    error = kind("the feed is away", PollStatus.HTTP_ERROR, 503)
    assert (str(error), error.status, error.http_status) == ("the feed is away", PollStatus.HTTP_ERROR, 503)
    assert kind("no answer", PollStatus.TIMEOUT).http_status is None


def test_a_text_error_carries_the_outcome() -> None:
    assert TextError("no words", DocumentOutcome.NO_TEXT).outcome is DocumentOutcome.NO_TEXT


@pytest.mark.parametrize(
    ("problems", "expected"),
    [
        (["line 3: a"], "w.toml: line 3: a; `stancewatch watch check w.toml` lists them all"),
        (["line 3: a", "line 4: b", "line 5: c"], "w.toml: line 3: a (and 2 more); `stancewatch watch check w.toml` lists them all"),
    ],
    ids=["one", "three"],
)
def test_a_watch_error_is_one_line_and_keeps_every_problem(problems: list[str], expected: str) -> None:
    error = WatchError("w.toml", problems)
    assert str(error) == expected
    assert error.problems == problems
    assert error.source == "w.toml"
