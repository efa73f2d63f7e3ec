"""The figures of `evaluate`: by hand on a small set, and against the marked sets' own scorer where it is present."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from extractors.evaluation import evaluate, macro_f1
from extractors.evaluation_matching import interval, is_same_date, sentence_spans
from extractors.evaluation_report import Report, Score, Share, render_shares
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


# parts, operating point, intervals

ANSWERED = [
    found("ALA", "supports", "Aland backs the plan"),
    {**found("BLA", "opposes", "Bland rejects the plan"), "confidence": 0.4},
    {**found("ELA", "supports", "Bland rejects the plan"), "confidence": 0.7},
]


def parts_of(shares: dict[str, Share]) -> dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]]:
    return {name: (share.detection.counts, share.full.counts) for name, share in shares.items()}


def test_parts_by_issue_actor_and_outlet() -> None:
    positions = [
        found("ALA", "sceptical", "Aland backs the plan"),
        *ANSWERED[1:],
        {**found("ALA", "supports", "Aland backs it"), "issue": "rest"},
    ]
    report = scores(positions, outlets={"a.txt": "Valley Post"})
    assert parts_of(report.issues) == {"plan": ((2, 1, 0), (1, 2, 1)), "rest": ((0, 1, 0), (0, 1, 0))}
    assert parts_of(report.actors) == {"ALA": ((1, 1, 0), (0, 2, 1)), "BLA": ((1, 0, 0), (1, 0, 0)), "ELA": ((0, 1, 0), (0, 1, 0))}
    assert parts_of(report.outlets) == {"Valley Post": ((2, 2, 0), (1, 3, 1))}


@pytest.mark.parametrize("part", ["issues", "actors", "outlets"])
def test_parts_add_up_to_the_whole(part: str) -> None:
    gold = [GOLD[0], {**GOLD[0], "doc": "b.txt"}]
    predictions = [{"doc": "a.txt", "positions": ANSWERED}, {"doc": "b.txt", "positions": ANSWERED[:1]}]
    report = evaluate(gold, dict.fromkeys(("a.txt", "b.txt"), TEXT), predictions, outlets={"b.txt": "Post"})
    shares = getattr(report, part).values()
    assert Score.total(share.detection for share in shares) == report.scores["position_detection"]
    assert Score.total(share.full for share in shares) == report.scores["position_full"]


def test_documents_without_an_outlet_are_a_part_only_beside_others() -> None:
    gold = [GOLD[0], {**GOLD[0], "doc": "b.txt"}]
    texts = dict.fromkeys(("a.txt", "b.txt"), TEXT)
    assert parts_of(evaluate(gold, texts, [], outlets={"b.txt": "Post"}).outlets) == dict.fromkeys(("", "Post"), ((0, 0, 2), (0, 0, 2)))
    assert evaluate(gold, texts, [], outlets={"else.txt": "Post"}).outlets == {}


@pytest.mark.parametrize(
    ("point", "counts"),
    [
        pytest.param(0.0, (2, 1, 0), id="everything_reaches_none"),
        pytest.param(0.4, (2, 1, 0), id="just_reached"),
        pytest.param(0.5, (1, 1, 1), id="what_is_under_it_is_missed"),
        pytest.param(0.8, (1, 0, 1), id="a_false_one_is_under_it_too"),
    ],
)
def test_full_matches_from_the_operating_point_on(point: float, counts: tuple[int, int, int]) -> None:
    report = scores(ANSWERED, operating_point=point)
    assert report.operating_point is not None
    assert report.operating_point.full.counts == counts
    assert report.scores["position_full"].counts == (2, 1, 0)
    assert scores(ANSWERED).operating_point is None


def test_a_sure_repeat_takes_the_mark_of_an_unsure_one() -> None:
    twins = [{**found("ALA", "supports", "Aland backs the plan"), "confidence": confidence} for confidence in (0.2, 0.9)]
    report = scores(twins, operating_point=0.5)
    assert report.operating_point is not None
    assert report.operating_point.full.counts == (1, 0, 1)


def three_documents() -> Report:
    gold = [{**GOLD[0], "doc": name} for name in ("a.txt", "b.txt", "c.txt")]
    event = {"type": "agreement", "date": "2025-03", "status": "past", "actors": ["DLA"], "quote": "Dland signed it in March."}
    predictions = [
        {"doc": "a.txt", "positions": ANSWERED, "events": [event]},
        {"doc": "b.txt", "positions": [found("ALA", "sceptical", "Aland backs the plan")], "events": []},
    ]
    texts = {record["doc"]: TEXT for record in gold}
    return evaluate(gold, texts, predictions, groups=[ScoreGroup(id="rest", but_actors=("ALA",))], operating_point=0.5)


def test_intervals_hold_the_figures() -> None:
    report = three_documents()
    assert report.operating_point is not None
    figures = {f"{name}_f1": score.f1 for name, score in report.scores.items()} | {
        "stance_macro_f1": report.stance_macro_f1,
        "operating_point_precision": report.operating_point.full.precision,
        "operating_point_recall": report.operating_point.full.recall,
    }
    assert set(report.intervals) == set(figures)
    assert {"position_detection_f1", "position_full_f1", "rest_detection_f1", "rest_full_f1"} < set(figures)
    for name, figure in figures.items():
        assert report.intervals[name].low <= figure <= report.intervals[name].high, name
        assert report.intervals[name].low < report.intervals[name].high, name


def test_intervals_are_the_same_in_every_run_and_order() -> None:
    gold = [{**GOLD[0], "doc": name} for name in ("a.txt", "b.txt", "c.txt")]
    texts = {record["doc"]: TEXT for record in gold}
    predictions = [{"doc": "b.txt", "positions": ANSWERED}]
    assert evaluate(gold, texts, predictions) == evaluate(gold[::-1], texts, predictions)


def test_one_document_has_no_intervals() -> None:
    report = scores(ANSWERED, operating_point=0.5)
    assert report.intervals == {}
    assert "[" not in report.render()


def test_a_hundred_documents_take_no_two_seconds() -> None:
    gold = [{**GOLD[0], "doc": f"{number}.txt"} for number in range(100)]
    predictions = [{"doc": record["doc"], "positions": ANSWERED} for record in gold[::2]]
    begun = time.process_time()
    report = evaluate(gold, {record["doc"]: TEXT for record in gold}, predictions, operating_point=0.5)
    assert time.process_time() - begun < 2
    assert report.documents == 100


# what is printed


def test_programs_get_every_rate() -> None:
    found = three_documents().model_dump(mode="json")
    assert found["scores"]["position_full"] == {
        "tp": 2,
        "fp": 2,
        "fn": 4,
        "precision": 0.5,
        "recall": pytest.approx(1 / 3),
        "f1": pytest.approx(0.4),
    }
    assert set(found["intervals"]["position_full_f1"]) == {"low", "high"}
    assert found["operating_point"]["full"]["tp"] == 1
    assert found["actors"]["BLA"]["detection"]["recall"] == pytest.approx(1 / 3)


def test_intervals_stand_beside_the_figures() -> None:
    report = three_documents()
    lines = report.render().splitlines()
    assert f"f1 0.6000 {report.intervals['position_detection_f1']}  (tp 3, fp 1, fn 3)" in lines[0]
    assert f"stance_macro_f1          {report.stance_macro_f1:.4f} {report.intervals['stance_macro_f1']}" in lines
    precision, recall = (report.intervals[f"operating_point_{name}"] for name in ("precision", "recall"))
    assert f"operating_point 0.5      p 0.3333 {precision}  r 0.1667 {recall}  (tp 1, fp 2, fn 5)" in lines
    assert "[low, high]: 95% interval, 3 documents drawn anew 1,000 times" in lines


def share(tp: int, fp: int, fn: int, right: int) -> Share:
    return Share(detection=Score(tp=tp, fp=fp, fn=fn), full=Score(tp=right, fp=tp + fp - right, fn=tp + fn - right))


@pytest.mark.parametrize(
    ("shares", "rows"),
    [
        pytest.param({}, [], id="none"),
        pytest.param(
            {"plan": share(3, 1, 2, 2)},
            ["plan 5 4 3 2 0.75 0.60 0.67 0.44"],
            id="one",
        ),
        pytest.param(
            {"plan": share(5, 0, 0, 5), "road": share(1, 0, 3, 0)},
            ["plan 5 5 5 5 1.00 1.00 1.00 1.00", "road 4 1 1 0 1.00 0.25 0.40 0.00"],
            id="a_single_small_one_keeps_its_name",
        ),
        pytest.param(
            {"plan": share(5, 0, 0, 5), "road": share(1, 0, 3, 0), "wall": share(0, 2, 0, 0)},
            ["plan 5 5 5 5 1.00 1.00 1.00 1.00", "others (2 below 5 marks) 4 3 1 0 0.33 0.25 0.29 0.00"],
            id="small_ones_are_one_row",
        ),
        pytest.param(
            {"": share(0, 2, 0, 0)},
            ["(none given) 0 2 0 0 0.00 - 0.00 0.00"],
            id="nothing_marked",
        ),
        pytest.param(
            {"The Post\n of " + "x" * 40: share(0, 0, 6, 0)},
            ["The Post of " + "x" * 19 + "… 6 0 0 0 - 0.00 0.00 0.00"],
            id="a_long_name_on_two_lines",
        ),
    ],
)
def test_tables(shares: dict[str, Share], rows: list[str]) -> None:
    lines = render_shares("issue", shares)
    assert [" ".join(line.split()) for line in lines[2:]] == rows
    assert not lines or lines[1].split() == ["issue", "marked", "found", "matched", "right", "p", "r", "f1", "full", "f1"]
    assert len({len(line) for line in lines[1:]}) <= 1


def test_the_output_fits_100_columns() -> None:
    many = Score(tp=1234, fp=1234, fn=1234)
    report = three_documents()
    wide = report.model_copy(
        update={
            "scores": dict.fromkeys(report.scores, many),
            "operating_point": report.operating_point and report.operating_point.model_copy(update={"full": many}),
            "outlets": {"x" * 80: Share(detection=many, full=many)},
        }
    )
    assert max(map(len, wide.render().splitlines())) <= 100


def test_errors_come_first_where_asked_for() -> None:
    report = scores([found("ALA", "sceptical", "Aland backs the plan"), found("ELA", "supports", "Bland rejects the plan")])
    assert report.render(errors=True).splitlines()[:4] == [
        "STANCE a.txt ALA plan marked supports, found sceptical: 'Aland backs the plan'",
        "MISS a.txt BLA plan opposes: 'Bland rejects the plan'",
        "FALSE a.txt ELA plan supports: 'Bland rejects the plan'",
        "EVENT MISS a.txt agreement 2025-03: 'Dland signed it in March.'",
    ]
    assert "MISS" not in report.render()


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
            {
                **p,
                "stance": "opposes" if n % 3 == 0 else p["stance"],
                "quote": texts[record["doc"]][p["start"] : p["end"]],
                "confidence": (n % 5) / 5,
            }
            for n, p in enumerate(record["positions"][::2])
        ]
        events = [{**e, "quote": texts[record["doc"]][e["start"] : e["end"]]} for e in record["events"][1:]]
        nowhere = {**found("ALA", "supports", "these words stand nowhere"), "confidence": 0.3}
        predictions.append({"doc": record["doc"], "positions": [*positions, nowhere], "events": events})
    theirs = scores_of_the_sets_own_scorer(gold, docs, predictions, tmp_path)
    groups = [
        ScoreGroup(id="force", issues=("reassurance_force", "own_troops", "us_backstop", "air_sea_cover", "security_guarantees")),
        ScoreGroup(id="others", but_actors=("USA", "RUS", "UKR")),
    ]
    ours = evaluate(records, texts, predictions, groups=groups, operating_point=0.4)
    for name, score in ours.scores.items():
        assert score.counts == tuple(theirs[name][part] for part in ("tp", "fp", "fn")), name
        assert score.f1 == pytest.approx(theirs[name]["f1"], abs=1e-4), name
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
    assert all(re.search(rf"(?m)^{name} ", ours.render()) for name in theirs)
    cut = [{**one, "positions": [p for p in one["positions"] if p["confidence"] >= 0.4]} for one in predictions]
    theirs_cut = scores_of_the_sets_own_scorer(gold, docs, cut, tmp_path)["position_full"]
    assert ours.operating_point is not None
    assert ours.operating_point.full.counts == tuple(theirs_cut[part] for part in ("tp", "fp", "fn"))
    assert theirs_cut["tp"] < theirs["position_full"]["tp"]


def scores_of_the_sets_own_scorer(gold: Path, docs: Path, predictions: list[dict[str, Any]], folder: Path) -> Any:
    file = folder / "predictions.jsonl"
    file.write_text("\n".join(json.dumps(item) for item in predictions), encoding="utf-8")
    scorer = [sys.executable, str(Path(GOLD_FOLDER) / "score.py"), "--gold", str(gold), "--docs", str(docs), "--pred", str(file), "--json"]
    return json.loads(subprocess.run(scorer, check=True, capture_output=True, text=True).stdout)
