"""Be a light guest: one request at a time per host (or few), a gap between two, and a cap over all hosts."""

import asyncio
from time import monotonic
from types import TracebackType

LONGEST_GAP_S = 10.0
"""Most that a host's own wish (Crawl-delay) is heeded, so that one host cannot hold up a run for hours."""


class _Host:
    """One host: how many may ask it now, and when it may be asked again."""

    def __init__(self, gap_s: float, at_once: int) -> None:
        self.places = asyncio.Semaphore(at_once)
        self.gap_s = gap_s
        self.free_at = 0.0


class _Turn:
    """One turn: the host's place, then the gap, then a place among all hosts. A class, for there is one for each request."""

    __slots__ = ("_place", "_slots")

    def __init__(self, place: _Host, slots: asyncio.Semaphore) -> None:
        self._place, self._slots = place, slots

    async def __aenter__(self) -> None:
        place = self._place
        await place.places.acquire()
        try:
            while (wait_s := place.free_at - monotonic()) > 0:
                await asyncio.sleep(wait_s)
            place.free_at = monotonic() + place.gap_s  # nobody else begins within the gap
            await self._slots.acquire()
        except BaseException:
            place.places.release()
            raise

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._place.free_at = monotonic() + self._place.gap_s
        self._slots.release()
        self._place.places.release()


class Turns:
    """Hand out turns to ask hosts."""

    def __init__(self, *, gap_s: float, at_once: int, host_at_once: int = 1) -> None:
        self._gap_s, self._host_at_once = gap_s, host_at_once
        self._slots = asyncio.Semaphore(at_once)
        self._hosts: dict[str, _Host] = {}

    def turn(self, host: str) -> "_Turn":
        """Wait, as a context manager, until `host` may be asked, and hold it while the body runs.

        The wait for the gap takes none of the places that all hosts share.
        """
        return _Turn(self._place_of(host), self._slots)

    def slow_down(self, host: str, gap_s: float) -> None:
        """Widen the gap of `host` to what it asks for, at most `LONGEST_GAP_S`; never narrow it."""
        place = self._place_of(host)
        place.gap_s = max(place.gap_s, min(gap_s, LONGEST_GAP_S))

    def _place_of(self, host: str) -> _Host:
        place = self._hosts.get(host)
        if place is None:
            place = self._hosts[host] = _Host(self._gap_s, self._host_at_once)
        return place
