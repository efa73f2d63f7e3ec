"""The marked texts that the judge learns from: our own passages and cases, the newsroom's script, and marked articles of others."""

import datetime as dt
import json
import tempfile
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsroom.gold import write_gold
from newsroom.marks import HEADLINE, read_marks, read_positions
from newsroom.scenario import load_scenario
from vocabulary.documents import Document
from vocabulary.identity import sha256_hex
from vocabulary.words import PublishedBasis

HERE = Path(__file__).resolve().parent
Item = dict[str, Any]


@dataclass(frozen=True)
class Marked:
    """One marked text."""

    name: str
    text: str
    day: dt.date
    gold: Item
    kind: str


def read_passages(folder: Path) -> Iterable[Marked]:
    """Yield our own passages."""
    for path in sorted(folder.glob("*.toml")):
        for passage in tomllib.loads(path.read_text(encoding="utf-8"))["passages"]:
            paragraphs, quotes = read_marks(passage["body"], curly=False)
            quotes[HEADLINE] = passage["title"]
            text = "\n\n".join([passage["title"], *paragraphs])
            positions = []
            for _, position in read_positions(passage["positions"], quotes, curly=False):
                start = text.index(position.quote)
                said = {"actor": position.actor, "issue": position.issue, "stance": str(position.stance), "optional": position.optional}
                positions.append(said | {"start": start, "end": start + len(position.quote)})
            yield Marked(passage["id"], text, passage["published"], {"doc": passage["id"], "positions": positions, "events": []}, "own")


def read_cases(folder: Path) -> Iterable[Marked]:
    """Yield our own short cases; what a case expects holds for its whole text, a sentence at a time where there are several."""
    for path in sorted(folder.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["cases"]:
            positions = []
            for expected in case["expect"]:
                actor, issue, stance, *maybe = expected.split()
                said = {"actor": actor, "issue": issue, "stance": stance, "optional": bool(maybe)}
                positions.append(said | {"start": 0, "end": len(case["text"])})
            yield Marked(case["id"], case["text"], case["published"], {"doc": case["id"], "positions": positions, "events": []}, "case")


def read_set(gold: Path, docs: Path, meta: Path, kind: str) -> Iterable[Marked]:
    """Yield a marked set in the form of the annotation guidelines."""
    days = {entry["doc"]: entry["published"] for entry in json.loads(meta.read_text(encoding="utf-8"))}
    for path in sorted(gold.glob("*.json")):
        marks = json.loads(path.read_text(encoding="utf-8"))
        written = days[marks["doc"]][:10]
        day = dt.date.fromisoformat(written if len(written) == 10 else f"{written}-15")
        yield Marked(marks["doc"], (docs / marks["doc"]).read_text(encoding="utf-8"), day, marks, kind)


def read_all(gold: Path | None, seeds: Path | None) -> list[Marked]:
    """Return every marked text at hand."""
    found = list(read_passages(HERE / "passages"))
    found += read_cases(HERE / "cases")
    with tempfile.TemporaryDirectory() as folder:
        write_gold(load_scenario(), Path(folder))
        found += read_set(Path(folder, "gold"), Path(folder, "docs"), Path(folder, "meta.json"), "newsroom")
    if gold and gold.is_dir():
        found += read_set(gold / "train" / "gold", gold / "train" / "docs", gold / "train" / "meta.json", "articles")
        if seeds and seeds.is_dir():
            found += read_set(gold / "seeds", seeds, gold / "seeds_meta.json", "seeds")
    return found


def as_document(marked: Marked) -> Document:
    """Return a marked text as the tagger takes it."""
    return Document(
        document_id=marked.name,
        url="",
        outlet="",
        title="",
        published_at=dt.datetime(marked.day.year, marked.day.month, marked.day.day, tzinfo=dt.UTC),
        published_on=marked.day,
        published_basis=PublishedBasis.MANIFEST,
        language="en",
        credited_source="",
        wire_id="",
        feed_id=None,
        text=marked.text,
        text_sha256=sha256_hex(marked.text.encode()),
        raw_sha256=sha256_hex(marked.text.encode()),
        seen_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
