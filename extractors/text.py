"""Bytes of an article to its clean text: HTML through trafilatura, plain text and Markdown through `extractors.plain_text`.

Pure: the result depends on the record alone. trafilatura is used for parsing only, with a latest date of its own, without its
memory of duplicates. It mends dates that cannot be (31 February becomes the first, a month the day that today is of its own): so impossible
dates are hidden from it, and what it finds counts only where the page writes that very day. Characters stay as written but for control
characters; white space is folded to single spaces.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from lxml.html import HtmlElement
from trafilatura import bare_extraction, load_html
from trafilatura import metadata as page_metadata
from trafilatura.metadata import find_date  # type: ignore[attr-defined]  # htmldate's, with which it was released
from trafilatura.settings import Document as Page

from extractors.date_page import hide_impossible, is_written
from extractors.decoding import clean_characters, decode, one_line
from extractors.language import detect_language
from extractors.plain_text import EARLIEST, PlainText, clean_lines
from extractors.walls import Looks, find_wall
from vocabulary.documents import CleanText, RawDocument
from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome, PublishedBasis

AHEAD: Final = timedelta(days=1)  # a date line may be a time zone ahead of us
LOOK_CHARS: Final = 3000
LOOK_WORDS: Final = 250  # a page with more of its own is no wall
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
    own_title: str = ""
    """What the page calls itself, the site's name included."""
    around: str = ""
    """All that the page shows, where that is needed to judge it."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """An article as one of its carriers has it: the page, or the feed."""

    plain: PlainText
    text: str
    page: _PageFacts
    suspect: bool = False
    from_feed: bool = False


def extract_text(raw: RawDocument) -> CleanText:
    """Return the clean text of an article: its page's, or its feed's own where that is longer.

    Raises TextError: EMPTY for no bytes, NOT_TEXT for binary content, NO_TEXT where the page holds no article, BLOCKED where a wall
    stands before it, BAD_DATE for a seed that nobody dates but by a line that gives no possible day.

    Stages: 1. the page, or the error that it is; 2. the feed's own text; 3. the better of the two; 4. its date.
    """
    latest = min((raw.seen_at + AHEAD).date(), date.max) if raw.seen_at.year < date.max.year else raw.seen_at.date()
    # 1. the page
    failed: TextError | None = None
    reading: _Reading | None = None
    try:
        reading = _read_content(raw, latest)
    except TextError as error:
        failed = error
    # 2. the feed
    fed = _read_feed(raw, latest) if raw.feed_html else None
    # 3. the better
    if fed is not None and (reading is None or len(fed.text) > len(reading.text)):
        reading = fed if reading is None else replace(fed, page=reading.page)
    if reading is None:
        raise failed or _no_article(raw)
    # 4. its date
    plain = reading.plain
    published_on, basis = reading.page.published_on, PublishedBasis.PAGE
    if published_on is None:
        published_on, basis = plain.published_on, PublishedBasis.TEXT
    if published_on is None and raw.published_at is None and raw.feed_id is None and plain.bad_date:
        # who keeps a seed can correct it; an article of the web is as it is
        why = f"the line {plain.bad_date[:LINE_CHARS]!r} gives no day on which the text can have been published"
        raise TextError(why, DocumentOutcome.BAD_DATE)
    return CleanText(
        text=reading.text,
        title=plain.title,
        outlet=reading.page.outlet,
        credited_source=plain.credited_source,
        published_on=published_on,
        published_basis=basis if published_on is not None else PublishedBasis.SEEN,
        language=detect_language(f"{plain.title}\n{reading.text}"),
        encoding_suspect=reading.suspect,
        removed=tuple(plain.removed[:MOST_REMOVED]),
        from_feed=reading.from_feed,
    )


def _read_content(raw: RawDocument, latest: date) -> _Reading:
    """Return the article in the bytes of `raw`.

    Stages: 1. bytes to characters; 2. for HTML the page's own facts and main text; 3. lines that are not the article's go; 4. refuse
    walls, errors and empty results.
    """
    decoded = decode(raw.content, raw.charset)
    is_page = is_html(decoded.text, raw.media_type)
    page = _read_page(decoded.text, raw, latest) if is_page else _PageFacts(decoded.text, around=decoded.text)
    plain = clean_lines(page.body, title=one_line(raw.title) or page.title, latest=latest, markdown=not is_page)
    text = "\n\n".join(plain.paragraphs)
    titles = (page.own_title, page.title) if is_page else (plain.title,)
    wall = find_wall(Looks(titles=titles, text=text, around=page.around, markup=decoded.text if is_page else ""))
    if wall is not None:
        raise TextError(f"no article text in {raw.url}: {wall.why}", wall.outcome)
    if not text:
        raise _no_article(raw)
    return _Reading(plain, text, page, decoded.suspect)


def _read_feed(raw: RawDocument, latest: date) -> _Reading | None:
    """Return the article that the feed itself gives, None where that is a teaser, breaks off, or gives nothing."""
    tree = load_html(f"<html><body><article>{clean_characters(raw.feed_html)}</article></body></html>")
    found = _find_text(tree, None) if tree is not None else ""
    if not found:
        return None
    body = clean_characters(found).replace("\n", "\n\n")
    plain = clean_lines(body, title=one_line(raw.title), latest=latest, markdown=False)
    text = "\n\n".join(plain.paragraphs)
    if not text or text.rstrip("\"'”’»)] ").endswith(("...", "…")) or find_wall(Looks((), text, body)) is not None:
        return None
    return _Reading(plain, text, _PageFacts(body), from_feed=True)


def _no_article(raw: RawDocument) -> TextError:
    return TextError(f"no article text in {raw.url}: the page is empty or built by scripts", DocumentOutcome.NO_TEXT)


def is_html(text: str, media_type: str) -> bool:
    """Tell whether characters are an HTML page, whatever the file is called; the media type decides only where there are tags."""
    head = text[:LOOK_CHARS]
    if _HTML_HEAD.match(head):
        return True
    tags = len(_HTML_TAG.findall(head))
    return tags >= (1 if "html" in media_type.lower() else 6)


def may_be_page(raw: RawDocument) -> bool:
    """Tell, without reading all of it, whether `extract_text` may take `raw` for an HTML page."""
    head = raw.content[: 4 * LOOK_CHARS].lstrip(b"\xff\xfe\xef\xbb\xbf").replace(b"\x00", b"").decode("latin-1")
    return "html" in raw.media_type.lower() or bool(raw.feed_html) or is_html(head, raw.media_type)


def _read_page(text: str, raw: RawDocument, latest: date) -> _PageFacts:
    """Return the main text and facts of an HTML page; the text is empty where there is none."""
    html = _XML_DECLARATION.sub("", text, count=1)
    url = raw.final_url if raw.final_url.startswith(("http://", "https://")) else None
    tree = load_html(html)
    if tree is None:
        return _PageFacts("")
    _drop_scripts(tree)
    page = _read_metadata(tree, url, latest)
    found = _find_text(tree, url or page.url) if page is not None else ""
    body = clean_characters(found).replace("\n", "\n\n")
    around = _shown(tree) if body.count(" ") < LOOK_WORDS else ""
    own_title = _headline(tree.findtext(".//title"))
    if page is None or not body:
        return _PageFacts("", own_title=own_title, around=around)
    possible = hide_impossible(html) if page.date else html
    mended = page if possible == html else _read_metadata(load_html(possible), url, latest)
    day = _plausible(mended.date if mended is not None else None, latest)
    is_said = day is not None and (is_written(day, f"{url}\n{possible}") or is_written(day, tree.text_content()))
    return _PageFacts(
        body=body,
        title=_headline(page.title),
        outlet=_headline(page.sitename),
        published_on=day if is_said else None,
        own_title=own_title,
        around=around,
    )


def _shown(tree: HtmlElement) -> str:
    """Return what a page shows, a line for each piece; what is shown only where there are no scripts counts."""
    pieces: list[str] = []
    skipped = {"script", "style", "template", "svg", "head"}
    for element in tree.iter():
        if isinstance(element.tag, str) and element.tag not in skipped and element.text:
            pieces.append(element.text)
        if element.tail and element.getparent() is not None and element.getparent().tag not in skipped:
            pieces.append(element.tail)
    return "\n".join(line for piece in pieces if (line := one_line(piece)))


def _drop_scripts(tree: HtmlElement) -> None:
    """Take scripts out of the headings: they would be read as words of the title."""
    for heading in [*tree.iter(*_HEADINGS)]:
        for element in [*heading.iter(*_SCRIPTS)]:
            element.drop_tree()


def _read_metadata(tree: HtmlElement | None, url: str | None, latest: date) -> Page | None:
    """Return title, date, site name and address that a page gives; None where trafilatura cannot read it.

    As `trafilatura.extract_metadata`, without what nobody here asks for: looking for authors and tags costs a quarter of a page's time.
    """
    if tree is None:
        return None
    try:
        page = page_metadata.examine_meta(tree)
        with suppress(Exception):  # whatever is wrong with a page's JSON, its tags may be right
            page = page_metadata.extract_meta_json(tree, page)
        page.title = page.title or page_metadata.extract_title(tree)
        page.url = page.url or page_metadata.extract_url(tree, url)
        page.date = find_date(tree, extensive_search=False, original_date=True, max_date=latest.isoformat(), url=page.url)
        page.sitename = _site_name(page.sitename or page_metadata.extract_sitename(tree), page.url)
        page.clean_and_trim()
    except (TypeError, ValueError):
        return None
    return page


def _site_name(name: str | None, url: str | None) -> str | None:
    """Return the name of a site as it is shown, its host where it has none."""
    if not name:
        host = page_metadata.META_URL.match(url or "")
        return host[1] if host else name
    name = name.lstrip("@")
    return name if not name or "." in name or name[0].isupper() else name.title()


def _find_text(tree: HtmlElement, url: str | None) -> str:
    """Return the main text that trafilatura finds in a page, empty where there is none."""
    page = bare_extraction(tree, url=url, include_comments=False, include_tables=True, deduplicate=False, with_metadata=False)
    return (page.text or "") if isinstance(page, Page) else ""


def _headline(value: str | None) -> str:
    return one_line(_TITLE_TAG.sub("", _TITLE_SCRIPT.sub(" ", value or "")))


def _plausible(value: str | None, latest: date) -> date | None:
    """Return a page's date where it can be one: not before the web, not after it was read."""
    try:
        day = date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
    return day if EARLIEST <= day <= latest else None
