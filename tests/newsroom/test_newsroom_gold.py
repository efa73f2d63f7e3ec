"""The scenario written out as a marked set."""

import json
from pathlib import Path

from newsroom.gold import list_marked, write_gold
from newsroom.scenario import load_scenario


def test_every_mark_stands_where_it_says(tmp_path: Path) -> None:
    scenario = load_scenario()
    count = write_gold(scenario, tmp_path)
    metas = json.loads((tmp_path / "meta.json").read_text(encoding="utf-8"))
    assert count == len(metas) == len(list((tmp_path / "gold").iterdir())) == len(list_marked(scenario))
    marks = 0
    for meta in metas:
        text = (tmp_path / "docs" / meta["doc"]).read_text(encoding="utf-8")
        gold = json.loads((tmp_path / "gold" / meta["doc"]).with_suffix(".json").read_text(encoding="utf-8"))
        assert gold["doc"] == meta["doc"]
        assert text.startswith(meta["title"])
        for mark in (*gold["positions"], *gold["events"]):
            assert text[mark["start"] : mark["end"]] == mark["quote"]
            marks += 1
    assert marks > 600


def test_copies_stand_once_and_walls_not_at_all() -> None:
    scenario = load_scenario()
    marked = list_marked(scenario)
    groups = [article.copy_group for article in marked if article.copy_group]
    assert len(groups) == len(set(groups)) == len({article.copy_group for article in scenario.articles if article.copy_group})
    assert {article.answer for article in marked} == {"page"}
    assert {article.answer for article in scenario.articles} > {"page"}
