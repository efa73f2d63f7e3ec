"""Records of what comes in: a seed or feed item, its bytes, its clean text, and how it ended."""

from datetime import date, datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from vocabulary.words import DocumentOutcome, FeedPause, PollStatus, PublishedBasis


class Record(BaseModel):
    """A frozen record; unknown fields are refused, so that a typo is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RawDocument(Record):
    """An article as it came, before any cleaning."""

    document_id: str = Field(description="Content id of the canonical address (or of the seed's id)")
    url: str = Field(description="Canonical address; `seed:<id>` for a seed without one")
    final_url: str = Field(description="Address after redirects; the same as url for a seed")
    outlet: str = Field(description="Who published it")
    title: str = Field(default="", description="Title as given by manifest or feed; empty where the text must tell")
    published_at: datetime | None = Field(default=None, description="When it was published, UTC; None where unknown")
    published_raw: str = Field(default="", description="The date as it was written")
    published_basis: PublishedBasis = Field(default=PublishedBasis.SEEN, description="How the date is known")
    media_type: str = Field(default="text/plain", description="text/plain or text/html, by header or file name")
    charset: str | None = Field(default=None, description="Character set that the carrier declared")
    content: bytes = Field(description="The bytes as they came, decompressed")
    raw_sha256: str = Field(description="SHA-256 of content")
    seen_at: datetime = Field(description="When it was read, UTC")
    feed_id: str | None = Field(default=None, description="Feed that named it; None for a seed")
    summary: str = Field(default="", description="Teaser of the feed item, plain text")
    feed_html: str = Field(default="", repr=False, description="The article as the feed gives it, HTML; empty where it gives a teaser only")


class CleanText(Record):
    """What cleaning made of the bytes of one article."""

    text: str = Field(description="The article's own text: paragraphs parted by one empty line, the headline not included")
    title: str = Field(description="Headline found in the text or page; empty if none")
    outlet: str = Field(default="", description="Outlet named by the page; empty if none")
    credited_source: str = Field(default="", description="Agency that the text credits; empty if none")
    published_on: date | None = Field(default=None, description="Date found in the page or text")
    published_basis: PublishedBasis = Field(default=PublishedBasis.SEEN, description="page or text where published_on is set")
    language: str = Field(description="ISO 639-1 code of the text, 'und' where it cannot be told")
    encoding_suspect: bool = Field(default=False, description="True where the bytes did not fit the declared character set")
    removed: tuple[str, ...] = Field(default=(), description="Lines left out as boilerplate, first 200 characters each")
    from_feed: bool = Field(default=False, description="True where the text is the feed's own, longer than the page's")


class Document(Record):
    """An article with its clean text, as stored."""

    document_id: str = Field(description="Content id of the canonical address (or of the seed's id)")
    url: str = Field(description="Canonical address; `seed:<id>` for a seed without one")
    outlet: str = Field(description="Who published it")
    credited_source: str = Field(description="Agency that the text credits; empty if none")
    title: str = Field(description="Headline")
    published_at: datetime = Field(description="When it was published, UTC; the time of first sight where nothing tells")
    published_on: date = Field(description="Day of publication, the anchor of relative dates")
    published_basis: PublishedBasis = Field(description="How the date is known")
    language: str = Field(description="ISO 639-1 code of the text")
    wire_id: str = Field(description="Shared by copies of one wire story; the document's own id where it has none")
    feed_id: str | None = Field(description="Feed that named it; None for a seed")
    text: str = Field(description="Headline, an empty line, and the clean text: what offsets count in")
    text_sha256: str = Field(description="SHA-256 of text in UTF-8: the id of the text version")
    raw_sha256: str = Field(description="SHA-256 of the bytes that the text was made from")
    final_url: str = Field(default="", description="Address after redirects at which the text was found; the same as url for a seed")
    seen_at: datetime = Field(description="When this text version was first seen, UTC")
    wire_keys: tuple[int, ...] = Field(default=(), repr=False, description="Numbers under 2**63 of which copies of one text share some")


class Outcome(Record):
    """How one input item ended in one run: exactly one per item and run."""

    run_id: str = Field(description="Run in which it ended")
    item: str = Field(description="Document id, or the address or file name of an item that never became a document")
    status: DocumentOutcome = Field(description="The one final word")
    detail: str = Field(default="", description="Why, in words; empty where the word says all")
    recorded_at: datetime = Field(description="When it was recorded, UTC")


class FeedItem(Record):
    """One entry of a feed, before its page is fetched."""

    feed_id: str = Field(description="Feed that named it")
    guid: str = Field(description="The feed's own id of the entry; empty if none")
    url: str = Field(description="Canonical address of the article")
    title: str = Field(description="Title, plain text")
    summary: str = Field(description="Summary, plain text")
    content_html: str = Field(default="", description="The feed's own full content, HTML; empty if none")
    published_at: datetime | None = Field(default=None, description="Date of the entry where plausible, UTC")
    published_raw: str = Field(default="", description="The date as it was written")
    updated_at: datetime | None = Field(default=None, description="Date of its last edit where it gives one, UTC")


class FeedPoll(Record):
    """How one poll of one feed ended."""

    run_id: str = Field(description="Run that polled")
    feed_id: str = Field(description="Feed polled")
    polled_at: datetime = Field(description="When the answer came, UTC")
    status: PollStatus = Field(description="The one final word")
    http_status: int | None = Field(default=None, description="HTTP status; None where no answer came")
    items: int = Field(default=0, description="Entries in the answer")
    new_items: int = Field(default=0, description="Entries not known before")
    etag: str = Field(default="", description="ETag, verbatim")
    last_modified: str = Field(default="", description="Last-Modified, verbatim")
    next_poll_at: datetime | None = Field(default=None, description="Not before this, UTC")
    failures: int = Field(default=0, description="Failed polls in a row, this one included")
    detail: str = Field(default="", description="Why it failed, secrets masked")
    address_id: str = Field(default="", description="Content id of the feed's address in the watch: another address, another beginning")
    address: str = Field(default="", description="Address that a move for good put in the place of the watch's; empty for the watch's own")
    moved_to: str = Field(default="", description="Where redirects for good led, not confirmed by a second poll yet; empty for nowhere")
    watch_version: str = Field(default="", description="Version of the watch by which the entries were judged")
    interval_s: int = Field(default=0, description="Seconds between two polls that the share of new entries calls for")
    wish_s: int = Field(default=0, description="Seconds between two polls that the feed itself asks for (ttl, sy:updatePeriod); 0 for none")
    full_at: datetime | None = Field(default=None, description="When the whole feed last came, asked for without validators, UTC")
    failing_since: datetime | None = Field(default=None, description="First of the failed polls in a row, UTC")
    pause: FeedPause | None = Field(default=None, description="Why the feed is asked every 30 days only: gone or failing; None for none")


class FeedEntry(Record):
    """An entry of a feed as met for the first time, or edited: what tells whether it is new, or another, the next time."""

    feed_id: str = Field(description="Feed that named it")
    document_id: str = Field(description="Content id of its address; that of the article where it became one")
    guid_id: str = Field(description="Content id of the feed's own id of the entry; empty if none")
    title: str = Field(description="Title, plain text")
    published_raw: str = Field(description="The date as it was written")
    is_wanted: bool = Field(description="True where title and summary were found relevant, or the feed is read whole")
    watch_version: str = Field(description="Version of the watch by which that was found")
    first_seen_at: datetime = Field(description="When it was met, UTC")
    said_id: str = Field(
        default="", description="Hash of what it says, without what changes by itself: another one is an edit; empty if unknown"
    )
    updated_at: datetime | None = Field(default=None, description="Date of its last edit where it gives one, UTC")


class EntryKey(NamedTuple):
    """What an entry of a feed may be known by."""

    feed_id: str
    document_id: str
    guid_id: str


class WaitingEntry(FeedItem):
    """An entry whose page is to be fetched: by this poll, or by a later one."""

    document_id: str = Field(description="Content id of its address")
    outlet: str = Field(description="Who published it")
    queued_at: datetime = Field(description="When it was met, UTC")
    attempts: int = Field(default=0, description="Times that its page could not be had")
    not_before: datetime | None = Field(default=None, description="Not to be asked for before this, UTC; None for at once")


class PageCheck(FeedItem):
    """An article whose page is asked for again, with its entry as last seen: a text is made from both."""

    document_id: str = Field(description="Article")
    outlet: str = Field(description="Who published it")
    first_seen_at: datetime = Field(description="When its page was first read, UTC: the schedule counts from here")
    asked_at: datetime | None = Field(default=None, description="When its page was last asked for, UTC")
    next_ask_at: datetime | None = Field(description="When its page is asked for again, UTC; None where only a feed can call for that")
    is_called: bool = Field(default=False, description="True where a feed shows it edited since it was last asked for")
    idle_calls: int = Field(default=0, description="Calls of a feed in a row that found its page as it was")
    etag: str = Field(default="", description="ETag of the page that gave the newest text, verbatim")
    last_modified: str = Field(default="", description="Last-Modified of that page, verbatim")
    attempts: int = Field(default=0, description="Times in a row that its page could not be had")
    missing: int = Field(default=0, description="Times in a row that its page was not there (404, or a way to the front page)")
    is_gone: bool = Field(default=False, description="True while it counts as gone")


class GoneDocument(Record):
    """An article that is gone where it was published."""

    document_id: str = Field(description="Article")
    gone_at: datetime = Field(description="When it was found to be gone, UTC")
    detail: str = Field(description="What the site answered")
    run_id: str = Field(description="Run that found it gone")
    back_at: datetime | None = Field(default=None, description="When its page was found there again, UTC; None while it is gone")


class DocumentAlias(Record):
    """Another address of a stored article."""

    alias_id: str = Field(description="Content id of the other address")
    document_id: str = Field(description="Article")
    recorded_at: datetime = Field(description="When it was found, UTC")


class HostPause(Record):
    """A host asked to be left alone for a while (429 or 503 with Retry-After)."""

    run_id: str = Field(description="Run that was asked")
    host: str = Field(description="Host name")
    asked_at: datetime = Field(description="When it asked, UTC")
    not_before: datetime = Field(description="Not to be asked before this, UTC; at most a day later")


class RobotsFile(Record):
    """What the robots.txt of a site said when it was last asked for."""

    site: str = Field(description="Scheme, host and port")
    read_at: datetime | None = Field(default=None, description="When the site last answered (2xx, or 4xx for none), UTC; None for never")
    http_status: int | None = Field(default=None, description="HTTP status of that answer")
    text: str = Field(default="", repr=False, description="Its text, at most 500 000 bytes; empty where there is none, which allows all")
    failed_at: datetime | None = Field(default=None, description="When it last could not be had since that answer, UTC; None for never")
    detail: str = Field(default="", description="Why it could not be had")
