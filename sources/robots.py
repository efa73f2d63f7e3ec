"""Ask a site's robots.txt before its pages, once a day (RFC 9309).

No robots.txt (4xx) allows everything; one that cannot be had just now (5xx, 429, time-out) forbids everything for now. What a site
answered holds for 24 hours, over all runs in them (2.4). Where it then cannot be had, its last answer goes on to hold for up to 30 days
(2.4 with 2.3.1.4), and it is asked again half an hour later.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from sources.address import host_of, masked_url
from sources.failures import Failure
from sources.fetch import Fetcher
from sources.hosts import Rests
from sources.plain import storable
from vocabulary.documents import RobotsFile
from vocabulary.errors import FetchTerminalError, FetchTransientError
from vocabulary.words import DocumentOutcome, PollStatus

MAX_BYTES = 500_000  # RFC 9309, 2.5: at least 500 kibibytes must be read; the rest may be left
HOLDS_FOR = timedelta(hours=24)
HOLDS_UNREACHABLE = timedelta(days=30)
ASKED_AGAIN_AFTER = timedelta(minutes=30)
"""After a failure: sooner than a day, and not with every page."""


@dataclass(frozen=True)
class _Rules:
    """What a site says to us: its rules, or why nothing may be asked for."""

    rules: Protego | None
    refusal: Failure | None = None


def site_of(url: str) -> str:
    """Return scheme, host and port of a checked address: what a robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Robots:
    """The rules of every site met in one run, and those that runs before it have read."""

    def __init__(self, fetcher: Fetcher, rests: Rests, now: datetime) -> None:
        self._fetcher, self._rests, self._now = fetcher, rests, now
        self._agent = fetcher.user_agent.partition("/")[0].strip() or "*"
        self._known: dict[str, RobotsFile] = {}
        self._sites: dict[str, asyncio.Task[_Rules]] = {}
        self._new: list[RobotsFile] = []
        self.outdated: set[str] = set()
        """Sites whose robots.txt cannot be had now, so that an older answer holds."""

    def list_unknown(self, urls: Iterable[str]) -> set[str]:
        """Return the sites of these checked addresses of which nothing was asked or learned yet."""
        return {site_of(url) for url in urls} - self._known.keys() - self._sites.keys()

    def learn(self, files: Mapping[str, RobotsFile]) -> None:
        """Take what runs before this one have read, by site."""
        self._known |= files

    def take_new(self) -> tuple[RobotsFile, ...]:
        """Return what was read since the last call."""
        new, self._new = tuple(self._new), []
        return new

    async def find_refusal(self, url: str) -> Failure | None:
        """Return why the page `url` (a checked address) must not be asked for now, or None where it may be."""
        site = site_of(url)
        if site not in self._sites:
            self._sites[site] = asyncio.create_task(self._find(site))
        found = await self._sites[site]
        if found.refusal is not None:
            return found.refusal._replace(item=url)
        if found.rules is None or found.rules.can_fetch(url, self._agent):
            return None
        return Failure(url, DocumentOutcome.REFUSED, f"robots.txt of {host_of(url)} forbids this page")

    async def _find(self, site: str) -> _Rules:
        known = self._known.get(site)
        if known is not None and _is_within(known.read_at, self._now, HOLDS_FOR):
            return self._parse(known)
        if known is not None and known.failed_at is not None and _is_within(known.failed_at, self._now, ASKED_AGAIN_AFTER):
            return self._fall_back(known)
        return await self._ask(site, known)

    async def _ask(self, site: str, known: RobotsFile | None) -> _Rules:
        """Ask the site and note what it answers; a refused address is asked for in each run, since it says nothing of the site."""
        address = f"{site}/robots.txt"
        try:
            answer = await self._fetcher.fetch(address, accept="text/plain, */*;q=0.5", max_bytes=MAX_BYTES, cut=True)
        except FetchTransientError as error:
            self._rests.note(address, error)
            last = known or RobotsFile(site=site)
            detail = masked_url(str(error))
            return self._fall_back(self._note(last.model_copy(update={"failed_at": self._now, "detail": detail})))
        except FetchTerminalError as error:
            if error.status in (PollStatus.HTTP_ERROR, PollStatus.GONE) and error.http_status and 400 <= error.http_status < 500:
                return self._parse(self._note(RobotsFile(site=site, read_at=self._now, http_status=error.http_status)))
            return _Rules(None, Failure(address, DocumentOutcome.REFUSED, f"robots.txt cannot be read: {error}"))
        text = storable(answer.content.decode("utf-8", "replace"))
        return self._parse(self._note(RobotsFile(site=site, read_at=self._now, http_status=answer.status, text=text)))

    def _note(self, file: RobotsFile) -> RobotsFile:
        self._new.append(file)
        return file

    def _fall_back(self, file: RobotsFile) -> _Rules:
        """Return the rules of the last answer of a site that gives none now, or that it must be left alone."""
        if _is_within(file.read_at, self._now, HOLDS_UNREACHABLE):
            self.outdated.add(file.site)
            return self._parse(file)
        why = f"robots.txt cannot be read now: {file.detail}"
        return _Rules(None, Failure(f"{file.site}/robots.txt", DocumentOutcome.UNREACHABLE, why))

    def _parse(self, file: RobotsFile) -> _Rules:
        """Return the rules of an answer; its Crawl-delay counts from now on."""
        rules = Protego.parse(file.text)
        delay_s = rules.crawl_delay(self._agent)
        if delay_s:
            self._fetcher.turns.slow_down(host_of(file.site), float(delay_s))
        return _Rules(rules)


def _is_within(moment: datetime | None, now: datetime, span: timedelta) -> bool:
    """Tell whether `moment` is at most `span` ago; one to come is a clock that was set back, and no."""
    return moment is not None and timedelta(0) <= now - moment < span
