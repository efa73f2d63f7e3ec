"""What our rules cost on top of the parse, and what the relevance gate costs: ratios measured in one process.

usage: python benchmarks/tag.py [--seeds DIR] [--rounds N]

Prints three ratios: tagging against a bare `nlp.pipe` of the same texts (bar: 1.25), the relevance gate against that parse (bar:
0.05), and `stancewatch run --direct` against a process that only imports the same modules, loads the model and parses the same
texts (bar: 1.33). The two sides alternate and the fastest round of each counts, since the machine is shared.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from extractors.model import load_model
from extractors.reading import read_marks
from extractors.relevance import RelevanceGate
from flows.cleaning import clean_document
from flows.context import open_context
from flows.settings import load_settings
from sources.seeds import load_seeds
from vocabulary.documents import Document

RECORD = """
import sys
from pathlib import Path
from flows.cli import main
try:
    main()
except SystemExit:
    pass
Path(sys.argv[2], "modules").write_text("\\n".join(name for name in sys.modules if not name.startswith("__")))
"""
PEER = """
import importlib, sys
from pathlib import Path
for name in Path(sys.argv[1]).read_text().split():
    try:
        importlib.import_module(name)
    except ImportError:
        pass
from extractors.model import load_model
for doc in load_model().pipe([Path(name).read_text(encoding="utf-8") for name in sys.argv[2:]]):
    doc.has_annotation("DEP")
"""


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=Path, default=None)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    context = open_context(load_settings(flags={"seeds": args.seeds} if args.seeds else {}))
    batch = load_seeds(context.settings.seeds, seen_at=context.now, known=None)
    documents = [clean_document(context, raw) for raw in batch.documents]
    nlp = load_model()
    gate = RelevanceGate(context.watch)
    texts = [document.text for document in documents]

    def parse() -> None:
        for _ in nlp.pipe(texts):
            pass

    def tag() -> None:
        for _ in context.tagger.tag(documents):
            pass

    def pass_gate() -> None:
        for text in texts:
            gate.score(read_marks(text).text)

    parsing, tagging, gating = fastest([parse, tag, pass_gate], args.rounds)
    print(f"texts {len(texts)}, characters {sum(map(len, texts))}")
    print(f"tagging / bare parse        {tagging / parsing:.3f}   (bar 1.25)")
    print(f"relevance gate / bare parse {gating / parsing:.4f}  (bar 0.05)")
    print(f"run --direct / import, load and parse {compare_processes(context.settings.seeds, documents, args.rounds):.3f}   (bar 1.33)")


def fastest(calls: list[Callable[[], None]], rounds: int) -> list[float]:
    """Return the fastest of `rounds` alternating rounds of each call, in seconds, after one that warms up."""
    best = [float("inf")] * len(calls)
    for number in range(rounds + 1):
        for index, call in enumerate(calls):
            start = time.perf_counter()
            call()
            if number:
                best[index] = min(best[index], time.perf_counter() - start)
    return best


def compare_processes(seeds: Path, documents: list[Document], rounds: int) -> float:
    """Return the fastest `run --direct` on a new warehouse over the fastest process that only imports, loads and parses."""
    environment = {**os.environ, "STANCEWATCH_FEEDS_ENABLED": "false"}
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for index, document in enumerate(documents):
            path = Path(folder) / f"{index}.txt"
            path.write_text(document.text, encoding="utf-8")
            files.append(str(path))

        def arguments(home: str) -> list[str]:
            return ["--home", f"{folder}/{home}", "run", "--direct", "--seeds", str(seeds)]

        # the modules that a run imports, written by a run
        subprocess.run([sys.executable, "-c", RECORD, *arguments("first")], check=True, env=environment, capture_output=True)
        modules = f"{folder}/first/modules"
        count = iter(range(1000))

        def peer() -> None:
            subprocess.run([sys.executable, "-c", PEER, modules, *files], check=True, env=environment, capture_output=True)

        def run() -> None:
            program = Path(sys.executable).with_name("stancewatch")
            subprocess.run([program, *arguments(f"home{next(count)}")], check=True, env=environment, capture_output=True)

        ours, theirs = fastest([run, peer], rounds)
    print(f"run --direct {ours:.2f} s, import, load and parse {theirs:.2f} s, fastest of {rounds}")
    return ours / theirs


if __name__ == "__main__":
    main()
