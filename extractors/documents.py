"""From bytes and clean text to the document that is stored. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from extractors.decoding import one_line
from extractors.wires import wire_keys
from vocabulary.documents import CleanText, Document, RawDocument
from vocabulary.identity import sha256_hex
from vocabulary.words import PublishedBasis


def make_document(raw: RawDocument, clean: CleanText, *, timezone: ZoneInfo) -> Document:
    """Return the document that `raw` and its clean text make.

    The date is the carrier's (manifest, feed) where it has one, else the page's or text's, else the day of first sight in
    `timezone`. The headline stands before the text, parted by an empty line, so that its words can be quoted too.
    """
    title = one_line(raw.title) or clean.title.strip()
    published_at, published_on, basis = _published(raw, clean, timezone)
    text = "\n\n".join(part for part in (title, clean.text.strip()) if part)
    return Document(
        document_id=raw.document_id,
        url=raw.url,
        outlet=one_line(raw.outlet) or clean.outlet,
        credited_source=clean.credited_source,
        title=title,
        published_at=published_at,
        published_on=published_on,
        published_basis=basis,
        language=clean.language,
        wire_id=raw.document_id,
        feed_id=raw.feed_id,
        text=text,
        text_sha256=sha256_hex(text.encode("utf-8")),
        raw_sha256=sha256_hex(raw.feed_html.encode("utf-8", "surrogatepass")) if clean.from_feed else raw.raw_sha256,
        final_url=raw.final_url,
        seen_at=raw.seen_at,
        wire_keys=wire_keys(text),
    )


def _published(raw: RawDocument, clean: CleanText, timezone: ZoneInfo) -> tuple[datetime, date, PublishedBasis]:
    if raw.published_at is not None:
        return raw.published_at, raw.published_at.astimezone(timezone).date(), raw.published_basis
    if clean.published_on is not None:
        noon = datetime.combine(clean.published_on, time(12), timezone).astimezone(UTC)  # noon: the same day in most zones
        return noon, clean.published_on, clean.published_basis
    return raw.seen_at, raw.seen_at.astimezone(timezone).date(), PublishedBasis.SEEN
