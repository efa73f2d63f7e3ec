"""The closed word lists: the scale of stances, its sides, and the codes of events."""

import pytest

from vocabulary.words import FAILED_POLLS, PLOVER_CODES, EventType, PollStatus, Side, Stance


@pytest.mark.parametrize(
    ("stance", "score", "side"),
    [
        (Stance.SUPPORTS, 2, Side.FOR),
        (Stance.CONDITIONAL, 1, Side.FOR),
        (Stance.UNDECIDED, 0, Side.BETWEEN),
        (Stance.SCEPTICAL, -1, Side.AGAINST),
        (Stance.OPPOSES, -2, Side.AGAINST),
    ],
)
def test_score_and_side(stance: Stance, score: int, side: Side) -> None:
    assert stance.score == score
    assert stance.side is side


def test_scores_differ_and_the_list_goes_from_for_to_against() -> None:
    scores = [stance.score for stance in Stance]
    assert scores == sorted(set(scores), reverse=True)


def test_words_are_what_is_stored() -> None:
    assert [str(stance) for stance in Stance] == ["supports", "conditional", "undecided", "sceptical", "opposes"]
    assert [str(side) for side in Side] == ["for", "undecided", "against"]


def test_every_event_type_has_a_code_or_none() -> None:
    assert set(PLOVER_CODES) == set(EventType)
    assert all(code is None or (code.isupper() and code.isalpha()) for code in PLOVER_CODES.values())


def test_a_poll_without_news_has_not_failed() -> None:
    assert {PollStatus.OK, PollStatus.NOT_MODIFIED, PollStatus.EMPTY, PollStatus.RECOVERED}.isdisjoint(FAILED_POLLS)
    assert {PollStatus.TIMEOUT, PollStatus.GONE, PollStatus.REFUSED} <= FAILED_POLLS
