"""Be a light guest: one request at a time per host, a gap between two, and a cap over all hosts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

LONGEST_GAP_S = 10.0
"""Most that a host's own wish (Crawl-delay) is heeded, so that one host cannot hold up a run for hours."""


class _Host:
    """One host: who is asking it now, and when it may be asked again."""

    def __init__(self, gap_s: float) -> None:
        self.lock = asyncio.Lock()
        self.gap_s = gap_s
        self.free_at = 0.0


class Turns:
    """Hand out turns to ask hosts."""

    def __init__(self, *, gap_s: float, at_once: int) -> None:
        self._gap_s = gap_s
        self._slots = asyncio.Semaphore(at_once)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until `host` may be asked, and hold it while the body runs."""
        place = self._hosts.setdefault(host, _Host(self._gap_s))
        async with place.lock:
            await asyncio.sleep(max(0.0, place.free_at - monotonic()))
            async with self._slots:
                try:
                    yield
                finally:
                    place.free_at = monotonic() + place.gap_s

    def slow_down(self, host: str, gap_s: float) -> None:
        """Widen the gap of `host` to what it asks for, at most `LONGEST_GAP_S`; never narrow it."""
        place = self._hosts.setdefault(host, _Host(self._gap_s))
        place.gap_s = max(place.gap_s, min(gap_s, LONGEST_GAP_S))
