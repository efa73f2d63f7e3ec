import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.feed_dates import parse_feed_date
from sources.feeds import MAX_ITEMS, ParsedFeed, parse_feed
from sources.plain import plain_text, storable
from vocabulary.watch import Feed
from vocabulary.words import DocumentOutcome, PollStatus

NOW = datetime(2025, 3, 26, 12, tzinfo=UTC)
FEED = Feed(id="test-feed", url="https://news.example/rss", outlet="Test News", country="GBR", kind="online")
DATE = "Wed, 26 Mar 2025 10:00:00 GMT"


def make_rss(*items: str, head: str = "") -> bytes:
    return f'{head}<rss version="2.0"><channel><title>t</title>{"".join(items)}</channel></rss>'.encode()


def make_item(title: str = "A title", link: str = "https://news.example/a", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{DATE}</pubDate>{more}</item>"


def parse(content: bytes, content_type: str = "application/rss+xml") -> ParsedFeed:
    return parse_feed(content, feed=FEED, content_type=content_type, now=NOW)


ATOM = f"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>f</id>
<updated>2025-03-26T10:00:00Z</updated><entry><id>tag:1</id><title type="html">A &lt;b&gt;title&lt;/b&gt;</title>
<link href="https://news.example/a"/><updated>2025-03-26T10:00:00Z</updated><summary>{"Words."}</summary>
<content type="html">&lt;p&gt;All of it&lt;/p&gt;</content></entry></feed>""".encode()
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://news.example/"><title>t</title></channel>
<item rdf:about="https://news.example/a"><title>A title</title><link>https://news.example/a</link>
<description>Words.</description><dc:date>2025-03-26T11:00:00+01:00</dc:date></item></rdf:RDF>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "t",
        "items": [
            {
                "id": 1,
                "url": "/a",
                "title": "A title",
                "summary": "Words.",
                "content_html": "<p>All of it</p>",
                "date_published": "2025-03-26T10:00:00Z",
            }
        ],
    }
).encode()
KINDS = {
    "rss": (make_rss(make_item(more="<description>Words.</description>")), "application/rss+xml"),
    "atom": (ATOM, "application/atom+xml"),
    "rdf": (RDF, "text/xml"),
    "json feed": (JSON, "application/feed+json"),
    "json feed as text": (b"\xef\xbb\xbf \n" + JSON, "text/plain"),
    "rss as a page": (make_rss(make_item(more="<description>Words.</description>")), "text/html"),
    "rss without a type": (make_rss(make_item(more="<description>Words.</description>")), ""),
}


@pytest.mark.parametrize(("content", "content_type"), KINDS.values(), ids=KINDS.keys())
def test_every_kind_of_feed_gives_the_same_item(content: bytes, content_type: str) -> None:
    found = parse(content, content_type)
    assert (found.status, found.detail, found.rejected) == (PollStatus.OK, "", ())
    (item,) = found.items
    assert (item.feed_id, item.url, item.title, item.summary) == ("test-feed", "https://news.example/a", "A title", "Words.")
    assert item.published_at == datetime(2025, 3, 26, 10, tzinfo=UTC)


def test_the_full_content_is_kept_apart() -> None:
    assert parse(ATOM).items[0].content_html == parse(JSON).items[0].content_html == "<p>All of it</p>"


STATUSES = {
    "nothing": (b"", PollStatus.NOT_A_FEED),
    "blanks": (b" \n\n", PollStatus.NOT_A_FEED),
    "page": (b"<!DOCTYPE html><html><body><p>Are you a robot?</p></body></html>", PollStatus.NOT_A_FEED),
    "page after a comment": (b"<!-- served by x --><HTML><body>x</body></HTML>", PollStatus.NOT_A_FEED),
    "page with a prolog": (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html/>', PollStatus.NOT_A_FEED),
    "words": (b"Too many requests", PollStatus.NOT_A_FEED),
    "other json": (b'{"error": "no"}', PollStatus.NOT_A_FEED),
    "json list": (b"[1, 2]", PollStatus.NOT_A_FEED),
    "broken json": (b'{"version": "https://jsonfeed.org/version/1", ', PollStatus.PARSE_ERROR),
    "deep json": (b'{"a":' + b"[" * 100_000, PollStatus.PARSE_ERROR),
    "other xml": (b"<opml version='2.0'><body/></opml>", PollStatus.NOT_A_FEED),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), PollStatus.NOT_A_FEED),
    "empty rss": (make_rss(), PollStatus.EMPTY),
    "empty json feed": (b'{"version": "https://jsonfeed.org/version/1", "items": []}', PollStatus.EMPTY),
    "json feed without items": (b'{"version": "https://jsonfeed.org/version/1", "items": 7}', PollStatus.EMPTY),
    "cut off after an item": (make_rss(make_item())[:-30], PollStatus.RECOVERED),
    "cut off before an item": (b"<rss version='2.0'><channel><title>t", PollStatus.PARSE_ERROR),
    "stray ampersand": (make_rss(make_item("A & B")), PollStatus.RECOVERED),
    "impossible character": (make_rss(make_item("&#x110000;")), PollStatus.RECOVERED),
    "broken xml:base": (make_rss('<item xml:base="http://[::1"><title>x</title><link>a</link></item>'), PollStatus.OK),
}


@pytest.mark.parametrize(("content", "status"), STATUSES.values(), ids=STATUSES.keys())
def test_every_answer_has_one_word(content: bytes, status: PollStatus) -> None:
    found = parse(content)
    assert found.status is status
    assert bool(found.items) == (status in {PollStatus.OK, PollStatus.RECOVERED})
    assert found.detail.isprintable()


def test_an_impossible_character_costs_one_character() -> None:
    found = parse(make_rss(make_item("Before &#x110000;&#xD800;&#0; after"), make_item(link="https://news.example/b")))
    assert [item.title for item in found.items] == ["Before \ufffd\ufffd\ufffd after", "A title"]


TITLES = {
    "markup": ("&lt;b&gt;Bold&lt;/b&gt; claim", "Bold claim"),
    "script": ("Hello&lt;script&gt;alert(1)&lt;/script&gt; there", "Hello there"),
    "entities twice": ("Q&amp;amp;A", "Q&A"),
    "typographic": ("&#8220;Words&#8221; &#8211; said", "\u201cWords\u201d \u2013 said"),
    "blanks": ("  many \n\t blanks ", "many blanks"),
    "less than": ("Growth &lt; 5 per cent", "Growth < 5 per cent"),
    "cdata": ("<![CDATA[<i>Title</i> & more]]>", "Title & more"),
}


@pytest.mark.parametrize(("written", "wanted"), TITLES.values(), ids=TITLES.keys())
def test_titles_are_plain_text(written: str, wanted: str) -> None:
    assert parse(make_rss(make_item(written))).items[0].title == wanted


def test_what_databases_refuse_is_cleaned() -> None:
    content = json.loads(JSON)
    content["items"][0] |= {"title": "a\ud800b\x00c\ufffe", "summary": "\udfff", "id": "\x00", "content_html": "\ud800<p>"}
    (item,) = parse(json.dumps(content).encode()).items
    assert item.title == "a\ufffdbc"
    for text in (item.title, item.summary, item.guid, item.content_html):
        assert storable(text) == text
        text.encode("utf-8")


def test_long_titles_are_cut() -> None:
    assert len(plain_text("word " * 1000, 500)) <= 500


LINKS = {
    "javascript": ("javascript:alert(1)", DocumentOutcome.REFUSED),
    "file": ("file:///etc/passwd", DocumentOutcome.REFUSED),
    "userinfo": ("https://me:canary@news.example/a", DocumentOutcome.REFUSED),
    "no link": ("", DocumentOutcome.BAD_ENTRY),
    "blank in host": ("https://news .example/a", DocumentOutcome.REFUSED),
}


@pytest.mark.parametrize(("link", "outcome"), LINKS.values(), ids=LINKS.keys())
def test_an_entry_without_a_usable_link_is_rejected_and_the_others_stay(link: str, outcome: DocumentOutcome) -> None:
    found = parse(make_rss(make_item(link=link), make_item(link="https://news.example/b")))
    assert [item.url for item in found.items] == ["https://news.example/b"]
    assert [failure.outcome for failure in found.rejected] == [outcome]
    assert "canary" not in str(found)


def test_relative_links_are_joined_to_the_address_that_answered() -> None:
    content = make_rss(make_item(link="/a?utm_source=rss#0"))
    assert parse(content).items[0].url == "https://news.example/a"
    moved = parse_feed(content, feed=FEED, content_type="", now=NOW, base_url="https://other.example/rss")
    assert moved.items[0].url == "https://other.example/a"


def test_one_guid_with_two_links_is_two_items() -> None:
    found = parse(make_rss(*(make_item(link=f"https://news.example/{name}", more="<guid>g</guid>") for name in "ab")))
    assert [item.url for item in found.items] == ["https://news.example/a", "https://news.example/b"]


def test_a_huge_feed_is_cut() -> None:
    content = json.loads(JSON)
    content["items"] = [content["items"][0] | {"url": f"/{number}"} for number in range(MAX_ITEMS + 5)]
    found = parse(json.dumps(content).encode())
    assert len(found.items) == MAX_ITEMS
    assert str(MAX_ITEMS + 5) in found.detail


def test_entities_open_no_file_and_do_not_grow(tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel.txt"
    sentinel.write_text("canary")
    outside = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{sentinel.as_uri()}">]>'
    laughs = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10 if number else "ha"}">' for number in range(10))
    for head in (outside, f"<!DOCTYPE rss [{laughs}<!ENTITY x '&e9;'>]>"):
        found = parse(make_rss(make_item("A &x; B"), head=head))
        assert "canary" not in str(found)
        assert len(str(found)) < 5000


def test_bytes_that_name_a_file_open_none(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(make_rss(make_item()))
    assert parse(str(path).encode()).status is PollStatus.NOT_A_FEED


CHARSETS = {
    "declared": ('<?xml version="1.0" encoding="windows-1251"?>', "windows-1251", "application/rss+xml"),
    "header": ("", "koi8-r", "application/rss+xml; charset=koi8-r"),
    "utf-16 with mark": ("", "utf-16", "application/rss+xml"),
    "utf-16 with mark, other header": ("", "utf-16", "application/rss+xml; charset=iso-8859-1"),
    "utf-32 with mark, other declaration": ('<?xml version="1.0" encoding="utf-8"?>', "utf-32", "text/xml"),
    "plain utf-8": ("", "utf-8", "application/rss+xml"),
}


@pytest.mark.parametrize(("head", "charset", "content_type"), CHARSETS.values(), ids=CHARSETS.keys())
def test_character_sets(head: str, charset: str, content_type: str) -> None:
    text = make_rss(make_item("Новости дня"), head=head).decode()
    assert parse(text.encode(charset), content_type).items[0].title == "Новости дня"


DAY = datetime(2025, 3, 26, 10, tzinfo=UTC)
NOON = datetime(2025, 3, 26, 12, tzinfo=UTC)
DATES = {
    "rfc 5322": (DATE, DAY),
    "no weekday, no seconds": ("26 Mar 2025 10:00 +0000", DAY),
    "offset": ("Wed, 26 Mar 2025 12:00:00 +0200", DAY),
    "offset with colon": ("Wed, 26 Mar 2025 04:00:00 -06:00", DAY),
    "named zone": ("Wed, 26 Mar 2025 06:00:00 EDT", DAY),
    "summer in Paris": ("Wed, 26 March 2025 12:00:00 CEST", DAY),
    "zone unknown": ("Wed, 26 Mar 2025 10:00:00 QQQ", DAY),
    "wrong weekday": ("Mon, 26 Mar 2025 10:00:00 GMT", DAY),
    "two-digit year": ("26 Mar 25 10:00:00 GMT", DAY),
    "four-letter month": ("Thu, 26 Sept 2024 10:00:00 GMT", datetime(2024, 9, 26, 10, tzinfo=UTC)),
    "iso": ("2025-03-26T10:00:00Z", DAY),
    "iso with fractions": ("2025-03-26T11:00:00.123+01:00", DAY.replace(microsecond=123000)),
    "iso with a blank": ("2025-03-26 10:00:00", DAY),
    "day alone": ("2025-03-26", NOON),
    "month first": ("March 26, 2025", NOON),
    "month first with a half": ("Mar 26, 2025 10:00 PM", DAY.replace(hour=22)),
    "asctime": ("Wed Mar 26 10:00:00 2025", DAY),
    "blanks": ("\n  Wed,  26 Mar 2025\t10:00:00 GMT ", DAY),
    "zone in the near future": ("Thu, 27 Mar 2025 11:00:00 GMT", datetime(2025, 3, 27, 11, tzinfo=UTC)),
    "ambiguous": ("03/04/2025", None),
    "ambiguous with dots": ("03.04.2025 10:00", None),
    "no such day": ("Mon, 31 Feb 2025 10:00:00 GMT", None),
    "no such hour": ("Wed, 26 Mar 2025 25:00:00 GMT", None),
    "no such half": ("Mar 26, 2025 13:00 PM", None),
    "no such zone": ("Wed, 26 Mar 2025 10:00:00 +9900", None),
    "year 1": ("0001-01-01T00:00:00Z", None),
    "year 0": ("0000-00-00 00:00:00", None),
    "clock's zero": ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    "far future": ("2099-01-01T00:00:00Z", None),
    "day after tomorrow": ("Fri, 28 Mar 2025 10:00:00 GMT", None),
    "end of time": ("9999-12-31T23:59:59-14:00", None),
    "seconds": ("1742983200", None),
    "words": ("yesterday at noon", None),
    "other language": ("mercredi 26 mars 2025", NOON),
    "other language, other month": ("26 maja 2025 10:00", None),
    "nothing": ("", None),
    "nonsense": ("Wed, 26 Mar 2025 10:00:00 GMT" * 10, None),
}


@pytest.mark.parametrize(("raw", "wanted"), DATES.values(), ids=DATES.keys())
def test_odd_dates(raw: str, wanted: datetime | None) -> None:
    assert parse_feed_date(raw, NOW) == wanted


def test_a_date_that_is_none_keeps_its_words() -> None:
    content = make_rss(make_item()).replace(DATE.encode(), b"03/04/2025")
    (item,) = parse(content).items
    assert (item.published_at, item.published_raw) == (None, "03/04/2025")


TOKENS = [
    *[b"<![CDATA[", b"]]>", b"<!h<!", b"&#x110000;", b"&#xD800;", b"\x00", b"<!ENTITY", b'xml:base="http://[::1"', b'encoding="utf-7"'],
    *[b"<title>", b"</item>", b"&", b"<", b"\xff\xfe", b"<script>", b'"', b"{", b"<pubDate>-1</pubDate>", b"<link>http://[</link>"],
]
SEEDS = [make_rss(make_item(), make_item(link="b")), ATOM, RDF, JSON]


@settings(max_examples=300, deadline=None)
@given(
    content=st.sampled_from(SEEDS),
    edits=st.lists(
        st.tuples(st.integers(0, 700), st.integers(0, 8), st.sampled_from(TOKENS) | st.binary(max_size=4)), min_size=1, max_size=6
    ),
)
def test_mutated_feeds_never_raise(content: bytes, edits: list[tuple[int, int, bytes]]) -> None:
    for place, length, token in edits:
        content = content[:place] + token + content[place + length :]
    found = parse(content)
    assert isinstance(found.status, PollStatus)
    for item in found.items:
        assert item.url.startswith(("http://", "https://"))
        assert "\x00" not in item.title + item.summary + item.guid
        item.model_dump_json()


@settings(max_examples=200, deadline=None)
@given(raw=st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d{2} [A-Z+0-9]{1,5}", fullmatch=True))
def test_dates_never_raise_and_are_within_reason(raw: str) -> None:
    found = parse_feed_date(raw, NOW)
    assert found is None or datetime(1995, 1, 1, tzinfo=UTC) <= found <= datetime(2025, 3, 27, 12, tzinfo=UTC)
