"""The judge that ships: its file, its trees, what it says of itself."""

import hashlib
import tomllib
from importlib.resources import files

import numpy as np
import pytest

from extractors.judge import load_judge
from extractors.trees import Forest
from vocabulary.words import Stance

DATA = files("extractors").joinpath("data")


def make_forest() -> Forest:
    """Return two trees: fact 0 over 0.5 gives 2 else -1, by way of fact 1; and a leaf alone that gives 0.25."""
    return Forest(
        fact=np.array([0, 0, 1, 0, 0, 0], np.int32),
        threshold=np.array([0.5, np.inf, 0.5, np.inf, np.inf, np.inf]),
        left=np.array([1, 1, 3, 3, 4, 5], np.int32),
        right=np.array([2, 1, 4, 3, 4, 5], np.int32),
        value=np.array([0.0, -1.0, 1.0, 2.0, 3.0, 0.25]),
        roots=np.array([0, 5], np.int32),
        depth=2,
    )


@pytest.mark.parametrize(
    ("row", "total", "added"),
    [
        pytest.param([0, 0], -0.75, [-1, 0], id="left_leaf"),
        pytest.param([1, 0], 2.25, [1, 1], id="right_then_left"),
        pytest.param([1, 1], 3.25, [1, 2], id="right_then_right"),
    ],
)
def test_a_row_walks_down_every_tree(row: list[float], total: float, added: list[float]) -> None:
    rows = np.array([row], np.float32)
    assert make_forest().sums(rows).tolist() == [total]
    assert make_forest().contributions(rows).tolist() == [added]


def test_contributions_add_up_to_the_sum() -> None:
    rows = np.array([[0, 0], [1, 0], [1, 1]], np.float32)
    forest = make_forest()
    assert np.allclose(forest.contributions(rows).sum(axis=1) + forest.value[forest.roots].sum(), forest.sums(rows))


@pytest.mark.parametrize("threshold", [0.1, 0.2, 0.3, 0.7, 1 / 3, 2 / 3, 16777217.0])
def test_a_threshold_is_compared_as_exactly_as_it_is_written(threshold: float) -> None:
    forest = make_forest()
    forest.threshold[0] = threshold
    near = np.float32(threshold)
    for value in (np.nextafter(near, np.float32(-np.inf)), near, np.nextafter(near, np.float32(np.inf))):
        goes_left = forest.sums(np.array([[value, 0]], np.float32)).tolist() == [-0.75]
        assert goes_left == (float(value) <= threshold)


def test_facts_in_parts_are_rated_as_facts_in_one() -> None:
    judge = load_judge()
    shared: dict[str, float] = {"S:negation": 1, "S:quoted": 0.5, "no such fact": 1}
    of_actor: dict[str, float] = {"A:mentioned": 1}
    parted = judge.rate([(shared, of_actor, {"P:no cue": 1}), (shared, {}), (of_actor,)])
    whole = judge.rate([({**shared, **of_actor, "P:no cue": 1},), (shared,), (of_actor,)])
    assert parted.tolist() == whole.tolist()
    assert len(set(parted.tolist())) > 1


def test_no_candidate_is_no_work() -> None:
    assert load_judge().rate([]).shape == (0,)
    assert load_judge().tell([]) == []


def test_stances_are_shares_and_rules_are_trusted() -> None:
    judge = load_judge()
    plain = judge.rate_stances([("S:negation", 1.0)], None)
    trusting = judge.rate_stances([("S:negation", 1.0)], Stance.OPPOSES)
    opposes = judge.stances.index(Stance.OPPOSES)
    assert plain.sum() == pytest.approx(1)
    assert trusting.sum() == pytest.approx(1)
    assert trusting[opposes] > plain[opposes]


def test_confidence_grows_with_both_probabilities_and_is_never_sure() -> None:
    judge = load_judge()
    assert judge.confidence(0.9, 0.9) > judge.confidence(0.5, 0.9)
    assert judge.confidence(0.9, 0.9) > judge.confidence(0.9, 0.5)
    assert 0.02 <= judge.confidence(0.0, 0.0) <= judge.confidence(1.0, 1.0) <= 0.98


def test_its_file_is_small_and_the_one_that_its_description_tells_of() -> None:
    content = DATA.joinpath("judge.npz").read_bytes()
    told = tomllib.loads(DATA.joinpath("judge.toml").read_text(encoding="utf-8"))
    assert len(content) < 10_000_000
    assert hashlib.sha256(content).hexdigest() == told["sha256"]
    assert {"own", "newsroom"} <= set(told["learned_from"])
    assert told["calibration_error"] <= 0.08


def test_no_fact_names_a_topic() -> None:
    """Facts are relations and general English: capitals stand only in the letter of the kind and in part-of-speech tags."""
    judge = load_judge()
    watched = ("ukrain", "russia", "kyiv", "moscow", "trump", "putin", "zelensk", "nato", "macron", "starmer", "ceasefire", "sanction")
    for name in (*judge.facts, *judge.stance_facts):
        assert not any(word in name.lower() for word in watched), name
