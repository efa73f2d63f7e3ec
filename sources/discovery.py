"""Find the feeds that a web page names (RSS autodiscovery: `link rel=alternate`). Pure: bytes in, addresses out."""

import re
from typing import NamedTuple

import lxml.html
from lxml.etree import ParserError, XMLSyntaxError

from sources.address import absolute_url, checked_url
from sources.plain import plain_text
from vocabulary.errors import FetchTerminalError

MOST_FOUND = 50
_TYPES = re.compile(r"\s*application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)\s*(?:;.*)?", re.IGNORECASE)
_WITHIN = 500_000


class FoundFeed(NamedTuple):
    """A feed that a page names."""

    url: str
    title: str


def find_feeds(content: bytes, base_url: str) -> list[FoundFeed]:
    """Return the feeds that the page `content` at `base_url` names, in its order; addresses that may not be asked for are left out."""
    try:
        page = lxml.html.document_fromstring(content[:_WITHIN])
    except (ParserError, XMLSyntaxError, ValueError):
        return []
    base = _base_of(page, base_url)
    found: dict[str, FoundFeed] = {}
    for link in page.iter("link"):
        words = (link.get("rel") or "").lower().split()
        href = link.get("href") or ""
        if "alternate" not in words or not _TYPES.fullmatch(link.get("type") or "") or not href:
            continue
        try:
            url = checked_url(absolute_url(base, href))
        except FetchTerminalError:
            continue
        found.setdefault(url, FoundFeed(url, plain_text(link.get("title") or "", 200)))
        if len(found) >= MOST_FOUND:
            break
    return list(found.values())


def _base_of(page: lxml.html.HtmlElement, base_url: str) -> str:
    """Return the address that the links of `page` are joined to: its own word for that, where it is an address."""
    for element in page.iter("base"):
        try:
            return checked_url(absolute_url(base_url, element.get("href") or ""))
        except FetchTerminalError:
            break
    return base_url
