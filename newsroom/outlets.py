"""The invented outlets: which template, feed format, encoding and habits each has.

They are data (`scenario/outlets.toml`); this module says what may be set and makes addresses. Knows no HTML and no HTTP.
"""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from newsroom.records import Article
from vocabulary.documents import Record
from vocabulary.watch import FeedKind

FeedFormat = Literal["rss20", "rss20_full", "rss10", "rss091", "atom", "atom_xhtml", "json"]
Charset = Literal["utf-8", "windows-1252", "iso-8859-1", "utf-16"]


class Outlet(Record):
    """One invented news site."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="Short name; also its path prefix and the first label of its host name")
    name: str = Field(description="Name in print")
    tagline: str = Field(description="What it says of itself")
    country: str = Field(description="ISO 3166-1 alpha-3 of its readers, or the id of a body")
    kind: FeedKind = Field(description="Kind of outlet")
    template: str = Field(description="Name of its page template")
    feed_format: FeedFormat = Field(description="Format of its feed")
    feed_path: str = Field(pattern=r"^/", description="Path of its feed")
    moved_feed_path: str = Field(default="", description="Path to which the feed moves by a fault `moved`; empty if it never does")
    article_path: str = Field(pattern=r"^/", description="Path of an article: {id}, {section}, {year}, {month}, {day} are filled in")
    charset: Charset = Field(default="utf-8", description="Encoding of its pages")
    charset_by: Literal["header", "meta", "bom"] = Field(default="header", description="Where the encoding is said")
    feed_charset: Charset = Field(default="utf-8", description="Encoding of its feed")
    quote_marks: Literal["straight", "curly"] = Field(default="straight", description="Quotation marks in print")
    utc_offset_h: int = Field(default=0, ge=-12, le=14, description="Zone of the dates that it prints")
    link_suffix: str = Field(default="", description="Tracking parameters or AMP form added to links in the feed")
    guid: Literal["permalink", "revision", "none", "shared", "opaque"] = Field(default="permalink", description="Ids of feed entries")
    validators: Literal["both", "etag", "last_modified", "none"] = Field(default="both", description="What allows a 304")
    weak_etag: bool = Field(default=False, description="W/ before the ETag")
    max_age_s: int = Field(default=0, ge=0, description="Cache-Control max-age of the feed; 0 for none")
    ttl_minutes: int = Field(default=0, ge=0, description="<ttl> of an RSS feed; 0 for none")
    gzip: bool = Field(default=False, description="Compresses for clients that accept it")
    feed_items: int = Field(default=25, ge=1, description="Entries in the feed at most, newest first")
    robots: str = Field(default="", description="Its robots.txt; empty for 404")

    def path_of(self, article: Article) -> str:
        """Return the path of `article` on this site."""
        printed = self.local(article.dated_at)
        return self.article_path.format(
            id=article.id, section=article.section, year=f"{printed:%Y}", month=f"{printed:%m}", day=f"{printed:%d}"
        )

    def local(self, moment: datetime) -> datetime:
        """Return `moment` (UTC) on this site's clock, without a zone."""
        return moment.replace(tzinfo=None) + timedelta(hours=self.utc_offset_h)

    @property
    def zone(self) -> str:
        """Return the offset as in `+0200`."""
        return f"{'-' if self.utc_offset_h < 0 else '+'}{abs(self.utc_offset_h):02d}00"


def load_outlets(path: Path) -> tuple[Outlet, ...]:
    """Return the outlets of a TOML file in its order; raises ValueError for one that does not hold."""
    outlets = tuple(Outlet.model_validate(entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["outlets"])
    ids = [outlet.id for outlet in outlets]
    if doubles := {id_ for id_ in ids if ids.count(id_) > 1}:
        raise ValueError(f"{path.name}: outlets {sorted(doubles)} stand twice; ids are unique")
    return outlets
