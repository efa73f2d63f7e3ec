"""Articles as HTML pages: one template per outlet, with all that surrounds a text on a news site.

Pure: outlet, article, text version and addresses in, bytes out. Knows no HTTP; everything from the script is escaped by the templates.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from newsroom.outlets import Charset, Outlet
from newsroom.records import Article, Version

_FURNITURE = Path(__file__).parent / "scenario" / "furniture.toml"
_BYTE_ORDER_MARK = b"\xff\xfe"


@dataclass(frozen=True)
class Link:
    """A teaser of another article."""

    title: str
    url: str
    summary: str


@dataclass(frozen=True)
class Page:
    """What a template may use."""

    outlet: Outlet
    article: Article
    version: Version
    url: str
    home: str
    feed_url: str
    dated: datetime
    updated: datetime
    blocks: tuple[tuple[str, str], ...]
    """Tag name (`h2` or `p`) and words of each paragraph."""
    teasers: tuple[Link, ...]
    comments: tuple[tuple[str, str], ...]
    """Name and words of each reader's comment."""
    is_edited: bool


@cache
def templates() -> Environment:
    """Return the environment of all templates; autoescape is on for every kind of file."""
    return Environment(
        loader=PackageLoader("newsroom"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _furniture() -> dict[str, Any]:
    return tomllib.loads(_FURNITURE.read_text(encoding="utf-8"))


def make_page(outlet: Outlet, article: Article, version: Version, *, home: str, teasers: Sequence[Link]) -> Page:
    """Return what the template of `outlet` shows for one text of `article`; `home` is the address of the site without a slash."""
    return Page(
        outlet=outlet,
        article=article,
        version=version,
        url=home + outlet.path_of(article),
        home=home,
        feed_url=home + outlet.feed_path,
        dated=outlet.local(article.dated_at),
        updated=outlet.local(version.seen_from),
        blocks=blocks_of(version),
        teasers=tuple(teasers),
        comments=_comments(article),
        is_edited=version.number > 1,
    )


def blocks_of(version: Version) -> tuple[tuple[str, str], ...]:
    """Return tag name and words of each paragraph."""
    return tuple(("h2", text[3:]) if text.startswith("## ") else ("p", text) for text in version.paragraphs)


def _comments(article: Article) -> tuple[tuple[str, str], ...]:
    """Return some readers' comments, the same ones for an article whenever it is asked for."""
    pool: list[dict[str, str]] = _furniture()["comments"]
    first = sum(article.id.encode()) % len(pool)
    chosen = [pool[(first + step * 3) % len(pool)] for step in range(len(article.id) % 4)]
    return tuple((comment["name"], comment["words"]) for comment in chosen)


def render_article(page: Page, *, amp: bool = False) -> bytes:
    """Return the page of an article in the encoding of its outlet."""
    name = "amp" if amp else page.outlet.template
    html = templates().get_template(f"pages/{name}.html.j2").render(page=page)
    return encode(html, page.outlet.charset)


def render_notice(outlet: Outlet, kind: str, *, title: str = "", home: str = "") -> bytes:
    """Return a page without an article: `bot_wall`, `consent_wall`, `gone` or `missing`."""
    html = templates().get_template(f"pages/{kind}.html.j2").render(outlet=outlet, title=title, home=home)
    return encode(html, outlet.charset)


def render_front(outlet: Outlet, links: Sequence[Link], *, home: str) -> bytes:
    """Return the front page of an outlet."""
    html = templates().get_template("pages/front.html.j2").render(outlet=outlet, links=links, feed_url=home + outlet.feed_path)
    return encode(html, outlet.charset)


def encode(text: str, charset: Charset) -> bytes:
    """Return `text` in `charset`; what it cannot hold becomes a character reference, which HTML and XML both read."""
    if charset == "utf-16":
        return _BYTE_ORDER_MARK + text.encode("utf-16-le")
    return text.encode(charset, "xmlcharrefreplace")
