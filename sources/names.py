"""Look names up in threads, many with few changes of thread: a poll asks for a thousand names at once.

A change of thread for each name costs more than the lookup where the system knows the answer. So one thread works through what is asked
and wakes the loop at its end; while names wait for a slow one, more threads join it, and what is found meanwhile is handed over.
Must not judge where a name leads: that is for `sources.guard`.
"""

import asyncio
import socket
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

MOST_THREADS = 16
_TICK_S = 0.005
"""After so long more threads join, and what was found is handed over though its finder goes on."""

Infos = list[tuple[Any, ...]]


class _Asked(NamedTuple):
    host: str
    port: int
    family: int
    future: "asyncio.Future[Infos]"


class Names:
    """Lookups of one event loop; nothing of an answer is kept, so that each fetch asks anew."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="names")
        self._asked: deque[_Asked] = deque()
        self._found: deque[tuple[_Asked, Infos | Exception]] = deque()
        self._working: set[object] = set()
        self._open = 0
        self._is_ticking = False

    async def find(self, host: str, port: int, family: int) -> Infos:
        """Return what `socket.getaddrinfo` gives for a stream to `host`; raise what it raises."""
        asked = _Asked(host, port, family, self._loop.create_future())
        self._asked.append(asked)
        self._open += 1
        if not self._is_ticking:
            self._is_ticking = True
            self._loop.call_soon(self._start)
        return await asked.future

    def close(self) -> None:
        """Let the threads end; lookups still open are never answered."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _start(self) -> None:
        """Begin with one thread, once all that is asked in this turn of the loop is there."""
        if not self._working:
            self._join(1)
        self._loop.call_later(_TICK_S, self._tick)

    def _tick(self) -> None:
        """Hand over what was found; where names still wait, let as many threads join as are at work."""
        self._hand_over()
        if self._asked:
            self._join(max(1, len(self._working)))
        self._is_ticking = self._open > 0
        if self._is_ticking:
            self._loop.call_later(_TICK_S, self._tick)

    def _join(self, count: int) -> None:
        for _ in range(min(count, MOST_THREADS - len(self._working))):
            work = object()
            self._working.add(work)
            self._threads.submit(self._work, work)

    def _work(self, work: object) -> None:
        """Look up what waits, in a thread."""
        while self._asked:
            try:
                asked = self._asked.popleft()
            except IndexError:  # another thread took it
                break
            self._found.append((asked, _look_up(asked)))
        try:
            self._loop.call_soon_threadsafe(self._end, work)
        except RuntimeError:  # the loop has ended meanwhile: nobody waits
            return

    def _end(self, work: object) -> None:
        self._working.discard(work)
        self._hand_over()
        if self._asked and not self._working:
            self._join(1)

    def _hand_over(self) -> None:
        while self._found:
            asked, found = self._found.popleft()
            self._open -= 1
            if asked.future.done():  # who asked waits no more
                continue
            if isinstance(found, Exception):
                asked.future.set_exception(found)
            else:
                asked.future.set_result(found)


def _look_up(asked: _Asked) -> Infos | Exception:
    try:
        return socket.getaddrinfo(asked.host, asked.port, family=asked.family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except (OSError, UnicodeError) as error:
        return error
