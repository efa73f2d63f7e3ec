"""A small world for the tests of flows: a watch about a bridge between two lands, a seeds folder, a home, and a quick tagger."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from extractors.considered import Considered, NearMiss
from flows.cli import main
from flows.context import RunContext, open_context
from flows.settings import Settings, load_settings
from vocabulary.claims import Position, TaggedDocument
from vocabulary.documents import Document
from vocabulary.identity import content_id
from vocabulary.watch import Watch
from vocabulary.words import Attribution, Basis, DateBasis, Stance

REPO = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)

WATCH = """
[watch]
id = "bridge"
title = "The bridge on the Lenn"
about = "Who wants the bridge built"

[relevance]
anchors = ["ARL", "BOR"]
themes = ["bridge"]
min_themes = 1

[[roles]]
id = "head_of_government"
titles = ["prime minister"]
weight = 1.0
is_head = true

[[actors]]
id = "ARL"
kind = "state"
names = ["Arland"]
demonyms = ["Arlander"]

[[actors]]
id = "BOR"
kind = "state"
names = ["Borland"]

[[issues]]
id = "the_bridge"
title = "The bridge"
meaning = "It is to be built"
cues = ["bridge", "build bridge"]
"""

MANIFEST = """
[[documents]]
id = "letter"
file = "letter.txt"
outlet = "Valley Post"
title = "A letter from Arland"
published = 2026-04-29

[[documents]]
id = "answer"
file = "answer.txt"
outlet = "Borland Times"
title = "Borland answers"
published = 2026-05-01
"""

LETTER = """Arland supports the bridge on the Lenn.

The government of Arland said on Wednesday that the bridge would bring light to both banks of the river, and that work on the wall
could begin as soon as the snow has gone. Engineers have measured the valley twice, and their figures agree with each other.
"""
ANSWER = """Borland opposes the bridge on the Lenn.

In Borland the answer was short. The bridge would swallow three villages, the council of Borland wrote, and nobody had asked the people
who live there. A meeting of the two councils is planned for the end of the month, and both sides said that they would come to it.
"""

_CLAIM = re.compile(r"(?P<who>Arland|Borland) (?P<how>supports|opposes) the bridge[^.]*\.")


class QuickTagger:
    """Stands for the real tagger where the language model would only cost time: one sentence form, no parse."""

    version = "quick-1"

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def is_relevant(self, title: str, summary: str) -> bool:
        return "bridge" in f"{title} {summary}".lower()

    def tag(self, documents: Iterable[Document]) -> Iterator[TaggedDocument]:
        for document in documents:
            if "BREAK THE TAGGER" in document.text:
                raise RecursionError("planted")
            found = [self._position(document, match) for match in _CLAIM.finditer(document.text)]
            yield TaggedDocument(
                document_id=document.document_id,
                text_sha256=document.text_sha256,
                relevance=1 if " bridge" in document.text else 0,
                positions=tuple(found),
                extractor_version=self.version,
                watch_version=self.watch.version,
            )

    def consider(self, document: Document) -> Considered:
        start = document.text.find("nearly")
        if start < 0:
            return Considered((), ())
        place = (start, len(document.text))
        return Considered((place,), (NearMiss("BOR", "the_bridge", *place, 0.2, 0.34, "unlikely", ("-P:no_subject", "-no_A:first")),))

    def _position(self, document: Document, match: re.Match[str]) -> Position:
        actor, stance = {"Arland": "ARL", "Borland": "BOR"}[match["who"]], Stance(match["how"])
        return Position(
            position_id=content_id(document.document_id, actor, stance, match.start()),
            document_id=document.document_id,
            text_sha256=document.text_sha256,
            actor=actor,
            issue="the_bridge",
            stance=stance,
            attribution=Attribution.OWN_WORDS,
            basis=Basis.DATED,
            quote=match.group(),
            quote_start=match.start(),
            quote_end=match.end(),
            said_on=document.published_on,
            said_on_basis=DateBasis.DOCUMENT,
            confidence=0.9,
            trail="quick",
            extractor_version=self.version,
            watch_version=self.watch.version,
        )


@dataclass(frozen=True)
class World:
    """A folder with a watch, seeds and a home of its own."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "var"

    @property
    def seeds(self) -> Path:
        return self.folder / "seeds"

    @property
    def watch(self) -> Path:
        return self.folder / "watch.toml"

    @property
    def environment(self) -> dict[str, str]:
        paths = {"HOME": self.home, "WATCH": self.watch, "SEEDS": self.seeds}
        return {f"STANCEWATCH_{name}": str(path) for name, path in paths.items()}

    def write_seed(self, name: str, text: str | bytes) -> None:
        (self.seeds / name).write_bytes(text.encode() if isinstance(text, str) else text)

    def add_entry(self, name: str, text: str | bytes, *, published: str, title: str = "News") -> None:
        """Add a document with its manifest entry."""
        self.write_seed(name, text)
        with (self.seeds / "manifest.toml").open("a", encoding="utf-8") as stream:
            stream.write(f'\n[[documents]]\nid = "{Path(name).stem}"\nfile = "{name}"\noutlet = "Post"\n')
            stream.write(f'title = "{title}"\npublished = {published}\n')

    def settings(self, **flags: Any) -> Settings:
        return load_settings({"home": self.home, "watch": self.watch, "seeds": self.seeds, **flags})

    def context(self, *, now: datetime = NOW, **flags: Any) -> RunContext:
        return open_context(self.settings(**flags), now=now)

    def process(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the command line as a process of its own, with the real tagger."""
        return subprocess.Popen(
            [sys.executable, "-c", "from flows.cli import main; main()", *arguments],
            env={**os.environ, **self.environment, "PYTHONPATH": str(REPO), **variables},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@dataclass(frozen=True)
class Answer:
    """How a command ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Answer:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = self._capsys.readouterr()
        code = ended.value.code
        return Answer(code if isinstance(code, int) else 0 if code is None else 1, out, err)


Evaluate = Callable[..., Answer]
# what the quick tagger finds in LETTER and ANSWER
QUOTES = {"letter.txt": "Arland supports the bridge on the Lenn.", "answer.txt": "Borland opposes the bridge on the Lenn."}


def write_marked_set(folder: Path) -> None:
    """Write a marked set of LETTER and ANSWER on which the quick tagger finds everything."""
    for name in ("gold", "docs"):
        (folder / name).mkdir(parents=True)
    for name, text, actor, stance in (("letter.txt", LETTER, "ARL", "supports"), ("answer.txt", ANSWER, "BOR", "opposes")):
        (folder / "docs" / name).write_text(text, encoding="utf-8")
        start = text.index(QUOTES[name])
        mark = {"actor": actor, "issue": "the_bridge", "stance": stance, "start": start, "end": start + len(QUOTES[name])}
        record = {"doc": name, "positions": [mark], "events": []}
        (folder / "gold" / name).with_suffix(".json").write_text(json.dumps(record), encoding="utf-8")
    days = [{"doc": name, "published": "2026-05-01", "origin": "made"} for name in QUOTES]
    (folder / "meta.json").write_text(json.dumps(days), encoding="utf-8")


def row_digests(warehouse: Path) -> dict[str, tuple[int, str]]:
    """Return table to number of rows and a digest of them, apart from run ids and the times of recording."""
    volatile = re.compile(
        r"run_id$|^(recorded|first_seen|seen|polled|started|ended|issued|known|withdrawn|superseded|applied|created)_?(at|from|to)$"
    )
    found: dict[str, tuple[int, str]] = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1").fetchall()
        for (table,) in tables:
            columns = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info($t)", {"t": table}).fetchall()]
            kept = [name for name in columns if not volatile.search(name)] if table not in ("runs", "digests") else ["watch_version"]
            rows = sorted(connection.execute(f"SELECT {', '.join(kept)} FROM {table}").fetchall(), key=repr)
            found[table] = (len(rows), content_id(*map(repr, rows)))
    return found
