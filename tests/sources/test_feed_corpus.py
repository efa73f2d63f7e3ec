"""Feeds that others made to break parsers, and feeds that chance breaks: one status each, no exception, the same the second time.

STANCEWATCH_FEEDPARSER_TESTS names the folder `tests` of feedparser's own source archive (version 6.0.14 on the package index); without
it that part is skipped. STANCEWATCH_FUZZ_S says for how long feeds are broken by chance, STANCEWATCH_FUZZ_SEED with which beginning.
"""

import os
import random
import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import FrameType

import pytest

from newsroom.feeds import MEDIA_TYPES, render_feed
from newsroom.scenario import load_scenario
from sources.feeds import ParsedFeed, parse_feed
from sources.plain import plain_text
from vocabulary.watch import Feed
from vocabulary.words import PollStatus

NOW = datetime(2025, 9, 30, 12, tzinfo=UTC)
FEED = Feed(id="feed", url="https://post.example/feed", outlet="Post", country="GBR", kind="online")
FOLDER = os.environ.get("STANCEWATCH_FEEDPARSER_TESTS", "")
FUZZ_S = float(os.environ.get("STANCEWATCH_FUZZ_S") or 3)
FUZZ_SEED = int(os.environ.get("STANCEWATCH_FUZZ_SEED") or 20250930)
PATIENCE_S = 30
WORDS = frozenset(
    {PollStatus.OK, PollStatus.RECOVERED, PollStatus.EMPTY, PollStatus.NOT_A_FEED, PollStatus.BLOCKED, PollStatus.PARSE_ERROR}
)
PARTS = ("wellformed", "illformed", "encoding", "entities", "json")
_HEADER = re.compile(rb"^\s*Header:\s*Content-type:\s*(\S[^\r\n]*)", re.IGNORECASE | re.MULTILINE)


class TooSlowError(BaseException):
    """A feed took longer than anybody would wait; no `except Exception` of a parser may hide it."""


@contextmanager
def patience() -> Iterator[None]:
    def give_up(number: int, frame: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def parse(content: bytes, content_type: str = "") -> ParsedFeed:
    with patience():
        return parse_feed(content, feed=FEED, content_type=content_type, now=NOW)


def check(parsed: ParsedFeed) -> None:
    """Check what must be true of whatever bytes: a status that fits, and items that can be stored and shown."""
    assert parsed.status in WORDS
    if parsed.items:
        assert parsed.status in (PollStatus.OK, PollStatus.RECOVERED)
    if parsed.status in (PollStatus.NOT_A_FEED, PollStatus.BLOCKED, PollStatus.PARSE_ERROR):
        assert parsed.items == ()
        assert parsed.detail
    for item in parsed.items:
        assert item.url.startswith(("http://", "https://"))
        for text in (item.title, item.summary, item.guid, item.url, item.content_html, item.published_raw):
            assert "\x00" not in text
            text.encode("utf-8")
        assert "<script" not in item.title.lower()
        assert "\n" not in item.title
        assert item.published_at is None or item.published_at.tzinfo is not None
    parsed.detail.encode("utf-8")


def corpus_files() -> list[Path]:
    root = Path(FOLDER)
    return sorted(path for part in PARTS for path in (root / part).rglob("*") if path.is_file() and path.suffix in (".xml", ".json"))


def table() -> list[tuple[str, PollStatus, int, int, str]]:
    """Return name, status, items, rejected entries and detail of each file."""
    rows = []
    for path in corpus_files():
        content = path.read_bytes()
        header = _HEADER.search(content[:2000])
        parsed = parse(content, header[1].decode("ascii", "replace").strip() if header else "application/xml")
        check(parsed)
        rows.append((str(path.relative_to(FOLDER)), parsed.status, len(parsed.items), len(parsed.rejected), parsed.detail))
    return rows


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER, reason="STANCEWATCH_FEEDPARSER_TESTS names no folder: feedparser's own feeds are not read")
def test_row_17_feedparsers_own_feeds_have_one_status_each(capsys: pytest.CaptureFixture[str]) -> None:
    files = corpus_files()
    assert files, f"{FOLDER} holds none of {', '.join(PARTS)}: name the folder `tests` of the source archive"
    first = table()
    assert [row[0] for row in first] == [str(path.relative_to(FOLDER)) for path in files]
    assert table() == first
    counted = Counter(row[1].value for row in first)
    with capsys.disabled():
        print(f"\n{len(first)} feed files: {dict(counted.most_common())}; {sum(row[2] for row in first)} items")


ITEM = "Ministers met in Port Vale"
OWN = {
    "rss-0.91": '<rss version="0.91"><channel><title>t</title><language>en</language><item><title>{i}</title><link>https://a.example/1</link>'
    "<description>They &lt;b&gt;spoke&lt;/b&gt;.</description></item></channel></rss>",
    "rss-0.92": '<rss version="0.92"><channel><title>t</title><item><link>/2</link><description>{i}</description></item></channel></rss>',
    "rss-1.0": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example/"><title>t</title></channel>'
    '<item rdf:about="https://a.example/3"><title>{i}</title><link>https://a.example/3</link><dc:date>2025-09-29T10:00:00+02:00</dc:date></item>'
    "</rdf:RDF>",
    "rss-2.0": '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    "<channel><title>t</title><ttl>30</ttl><item><title><![CDATA[{i} – “so”]]></title><link>https://a.example/4?utm_source=rss</link>"
    '<guid isPermaLink="false">tag:4</guid><pubDate>Mon, 29 Sep 2025 10:00:00 GMT</pubDate>'
    "<content:encoded><![CDATA[<p>They spoke.</p>]]></content:encoded></item></channel></rss>",
    "atom-0.3": '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>t</title><entry><title mode="escaped">{i}</title>'
    '<link rel="alternate" href="https://a.example/5"/><issued>2025-09-29T10:00:00Z</issued></entry></feed>',
    "atom-1.0": '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/"><title>t</title><entry><id>urn:6</id>'
    '<title type="html">{i} &amp;amp; left</title><link href="6"/><updated>2025-09-29T10:00:00Z</updated>'
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>They spoke.</p></div></content></entry></feed>',
    "json-1.1": '{{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [{{"id": "7", "url": "https://a.example/7",'
    ' "title": "{i}", "content_html": "<p>They spoke.</p>", "date_published": "2025-09-29T10:00:00Z"}}]}}',
    "page": "<!DOCTYPE html><html><head><title>{i}</title></head><body><p>Not a feed.</p></body></html>",
    "nothing": " ",
}
CHARSETS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "windows-1252", "utf-32")
# What broke parsers before.
TOKENS = (
    b"<![CDATA[",
    b"]]>",
    b"<!h<!",
    b"&#x110000;",
    b"&#0;",
    b"&#xD800;",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"<!ENTITY a '&a;&a;'>",
    b"&a;",
    b"<!DOCTYPE x [",
    b'xml:base="http://[::1"',
    b'encoding="utf-7"',
    b'encoding="utf-16"',
    b"<?xml version='1.0'?>",
    b"<script>",
    b"javascript:",
    b"-->",
    b"<!--",
    b"</item>",
    b"<item>",
    b"<link>",
    b"<link/>",
    b"http://[",
    b"//",
    b"%00",
    b"&",
    b"<",
    b">",
    b"'",
    b'"',
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"9" * 400,
    b"<pubDate>Mon, 99 Sep 20250 99:99:99 +9999</pubDate>",
    b"<a xmlns:a=''>",
    b"<content:encoded>",
    b"\xe2\x80\xa8",
    b"\xc3",
    b"<div>" * 200,
    b"<rdf:RDF>",
)


def seeds() -> list[tuple[bytes, str]]:
    """Return feeds of every format and several encodings, and one of each outlet of the newsroom, with their media types."""
    found = [(text.format(i=ITEM).encode(charset, "replace"), "") for text in OWN.values() for charset in CHARSETS]
    scenario = load_scenario()
    for outlet in scenario.outlets:
        shown = [(article, article.versions[0]) for article in scenario.articles if article.outlet == outlet.id][:3]
        body = render_feed(outlet, shown, home="https://news.example", feed_path=outlet.feed_path, touched_at=NOW)
        found.append((body, f"{MEDIA_TYPES[outlet.feed_format]}; charset={outlet.feed_charset}"))
    return found


def mutate(content: bytes, chance: random.Random, others: list[tuple[bytes, str]]) -> bytes:
    """Return `content` after one to six edits: a token or part of another feed put in, a part taken out, doubled, moved, a byte changed."""
    out = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(out) + 1)
        until = min(len(out), at + chance.randint(1, 60))
        match chance.randrange(7):
            case 0 | 1:
                out[at:at] = chance.choice(TOKENS)
            case 2:
                del out[at:until]
            case 3:
                out[at:at] = out[at:until] * chance.randint(1, 5)
            case 4:
                piece = out[at:until]
                del out[at:until]
                to = chance.randrange(len(out) + 1)
                out[to:to] = piece
            case 5 if at < len(out):
                out[at] = chance.randrange(256)
            case _:
                other = chance.choice(others)[0]
                start = chance.randrange(len(other) + 1)
                out[at:until] = other[start : start + chance.randint(1, 200)]
    return bytes(out)


def test_own_feeds_are_read() -> None:
    found = [parse(content, kind) for content, kind in seeds()]
    for parsed in found:
        check(parsed)
    assert len([parsed for parsed in found if parsed.items]) > 40


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Ministers <title>met <script>left", "Ministers met left", id="tags-within-a-title-element"),
        pytest.param("<textarea><script>left</script></textarea>", "left", id="tags-within-a-text-area"),
        pytest.param("<html><head><title>Minist.</p></div>", "Minist.", id="head-without-a-body"),
        pytest.param("Rates 1 < 2 & 3 > 2", "Rates 1 < 2 & 3 > 2", id="signs-that-are-no-tags"),
    ],
)
def test_titles_that_broke_the_reader_of_markup(title: str, expected: str) -> None:
    assert plain_text(title, 200) == expected


def test_row_17_feeds_broken_by_chance_have_one_status_each(capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(FUZZ_SEED)
    known = seeds()
    counted: Counter[str] = Counter()
    ends = monotonic() + FUZZ_S
    tried = 0
    while tried < 200 or monotonic() < ends:
        content, kind = chance.choice(known)
        broken = mutate(content, chance, known)
        try:
            parsed = parse(broken, kind)
            check(parsed)
            if tried % 20 == 0:
                assert parse(broken, kind) == parsed
        except (Exception, TooSlowError) as error:
            raise AssertionError(f"seed {FUZZ_SEED}, feed {tried}, sent as {kind!r}: {broken!r}") from error
        counted[parsed.status.value] += 1
        tried += 1
    assert set(counted) <= {word.value for word in WORDS}
    with capsys.disabled():
        print(f"\n{tried} broken feeds: {dict(counted.most_common())}")
