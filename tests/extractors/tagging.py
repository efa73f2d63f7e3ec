"""Builders for tests of the tagger: documents of our own words, and one tagger of the default watch for the session."""

from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from extractors.tagger import Tagger
from vocabulary.claims import TaggedDocument
from vocabulary.documents import Document
from vocabulary.identity import content_id, sha256_hex
from vocabulary.watch_file import parse_watch
from vocabulary.words import PublishedBasis

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2025, 3, 26)


@lru_cache(maxsize=1)
def coalition_tagger() -> Tagger:
    """Return the tagger of the default watch."""
    path = ROOT / "watches" / "coalition.toml"
    return Tagger(parse_watch(path.read_text(encoding="utf-8"), path.name))


def make_document(text: str, day: date = DAY, *, name: str = "") -> Document:
    """Return a document that holds `text` and nothing else."""
    return Document(
        document_id=content_id("test", name or text),
        url=f"seed:{content_id(name or text)}",
        outlet="Test Wire",
        credited_source="",
        title="",
        published_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        published_on=day,
        published_basis=PublishedBasis.MANIFEST,
        language="en",
        wire_id="",
        feed_id=None,
        text=text,
        text_sha256=sha256_hex(text.encode("utf-8", "surrogatepass")),
        raw_sha256="",
        seen_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
    )


def tag(text: str, day: date = DAY) -> TaggedDocument:
    """Return what the default watch's tagger finds in `text`, whatever the relevance gate thinks of so short a text."""
    tagger = coalition_tagger()
    document = make_document(text, day)
    return next(iter(tagger.tag_parsed([(document, 1.0)])))


def stances(text: str, day: date = DAY) -> set[tuple[str, str, str]]:
    """Return the (actor, issue, stance) found in `text`."""
    return {(p.actor, p.issue, str(p.stance)) for p in tag(text, day).positions}
