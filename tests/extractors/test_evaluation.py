"""The figures of `evaluate`: by hand on a small set, and against the marked sets' own scorer where it is present."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from extractors.evaluation import evaluate, interval, is_same_date, macro_f1, sentence_spans
from vocabulary.watch import ScoreGroup

TEXT = "Aland backs the plan. Bland rejects the plan. Cland may join the plan.\n\nDland signed it in March."
GOLD_FOLDER = os.environ.get("STANCEWATCH_GOLD", "")
SEED_FOLDER = os.environ.get("STANCEWATCH_SEEDS", "")


def mark(actor: str, stance: str, words: str, **more: Any) -> dict[str, Any]:
    start = TEXT.index(words)
    return {"actor": actor, "issue": "plan", "stance": stance, "start": start, "end": start + len(words), **more}


def found(actor: str, stance: str, quote: str) -> dict[str, Any]:
    return {"actor": actor, "issue": "plan", "stance": stance, "quote": quote}


GOLD = [
    {
        "doc": "a.txt",
        "positions": [
            mark("ALA", "supports", "Aland backs the plan"),
            mark("BLA", "opposes", "Bland rejects the plan"),
            mark("CLA", "undecided", "Cland may join the plan", optional=True),
        ],
        "events": [
            {"type": "agreement", "date": "2025-03", "status": "past", "actors": ["DLA"], "start": TEXT.index("Dland"), "end": len(TEXT)},
        ],
    }
]


def scores(positions: list[dict[str, Any]], events: list[dict[str, Any]] | None = None, **more: Any) -> Any:
    return evaluate(GOLD, {"a.txt": TEXT}, [{"doc": "a.txt", "positions": positions, "events": events or []}], **more)


def test_right_wrong_stance_miss_and_false() -> None:
    report = scores([found("ALA", "sceptical", "Aland backs the plan"), found("ELA", "supports", "Bland rejects the plan")])
    detection, full = report.scores["position_detection"], report.scores["position_full"]
    assert (detection.tp, detection.fp, detection.fn) == (1, 1, 1)
    assert (full.tp, full.fp, full.fn) == (0, 2, 2)
    assert report.stance_accuracy == 0


def test_an_optional_mark_counts_for_nobody() -> None:
    report = scores(
        [
            found("ALA", "supports", "Aland backs the plan"),
            found("BLA", "opposes", "Bland rejects the plan"),
            found("CLA", "supports", "Cland may join the plan"),
        ]
    )
    assert report.scores["position_full"].f1 == 1
    assert report.scores["position_detection"].fp == 0


def test_a_quote_that_is_not_there_matches_nothing_and_is_counted() -> None:
    report = scores([found("ALA", "supports", "Aland loves the plan")])
    assert report.ungrounded == 1
    assert report.scores["position_detection"].tp == 0


def test_a_quote_of_two_words_shows_nothing() -> None:
    assert scores([found("ALA", "supports", "Aland backs")]).ungrounded == 1


def test_groups_are_reported_apart() -> None:
    group = ScoreGroup(id="rest", but_actors=("ALA",))
    report = scores([found("ALA", "supports", "Aland backs the plan")], groups=[group])
    assert report.scores["position_detection"].tp == 1
    assert (report.scores["rest_detection"].tp, report.scores["rest_detection"].fn) == (0, 1)


def test_an_event_matches_by_its_date_alone() -> None:
    event = {"type": "agreement", "date": "2025-03-05", "status": "past", "actors": ["DLA", "ALA"], "quote": "Aland backs the plan"}
    report = scores([], [event])
    assert report.scores["event_detection"].tp == 1
    assert (report.event_date_accuracy, report.event_status_accuracy) == (1, 1)
    assert report.event_actor_f1 == pytest.approx(2 / 3)


def test_without_a_prediction_everything_is_missed() -> None:
    report = evaluate(GOLD, {"a.txt": TEXT}, [])
    assert report.scores["position_detection"].fn == 2
    assert report.scores["event_detection"].fn == 1


@pytest.mark.parametrize(
    ("gold", "predicted", "same"),
    [
        ("2025-03", "2025-03-05", True),
        ("2025-03-05", "2025-03-04/2025-03-06", True),
        ("2025-03-05", "2025-03-01/2025-03-09", False),
        ("2025-W10", "2025-03-05", True),
        ("2025", "2024-12-31", False),
        (None, None, True),
        (None, "2025", False),
        ("2025-03-05", "soon", False),
    ],
)
def test_same_date(gold: str | None, predicted: str | None, same: bool) -> None:
    assert is_same_date(gold, predicted) is same


@pytest.mark.parametrize("text", ["2025-02-31", "spring", "2025-13", "", "2025-W60"])
def test_what_is_no_date_has_no_interval(text: str) -> None:
    assert interval(text) is None


def test_macro_f1_leaves_out_labels_that_never_occur() -> None:
    assert macro_f1([("a", "a"), ("b", "a")], ["a", "b", "c"]) == pytest.approx((2 / 3 + 0) / 2)


def test_sentences_do_not_break_at_a_title() -> None:
    assert len(sentence_spans("Mr. Smith met Dr. Jones. They talked.")) == 2


@pytest.mark.skipif(not (GOLD_FOLDER and SEED_FOLDER), reason="STANCEWATCH_GOLD and STANCEWATCH_SEEDS are not set")
def test_figures_equal_those_of_the_marked_sets_own_scorer(tmp_path: Path) -> None:
    gold, docs = Path(GOLD_FOLDER) / "seeds", Path(SEED_FOLDER)
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(gold.glob("*.json"))]
    texts = {record["doc"]: (docs / record["doc"]).read_text(encoding="utf-8") for record in records}
    # predictions that are partly right: every other mark, each third with another stance, and one quote that is nowhere
    predictions = []
    for record in records:
        positions = [
            {**p, "stance": "opposes" if n % 3 == 0 else p["stance"], "quote": texts[record["doc"]][p["start"] : p["end"]]}
            for n, p in enumerate(record["positions"][::2])
        ]
        events = [{**e, "quote": texts[record["doc"]][e["start"] : e["end"]]} for e in record["events"][1:]]
        predictions.append(
            {"doc": record["doc"], "positions": [*positions, found("ALA", "supports", "these words stand nowhere")], "events": events}
        )
    file = tmp_path / "predictions.jsonl"
    file.write_text("\n".join(json.dumps(item) for item in predictions), encoding="utf-8")
    scorer = [sys.executable, str(Path(GOLD_FOLDER) / "score.py"), "--gold", str(gold), "--docs", str(docs), "--pred", str(file), "--json"]
    theirs = json.loads(subprocess.run(scorer, check=True, capture_output=True, text=True).stdout)
    groups = [
        ScoreGroup(id="force", issues=("reassurance_force", "own_troops", "us_backstop", "air_sea_cover", "security_guarantees")),
        ScoreGroup(id="others", but_actors=("USA", "RUS", "UKR")),
    ]
    ours = evaluate(records, texts, predictions, groups=groups)
    for name, score in ours.scores.items():
        assert (score.tp, score.fp, score.fn) == tuple(theirs[name][part] for part in ("tp", "fp", "fn")), name
    for name in (
        "stance_macro_f1",
        "stance_macro_f1_folded",
        "stance_accuracy",
        "event_date_accuracy",
        "event_status_accuracy",
        "event_actor_f1",
    ):
        assert getattr(ours, name) == pytest.approx(theirs[name], abs=1e-3), name
    assert ours.ungrounded == theirs["ungrounded"] >= 1
