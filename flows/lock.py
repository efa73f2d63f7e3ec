"""The one open warehouse of this process. The warehouse's own file lock decides which process writes.

A run holds it from beginning to end; steps and task runs inside ask for it again and get the same one, so that no
other process can slip in between two batches and no connection is ever passed into a task.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flows.settings import Settings
from vocabulary.errors import LockedError
from warehouse.connection import FileLock
from warehouse.store import Warehouse, open_warehouse

_RETRY_S = 1.0
_held: dict[Path, Warehouse] = {}


@contextmanager
def hold_warehouse(settings: Settings, *, wait_s: float = 0) -> Iterator[Warehouse]:
    """Yield the warehouse of `settings`, opened if this process does not hold it yet.

    Waits up to `wait_s` seconds for another process; then raises `LockedError`, which names that process.
    """
    path = settings.warehouse.resolve()
    if path in _held:
        yield _held[path]
        return
    with ExitStack() as stack:
        store = _open(path, settings.timezone, wait_s, stack)
        _held[path] = store
        stack.callback(_held.pop, path)
        yield store


def find_holder(settings: Settings) -> str | None:
    """Return in words which process holds the warehouse, None where it is free."""
    lock = FileLock(settings.warehouse.resolve())
    if not lock.path.exists():
        return None
    try:
        lock.acquire()
    except LockedError as error:
        return str(error)
    lock.release()
    return None


def _open(path: Path, timezone: str, wait_s: float, stack: ExitStack) -> Warehouse:
    deadline = time.monotonic() + wait_s
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            return stack.enter_context(open_warehouse(path, timezone=timezone))
        except LockedError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_RETRY_S)
