"""Read a feed: bytes in, items out, whatever the bytes are.

RSS, RDF and Atom go through feedparser, JSON Feed through `sources.json_feed`. feedparser gets bytes in a stream only (it would open
a file or an address named by a string, and a file named by bytes), and what it raises ends here: a feed that cannot be read is a
status word.
"""

import codecs
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from xml.sax import SAXException

import feedparser
from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType

from sources.address import absolute_url, canonical_url, masked_url
from sources.failures import Failure
from sources.feed_dates import parse_feed_date
from sources.json_feed import RawEntry, parse_json_feed
from sources.plain import plain_text, printable, storable
from sources.plain_rss import read_plain_rss
from sources.schedule import wish_of_feed
from vocabulary.documents import FeedItem
from vocabulary.errors import FetchTerminalError
from vocabulary.watch import Feed
from vocabulary.words import DocumentOutcome, PollStatus

MAX_ITEMS = 10_000
MAX_TITLE = 500
MAX_SUMMARY = 5000
# All that feedparser was seen to raise on 50,000 mutated feeds, by its base classes; a MemoryError is none of a feed's business
_PARSER_ERRORS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, AssertionError, SAXException)
# What feedparser notes as a fault though the text is read whole
_HARMLESS = (CharacterEncodingOverride, NonXMLContentType)
# UTF-32 first: its little-endian mark begins with that of UTF-16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]{0,500}\?>")
_PROLOG = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s+|<\?.{0,2000}?\?>|<!--.{0,20000}?-->)*", re.DOTALL)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
# What walls against programs hold and other pages do not (Cloudflare, DataDome, PerimeterX, Imperva, DDoS-Guard, Google)
_WALL = re.compile(
    rb"cf-chl-|/cdn-cgi/challenge|captcha-delivery\.com|px-captcha|_incapsula_|ddos-guard|verify(?:ing)? (?:that )?you are (?:a )?human"
    rb"|our systems have detected unusual traffic",
    re.IGNORECASE,
)
# What they are called; many a page holds a captcha in its form of comments
_WALL_TITLE = re.compile(
    rb"<title[^>]{0,200}>[^<]{0,200}?(?:captcha|robot|denied|blocked|attention required|just a moment|checking your browser|human)",
    re.IGNORECASE,
)
_WALL_WITHIN = 100_000
_CHARACTER_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]{1,100})|([0-9]{1,100}));")


@dataclass(frozen=True)
class ParsedFeed:
    """What one answer of a feed holds."""

    status: PollStatus
    items: tuple[FeedItem, ...] = ()
    detail: str = ""
    rejected: tuple[Failure, ...] = ()
    """Entries without an address that may be asked for."""
    wish_s: int = 0
    """Seconds for which the feed says that it stays as it is; 0 where it says nothing."""
    title: str = ""
    """What the feed calls itself."""


class _About(NamedTuple):
    """What a feed says of itself."""

    wish_s: int = 0
    title: str = ""


def parse_feed(content: bytes, *, feed: Feed, content_type: str, now: datetime, base_url: str = "") -> ParsedFeed:
    """Return the items of a feed in its own order, at most `MAX_ITEMS`.

    `content_type` is the header, `base_url` the address that answered (for relative links; the feed's own if empty). Never raises
    for what the bytes hold: they are `ok`, `recovered` (faulty, yet with entries), `empty`, `not_a_feed` or `parse_error`.
    """
    base = base_url or feed.url
    content, content_type = _with_mark_read(content, content_type)
    # 1. what is it?
    start = content[_PROLOG.match(content).end() :][:200]  # type: ignore[union-attr]
    if not start.strip():
        return ParsedFeed(PollStatus.NOT_A_FEED, detail="the answer is empty")
    if _HTML.match(start):
        return _web_page(content)
    # 2. its entries
    about = _About()
    if start.startswith((b"{", b"[")):
        status, entries, detail = _read_json(content)
    else:
        status, entries, detail, about = _read_xml(content, content_type, base)
    # 3. its items
    if len(entries) > MAX_ITEMS:
        detail = f"{detail}; " * bool(detail) + f"{len(entries)} entries, the first {MAX_ITEMS} read"
    items, rejected = _items(entries[:MAX_ITEMS], feed.id, base, now)
    return ParsedFeed(status, items, detail, rejected, about.wish_s, about.title)


def _web_page(content: bytes) -> ParsedFeed:
    """Return the word for an answer that is HTML: a wall against programs, or another page."""
    page = content[:_WALL_WITHIN]
    if found := _WALL_TITLE.search(page) or _WALL.search(page):
        shown = printable(found[0].decode("ascii", "replace"))[-80:]
        return ParsedFeed(PollStatus.BLOCKED, detail=f"the answer is a test for people or a refusal of programs ({shown!r})")
    return ParsedFeed(PollStatus.NOT_A_FEED, detail="the answer is a web page")


def _with_mark_read(content: bytes, content_type: str) -> tuple[bytes, str]:
    """Return content that begins with a byte order mark of UTF-16 or UTF-32 as UTF-8; feedparser would believe other signs first."""
    charset = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if not charset:
        return content, content_type
    text = _DECLARATION.sub("", content.decode(charset, "replace").removeprefix("\ufeff"))
    return text.encode("utf-8"), f"{content_type.partition(';')[0]}; charset=utf-8"


def _read_json(content: bytes) -> tuple[PollStatus, list[RawEntry], str]:
    try:
        entries = parse_json_feed(content)
    except ValueError as error:
        return PollStatus.PARSE_ERROR, [], f"no JSON: {printable(str(error))[:200]}"
    if entries is None:
        return PollStatus.NOT_A_FEED, [], "the answer is JSON and no JSON Feed"
    return (PollStatus.OK if entries else PollStatus.EMPTY), entries, ""


def _read_xml(content: bytes, content_type: str, base: str) -> tuple[PollStatus, list[RawEntry], str, _About]:
    """Parse once as it came, and once more without impossible character references where that raised."""
    if (plain := read_plain_rss(content, content_type)) is not None:
        wish_s = wish_of_feed(plain.ttl, plain.update_period, plain.update_frequency)
        return PollStatus.OK, plain.entries, "", _About(wish_s, plain_text(plain.title, MAX_TITLE))
    try:
        found = _parsed(content, content_type, base)
    except _PARSER_ERRORS as first:
        try:
            found = _parsed(_CHARACTER_REFERENCE.sub(_possible, content), content_type, base)
        except _PARSER_ERRORS as second:
            return PollStatus.PARSE_ERROR, [], _fault(second), _About()
        entries = [_raw_entry(entry) for entry in found["entries"]]
        return (PollStatus.RECOVERED if entries else PollStatus.PARSE_ERROR), entries, _fault(first), _about(found)
    entries = [_raw_entry(entry) for entry in found["entries"]]
    fault = found.get("bozo_exception") if found["bozo"] else None
    is_faulty = fault is not None and not isinstance(fault, _HARMLESS)
    detail = _fault(fault) if is_faulty else ""
    if entries:
        return (PollStatus.RECOVERED if is_faulty else PollStatus.OK), entries, detail, _about(found)
    if not found.get("version"):
        return PollStatus.NOT_A_FEED, [], f"no RSS, Atom or JSON Feed{'; ' * bool(detail)}{detail}", _About()
    return (PollStatus.PARSE_ERROR if is_faulty else PollStatus.EMPTY), [], detail, _about(found)


def _about(found: Any) -> _About:
    """Return what the feed says of itself."""
    names = ("ttl", "sy_updateperiod", "sy_updatefrequency", "title")
    ttl, period, frequency, title = (str(dict.get(found["feed"], name) or "") for name in names)
    return _About(wish_of_feed(ttl, period, frequency), plain_text(title, MAX_TITLE))


def _parsed(content: bytes, content_type: str, base: str) -> Any:
    headers = {"content-type": printable(content_type)} if content_type else {}
    return feedparser.parse(
        io.BytesIO(content),
        response_headers={**headers, "content-location": base},
        # titles and summaries become plain text here, full contents go through the extractor: neither needs clean HTML
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _possible(match: re.Match[bytes]) -> bytes:
    """Return a character reference, or that of U+FFFD where no such character can be."""
    number = int(match[1], 16) if match[1] else int(match[2])
    is_character = number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number <= 0x10FFFF
    return match[0] if is_character else b"&#xFFFD;"


def _raw_entry(entry: Any) -> RawEntry:
    """Return an entry of feedparser; `dict.get` because its own `get` maps missing keys to others, with a warning."""

    def text(*keys: str) -> str:
        return next((value for key in keys if isinstance(value := dict.get(entry, key), str) and value), "")

    contents = dict.get(entry, "content") or []
    bodies = [dict.get(part, "value") for part in contents if "html" in str(dict.get(part, "type"))]
    return RawEntry(
        guid=text("id"),
        link=text("feedburner_origlink", "link"),
        title=text("title"),
        summary=text("summary"),
        content_html=next((body for body in bodies if isinstance(body, str)), ""),
        published_raw=text("published", "updated", "created"),
        updated_raw=text("updated"),
    )


def _items(entries: Iterable[RawEntry], feed_id: str, base: str, now: datetime) -> tuple[tuple[FeedItem, ...], tuple[Failure, ...]]:
    items: list[FeedItem] = []
    rejected: list[Failure] = []
    for number, entry in enumerate(entries, start=1):
        where = f"{feed_id}, entry {number}"
        if not entry.link.strip():
            rejected.append(Failure(_name(where, entry), DocumentOutcome.BAD_ENTRY, "the entry has no link"))
            continue
        try:
            url = canonical_url(absolute_url(base, entry.link))
        except FetchTerminalError as error:
            rejected.append(Failure(_name(where, entry), DocumentOutcome.REFUSED, masked_url(printable(str(error)))[:400]))
            continue
        items.append(
            FeedItem(
                feed_id=feed_id,
                guid=storable(entry.guid)[:MAX_TITLE],
                url=url,
                title=plain_text(entry.title, MAX_TITLE),
                summary=plain_text(entry.summary, MAX_SUMMARY),
                content_html=storable(entry.content_html),
                published_at=parse_feed_date(entry.published_raw, now),
                published_raw=printable(entry.published_raw)[:200],
                updated_at=parse_feed_date(entry.updated_raw, now) if entry.updated_raw else None,
            )
        )
    return tuple(items), tuple(rejected)


def _name(where: str, entry: RawEntry) -> str:
    """Return a name for an entry without a usable address: its place and id, secrets masked."""
    return f"{where}: {masked_url(printable(entry.link or entry.guid or entry.title))[:200]}".rstrip(": ")


def _fault(error: BaseException | None) -> str:
    return printable(f"{type(error).__name__}: {error}")[:300]
