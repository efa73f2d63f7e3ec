"""The truth of the scenario as marked documents: the form that `stancewatch evaluate` and the annotation guidelines use.

usage: python -m newsroom.gold FOLDER

Writes `FOLDER/docs/*.txt`, `FOLDER/gold/*.json` and `FOLDER/meta.json`: every article once, in its first wording, copies of a wire story
only as their first print. What the reader meets as a wall instead of a page is left out.
"""

import json
import sys
from pathlib import Path

from newsroom.records import Article, TrueEvent, TruePosition
from newsroom.scenario import Scenario, load_scenario


def list_marked(scenario: Scenario) -> list[Article]:
    """Return the articles that a marked set holds, in the order in which they appear."""
    seen: set[str] = set()
    marked = []
    for article in scenario.articles:
        if article.answer != "page" or article.copy_group in seen:
            continue
        if article.copy_group:
            seen.add(article.copy_group)
        marked.append(article)
    return marked


def write_gold(scenario: Scenario, folder: Path) -> int:
    """Write the marked set into `folder` and return the number of its documents."""
    docs, gold = folder / "docs", folder / "gold"
    docs.mkdir(parents=True, exist_ok=True)
    gold.mkdir(exist_ok=True)
    meta = []
    articles = list_marked(scenario)
    for article in articles:
        name = f"{article.dated_at.date()}-{article.id}.txt"
        version = article.versions[0]
        marks = {
            "doc": name,
            "positions": [_position(version.text, position) for position in version.positions],
            "events": [_event(version.text, event) for event in version.events],
        }
        (docs / name).write_text(version.text + "\n", encoding="utf-8")
        (gold / name).with_suffix(".json").write_text(json.dumps(marks, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        meta.append({"doc": name, "published": str(article.dated_at.date()), "outlet": article.outlet, "title": version.title})
    (folder / "meta.json").write_text(json.dumps(meta, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return len(articles)


def _position(text: str, position: TruePosition) -> dict[str, object]:
    start = text.index(position.quote)
    said = {name: getattr(position, name) for name in ("actor", "speaker", "issue", "stance", "condition", "quote", "held", "optional")}
    return said | {"start": start, "end": start + len(position.quote)}


def _event(text: str, event: TrueEvent) -> dict[str, object]:
    start = text.index(event.quote)
    said = {name: getattr(event, name) for name in ("type", "status", "quote", "optional")}
    actors = {"actors": list(event.actors), "targets": list(event.targets), "place": event.place}
    return said | actors | {"date": event.date_iso, "start": start, "end": start + len(event.quote)}


if __name__ == "__main__":
    sys.stdout.write(f"{write_gold(load_scenario(), Path(sys.argv[1]))} documents\n")
