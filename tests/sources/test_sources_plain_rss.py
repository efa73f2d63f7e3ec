"""The quick reader of plain RSS gives what feedparser gives, or nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sources.feeds
from sources.feeds import ParsedFeed, parse_feed
from sources.plain_rss import read_plain_rss
from vocabulary.watch import Feed

NOW = datetime(2025, 3, 26, 12, tzinfo=UTC)
FEED = Feed(id="feed", url="https://n.example/feed/", outlet="N", country="GBR", kind="online")
SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
LINK = "<link>https://n.example/a</link>"


def rss(items: str, *, head: str = "<title>The N</title>", version: str = "2.0", declaration: str = '<?xml version="1.0"?>') -> bytes:
    return f'{declaration}<rss version="{version}" {SPACES}><channel>{head}{items}</channel></rss>'.encode()


def both(content: bytes, content_type: str) -> tuple[ParsedFeed, ParsedFeed]:
    """Return what the two readers together give, and feedparser alone."""

    def parsed() -> ParsedFeed:
        return parse_feed(content, feed=FEED, content_type=content_type, now=NOW)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources.feeds, "read_plain_rss", lambda *given: None)
        slow = parsed()
    return parsed(), slow


ITEMS = {
    "plain": f"<item><title>T</title>{LINK}<guid>https://n.example/a</guid><pubDate>Wed, 26 Mar 2025 10:00:00 GMT</pubDate></item>",
    "guid that is no link": f'<item><title>T</title>{LINK}<guid isPermaLink="false">7</guid></item>',
    "guid before link": f"<item><guid>https://n.example/g</guid><title>T</title>{LINK}</item>",
    "escaped markup": f"<item><title>A &amp;lt;b&amp;gt; &amp;amp; c</title>{LINK}"
    "<description>&lt;p&gt;x &lt;b&gt;y&lt;/b&gt;</description></item>",
    "cdata": f"<item><title><![CDATA[A & <i>b</i>]]></title>{LINK}<description><![CDATA[<p>x</p><script>y</script>]]></description></item>",
    "blanks": "<item><title>\n  A\n b </title><link>\n https://n.example/a \n</link><description> x </description></item>",
    "whole content": f"<item><title>T</title>{LINK}<description>s</description>"
    "<content:encoded><![CDATA[<p>l</p>]]></content:encoded></item>",
    "content in plain words": f"<item><title>T</title>{LINK}<description>x</description><content:encoded>words</content:encoded></item>",
    "idle elements": f"<item><title>T</title>{LINK}<dc:creator>me</dc:creator><category>c</category><slash:comments>3</slash:comments>"
    "</item>",
    "relative link": "<item><title>T</title><link>/a/b?x=1</link></item>",
    "letters of all kinds": f"<item><title>Füße — “quoted” 中文 Київ 😀</title>{LINK}</item>",
    "two items": f"<item><title>T</title>{LINK}</item><item><title>U</title><link>/b</link></item>",
    "no title": f"<item>{LINK}<description>x</description></item>",
    "guid only, no link": '<item><title>T</title><guid isPermaLink="false">7</guid></item>',
    "tracked link": "<item><title>T</title><link>https://n.example/a?utm_source=rss&amp;id=1</link></item>",
    "odd date": f"<item><title>T</title>{LINK}<pubDate>26 Mar 25 10:00 CET</pubDate></item>",
}
LEFT = {
    "content before description": f"<item><title>T</title>{LINK}<content:encoded>long</content:encoded><description>x</description></item>",
    "content alone": f"<item><title>T</title>{LINK}<content:encoded><![CDATA[<p>x</p>]]></content:encoded></item>",
    "markup that is not escaped": f"<item><title>A <b>b</b></title>{LINK}</item>",
    "two titles": f"<item><title>T</title><title>U</title>{LINK}</item>",
    "empty title": f"<item><title/>{LINK}</item>",
    "relative guid": f"<item><title>T</title>{LINK}<guid>7</guid></item>",
    "guid with a way round": f"<item><title>T</title>{LINK}<guid>https://n.example/a/../b</guid></item>",
    "guid as link": "<item><title>T</title><guid>https://n.example/g</guid></item>",
    "date of Dublin Core": f"<item><title>T</title>{LINK}<dc:date>2025-03-26T10:00:00Z</dc:date></item>",
    "media": f"<item><title>T</title>{LINK}<media:title>M</media:title><media:description>D</media:description></item>",
    "podcast": f"<item><title>T</title>{LINK}<itunes:summary>S</itunes:summary></item>",
    "link of Atom": '<item><title>T</title><atom:link href="https://n.example/at"/></item>',
    "feedburner": f"<item><title>T</title>{LINK}<feedburner:origLink>https://n.example/o</feedburner:origLink></item>",
    "source": f'<item><title>T</title>{LINK}<source url="https://o.example/">O</source></item>',
    "disguised quotes": f"<item><title>\x93T\x94</title>{LINK}</item>",
    "base": '<item xml:base="https://o.example/"><title>T</title><link>/a</link></item>',
    "no items": "",
}
HEADS = {
    "ttl": "<title>N</title><ttl>60</ttl>",
    "syndication": "<title>N</title><sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
    "usual": '<title>N &amp; co</title><atom:link href="https://n.example/feed/" rel="self"/><link>https://n.example/</link><language>en</language>',
    "image": "<title>N</title><image><title>I</title><url>/i.png</url><link>/</link></image>",
    "no title": "<link>https://n.example/</link>",
}
TYPES = ("application/rss+xml", "text/xml", "application/rss+xml; charset=utf-8", "")


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize("items", ITEMS.values(), ids=ITEMS.keys())
def test_plain_items_are_read_quickly_and_alike(items: str, content_type: str) -> None:
    assert read_plain_rss(rss(items), content_type) is not None
    quick, slow = both(rss(items), content_type)
    assert quick == slow


@pytest.mark.parametrize("items", LEFT.values(), ids=LEFT.keys())
def test_other_items_are_left_to_feedparser(items: str) -> None:
    assert read_plain_rss(rss(items), "text/xml") is None
    quick, slow = both(rss(items), "text/xml")
    assert quick == slow


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_what_a_feed_says_of_itself_is_read_alike(head: str) -> None:
    quick, slow = both(rss(ITEMS["plain"], head=head), "text/xml")
    assert quick == slow


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (rss(ITEMS["plain"], declaration='<?xml version="1.0" encoding="windows-1251"?>'), ""),
        (rss(ITEMS["plain"]), "text/xml; charset=koi8-u"),
        (rss(ITEMS["plain"], version="0.91"), ""),
        (b"<!DOCTYPE rss>" + rss(ITEMS["plain"], declaration=""), ""),
        (rss(ITEMS["plain"])[:-3], ""),
        (rss(ITEMS["plain"]).replace(b"T</title>", b"T&nbsp;</title>"), ""),
        (rss(ITEMS["plain"]).replace(b"T</title>", b"\xff</title>"), ""),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title></feed>", ""),
    ],
    ids=["encoding", "charset", "version", "document type", "cut off", "entity", "no UTF-8", "Atom"],
)
def test_other_documents_are_left_to_feedparser(content: bytes, content_type: str) -> None:
    assert read_plain_rss(content, content_type) is None


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), max_size=30)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")


_GUIDS = st.one_of(_WORDS, st.from_regex(r"\Ahttps?://n\.example/[a-z./?=-]{0,20}\Z"))


@given(st.lists(st.tuples(_WORDS, _WORDS, _GUIDS, st.booleans()), min_size=1, max_size=3))
def test_any_words_are_read_alike(entries: list[tuple[str, str, str, bool]]) -> None:
    def item(title: str, summary: str, guid: str, has_body: bool) -> str:
        body = f"<content:encoded>{_escaped(summary + title)}</content:encoded>" * has_body
        head = f"<title>{_escaped(title)}</title>{LINK}<guid>{_escaped(guid)}</guid>"
        return f"<item>{head}<description>{_escaped(summary)}</description>{body}</item>"

    quick, slow = both(rss("".join(item(*entry) for entry in entries)), "application/rss+xml")
    assert quick == slow


def test_a_thousand_laughs_never_reach_it() -> None:
    bomb: Any = b'<!DOCTYPE r [<!ENTITY a "ha">]><rss version="2.0"><channel><item><title>&a;</title></item></channel></rss>'
    assert read_plain_rss(bomb, "") is None
