"""`evaluate --floors`: figures that may not fall, and a set that may not become another one unseen."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from flow_samples import Evaluate

from extractors.evaluation_report import Report, Score
from flows.floors import Comparison, Floors, figures_of, name_of_set, raised, read_floors, write_floors
from vocabulary.errors import TerminalError


def floors() -> dict[str, float]:
    return dict(tomllib.loads(Path("floors.toml").read_text(encoding="utf-8"))["marked"]["floors"])


def set_floor(name: str, floor: float) -> None:
    known = read_floors(Path("floors.toml"))["marked"]
    write_floors(Path("floors.toml"), {"marked": Floors(known.marked_sha256, {**known.figures, name: floor})})


def change_meta(**fields: str) -> None:
    entries = json.loads(Path("marked/meta.json").read_text(encoding="utf-8"))
    Path("marked/meta.json").write_text(json.dumps([{**entry, **fields} for entry in entries]), encoding="utf-8")


# the command


def test_floors_are_written_then_held(evaluate: Evaluate) -> None:
    assert evaluate("--floors", "floors.toml", "--update").code == 0
    assert floors()["position_full_f1"] == 1.0
    answer = evaluate("--floors", "floors.toml")
    assert answer.code == 0
    assert "position_full_f1             1.0000  floor 1.0000" in answer.out
    before = Path("floors.toml").read_bytes()
    assert evaluate("--floors", "floors.toml", "--update").code == 0
    assert Path("floors.toml").read_bytes() == before


def test_a_figure_under_its_floor_ends_with_1(evaluate: Evaluate) -> None:
    evaluate("--floors", "floors.toml", "--update")
    set_floor("event_detection_f1", 0.4)
    answer = evaluate("--floors", "floors.toml")
    assert answer.code == 1
    assert "event_detection_f1           0.0000  floor 0.4000" in answer.out
    assert answer.err.startswith("stancewatch: floors.toml: event_detection_f1 is 0.0000, its floor 0.4;")
    assert len(answer.err.splitlines()) == 1


def test_update_raises_and_refuses_to_lower(evaluate: Evaluate) -> None:
    evaluate("--floors", "floors.toml", "--update")
    set_floor("position_full_f1", 0.5)
    assert evaluate("--floors", "floors.toml", "--update").code == 0
    assert floors()["position_full_f1"] == 1.0
    set_floor("event_detection_f1", 0.4)
    before = Path("floors.toml").read_bytes()
    refused = evaluate("--floors", "floors.toml", "--update")
    assert refused.code == 1
    assert "--allow-regression lowers them all the same" in refused.err
    assert Path("floors.toml").read_bytes() == before
    assert evaluate("--floors", "floors.toml", "--update", "--allow-regression").code == 0
    assert floors()["event_detection_f1"] == 0.0


def change_mark() -> None:
    path = Path("marked/gold/letter.json")
    path.write_text(path.read_text(encoding="utf-8").replace('"events": []', '"events": [] '), encoding="utf-8")


def change_text() -> None:
    path = Path("marked/docs/letter.txt")
    path.write_text(path.read_text(encoding="utf-8") + "\nAnd that was all.\n", encoding="utf-8")


def rename_mark() -> None:
    Path("marked/gold/letter.json").rename("marked/gold/letters.json")


def drop_mark() -> None:
    Path("marked/gold/letter.json").unlink()


CHANGES: dict[str, Callable[[], None]] = {
    "a mark": change_mark,
    "a text": change_text,
    "a name": rename_mark,
    "one less": drop_mark,
    "a day": lambda: change_meta(published="2026-05-02"),
}


@pytest.mark.parametrize("change", list(CHANGES.values()), ids=list(CHANGES))
def test_another_marked_set_ends_with_1_until_it_is_taken(evaluate: Evaluate, change: Callable[[], None]) -> None:
    evaluate("--floors", "floors.toml", "--update")
    change()
    answer = evaluate("--floors", "floors.toml")
    assert answer.code == 1
    assert "the marked set is another one than the floors are of" in answer.err
    assert evaluate("--floors", "floors.toml", "--update").code == 0
    assert evaluate("--floors", "floors.toml").code == 0


def test_what_is_no_part_of_the_set_changes_nothing(evaluate: Evaluate) -> None:
    evaluate("--floors", "floors.toml", "--update")
    change_meta(origin="elsewhere")
    Path("marked/docs/unmarked.txt").write_text("Not marked.", encoding="utf-8")
    assert evaluate("--floors", "floors.toml").code == 0


def test_another_set_does_not_lower_floors_by_itself(evaluate: Evaluate) -> None:
    evaluate("--floors", "floors.toml", "--update")
    set_floor("stance_accuracy", 1.0)
    Path("marked/gold/answer.json").write_text('{"doc": "answer.txt", "positions": [], "events": []}', encoding="utf-8")
    assert evaluate("--floors", "floors.toml", "--update").code == 1


def test_a_set_without_floors_is_said(evaluate: Evaluate) -> None:
    answer = evaluate("--floors", "floors.toml")
    assert answer.code == 1
    assert "no floors for 'marked'" in answer.err
    assert not Path("floors.toml").exists()


def test_floors_of_other_sets_are_kept(evaluate: Evaluate) -> None:
    other = {"other set": Floors("0" * 64, {"stance_accuracy": 0.25, "a.b": 0.5})}
    write_floors(Path("floors.toml"), other)
    evaluate("--floors", "floors.toml", "--update")
    found = read_floors(Path("floors.toml"))
    assert sorted(found) == ["marked", "other set"]
    assert found["other set"] == other["other set"]


def test_programs_read_floors_beside_figures(evaluate: Evaluate) -> None:
    evaluate("--floors", "floors.toml", "--update")
    set_floor("event_detection_f1", 0.4)
    found = json.loads(evaluate("--floors", "floors.toml", "--json").out)["floors"]
    assert found["set"] == "marked"
    assert found["figures"]["event_detection_f1"] == {"measured": 0.0, "floor": 0.4}
    assert len(found["problems"]) == 1
    assert "floors" not in json.loads(evaluate("--json").out)


@pytest.mark.parametrize("flags", [("--update",), ("--floors", "floors.toml", "--allow-regression")], ids=" ".join)
def test_flags_that_need_others_are_usage_errors(evaluate: Evaluate, flags: tuple[str, ...]) -> None:
    assert evaluate(*flags).code == 2


@pytest.mark.parametrize(
    "content",
    [
        "not toml",
        "marked = 1",
        "[marked]\nmarked_sha256 = 'x'",
        "[marked.floors]\na = 0.5",
        "[marked]\nmarked_sha256 = 'x'\n[marked.floors]\na = 'high'",
        "[marked]\nmarked_sha256 = 'x'\n[marked.floors]\na = 1.5",
        "[marked]\nmarked_sha256 = 'x'\n[marked.floors]\na = true",
    ],
    ids=["no toml", "no table", "no floors", "no hash", "no number", "above one", "a truth"],
)
def test_a_file_that_holds_no_floors_is_one_line(evaluate: Evaluate, content: str) -> None:
    Path("floors.toml").write_text(content, encoding="utf-8")
    answer = evaluate("--floors", "floors.toml", "--update")
    assert answer.code == 1
    assert answer.err.startswith("stancewatch: floors.toml: ")
    assert len(answer.err.splitlines()) == 1
    assert Path("floors.toml").read_text(encoding="utf-8") == content


# the parts


@pytest.mark.parametrize(
    ("measured", "floor", "after"),
    [
        pytest.param(0.7299, 0.70, 0.72, id="raised_and_rounded_down"),
        pytest.param(0.7299, None, 0.72, id="a_new_figure"),
        pytest.param(0.725, 0.723, 0.723, id="a_finer_floor_stays"),
        pytest.param(0.57, 0.57, 0.57, id="equal"),
        pytest.param(0.1 + 0.2, 0.0, 0.30, id="the_last_bit_does_not_count"),
        pytest.param(0.29, 0.0, 0.29, id="a_float_that_multiplies_to_less"),
        pytest.param(1.0, 0.9, 1.0, id="all"),
        pytest.param(0.719, 0.72, None, id="a_regression"),
    ],
)
def test_raising(measured: float, floor: float | None, after: float | None) -> None:
    kept = Floors("a", {} if floor is None else {"f": floor})
    comparison = Comparison("set", Floors("a", {"f": measured}), kept)
    if after is None:
        with pytest.raises(TerminalError, match=r"f is 0\.7190, its floor 0\.72"):
            raised(comparison, allow_regression=False)
        after = 0.71
        assert raised(comparison, allow_regression=True).figures == {"f": after}
    else:
        assert raised(comparison, allow_regression=False).figures == {"f": after}


def test_a_figure_that_is_not_measured_any_more_is_a_regression() -> None:
    comparison = Comparison("set", Floors("a", {"f": 0.5}), Floors("a", {"f": 0.5, "gone": 0.1}))
    assert comparison.problems() == ["gone has a floor and is not measured any more"]
    with pytest.raises(TerminalError, match="not measured any more"):
        raised(comparison, allow_regression=False)
    assert raised(comparison, allow_regression=True).figures == {"f": 0.5}


def test_every_figure_of_a_report_has_a_floor() -> None:
    rates = {name: 0.5 for name, field in Report.model_fields.items() if field.annotation is float}
    report = Report(documents=1, scores={"position_full": Score(tp=1, fp=1, fn=1)}, ungrounded=0, **rates)
    assert figures_of(report) == {"position_full_f1": 0.5, **rates}
    assert len(rates) == 6


@pytest.mark.parametrize(
    ("folder", "name"), [("gold/seeds", "seeds"), ("gold/train/gold", "train"), ("marks", "marks"), ("gold/seeds/", "seeds")]
)
def test_name_of_a_set(folder: str, name: str) -> None:
    assert name_of_set(Path(folder)) == name
