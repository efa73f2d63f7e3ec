"""Bytes of an article to its clean text: HTML through trafilatura, plain text and Markdown through `extractors.plain_text`.

Pure: the result depends on the record alone. trafilatura is used for parsing only, with a latest date of its own, without its
memory of duplicates. It mends dates that cannot be (31 February becomes the first, a month the day that today is of its own): so impossible
dates are hidden from it, and what it finds counts only where the page writes that very day. Characters stay as written but for control
characters; white space is folded to single spaces.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lxml.html import HtmlElement
from trafilatura import bare_extraction, extract_metadata, load_html
from trafilatura.settings import Document as Page

from extractors.boilerplate import count_wall_cues
from extractors.date_page import hide_impossible, is_written
from extractors.decoding import clean_characters, decode, one_line
from extractors.language import detect_language
from extractors.plain_text import EARLIEST, PlainText, clean_lines
from vocabulary.documents import CleanText, RawDocument
from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome, PublishedBasis

AHEAD: Final = timedelta(days=1)  # a date line may be a time zone ahead of us
LOOK_CHARS: Final = 3000
WALL_WORDS: Final = 120
LINE_CHARS: Final = 80
MOST_REMOVED: Final = 500

_HTML_HEAD: Final = re.compile(
    r"^\s{0,200}(?:<\?xml[^<>]{0,300}\?>\s{0,50})?(?:<!--[^<>]{0,500}-->\s{0,50}){0,3}<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE
)
_HTML_TAG: Final = re.compile(
    r"</?(?:p|div|article|section|h[1-6]|ul|li|table|span|body|head|meta|title|header|main|br)\b[^<>]{0,300}>", re.IGNORECASE
)
_SCRIPTS: Final = ("script", "style", "template", "noscript", "svg")
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
# What a site's own metadata may hold in a title although a title holds no markup.
_TITLE_SCRIPT: Final = re.compile(r"<(script|style)\b[^<>]{0,300}>.{0,2000}?</\1\s{0,5}>", re.IGNORECASE | re.DOTALL)
_TITLE_TAG: Final = re.compile(r"</?(?:a|b|br|em|i|span|strong|sub|sup|u)(?:\s[^<>]{0,300})?/?>", re.IGNORECASE)
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

    Raises TextError: EMPTY for no bytes, NOT_TEXT for binary content, NO_TEXT where the page holds no article, BAD_DATE for a seed that
    nobody dates but by a line that gives no possible day.

    Stages: 1. bytes to characters; 2. for HTML the page's own facts and main text; 3. lines that are not the article's go; 4. refuse
    consent pages, paywalls and empty results.
    """
    decoded = decode(raw.content, raw.charset)
    latest = min((raw.seen_at + AHEAD).date(), date.max) if raw.seen_at.year < date.max.year else raw.seen_at.date()
    is_page = is_html(decoded.text, raw.media_type)
    page = _read_page(decoded.text, raw, latest) if is_page else _PageFacts(decoded.text)
    plain = clean_lines(page.body, title=one_line(raw.title) or page.title, latest=latest, markdown=not is_page)
    text = "\n\n".join(plain.paragraphs)
    if not text or _is_wall(plain):
        raise TextError(f"no article text in {raw.url}: the page is empty, a notice, or built by scripts", DocumentOutcome.NO_TEXT)
    published_on, basis = page.published_on, PublishedBasis.PAGE
    if published_on is None:
        published_on, basis = plain.published_on, PublishedBasis.TEXT
    if published_on is None and raw.published_at is None and raw.feed_id is None and plain.bad_date:
        # who keeps a seed can correct it; an article of the web is as it is
        why = f"the line {plain.bad_date[:LINE_CHARS]!r} gives no day on which the text can have been published"
        raise TextError(why, DocumentOutcome.BAD_DATE)
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
    url = raw.final_url if raw.final_url.startswith(("http://", "https://")) else None
    date_rules: dict[str, object] = {"original_date": True, "extensive_search": False, "max_date": latest.isoformat()}
    tree = load_html(html)
    page = _extract(tree, url, date_rules) if tree is not None else None
    if tree is None or page is None or not page.text:
        raise TextError(f"no article text in {raw.url}: the page is empty or built by scripts", DocumentOutcome.NO_TEXT)
    possible = hide_impossible(html)
    day = _plausible(page.date if possible == html else extract_metadata(possible, url, date_rules).date, latest)
    is_said = day is not None and is_written(day, f"{url}\n{possible}\n{tree.text_content()}")
    return _PageFacts(
        body=clean_characters(page.text).replace("\n", "\n\n"),
        title=_headline(page.title),
        outlet=_headline(page.sitename),
        published_on=day if is_said else None,
    )


def _extract(tree: HtmlElement, url: str | None, date_rules: dict[str, object]) -> Page | None:
    """Return what trafilatura makes of a page, None where it finds nothing; takes scripts out of the headings of `tree`."""
    for heading in [*tree.iter(*_HEADINGS)]:
        for element in [*heading.iter(*_SCRIPTS)]:
            element.drop_tree()  # they would be read as words of the title
    page = bare_extraction(
        tree,
        url=url,
        include_comments=False,
        include_tables=True,
        deduplicate=False,
        with_metadata=True,
        date_extraction_params=date_rules,
    )
    return page if isinstance(page, Page) else None


def _headline(value: str | None) -> str:
    return one_line(_TITLE_TAG.sub("", _TITLE_SCRIPT.sub(" ", value or "")))


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
