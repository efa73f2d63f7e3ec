"""What it costs to find out whether one new article is a copy, with few and with many articles stored: a ratio.

usage: python benchmarks/near_duplicates.py [--stored N] [--rounds N]

Two warehouses, one with a thousand articles and one with `--stored` (by default 100,000), all published within the days in which copies
appear, then spread over a year, as a warehouse grows in use. Each round gives both a new article that is a copy of a stored one, one
that is not, and a batch of 50 as a poll hands them over, a tenth of them copies; they alternate and the fastest round counts. Bar: 3.0
for one article and for a batch. Words are as frequent as in running English (the n-th word of a text's language comes up in proportion to
1/n): with others, four words in a row would meet again by chance in texts that have nothing to do with each other.
"""

import argparse
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from extractors.wires import wire_keys
from flows.wires import share_wires
from vocabulary.documents import Document
from vocabulary.identity import content_id, sha256_hex
from vocabulary.words import PublishedBasis
from warehouse.store import Warehouse, open_warehouse

LAST = date(2026, 5, 4)
WORDS = 300
VOCABULARY = 20_000
BASE = 1_000
BATCH = 50


def make_article(number: int, day: date) -> Document:
    """Return article `number`: `WORDS` words out of a vocabulary of common size, so that no two are alike but by chance."""
    rng = random.Random(number)
    text = f"Headline {number}\n\n" + " ".join(f"w{int(VOCABULARY ** rng.random())}" for _ in range(WORDS))
    document_id = content_id("bench", number)
    return Document(
        document_id=document_id,
        url=f"https://bench.example/{number}",
        outlet="Bench",
        credited_source="",
        title=f"Headline {number}",
        published_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        published_on=day,
        published_basis=PublishedBasis.FEED,
        language="en",
        wire_id=document_id,
        feed_id=None,
        text=text,
        text_sha256=sha256_hex(text.encode()),
        raw_sha256=sha256_hex(text.encode()),
        seen_at=datetime(2026, 5, 4, 12, tzinfo=UTC),
        wire_keys=wire_keys(text),
    )


def fill(store: Warehouse, count: int, days: int) -> None:
    """Store `count` articles, published on the last `days` days, in the order of days."""
    for first in range(0, count, 5_000):
        numbers = range(first, min(first + 5_000, count))
        store.insert_documents([make_article(number, LAST - timedelta(days - 1 - number * days // count)) for number in numbers])


def make_copy(number: int, count: int) -> Document:
    """Return article `number` of a warehouse of `count` as another outlet prints it: another headline, its end cut."""
    stored = make_article(number, LAST)
    text = "Other headline\n\n" + stored.text.partition("\n\n")[2].rsplit(" ", 30)[0]
    return stored.model_copy(update={"document_id": content_id("copy", number, count), "text": text, "wire_keys": wire_keys(text)})


def new_articles(count: int) -> dict[str, list[Document]]:
    """Return what one round asks of a warehouse of `count`: each list is looked up at once."""
    batch = [make_article(count + 1 + number, LAST) for number in range(BATCH)]
    batch[:: BATCH // 5] = [make_copy(count - 2 - number, count) for number in range(5)]
    return {"a copy": [make_copy(count - 1, count)], "another": [make_article(count, LAST)], f"{BATCH} at once": batch}


def check(found: list[Document]) -> None:
    """Make sure that the copies among `found` were found, and no others."""
    for document in found:
        is_copy = document.text.startswith("Other")
        if (document.wire_id != document.document_id) != is_copy:
            raise SystemExit("a copy was not found, or found where there is none")


def main() -> None:
    """Fill the warehouses, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--stored", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    args = parser.parse_args()
    good = True
    for days, what in ((7, "all within the days of copies"), (365, "spread over a year")):
        with (
            tempfile.TemporaryDirectory() as folder,
            open_warehouse(Path(folder) / "few.duckdb", timezone="UTC") as few,
            open_warehouse(Path(folder) / "many.duckdb", timezone="UTC") as many,
        ):
            sides = [(few, BASE), (many, args.stored)]
            for store, count in sides:
                fill(store, count, days)
            best = measure([(store, new_articles(count)) for store, count in sides], args.rounds)
        print(f"{what}, {args.stored} stored against {BASE}:")
        for name, (least, most) in {**best, "one article": tuple(map(sum, zip(best["a copy"], best["another"], strict=True)))}.items():
            has_bar = name not in ("a copy", "another")
            good &= not has_bar or most <= 3 * least
            print(f"  {name:12} {most * 1000:7.2f} ms, {least * 1000:7.2f} ms  {most / least:.2f}" + "   (bar 3.0)" * has_bar)
    sys.exit(0 if good else 1)


def measure(sides: list[tuple[Warehouse, dict[str, list[Document]]]], rounds: int) -> dict[str, tuple[float, ...]]:
    """Return the seconds of the fastest round of each question, for each side."""
    best = {name: [float("inf")] * len(sides) for name in sides[0][1]}
    for _ in range(rounds):
        for index, (store, news) in enumerate(sides):
            for name, documents in news.items():
                start = time.perf_counter()
                found = share_wires(store, documents)
                best[name][index] = min(best[name][index], time.perf_counter() - start)
                check(found)
    return {name: tuple(seconds) for name, seconds in best.items()}


if __name__ == "__main__":
    main()
