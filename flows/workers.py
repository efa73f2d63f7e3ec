"""Extraction in worker processes: a page that crashes, hangs or eats memory costs its own outcome and a new worker, nothing else.

A worker is a fresh Python process (`flows.page_worker`), started when the first page comes and kept over pages. It inherits no handle
but its end of a socket, so neither the warehouse nor its lock, and it dies with its parent. How many there are follows the pages: a
handful do not pay for a second one.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from queue import LifoQueue
from threading import Semaphore
from types import TracebackType
from typing import Any, Final, Self

from flows.page_worker import FRAME, pack
from flows.settings import Settings, child_environment
from vocabulary.documents import CleanText, RawDocument
from vocabulary.errors import TextError, TransientError
from vocabulary.words import DocumentOutcome

EXTRACT: Final = "extractors.text:extract_text"
PAGES_A_WORKER: Final = 8  # starting one costs as much as that many pages
MOST_BY_DEFAULT: Final = 8
START_S: Final = 120
STOP_S: Final = 2
_LONGEST_ANSWER: Final = 256 * 1024 * 1024
_CHUNK: Final = 1024 * 1024
Ended = CleanText | TextError


class WorkersError(TransientError):
    """No worker can be started: this machine's trouble, no page's."""


@dataclass(frozen=True, slots=True)
class PageLimits:
    """What one page may cost, and how many workers there are."""

    workers: int
    timeout_s: float
    memory_mb: int
    pages: int
    """Pages after which a worker is replaced: parsers leak."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the limits that the settings name; 0 workers are one for each core."""
        workers = settings.page_workers or min(os.cpu_count() or 1, MOST_BY_DEFAULT)
        return cls(workers, settings.page_timeout_s, settings.page_memory_mb, settings.pages_per_worker)


class _WorkerGoneError(Exception):
    """The worker ended, or did not answer in time; its message says which."""


@dataclass(slots=True)
class _Worker:
    """One place for a worker process; there is a process in it between its first page and its last."""

    limits: PageLimits
    extract: str
    process: subprocess.Popen[bytes] | None = None
    channel: socket.socket | None = None
    done: int = 0
    is_closed: bool = False

    def ask(self, raw: RawDocument) -> Ended:
        """Return what the process in this place makes of `raw`; replace the process where that ended it."""
        if self.process is None:
            self._start()
        try:
            answer = self._talk(raw, time.monotonic() + self.limits.timeout_s)
        except _WorkerGoneError as error:
            self.end()
            return TextError(f"extraction: {error}", DocumentOutcome.FAILED)
        self.done += 1
        if answer["tired"] or self.done >= self.limits.pages:
            self.end()
        if "clean" in answer:
            return CleanText.model_validate(answer["clean"])
        outcome, why = DocumentOutcome(answer["outcome"]), str(answer["why"])
        if outcome is DocumentOutcome.FAILED:
            why = f"extraction: {f'the page takes more than {self.limits.memory_mb} MiB' if why == 'memory' else why}"
        return TextError(why, outcome)

    def end(self) -> None:
        """End the process, if there is one: at once, for it holds nothing that could be lost."""
        if self.channel is not None:
            self.channel.close()
        if self.process is not None:
            self.process.kill()
            with suppress(subprocess.TimeoutExpired):  # one that the kernel cannot end now is ended when it can
                self.process.wait(STOP_S)
        self.process, self.channel, self.done = None, None, 0

    def close(self) -> None:
        """End the process for good, from another thread than the one that may be waiting for it."""
        self.is_closed = True
        process, channel = self.process, self.channel
        if process is not None:
            process.kill()
            process.wait(STOP_S)
        if channel is not None:
            channel.close()

    def _start(self) -> None:
        """Start a process and wait until its modules are loaded; once more where that failed."""
        for is_last in (False, True):
            try:
                self._start_once()
                return
            except (_WorkerGoneError, OSError) as error:
                self.end()
                if is_last:
                    raise WorkersError(
                        f"no process to read pages can be started: {error}; is there memory left on this machine?"
                    ) from error

    def _start_once(self) -> None:
        orders = {
            "extract": self.extract,
            "timeout_s": self.limits.timeout_s,
            "memory_mb": self.limits.memory_mb,
            "parent": os.getpid(),
        }
        ours, theirs = socket.socketpair()
        self.channel = ours
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "flows.page_worker", json.dumps(orders)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                process_group=0,  # a terminal's Ctrl-C is the parent's to answer, also before the worker can say so itself
                # one order of sets and dictionaries in all workers, so that one page gives one text
                env=child_environment({"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path), "PYTHONHASHSEED": "0"}),
            )
        self._receive(time.monotonic() + START_S)

    def _talk(self, raw: RawDocument, deadline: float) -> dict[str, Any]:
        facts = raw.model_dump(mode="json", exclude={"content"})
        self._send(pack(facts, raw.content), deadline)
        self._send(raw.content, deadline)
        answer = self._receive(deadline)
        if not ("clean" in answer or {"outcome", "why"} <= answer.keys()) or "tired" not in answer:
            raise _WorkerGoneError("the worker gave no answer that can be read")
        return answer

    def _send(self, content: bytes, deadline: float) -> None:
        channel = self._channel(deadline)
        try:
            channel.sendall(content)
        except TimeoutError as error:
            raise _WorkerGoneError(self._slow()) from error
        except OSError as error:
            raise _WorkerGoneError(self._how_it_ended()) from error

    def _receive(self, deadline: float) -> dict[str, Any]:
        body_length, _ = FRAME.unpack(self._read(FRAME.size, deadline))
        if body_length > _LONGEST_ANSWER:
            raise _WorkerGoneError("the worker's answer is too long")
        try:
            answer = json.loads(self._read(body_length, deadline))
        except (ValueError, RecursionError) as error:
            raise _WorkerGoneError("the worker gave no answer that can be read") from error
        return answer if isinstance(answer, dict) else {}

    def _read(self, length: int, deadline: float) -> bytes:
        pieces = bytearray()
        while len(pieces) < length:
            channel = self._channel(deadline)
            try:
                piece = channel.recv(min(length - len(pieces), _CHUNK))
            except TimeoutError as error:
                raise _WorkerGoneError(self._slow()) from error
            except OSError as error:
                raise _WorkerGoneError(self._how_it_ended()) from error
            if not piece:
                raise _WorkerGoneError(self._how_it_ended())
            pieces += piece
        return bytes(pieces)

    def _channel(self, deadline: float) -> socket.socket:
        """Return the socket, set to wait until `deadline`."""
        left_s = deadline - time.monotonic()
        if self.channel is None:
            raise _WorkerGoneError("the worker was ended")
        if left_s <= 0:
            raise _WorkerGoneError(self._slow())
        self.channel.settimeout(left_s)
        return self.channel

    def _slow(self) -> str:
        return f"the page takes longer than {self.limits.timeout_s:g} s"

    def _how_it_ended(self) -> str:
        """Return how a process that closed its socket ended."""
        if self.process is None:
            return "the worker was ended"
        try:
            code = self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            return "the worker stopped to answer"
        try:
            return f"the worker died of {signal.Signals(-code).name}" if code < 0 else f"the worker ended with code {code}"
        except ValueError:
            return f"the worker ended with code {code}"


class PageWorkers:
    """Worker processes for pages; use it as a context manager. `extract` names a function as `module:name`.

    A thread waits for each worker. The threads live as long as the context: the kernel ends a worker with the thread that started it.
    """

    def __init__(self, limits: PageLimits, *, extract: str = EXTRACT) -> None:
        self._places = [_Worker(limits, extract) for _ in range(limits.workers)]
        self._free: LifoQueue[_Worker] = LifoQueue()  # the last first: those are the ones that have a process
        for worker in reversed(self._places):
            self._free.put(worker)
        self._threads = ThreadPoolExecutor(limits.workers, thread_name_prefix="pages")

    def __enter__(self) -> Self:
        """Start nothing yet: processes come with pages."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End all processes; where something went wrong, within their pages."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._places:
            worker.close()
        self._threads.shutdown()

    @property
    def pids(self) -> list[int]:
        """Return the ids of the processes that run now."""
        return [worker.process.pid for worker in self._places if worker.process is not None]

    def extract_pages(self, raws: Sequence[RawDocument], *, on_each: Callable[[], None] = lambda: None) -> list[Ended]:
        """Return what becomes of each page, in order: its text, or the error that ended it. Raises `WorkersError`."""
        at_once = Semaphore(max(1, -(-len(raws) // PAGES_A_WORKER)))

        def ask(raw: RawDocument) -> Ended:
            with at_once:
                worker = self._free.get()
                try:
                    return worker.ask(raw)
                finally:
                    self._free.put(worker)

        ended: list[Ended] = []
        for one in self._threads.map(ask, raws):
            ended.append(one)
            on_each()
        return ended
