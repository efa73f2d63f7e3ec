"""Bytes of an article to its clean text: HTML through trafilatura, plain text and Markdown through `extractors.plain_text`.

Pure: the result depends on the record alone. trafilatura is used for parsing only, with a latest date of its own, without its
memory of duplicates. Characters stay as written but for control characters; white space is folded to single spaces.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from trafilatura import bare_extraction
from trafilatura.settings import Document as Page

from extractors.boilerplate import count_wall_cues
from extractors.decoding import clean_characters, decode
from extractors.language import detect_language
from extractors.plain_text import PlainText, clean_lines
from vocabulary.documents import CleanText, RawDocument
from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome, PublishedBasis

EARLIEST: Final = date(1990, 1, 1)
AHEAD: Final = timedelta(days=1)  # a date line may be a time zone ahead of us
LOOK_CHARS: Final = 3000
WALL_WORDS: Final = 120
MOST_REMOVED: Final = 500

_HTML_HEAD: Final = re.compile(
    r"^\s{0,200}(?:<\?xml[^<>]{0,300}\?>\s{0,50})?(?:<!--[^<>]{0,500}-->\s{0,50}){0,3}<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE
)
_HTML_TAG: Final = re.compile(
    r"</?(?:p|div|article|section|h[1-6]|ul|li|table|span|body|head|meta|title|header|main|br)\b[^<>]{0,300}>", re.IGNORECASE
)
_XML_DECLARATION: Final = re.compile(r"^\s{0,200}<\?xml[^<>]{0,300}\?>")


@dataclass(frozen=True, slots=True)
class _PageFacts:
    """What a page's own metadata says."""

    body: str
    title: str = ""
    outlet: str = ""
    published_on: date | None = None


def extract_text(raw: RawDocument) -> CleanText:
    """Return the clean text of an article.

    Raises TextError: EMPTY for no bytes, NOT_TEXT for binary content, NO_TEXT where the page holds no article.

    Stages: 1. bytes to characters; 2. for HTML the page's own facts and main text; 3. lines that are not the article's go; 4. refuse
    consent pages, paywalls and empty results.
    """
    decoded = decode(raw.content, raw.charset)
    latest = min((raw.seen_at + AHEAD).date(), date.max) if raw.seen_at.year < date.max.year else raw.seen_at.date()
    page = _read_page(decoded.text, raw, latest) if is_html(decoded.text, raw.media_type) else _PageFacts(decoded.text)
    plain = clean_lines(page.body, title=raw.title.strip() or page.title, latest=latest)
    text = "\n\n".join(plain.paragraphs)
    if not text or _is_wall(plain):
        raise TextError(f"no article text in {raw.url}: the page is empty, a notice, or built by scripts", DocumentOutcome.NO_TEXT)
    published_on, basis = page.published_on, PublishedBasis.PAGE
    if published_on is None:
        published_on, basis = plain.published_on, PublishedBasis.TEXT
    return CleanText(
        text=text,
        title=plain.title,
        outlet=page.outlet,
        credited_source=plain.credited_source,
        published_on=published_on,
        published_basis=basis if published_on is not None else PublishedBasis.SEEN,
        language=detect_language(f"{plain.title}\n{text}"),
        encoding_suspect=decoded.suspect,
        removed=tuple(plain.removed[:MOST_REMOVED]),
    )


def is_html(text: str, media_type: str) -> bool:
    """Tell whether characters are an HTML page, whatever the file is called; the media type decides only where there are tags."""
    head = text[:LOOK_CHARS]
    if _HTML_HEAD.match(head):
        return True
    tags = len(_HTML_TAG.findall(head))
    return tags >= (1 if "html" in media_type.lower() else 6)


def _read_page(text: str, raw: RawDocument, latest: date) -> _PageFacts:
    """Return the main text and facts of an HTML page; raises TextError NO_TEXT where there is none."""
    html = _XML_DECLARATION.sub("", text, count=1)
    page = bare_extraction(
        html,
        url=raw.final_url if raw.final_url.startswith(("http://", "https://")) else None,
        include_comments=False,
        include_tables=True,
        deduplicate=False,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False, "max_date": latest.isoformat()},
    )
    if not isinstance(page, Page) or not page.text:
        raise TextError(f"no article text in {raw.url}: the page is empty or built by scripts", DocumentOutcome.NO_TEXT)
    return _PageFacts(
        body=clean_characters(page.text).replace("\n", "\n\n"),
        title=_one_line(page.title),
        outlet=_one_line(page.sitename),
        published_on=_plausible(page.date, latest),
    )


def _one_line(value: str | None) -> str:
    return " ".join(clean_characters(value or "").split())


def _plausible(value: str | None, latest: date) -> date | None:
    """Return a page's date where it can be one: not before the web, not after it was read."""
    try:
        day = date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
    return day if EARLIEST <= day <= latest else None


def _is_wall(plain: PlainText) -> bool:
    """Tell whether a short text is a consent page, a paywall or an error page."""
    text = "\n".join(plain.paragraphs)
    words = text.count(" ") + 1
    cues = count_wall_cues(f"{plain.title}\n{text}")
    return words < WALL_WORDS and cues > 0 and cues >= words / 60
