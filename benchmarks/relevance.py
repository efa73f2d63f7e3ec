"""What the relevance gate keeps and drops of marked articles and of the newsroom, and the articles that it gets wrong.

usage: python benchmarks/relevance.py --gold DIR [--list]

An article is on topic where it has at least one marked position or event (`gold/DIR/gold`), off topic where its entry in `meta.json`
says `relevant: false`; the articles of the newsroom say so themselves. The gate is asked twice: by title and first sentences alone,
as a feed gives them, and by the whole text. Bars: keeps 0.98 of what is on topic, drops 0.90 of what is not. Off-topic articles are
counted as dropped where either of the two drops them, since an article must pass both.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from extractors.relevance import RelevanceGate
from flows.context import read_watch
from flows.settings import load_settings
from newsroom.scenario import load_scenario

TEASER_SENTENCES = 2
KEEP, DROP = 0.98, 0.90
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]{0,2}\s+(?=[A-Z\"'“‘(])")


@dataclass(frozen=True)
class Article:
    """One article as the gate sees it."""

    name: str
    title: str
    text: str
    on_topic: bool

    @property
    def teaser(self) -> str:
        """Return title and first sentences."""
        sentences = _SENTENCE_END.split(" ".join(self.text.split()))
        return " ".join(sentences[:TEASER_SENTENCES])


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gold", type=Path, default=None, help="folder of the marked articles; by default the setting `gold`")
    parser.add_argument("--list", action="store_true", help="name every article that is judged wrongly")
    args = parser.parse_args()
    settings = load_settings()
    gold = args.gold or settings.gold
    if gold is None:
        sys.exit("name the folder of the marked articles: --gold DIR")
    gate = RelevanceGate(read_watch(settings.watch)[0])
    good = True
    for name, articles in (
        ("gold/train", list(read_gold(gold / "train"))),
        ("gold/dev", list(read_gold(gold / "dev"))),
        ("newsroom", list(read_newsroom())),
    ):
        good &= measure(gate, name, articles, show=args.list, counts=name == "gold/train")
    sys.exit(0 if good else 1)


def measure(gate: RelevanceGate, name: str, articles: list[Article], *, show: bool, counts: bool) -> bool:
    """Print the shares of one set and return whether they reach the bars; with `counts` false only what is dropped has one."""
    on_topic = [article for article in articles if article.on_topic]
    off_topic = [article for article in articles if not article.on_topic]
    by_teaser = [article for article in on_topic if gate.passes_teaser(f"{article.title}\n{article.teaser}")]
    by_text = [article for article in on_topic if gate.score(f"{article.title}\n\n{article.text}") > 0]
    passing = [
        article
        for article in off_topic
        if gate.passes_teaser(f"{article.title}\n{article.teaser}") and gate.score(f"{article.title}\n\n{article.text}") > 0
    ]
    good = True
    for what, kept in (("title and first sentences", by_teaser), ("whole text", by_text)):
        share = len(kept) / len(on_topic) if on_topic else 1.0
        good &= share >= KEEP or not counts
        print(f"{name:10} keeps {len(kept):3} of {len(on_topic):3} on topic  {share:.3f}  by {what}" + f"  (bar {KEEP})" * counts)
        if show:
            _list("lost", (article for article in on_topic if article not in kept))
    if off_topic:
        share = 1 - len(passing) / len(off_topic)
        good &= share >= DROP
        print(f"{name:10} drops {len(off_topic) - len(passing):3} of {len(off_topic):3} off topic {share:.3f}  (bar {DROP})")
        if show:
            _list("passes", passing)
    return good


def read_gold(folder: Path) -> Iterator[Article]:
    """Yield the marked articles of one set; one without a mark that is not called off topic is left out."""
    for entry in json.loads((folder / "meta.json").read_text(encoding="utf-8")):
        marks = json.loads((folder / "gold" / entry["doc"]).with_suffix(".json").read_text(encoding="utf-8"))
        is_marked = bool(marks.get("positions") or marks.get("events"))
        if is_marked or not entry.get("relevant", True):
            text = (folder / "docs" / entry["doc"]).read_text(encoding="utf-8")
            yield Article(entry["doc"], entry.get("title", ""), text, is_marked and entry.get("relevant", True))


def read_newsroom() -> Iterator[Article]:
    """Yield the articles of the newsroom in their last text."""
    for article in load_scenario().articles:
        version = article.versions[-1]
        yield Article(article.id, version.title, "\n\n".join(version.paragraphs), article.on_topic)


def _list(what: str, articles: Iterable[Article]) -> None:
    for article in articles:
        print(f"    {what}: {article.name}: {article.title[:90]}")


if __name__ == "__main__":
    main()
