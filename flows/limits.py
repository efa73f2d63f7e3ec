"""Limits of a whole process around one call that may not come back: what a library cannot stop or measure by itself.

For commands that do nothing else and hold nothing that would be lost.
"""

import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MIB = 1024 * 1024
_STATM = Path("/proc/self/statm")  # Linux; elsewhere the system does not hold a process to its limit of data anyway


@contextmanager
def process_limits(*, timeout_s: float, memory_mb: int, on_timeout: Callable[[], None]) -> Iterator[None]:
    """Let the body take `memory_mb` MiB more than the process has, and `timeout_s` seconds.

    More memory is refused by the system: `MemoryError`, or what a library makes of it. After the time `on_timeout` is called in a thread
    of its own, and should end the process.
    """
    timer = threading.Timer(timeout_s, on_timeout)
    timer.daemon = True
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    asked = _data_bytes() + memory_mb * _MIB
    bounds = [bound for bound in (soft, hard) if bound != resource.RLIM_INFINITY]
    with suppress(OSError, ValueError):  # a system that knows no such limit
        resource.setrlimit(resource.RLIMIT_DATA, (min([asked, *bounds]), hard))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def dying_of_interrupts() -> Iterator[None]:
    """Let Ctrl-C end the process at once, also where the body is in a library that does not look; only in the main thread."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def end_process(code: int) -> None:
    """End the process at once, whatever its other threads do."""
    with suppress(OSError, AttributeError):
        sys.stderr.flush()
    os._exit(code)


def _data_bytes() -> int:
    """Return how much data the process has now; a lot where that cannot be known."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[5]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 1024 * _MIB
