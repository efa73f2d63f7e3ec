"""Work by host: every host has a line of its own, so that a slow one holds up nobody else.

Also knows which hosts want rest (429 or 503 with Retry-After) and when the time of a whole poll is over; what it does not get to is
handed back.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar

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
        return self._ends.get(host_of(url))

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
    ends: asyncio.Queue[End] = asyncio.Queue()
    room = asyncio.Semaphore(2 * batch_size)

    async def walk(line: deque[Job]) -> None:
        while line:
            await room.acquire()
            if clock.is_over() or not line:
                room.release()
                return
            ends.put_nowait(await work(line.popleft()))

    async def walk_all() -> None:
        walkers = [asyncio.create_task(walk(line)) for line in lines.values() for _ in range(min(host_at_once, len(line)))]
        try:
            await asyncio.gather(*walkers)
        finally:
            for walker in walkers:
                walker.cancel()

    walking = asyncio.create_task(walk_all())
    try:
        while (batch := await _next_batch(ends, walking, batch_size, patience_s)) is not None:
            await asyncio.to_thread(take, batch)
            for _ in batch:
                room.release()
        await walking
    finally:
        walking.cancel()
    return [job for line in lines.values() for job in line]


async def _next_batch(ends: asyncio.Queue[End], walking: asyncio.Task[None], batch_size: int, patience_s: float) -> list[End] | None:
    """Return the next ends, at least one; None where all work is done or a walker has failed."""
    batch: list[End] = []
    waits_until = monotonic() + patience_s
    while len(batch) < batch_size:
        if ends.empty():
            if walking.done() or (batch and monotonic() >= waits_until):
                break
            getting = asyncio.create_task(ends.get())
            left_s = max(0.0, waits_until - monotonic()) if batch else None
            await asyncio.wait({getting, walking}, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
            if not getting.done():
                getting.cancel()
                continue
            batch.append(getting.result())
        else:
            batch.append(ends.get_nowait())
        if len(batch) == 1:
            waits_until = monotonic() + patience_s
    return batch or None
