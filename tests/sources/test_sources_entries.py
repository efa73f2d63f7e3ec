"""Which entries are new: identity by address, guid as a second sign only, dates that can be."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from polling_builders import NOW, PAGE, Desk, make_feed, make_items, rss

from sources.address import document_id_of
from sources.pages import final_id
from vocabulary.documents import RawDocument
from vocabulary.words import DocumentOutcome, PollStatus, PublishedBasis

HOUR = timedelta(hours=1)

SAME = {
    "guid with a revision": ("/news/x1", "https://n.example/x1#0", "/news/x1", "https://n.example/x1#1"),
    "fragment": ("/news/x1#0", "", "/news/x1#1", ""),
    "BBC campaign": ("/news/x1?at_medium=RSS&amp;at_campaign=rss", "", "/news/x1", ""),
    "BBC campaigns that differ": ("/news/x1?at_medium=RSS&amp;at_campaign=KARANGA", "", "/news/x1?at_medium=social&amp;at_format=link", ""),
    "BBC, all at once": ("/news/x1?at_medium=RSS#0", "https://n.example/x1#0", "/news/x1?at_campaign=rss#1", "https://n.example/x1#1"),
    "another guid each time": ("/news/x1", "1742983200", "/news/x1", "1742986800"),
    "https later": ("http:{site}/a", "", "https:{site}/a", ""),
    "http later": ("https:{site}/a", "", "http:{site}/a", ""),
    "https and a campaign later": ("http:{site}/a", "g", "https:{site}/a?utm_source=rss", "h"),
    "AMP with a slash": ("/a", "", "/a/amp/", ""),
    "AMP as output": ("/a", "", "/a?outputType=amp", ""),
    "DW campaign": ("/en/a/a-1?maca=en-rss-en-all-1573-rdf", "", "/en/a/a-1", ""),
    "Guardian campaign": ("/world/a?CMP=share_btn_url", "", "/world/a", ""),
    "utm": ("/a?id=3&amp;utm_source=x&amp;utm_medium=y", "", "/a?id=3", ""),
    "AMP at the end": ("/a", "", "/a/amp", ""),
    "AMP as ending": ("/a", "", "/a.amp", ""),
    "AMP as parameter": ("/a", "", "/a?amp=1", ""),
    "slash at the end": ("/a", "", "/a/", ""),
    "same guid, other address, same title": ("/2025/old-words", "g1", "/2025/new-words", "g1"),
}


@pytest.mark.parametrize(("link", "guid", "later", "later_guid"), SAME.values(), ids=SAME.keys())
async def test_row_23_one_article_under_two_addresses_is_one_row(open_site: Any, link: str, guid: str, later: str, later_guid: str) -> None:
    site = await open_site()
    link, later = (one.format(site=f"//127.0.0.1:{site.port}") for one in (link, later))
    paths = {urlsplit(one.replace("&amp;", "&")).path for one in (link, later)}
    site.pages = dict.fromkeys(paths, PAGE)
    site.pages["/feed"] = make_items({"title": "Talks begin", "link": link, "guid": guid})
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    site.pages["/feed"] = make_items({"title": "Talks begin", "link": later, "guid": later_guid})
    await desk.poll(now=NOW + HOUR, force=True)
    await desk.poll(now=NOW + 2 * HOUR, force=True)
    assert [row.new_items for row in desk.keeper.polls] == [1, 0, 0]
    asked = [path for path in site.hits if path in paths]
    if link.startswith("https:"):  # no https is spoken here: the one page waits
        assert (asked, len(desk.keeper.waiting), desk.keeper.documents) == ([], 1, [])
    else:
        assert (len(asked), len(desk.keeper.documents)) == (1, 1)


@pytest.mark.parametrize(
    ("one", "other"), [("http://n.example/a", "https://n.example/a"), ("https://www.n.example/a", "https://n.example/a")]
)
def test_row_23_scheme_and_www_are_no_identity(one: str, other: str) -> None:
    assert document_id_of(one) == document_id_of(other)


async def test_row_24_one_guid_on_twenty_links_is_twenty_rows(open_site: Any) -> None:
    site = await open_site(**{f"a{number}": PAGE for number in range(20)})
    site.pages["/feed"] = make_items(*({"title": f"Story {number}", "link": f"/a{number}", "guid": "same"} for number in range(20)))
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert (len(desk.keeper.documents), desk.row.new_items) == (20, 20)
    assert {site.hits.count(f"/a{number}") for number in range(20)} == {1}
    await desk.poll(now=NOW + HOUR, force=True)
    assert (len(desk.keeper.documents), desk.row.new_items, desk.keeper.aliases) == (20, 0, [])
    assert {site.hits.count(f"/a{number}") for number in range(20)} == {1}


async def test_row_24_a_guid_that_each_poll_gives_to_another_article_loses_none(open_site: Any) -> None:
    site = await open_site(**{f"a{number}": PAGE for number in range(4)})
    desk = Desk([make_feed(site.url("/feed"))])
    for number in range(4):
        item = {"title": f"Story {number}", "link": f"/a{number}", "guid": "latest", "pubDate": f"Wed, 26 Mar 2025 0{number}:00:00 GMT"}
        site.pages["/feed"] = make_items(item)
        await desk.poll(now=NOW + number * HOUR, force=True)
    assert desk.keeper.addresses() == [site.url(f"/a{number}") for number in range(4)]


async def test_row_24_one_title_and_guid_of_several_articles_in_the_past_is_no_sign(open_site: Any) -> None:
    site = await open_site(a=PAGE, b=PAGE, c=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    shared = {"title": "Live updates", "guid": "live"}
    site.pages["/feed"] = make_items({**shared, "link": "/a"}, {**shared, "link": "/b"})
    await desk.poll()
    site.pages["/feed"] = make_items({**shared, "link": "/c"})
    await desk.poll(now=NOW + HOUR, force=True)
    assert len(desk.keeper.documents) == 3


async def test_an_article_renamed_with_its_address_keeps_its_alias(open_site: Any) -> None:
    site = await open_site(a=PAGE, b=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    dated = {"guid": "post-7", "pubDate": "Wed, 26 Mar 2025 10:00:00 GMT"}
    site.pages["/feed"] = make_items({**dated, "title": "Talks", "link": "/a"})
    await desk.poll()
    site.pages["/feed"] = make_items({**dated, "title": "Talks fail", "link": "/b"})
    await desk.poll(now=NOW + HOUR, force=True)
    (alias,) = desk.keeper.aliases
    assert (alias.alias_id, alias.document_id) == (document_id_of(site.url("/b")), document_id_of(site.url("/a")))
    assert site.hits.count("/b") == 0


async def test_row_25_entries_without_guid_or_link(open_site: Any) -> None:
    site = await open_site(a=PAGE)
    site.pages["/b"] = PAGE
    site.pages["/feed"] = make_items(
        {"title": "No guid", "link": "/a"},
        {"title": "The guid is the link", "guid": site.url("/b")},
        {"title": "Neither"},
    )
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    assert desk.keeper.addresses() == [site.url("/a"), site.url("/b")]
    assert [failure.outcome for failure in desk.keeper.failures] == [DocumentOutcome.BAD_ENTRY]
    assert (desk.row.items, desk.row.new_items) == (3, 2)
    ids = {document.url: document.document_id for document in desk.keeper.documents}
    await desk.poll(now=NOW + HOUR, force=True)
    assert {document.url: document.document_id for document in desk.keeper.documents} == ids
    assert (desk.row.items, desk.row.new_items, site.hits.count("/a"), site.hits.count("/b")) == (3, 0, 1, 1)


NO_LINKS = {
    "nothing": "<item/>",
    "title alone": "<item><title>Neither</title></item>",
    "guid that is no link": "<item><title>x</title><guid isPermaLink='false'>tag:n.example,2025:7</guid></item>",
    "empty link": "<item><title>x</title><link> </link></item>",
    "link to nowhere": "<item><title>x</title><link>http://</link></item>",
    "mail": "<item><title>x</title><link>mailto:editor@n.example</link></item>",
}


@pytest.mark.parametrize("item", NO_LINKS.values(), ids=NO_LINKS.keys())
async def test_row_25_an_entry_that_leads_nowhere_is_counted_and_the_others_are_read(open_site: Any, item: str) -> None:
    body = f'<rss version="2.0"><channel><title>t</title>{item}<item><title>Good</title><link>/a</link></item></channel></rss>'
    site = await open_site(feed=web.Response(text=body, content_type="application/rss+xml"), a=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    (failure,) = desk.keeper.failures
    assert failure.outcome in (DocumentOutcome.BAD_ENTRY, DocumentOutcome.REFUSED)
    assert (desk.row.status, desk.row.items, desk.row.new_items) == (PollStatus.OK, 2, 1)
    assert (desk.keeper.addresses(), site.hits.count("/a")) == ([site.url("/a")], 1)


async def test_an_off_topic_entry_ends_once_and_not_at_every_poll(open_site: Any) -> None:
    site = await open_site(feed=rss("/dull"))
    desk = Desk([make_feed(site.url("/feed"))])
    for hour in range(3):
        await desk.poll(now=NOW + hour * HOUR, force=True, wanted=lambda item: False)
    assert [failure.outcome for failure in desk.keeper.failures] == [DocumentOutcome.OFF_TOPIC]
    assert [row.new_items for row in desk.keeper.polls] == [1, 0, 0]


async def test_entries_of_an_older_program_are_measured_and_call_for_nothing(open_site: Any) -> None:
    site = await open_site(feed=rss("/a"), a=PAGE)
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    desk.keeper.entries = [entry.model_copy(update={"said_id": ""}) for entry in desk.keeper.entries]
    for hour in (1, 2):
        await desk.poll(now=NOW + hour * HOUR, force=True)
    assert [bool(entry.said_id) for entry in desk.keeper.entries] == [False, True]
    assert desk.keeper.calls == []


DATES = {
    "plausible": ("Wed, 26 Mar 2025 10:00:00 GMT", datetime(2025, 3, 26, 10, tzinfo=NOW.tzinfo)),
    "wrong zone, within a day": ("Thu, 27 Mar 2025 10:00:00 GMT", datetime(2025, 3, 27, 10, tzinfo=NOW.tzinfo)),
    "future": ("Fri, 28 Mar 2025 12:00:00 GMT", None),
    "a second more than a day ahead": ("Thu, 27 Mar 2025 12:00:01 GMT", None),
    "a day ahead": ("Thu, 27 Mar 2025 12:00:00 GMT", datetime(2025, 3, 27, 12, tzinfo=NOW.tzinfo)),
    "no zone": ("Wed, 26 Mar 2025 10:00:00", datetime(2025, 3, 26, 10, tzinfo=NOW.tzinfo)),
    "no such day": ("Mon, 31 Feb 2025 10:00:00 GMT", None),
    "no such zone": ("Wed, 26 Mar 2025 10:00:00 +9900", None),
    "seconds": ("1742983200", None),
    "words": ("yesterday at noon", None),
    "year 1": ("Mon, 01 Jan 0001 00:00:00 GMT", None),
    "2041": ("Tue, 26 Mar 2041 10:00:00 GMT", None),
    "either of two days": ("03/04/2025", None),
    "1970": ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    "missing": ("", None),
}


@pytest.mark.parametrize(("raw", "moment"), DATES.values(), ids=DATES.keys())
async def test_row_26_dates_out_of_reason_leave_the_time_of_first_sight(open_site: Any, raw: str, moment: datetime | None) -> None:
    site = await open_site(a=PAGE)
    site.pages["/feed"] = make_items({"title": "Talks", "link": "/a", "pubDate": raw})
    desk = Desk([make_feed(site.url("/feed"))])
    await desk.poll()
    (document,) = desk.keeper.documents
    assert (document.published_at, document.published_raw, document.seen_at) == (moment, raw, NOW)
    assert document.published_basis is (PublishedBasis.SEEN if moment is None else PublishedBasis.FEED)
    assert site.hits == ["/feed", "/robots.txt", "/a"]


@pytest.mark.parametrize(
    ("final", "tells"),
    [
        ("https://n.example/a/", False),
        ("https://n.example/", False),
        ("https://n.example/b", True),
        ("https://n.example/b?utm_source=x", True),
    ],
    ids=["the same", "front page", "another", "another, tracked"],
)
def test_where_a_link_led_tells_the_article(final: str, tells: bool) -> None:
    url = "https://n.example/a"
    raw = RawDocument(
        document_id=document_id_of(url),
        url=url,
        final_url=final,
        outlet="N",
        content=b"",
        raw_sha256="",
        seen_at=NOW,
        media_type="text/html",
    )
    assert final_id(raw) == (document_id_of("https://n.example/b") if tells else "")
