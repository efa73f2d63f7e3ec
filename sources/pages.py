"""Fetch the page of an entry: robots.txt first, then the page, and one word for whatever comes of it."""

from dataclasses import dataclass
from datetime import datetime

from sources.address import document_id_of, masked_url
from sources.failures import Failure
from sources.fetch import Fetched, Fetcher
from sources.hosts import Rests
from sources.robots import Robots
from vocabulary.documents import RawDocument, WaitingEntry
from vocabulary.errors import FetchTerminalError, FetchTransientError
from vocabulary.identity import sha256_hex
from vocabulary.words import DocumentOutcome, PollStatus, PublishedBasis

_TYPES = "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.8"
_READ_AS = {"text/html": "text/html", "application/xhtml+xml": "text/html", "text/plain": "text/plain"}


@dataclass(frozen=True)
class PageEnd:
    """What became of the page of one entry."""

    entry: WaitingEntry
    end: RawDocument | Failure | None
    """None where its host rests: nothing was asked."""
    rests_until: datetime | None = None
    """Until when its host wants to be left alone."""


class Pages:
    """Fetch pages of one run."""

    def __init__(self, fetcher: Fetcher, rests: Rests, now: datetime) -> None:
        self._fetcher, self._rests, self._now = fetcher, rests, now
        self.robots = Robots(fetcher, rests, now)

    async def fetch(self, entry: WaitingEntry) -> PageEnd:
        """Return the page of `entry`, or why there is none."""
        if (until := self._rests.find_end(entry.url)) is not None:
            return PageEnd(entry, None, until)
        if (refusal := await self.robots.find_refusal(entry.url)) is not None:
            return PageEnd(entry, refusal)
        try:
            fetched = await self._fetcher.fetch(entry.url, accept=_TYPES)
        except (FetchTransientError, FetchTerminalError) as error:
            self._rests.note(entry.url, error)
            failure = Failure(entry.url, _outcome_of(error), masked_url(str(error)))
            return PageEnd(entry, failure, self._rests.find_end(entry.url))
        media_type = _READ_AS.get(fetched.media_type)
        if media_type is None:
            shown = fetched.media_type or "none"
            why = f"media type {shown}: only text/html and text/plain are read"
            return PageEnd(entry, Failure(entry.url, DocumentOutcome.REFUSED, why))
        return PageEnd(entry, _document(entry, fetched, media_type, self._now))


def final_id(document: RawDocument) -> str:
    """Return the id of the address at which a page was found; empty where that tells nothing: the same address, or a front page."""
    try:
        found = document_id_of(document.final_url)
    except FetchTerminalError:
        return ""
    is_front = document.final_url.partition("://")[2].partition("/")[2].strip("/") == ""
    return "" if is_front or found == document.document_id else found


def _document(entry: WaitingEntry, fetched: Fetched, media_type: str, now: datetime) -> RawDocument:
    return RawDocument(
        document_id=entry.document_id,
        url=entry.url,
        final_url=fetched.url,
        outlet=entry.outlet,
        title=entry.title,
        published_at=entry.published_at,
        published_raw=entry.published_raw,
        published_basis=PublishedBasis.FEED if entry.published_at is not None else PublishedBasis.SEEN,
        media_type=media_type,
        charset=fetched.charset,
        content=fetched.content,
        raw_sha256=sha256_hex(fetched.content),
        seen_at=now,
        feed_id=entry.feed_id,
        summary=entry.summary,
        feed_html=entry.content_html,
    )


def _outcome_of(error: FetchTransientError | FetchTerminalError) -> DocumentOutcome:
    """Return the word for a page that did not come."""
    if isinstance(error, FetchTransientError):
        return DocumentOutcome.UNREACHABLE
    if error.status is PollStatus.TOO_LARGE:
        return DocumentOutcome.TOO_LARGE
    if error.status is PollStatus.GONE or error.http_status in (404, 451):
        return DocumentOutcome.GONE
    return DocumentOutcome.REFUSED
