"""The document that is stored: facts of whoever gave it before those of the text, names and titles as one plain line."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from extractors.documents import make_document
from vocabulary.documents import CleanText, Document, RawDocument
from vocabulary.words import PublishedBasis

NOW = datetime(2025, 6, 2, 23, 30, tzinfo=UTC)
TEXT = "The board voted."


def make(*, title: str = "", outlet: str = "Post", published_at: datetime | None = None, **found: object) -> Document:
    raw = RawDocument(
        document_id="d",
        url="seed:d",
        final_url="seed:d",
        outlet=outlet,
        title=title,
        published_at=published_at,
        published_basis=PublishedBasis.MANIFEST if published_at else PublishedBasis.SEEN,
        content=b"",
        raw_sha256="0" * 64,
        seen_at=NOW,
    )
    clean = CleanText.model_validate({"text": TEXT, "title": "Found", "language": "en", **found})
    return make_document(raw, clean, timezone=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A pier", "A pier"),
        ("  A\n\npier\t", "A pier"),
        ("A\x00 pi\u00ader\u202e", "A pier"),
        (" \u200b\ufeff", "Found"),
        ("", "Found"),
    ],
)
def test_a_title_is_one_plain_line(title: str, expected: str) -> None:
    document = make(title=title)
    assert (document.title, document.text) == (expected, f"{expected}\n\n{TEXT}")


def test_an_outlet_is_one_plain_line() -> None:
    assert make(outlet="The\nPost\x00").outlet == "The Post"
    assert make(outlet="\u200b").outlet == ""


@pytest.mark.parametrize(
    ("given", "found", "day", "basis"),
    [
        (datetime(2025, 3, 26, 23, 30, tzinfo=UTC), date(2025, 1, 1), date(2025, 3, 27), PublishedBasis.MANIFEST),
        (None, date(2025, 1, 1), date(2025, 1, 1), PublishedBasis.TEXT),
        (None, None, date(2025, 6, 3), PublishedBasis.SEEN),
    ],
    ids=["given", "found", "seen"],
)
def test_the_best_known_date_counts(given: datetime | None, found: date | None, day: date, basis: PublishedBasis) -> None:
    document = make(published_at=given, published_on=found, published_basis=PublishedBasis.TEXT if found else PublishedBasis.SEEN)
    assert (document.published_on, document.published_basis) == (day, basis)
