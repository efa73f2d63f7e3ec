"""Fetch the page of an entry, or look again at that of a known article: robots.txt first, then the page, and one word for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sources.address import document_id_of, masked_url
from sources.checks import may_be_same
from sources.failures import Failure
from sources.fetch import Fetched, Fetcher
from sources.hosts import Rests
from sources.robots import Robots
from sources.schedule import usable_last_modified
from vocabulary.documents import PageCheck, RawDocument, WaitingEntry
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
    etag: str = ""
    last_modified: str = ""


class Found(StrEnum):
    """What a look at the page of a known article found."""

    RESTING = "resting"
    """Nothing was asked: its host wants to be left alone."""
    SAME = "same"
    """The server says that nothing was modified."""
    PAGE = "page"
    GONE = "gone"
    """410 or 451."""
    MISSING = "missing"
    """404, or a way to the front page."""
    FAILED = "failed"
    """It cannot be had now."""
    BARRED = "barred"
    """Refused, by robots.txt or by the server, or nothing that is read."""


@dataclass(frozen=True)
class Look:
    """What a look at the page of a known article found, and what came with it."""

    check: PageCheck
    found: Found
    page: RawDocument | None = None
    failure: Failure | None = None
    rests_until: datetime | None = None
    etag: str = ""
    last_modified: str = ""


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
            return PageEnd(entry, refusal, self._rests.find_end(entry.url))
        try:
            fetched = await self._fetcher.fetch(entry.url, accept=_TYPES)
        except (FetchTransientError, FetchTerminalError) as error:
            return PageEnd(entry, self._note(entry.url, error), self._rests.find_end(entry.url))
        end = self._read(entry, fetched)
        return PageEnd(entry, end, None, *_validators(fetched))

    async def look(self, check: PageCheck) -> Look:
        """Ask for the page of a known article again, with the validators of its text where `not modified` would say enough."""
        if (until := self._rests.find_end(check.url)) is not None:
            return Look(check, Found.RESTING, rests_until=until)
        if (refusal := await self.robots.find_refusal(check.url)) is not None:
            found = Found.FAILED if refusal.outcome is DocumentOutcome.UNREACHABLE else Found.BARRED
            return Look(check, found, failure=refusal, rests_until=self._rests.find_end(check.url))
        known = check if may_be_same(check, self._now) else check.model_copy(update={"etag": "", "last_modified": ""})
        modified = usable_last_modified(known.last_modified, self._now)
        try:
            fetched = await self._fetcher.fetch(check.url, etag=known.etag, last_modified=modified, accept=_TYPES)
        except (FetchTransientError, FetchTerminalError) as error:
            failure = self._note(check.url, error)
            return Look(check, _found_by(error), failure=failure, rests_until=self._rests.find_end(check.url))
        if fetched.status == 304:
            # what a 304 does not repeat stays as it is (RFC 9110, 15.4.5)
            etag, last_modified = _validators(fetched)
            return Look(check, Found.SAME, etag=etag or check.etag, last_modified=last_modified or check.last_modified)
        end = self._read(check, fetched)
        if isinstance(end, Failure):
            return Look(check, Found.MISSING if end.outcome is DocumentOutcome.GONE else Found.BARRED, failure=end)
        etag, last_modified = _validators(fetched)
        return Look(check, Found.PAGE, page=end, etag=etag, last_modified=last_modified)

    def _note(self, url: str, error: FetchTransientError | FetchTerminalError) -> Failure:
        """Return the end of a page that did not come; its host rests where it asks for that."""
        self._rests.note(url, error)
        return Failure(url, _outcome_of(error), masked_url(str(error)))

    def _read(self, entry: WaitingEntry | PageCheck, fetched: Fetched) -> RawDocument | Failure:
        """Return the page that came, or why it is none that is read."""
        if _is_front(fetched.url) and not _is_front(entry.url):
            return Failure(entry.url, DocumentOutcome.GONE, "its address leads to the front page of the site")
        media_type = _READ_AS.get(fetched.media_type)
        if media_type is None:
            shown = fetched.media_type or "none"
            return Failure(entry.url, DocumentOutcome.REFUSED, f"media type {shown}: only text/html and text/plain are read")
        return _document(entry, fetched, media_type, self._now)


def final_id(document: RawDocument) -> str:
    """Return the id of the address at which a page was found; empty where that tells nothing: the same address, or a front page."""
    try:
        found = document_id_of(document.final_url)
    except FetchTerminalError:
        return ""
    return "" if _is_front(document.final_url) or found == document.document_id else found


def _is_front(url: str) -> bool:
    return url.partition("://")[2].partition("/")[2].strip("/") == ""


def _validators(fetched: Fetched) -> tuple[str, str]:
    """Return ETag and Last-Modified as they came."""
    return fetched.headers.get("etag", ""), fetched.headers.get("last-modified", "")


def _document(entry: WaitingEntry | PageCheck, fetched: Fetched, media_type: str, now: datetime) -> RawDocument:
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


def _found_by(error: FetchTransientError | FetchTerminalError) -> Found:
    """Return what an error says of a page that was there once."""
    if isinstance(error, FetchTransientError):
        return Found.FAILED
    if error.status is PollStatus.GONE or error.http_status == 451:
        return Found.GONE
    return Found.MISSING if error.http_status == 404 else Found.BARRED
