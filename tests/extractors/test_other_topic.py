"""The judge on a topic that it did not learn from: passages of our own on a treaty on plastics, with a watch written before them.

The cues of that watch were not changed after the passages were written. What the judge knows are relations, not names or words of a
topic, so most of what it loses there is what the cues do not reach.
"""

import json
import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from tagging import make_document

from extractors.evaluation import Report, evaluate
from extractors.tagger import Tagger
from newsroom.marks import HEADLINE, read_marks, read_positions
from vocabulary.watch_file import parse_watch

DATA = Path(__file__).parent / "data"
DETECTION_F1 = 0.42
DETECTION_PRECISION = 0.80
"""Ratchets: raise them when the tagger gets better, never lower them. On the default watch's topic it is 0.6 on articles held out."""


@lru_cache(maxsize=1)
def report() -> Report:
    path = DATA / "plastics.toml"
    watch = parse_watch(path.read_text(encoding="utf-8"), path.name)
    texts: dict[str, tuple[str, date]] = {}
    gold: list[dict[str, Any]] = []
    for file in sorted((DATA / "plastics_passages").glob("*.toml")):
        for passage in tomllib.loads(file.read_text(encoding="utf-8"))["passages"]:
            paragraphs, quotes = read_marks(passage["body"], curly=False)
            quotes[HEADLINE] = passage["title"]
            text = "\n\n".join([passage["title"], *paragraphs])
            marks = []
            for _, p in read_positions(passage["positions"], quotes, curly=False):
                start = text.index(p.quote)
                said = {"actor": p.actor, "issue": p.issue, "stance": str(p.stance), "optional": p.optional}
                marks.append({**said, "start": start, "end": start + len(p.quote)})
            texts[passage["id"]] = (text, passage["published"])
            gold.append({"doc": passage["id"], "positions": marks, "events": []})
    documents = [make_document(text, day, name=name) for name, (text, day) in texts.items()]
    tagged = Tagger(watch).tag_parsed([(document, 1.0) for document in documents])
    predictions = [
        {"doc": name, "positions": [json.loads(position.model_dump_json()) for position in found.positions], "events": []}
        for name, found in zip(texts, tagged, strict=True)
    ]
    return evaluate(gold, {name: text for name, (text, _) in texts.items()}, predictions, groups=watch.score_groups)


def test_there_are_enough_marked_sentences() -> None:
    found = report().scores["position_detection"]
    assert found.tp + found.fn >= 200


def test_what_was_learned_holds_on_another_topic() -> None:
    found = report().scores["position_detection"]
    assert found.f1 >= DETECTION_F1, found
    assert found.precision >= DETECTION_PRECISION, found
    assert report().ungrounded == 0
