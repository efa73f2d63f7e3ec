"""Work by host: every host has a line of its own, so that a slow one holds up nobody else.

Also knows which hosts want rest (429 or 503 with Retry-After) and when the time of a whole poll is over; what it does not get to is
handed back.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Generic, TypeVar

from sources.address import host_of
from sources.schedule import parse_retry_after
from vocabulary.documents import HostPause
from vocabulary.errors import FetchTerminalError, FetchTransientError

Job = TypeVar("Job")
End = TypeVar("End")
# A host that has had enough (429) and does not say for how long, or says nonsense
_PAUSE_WITHOUT_WORDS = timedelta(minutes=15)


class Rests:
    """Which hosts are not to be asked now, and until when."""

    def __init__(self, known: Mapping[str, datetime], *, now: datetime, run_id: str) -> None:
        self._ends = {host: end for host, end in known.items() if end > now}
        self._now, self._run_id = now, run_id
        self._new: list[HostPause] = []

    def find_end(self, url: str) -> datetime | None:
        """Return until when the host of `url` rests; None where it may be asked."""
        return self._ends.get(host_of(url)) if self._ends else None

    def note(self, url: str, error: FetchTransientError | FetchTerminalError) -> None:
        """Let the host of `url` rest where its answer asks for that."""
        if not isinstance(error, FetchTransientError) or error.http_status not in (429, 503):
            return
        wait = parse_retry_after(error.retry_after, self._now)
        if wait is None and error.http_status == 429:
            wait = _PAUSE_WITHOUT_WORDS
        host = host_of(url)
        if wait and self._now + wait > self._ends.get(host, self._now):
            self._ends[host] = self._now + wait
            self._new.append(HostPause(run_id=self._run_id, host=host, asked_at=self._now, not_before=self._ends[host]))

    def take_new(self) -> tuple[HostPause, ...]:
        """Return the rests noted since the last call."""
        new, self._new = tuple(self._new), []
        return new


class Clock:
    """The time that a poll may take."""

    def __init__(self, budget_s: float) -> None:
        self._ends = monotonic() + budget_s

    def is_over(self) -> bool:
        """Tell whether no more work is to begin."""
        return monotonic() >= self._ends


class _Ends(Generic[End]):
    """What has ended and waits to be taken. Who takes wakes for the first of a batch and when that is full: waking for each costs more."""

    def __init__(self, batch_size: int) -> None:
        self._waiting: deque[End] = deque()
        self._batch_size, self._is_closed = batch_size, False
        self._stirred = asyncio.Event()

    def put(self, end: End) -> None:
        """Add one."""
        self._waiting.append(end)
        if len(self._waiting) in (1, self._batch_size):
            self._stirred.set()

    def close(self) -> None:
        """Say that no more come."""
        self._is_closed = True
        self._stirred.set()

    async def take(self, patience_s: float) -> list[End]:
        """Return the next ones, at least one: what is there or, within `patience_s`, a full batch. Empty where no more come."""
        await self._wait_for(1)
        if patience_s:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await self._wait_for(self._batch_size)
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), self._batch_size))]

    async def _wait_for(self, count: int) -> None:
        while len(self._waiting) < count and not self._is_closed:
            self._stirred.clear()
            await self._stirred.wait()


async def work_by_host(
    jobs: Iterable[tuple[str, Job]],
    work: Callable[[Job], Awaitable[End]],
    take: Callable[[list[End]], None],
    *,
    clock: Clock,
    host_at_once: int,
    batch_size: int,
    patience_s: float = 0,
) -> list[Job]:
    """Do `work` for every job (address and job), each host's in order and `host_at_once` at a time; return those never begun.

    Ends are given to `take` in a thread, one batch at a time: as they come, or where `patience_s` is not 0 when a batch is full or
    has waited so long. No more than a batch and the next are in hand.
    """
    lines: dict[str, deque[Job]] = {}
    for url, job in jobs:
        lines.setdefault(host_of(url), deque()).append(job)
    if not lines:
        return []
    ends: _Ends[End] = _Ends(batch_size)
    room = asyncio.Semaphore(2 * batch_size)

    async def walk(line: deque[Job]) -> None:
        while line:
            await room.acquire()
            if clock.is_over() or not line:
                room.release()
                return
            ends.put(await work(line.popleft()))

    async def walk_all() -> None:
        walkers = [asyncio.create_task(walk(line)) for line in lines.values() for _ in range(min(host_at_once, len(line)))]
        try:
            await asyncio.gather(*walkers)
        finally:
            for walker in walkers:
                walker.cancel()

    walking = asyncio.create_task(walk_all())
    walking.add_done_callback(lambda _: ends.close())
    try:
        while batch := await ends.take(patience_s):
            await asyncio.to_thread(take, batch)
            for _ in batch:
                room.release()
        await walking
    finally:
        walking.cancel()
    return [job for line in lines.values() for job in line]
