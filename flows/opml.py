"""OPML, in which feed readers exchange lists of feeds: read with every problem named, written so that it comes back the same.

The reader knows no entities and no document types: what expands or fetches anything is refused before it does.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from sources.address import checked_url
from sources.plain import plain_text
from vocabulary.errors import FeedListError, FetchTerminalError
from vocabulary.masking import masked_url
from vocabulary.watch import Feed

MAX_BYTES = 5_000_000
MAX_FEEDS = 10_000
_DEEPEST = 50
_NAMESPACE = "urn:stancewatch:feeds"
_MOST_PROBLEMS = 100
_KINDS = {"rss", "rss1", "rss2", "atom", "feed", "json", ""}


class Outline(NamedTuple):
    """A feed in an OPML file."""

    line: int
    url: str
    title: str
    facts: dict[str, str]
    """What our own export says beside that: id, country, kind, full, state_media."""


class _Refused(Exception):  # noqa: N818 (ends the parse, and is told as a problem)
    """The file holds what no list of feeds needs."""


class _Reader:
    """Collects feeds and problems while expat reads."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.feeds: list[Outline] = []
        self.problems: list[str] = []
        self._open: list[str] = []
        self._lines: dict[str, int] = {}

    def _refuse(self, *_: object) -> None:
        raise _Refused("a document type or an entity is declared; a list of feeds needs none, take the declaration out")

    def _problem(self, what: str) -> None:
        self.problems.append(f"line {self.parser.CurrentLineNumber}: {what}")

    def _end(self, _: str) -> None:
        self._open.pop()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open and name.lower() != "opml":
            raise _Refused(f"the file is no OPML: its first element is {plain_text(name, 40)!r}")
        self._open.append(name)
        if len(self._open) > _DEEPEST:
            raise _Refused(f"elements are nested more than {_DEEPEST} deep")
        if name.lower() != "outline":
            return
        given = {key.lower(): value for key, value in attributes.items()}
        address, kind = given.get("xmlurl", "").strip(), given.get("type", "").strip().lower()
        if not address:
            if kind and kind in _KINDS:
                self._problem("a feed without xmlUrl; give its address or remove the line")
            return  # a folder, or a link that is no feed
        self._add(address, given)

    def _add(self, address: str, given: dict[str, str]) -> None:
        try:
            url = checked_url(address)
        except FetchTerminalError as error:
            self._problem(str(error))
            return
        if url in self._lines:
            self._problem(f"{masked_url(url)} stands on line {self._lines[url]} already")
            return
        self._lines[url] = self.parser.CurrentLineNumber
        if len(self.feeds) >= MAX_FEEDS:
            raise _Refused(f"more than {MAX_FEEDS} feeds")
        title = plain_text(given.get("text", "") or given.get("title", ""), 200)
        facts = {key.removeprefix("sw:"): value for key, value in given.items() if key.startswith("sw:")}
        self.feeds.append(Outline(self.parser.CurrentLineNumber, url, title, facts))


def parse_opml(content: bytes, source: str) -> list[Outline]:
    """Return the feeds of an OPML file; raise `FeedListError` with all its problems, each with its line."""
    if len(content) > MAX_BYTES:
        raise FeedListError(source, [f"line 1: the file is larger than {MAX_BYTES} bytes; split it"])
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except _Refused as error:
        reader.problems.append(f"line {reader.parser.CurrentLineNumber}: {error}")
    except (expat.ExpatError, LookupError, ValueError) as error:
        line = error.lineno if isinstance(error, expat.ExpatError) else reader.parser.CurrentLineNumber
        reader.problems.append(f"line {line}: no XML that can be read: {plain_text(str(error), 200)}")
    if not reader.problems and not reader.feeds:
        reader.problems.append("line 1: the file names no feed")
    if reader.problems:
        more = len(reader.problems) - _MOST_PROBLEMS
        raise FeedListError(source, reader.problems[:_MOST_PROBLEMS] + [f"and {more} more"] * (more > 0))
    return reader.feeds


def render_opml(title: str, feeds: Iterable[Feed]) -> str:
    """Return an OPML 2.0 document of `feeds`, with what only this program knows in attributes of a namespace of its own."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<opml version="2.0" xmlns:sw="{_NAMESPACE}">']
    lines += ["  <head>", f"    <title>{_text(title)}</title>", "  </head>", "  <body>"]
    lines += [f"    <outline {' '.join(f'{name}={quoteattr(value)}' for name, value in _attributes(feed))}/>" for feed in feeds]
    return "\n".join([*lines, "  </body>", "</opml>"]) + "\n"


def _attributes(feed: Feed) -> Sequence[tuple[str, str]]:
    own = [("sw:id", feed.id), ("sw:country", feed.country), ("sw:kind", feed.kind)]
    own += [("sw:full", "true")] * feed.full + [("sw:state_media", "true")] * feed.state_media
    return [("type", "rss"), ("text", feed.outlet), ("title", feed.outlet), ("xmlUrl", feed.url), *own]


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
