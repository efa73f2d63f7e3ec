"""`evaluate` through the command line, on two tiny documents."""

import json
from pathlib import Path
from typing import Any

import pytest
from flow_samples import Evaluate


def change_mark(name: str, **fields: Any) -> None:
    path = Path("marked/gold", name)
    record = json.loads(path.read_text(encoding="utf-8"))
    record["positions"] = [{**position, **fields} for position in record["positions"]]
    path.write_text(json.dumps(record), encoding="utf-8")


def set_outlets(**outlets: str) -> None:
    entries = json.loads(Path("marked/meta.json").read_text(encoding="utf-8"))
    changed = [{**entry, "outlet": outlets.get(entry["doc"].removesuffix(".txt"), "")} for entry in entries]
    Path("marked/meta.json").write_text(json.dumps(changed), encoding="utf-8")


def rows(out: str, title: str) -> list[str]:
    """Return the rows of a table, with single blanks."""
    table = next(part for part in out.split("\n\n") if part.startswith(f"{title} "))
    return [" ".join(line.split()) for line in table.splitlines()[1:]]


def test_figures_with_intervals_then_tables(evaluate: Evaluate) -> None:
    change_mark("letter.json", stance="sceptical")
    set_outlets(letter="Valley Post", answer="Borland Times")
    answer = evaluate()
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == "position_detection       p 1.0000  r 1.0000  f1 1.0000 [1.00, 1.00]  (tp 2, fp 0, fn 0)"
    # of two documents one or the other is drawn twice in a quarter of the draws each
    assert lines[1] == "position_full            p 0.5000  r 0.5000  f1 0.5000 [0.00, 1.00]  (tp 1, fp 1, fn 1)"
    assert "event_detection          p 0.0000  r 0.0000  f1 0.0000  (tp 0, fp 0, fn 0)" in lines
    assert "stance_macro_f1          0.5000 [0.00, 1.00]" in lines
    assert "operating_point 0.6      p 0.5000 [0.00, 1.00]  r 0.5000 [0.00, 1.00]  (tp 1, fp 1, fn 1)" in lines
    assert rows(answer.out, "issue") == ["the_bridge 2 2 2 1 1.00 1.00 1.00 0.50"]
    assert rows(answer.out, "actor") == ["others (2 below 5 marks) 2 2 2 1 1.00 1.00 1.00 0.50"]
    assert rows(answer.out, "outlet") == ["others (2 below 5 marks) 2 2 2 1 1.00 1.00 1.00 0.50"]
    assert max(map(len, lines)) <= 100


def test_without_outlets_there_is_no_table_of_them(evaluate: Evaluate) -> None:
    assert "\noutlet " not in evaluate().out


def test_an_outlet_moves_no_cursor(evaluate: Evaluate) -> None:
    set_outlets(letter="Valley \x1b[2JPost")
    Path("marked/gold/answer.json").unlink()
    out = evaluate().out
    assert rows(out, "outlet") == ["Valley <1b>[2JPost 1 1 1 1 1.00 1.00 1.00 1.00"]
    assert "\x1b" not in out


@pytest.mark.parametrize(("point", "counts"), [pytest.param(0.9, (2, 0, 0), id="reached"), pytest.param(0.95, (0, 0, 2), id="not_reached")])
def test_the_operating_point_is_the_watchs(evaluate: Evaluate, point: float, counts: tuple[int, int, int]) -> None:
    with Path("watch.toml").open("a", encoding="utf-8") as stream:
        stream.write(f"\n[rules]\noperating_point = {point}\n")
    found = json.loads(evaluate("--json").out)["operating_point"]
    assert found["confidence"] == point
    assert tuple(found["full"][name] for name in ("tp", "fp", "fn")) == counts


def test_programs_get_parts_and_intervals(evaluate: Evaluate) -> None:
    change_mark("letter.json", stance="sceptical")
    set_outlets(letter="Valley Post")
    found = json.loads(evaluate("--json").out)
    assert found["intervals"]["position_detection_f1"] == {"low": 1.0, "high": 1.0}
    assert found["intervals"]["position_full_f1"] == {"low": 0.0, "high": 1.0}
    assert "event_detection_f1" not in found["intervals"]
    assert found["scores"]["position_full"]["f1"] == 0.5
    assert {name: part["full"]["f1"] for name, part in found["actors"].items()} == {"ARL": 0.0, "BOR": 1.0}
    assert {name: part["full"]["f1"] for name, part in found["outlets"].items()} == {"Valley Post": 0.0, "": 1.0}


def test_errors_are_listed_first(evaluate: Evaluate) -> None:
    change_mark("letter.json", stance="sceptical")
    out = evaluate("--errors").out
    assert out.startswith("STANCE letter.txt ARL the_bridge marked sceptical, found supports: 'Arland supports the bridge on the Lenn.'\n")
    assert "STANCE" not in evaluate().out
