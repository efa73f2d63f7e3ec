"""The feeds of the outlets, each in its own format. Pure: articles and addresses in, bytes out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsroom.outlets import FeedFormat, Outlet
from newsroom.pages import blocks_of, encode, templates
from newsroom.records import Article, Version

MEDIA_TYPES: dict[FeedFormat, str] = {
    "rss20": "application/rss+xml",
    "rss20_full": "application/rss+xml",
    "rss10": "application/rdf+xml",
    "rss091": "text/xml",
    "atom": "application/atom+xml",
    "atom_xhtml": "application/atom+xml",
    "json": "application/feed+json",
}


@dataclass(frozen=True)
class Entry:
    """One entry as the templates use it."""

    title: str
    link: str
    guid: str
    summary: str
    byline: str
    section: str
    rfc_date: str
    """As RSS writes it; empty for an article that shows no date."""
    iso_date: str
    iso_updated: str
    blocks: tuple[tuple[str, str], ...]


def render_feed(outlet: Outlet, articles: Sequence[tuple[Article, Version]], *, home: str, feed_path: str, touched_at: datetime) -> bytes:
    """Return the feed of `outlet`: `articles` newest first, links beginning with `home`, the feed's own date `touched_at` (UTC)."""
    entries = [_entry(outlet, article, version, home) for article, version in articles[: outlet.feed_items]]
    if outlet.feed_format == "json":
        return _json_feed(outlet, entries, home, feed_path)
    text = (
        templates()
        .get_template(f"feeds/{outlet.feed_format}.xml.j2")
        .render(
            outlet=outlet,
            entries=entries,
            home=home,
            feed_url=home + feed_path,
            rfc_date=_rfc(outlet, touched_at),
            iso_date=_iso(outlet, touched_at),
        )
    )
    return encode(text, outlet.feed_charset)


def _entry(outlet: Outlet, article: Article, version: Version, home: str) -> Entry:
    plain = home + outlet.path_of(article)
    return Entry(
        title=version.title,
        link=plain + outlet.link_suffix,
        guid=_guid(outlet, article, version, plain),
        summary=article.summary,
        byline=article.byline,
        section=article.section,
        rfc_date=_rfc(outlet, article.dated_at) if article.shows_date else "",
        iso_date=_iso(outlet, article.dated_at) if article.shows_date else "",
        iso_updated=_iso(outlet, max(version.seen_from, article.dated_at) if version.number > 1 else article.dated_at),
        blocks=blocks_of(version),
    )


def _guid(outlet: Outlet, article: Article, version: Version, plain: str) -> str:
    match outlet.guid:
        case "permalink":
            return plain
        case "revision":
            return f"{plain}#{version.number - 1}"
        case "opaque":
            return f"tag:{outlet.id}.example,{article.dated_at:%Y}:{article.id}"
        case "shared":
            return f"{outlet.id}-item"
        case "none":
            return ""


def _rfc(outlet: Outlet, moment: datetime) -> str:
    return f"{outlet.local(moment):%a, %d %b %Y %H:%M:%S} {outlet.zone}"


def _iso(outlet: Outlet, moment: datetime) -> str:
    return f"{outlet.local(moment):%Y-%m-%dT%H:%M:%S}{outlet.zone[:3]}:{outlet.zone[3:]}"


def _json_feed(outlet: Outlet, entries: Sequence[Entry], home: str, feed_path: str) -> bytes:
    """Return a JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    items = [
        {
            **({"id": entry.guid} if entry.guid else {}),
            "url": entry.link,
            "title": entry.title,
            "summary": entry.summary,
            **({"date_published": entry.iso_date, "date_modified": entry.iso_updated} if entry.iso_date else {}),
            **({"authors": [{"name": entry.byline}]} if entry.byline else {}),
            "tags": [entry.section],
        }
        for entry in entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "description": outlet.tagline,
        "home_page_url": f"{home}/",
        "feed_url": home + feed_path,
        "language": "en",
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode("utf-8")
