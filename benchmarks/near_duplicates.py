"""What it costs to find out whether one new article is a copy, with few and with many articles stored: a ratio.

usage: python benchmarks/near_duplicates.py [--stored N] [--rounds N]

Two warehouses, one with a thousand articles and one with `--stored` (by default 100,000), all published within the days in which copies
appear. Each round gives both a new article that is a copy of a stored one and one that is not; they alternate and the fastest round
counts. Bar: 3.0. Also printed: the same with the articles spread over a year, as a warehouse grows in use.
"""

import argparse
import random
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
BASE = 1_000


def make_article(number: int, day: date) -> Document:
    """Return article `number`: `WORDS` words out of a vocabulary of common size, so that no two are alike but by chance."""
    rng = random.Random(number)
    text = f"Headline {number}\n\n" + " ".join(f"w{int(rng.paretovariate(0.6)) % 20_000}" for _ in range(WORDS))
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


def new_articles(count: int) -> list[Document]:
    """Return a copy of the last article of a warehouse of `count`, as another outlet prints it, and an article that is no copy."""
    stored = make_article(count - 1, LAST)
    text = "Other headline\n\n" + stored.text.partition("\n\n")[2].rsplit(" ", 30)[0]
    copy = stored.model_copy(update={"document_id": content_id("copy"), "text": text, "wire_keys": wire_keys(text)})
    return [copy, make_article(count + 1, LAST)]


def main() -> None:
    """Fill the warehouses, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--stored", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    for days, what in ((7, "all within the days of copies"), (365, "spread over a year")):
        with (
            tempfile.TemporaryDirectory() as folder,
            open_warehouse(Path(folder) / "few.duckdb", timezone="UTC") as few,
            open_warehouse(Path(folder) / "many.duckdb", timezone="UTC") as many,
        ):
            sides = [(few, BASE), (many, args.stored)]
            best = []
            for store, count in sides:
                fill(store, count, days)
                best.append(float("inf"))
            news = [new_articles(count) for _, count in sides]
            for _ in range(args.rounds):
                for index, (store, count) in enumerate(sides):
                    start = time.perf_counter()
                    copy, other = (share_wires(store, [article])[0] for article in news[index])
                    best[index] = min(best[index], (time.perf_counter() - start) / 2)
                    if copy.wire_id != content_id("bench", count - 1) or other.wire_id != other.document_id:
                        raise SystemExit("a copy was not found, or found where there is none")
        print(f"{what}: one new article {best[1] * 1000:.1f} ms with {args.stored} stored, {best[0] * 1000:.1f} ms with {BASE}")
        print(f"{args.stored} stored / {BASE} stored  {best[1] / best[0]:.2f}   (bar 3.0)")


if __name__ == "__main__":
    main()
