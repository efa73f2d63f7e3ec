"""How far aspect, basis and attribution of what is found agree with marks of our own on positions of marked articles.

usage: PYTHONPATH=. python benchmarks/attributes.py --gold DIR

The marks (`tests/extractors/data/attributes_of_positions.jsonl`) name document, offsets, actor and issue of positions in the articles of
`DIR/train`, which are no part of the project. Printed per attribute: the share that agrees, Cohen's kappa, and the commonest confusions.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "training"))

from marked import as_document, read_set  # noqa: E402

from extractors.tagger import Tagger  # noqa: E402
from vocabulary.claims import Position  # noqa: E402
from vocabulary.watch_file import parse_watch  # noqa: E402

MARKS = REPO / "tests" / "extractors" / "data" / "attributes_of_positions.jsonl"
ATTRIBUTES = ("aspect", "basis", "attribution")


def kappa(pairs: list[tuple[str, str]]) -> float:
    """Return Cohen's kappa of two raters."""
    agreed = sum(a == b for a, b in pairs) / len(pairs)
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    by_chance = sum(left[name] * right[name] for name in left) / len(pairs) ** 2
    return (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0


def main() -> None:
    """Tag the marked articles and compare."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gold", type=Path, required=True)
    args = parser.parse_args()
    marks = [json.loads(line) for line in MARKS.read_text(encoding="utf-8").splitlines()]
    marks = [mark | {"doc": f"{mark['doc']}.txt"} for mark in marks]
    watch = REPO / "watches" / "coalition.toml"
    tagger = Tagger(parse_watch(watch.read_text(encoding="utf-8"), watch.name))
    wanted = {mark["doc"] for mark in marks}
    folder = args.gold / "train"
    texts = [one for one in read_set(folder / "gold", folder / "docs", folder / "meta.json", "articles") if one.name in wanted]
    tagged = tagger.tag_parsed([(as_document(one), 1.0) for one in texts])
    positions = {one.name: found.positions for one, found in zip(texts, tagged, strict=True)}
    matched = [(mark, found) for mark in marks if (found := find(mark, positions.get(mark["doc"], ()))) is not None]
    print(f"{len(marks)} marked, {len(matched)} found")
    for name in ATTRIBUTES:
        pairs = [(str(mark[name]), str(getattr(found, name))) for mark, found in matched]
        wrong = Counter(pair for pair in pairs if pair[0] != pair[1]).most_common(4)
        told = ", ".join(f"{a} as {b} {count}" for (a, b), count in wrong)
        print(f"{name:12} agree {sum(a == b for a, b in pairs) / len(pairs):.2f}  kappa {kappa(pairs):.2f}  ({told})")


def find(mark: dict[str, object], positions: tuple[Position, ...]) -> Position | None:
    """Return the position found for a mark: the same actor and issue, with words in common."""
    for position in positions:
        same = position.actor == mark["actor"] and position.issue == mark["issue"]
        if same and position.quote_start < int(str(mark["end"])) and int(str(mark["start"])) < position.quote_end:
            return position
    return None


if __name__ == "__main__":
    main()
