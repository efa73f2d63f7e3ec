"""Ask a site's robots.txt before its pages (RFC 9309).

No robots.txt (4xx) allows everything; one that cannot be had just now (5xx, 429, time-out) forbids everything for now. Rules are
kept for as long as the `Robots` lives: one run.
"""

import asyncio
from urllib.parse import urlsplit

from protego import Protego

from sources.address import host_of
from sources.failures import Failure
from sources.fetch import Fetcher
from vocabulary.errors import FetchTerminalError, FetchTransientError
from vocabulary.words import DocumentOutcome, PollStatus

MAX_BYTES = 500_000  # RFC 9309, 2.5: at least 500 kibibytes must be read; the rest may be left


class Robots:
    """The rules of every site met in one run."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._agent = fetcher.user_agent.partition("/")[0].strip() or "*"
        self._sites: dict[str, asyncio.Task[Protego | Failure]] = {}

    async def find_refusal(self, url: str) -> Failure | None:
        """Return why the page `url` (a checked address) must not be asked for now, or None where it may be."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._sites:
            self._sites[site] = asyncio.create_task(self._read(site))
        rules = await self._sites[site]
        if isinstance(rules, Failure):
            return rules._replace(item=url)
        if rules.can_fetch(url, self._agent):
            return None
        return Failure(url, DocumentOutcome.REFUSED, f"robots.txt of {host_of(url)} forbids this page")

    async def _read(self, site: str) -> Protego | Failure:
        address = f"{site}/robots.txt"
        try:
            answer = await self._fetcher.fetch(address, accept="text/plain, */*;q=0.5", max_bytes=MAX_BYTES, cut=True)
        except FetchTransientError as error:
            return Failure(address, DocumentOutcome.UNREACHABLE, f"robots.txt cannot be read now: {error}")
        except FetchTerminalError as error:
            if error.status in (PollStatus.HTTP_ERROR, PollStatus.GONE) and error.http_status and 400 <= error.http_status < 500:
                return Protego.parse("")
            return Failure(address, DocumentOutcome.REFUSED, f"robots.txt cannot be read: {error}")
        rules = Protego.parse(answer.content.decode("utf-8", "replace"))
        delay_s = rules.crawl_delay(self._agent)
        if delay_s:
            self._fetcher.turns.slow_down(host_of(address), float(delay_s))
        return rules
