"""The one open warehouse of this process. The warehouse's own file lock decides which process writes.

A run holds it from beginning to end; steps and task runs inside ask for it again and get the same one, so that no
other process can slip in between two batches and no connection is ever passed into a task.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flows.settings import Settings
from vocabulary.errors import LockedError, WarehouseError
from warehouse.connection import FileLock, telling_file_errors
from warehouse.store import Warehouse, open_warehouse

_RETRY_S = 1.0
_held: dict[Path, Warehouse] = {}


@contextmanager
def hold_warehouse(settings: Settings, *, wait_s: float = 0) -> Iterator[Warehouse]:
    """Yield the warehouse of `settings`, opened if this process does not hold it yet.

    Waits up to `wait_s` seconds for another process; then raises `LockedError`, which names that process.
    """
    path = place_of(settings)
    if path in _held:
        with telling_file_errors(path):  # here too: a scheduler's task that fails is to fail with an error that is known
            yield _held[path]
        return
    with ExitStack() as stack:
        store = _open(path, settings.timezone, wait_s, stack)
        _held[path] = store
        stack.callback(_held.pop, path)
        yield store


def find_holder(settings: Settings) -> str | None:
    """Return in words which process holds the warehouse, None where it is free. Takes no lock and writes nothing."""
    return FileLock(place_of(settings)).find_holder()


def place_of(settings: Settings) -> Path:
    """Return where the working file is, links followed: the lock, the log and the snapshot are beside the file itself."""
    try:
        return settings.warehouse.resolve()
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        raise WarehouseError(f"{settings.warehouse} cannot be found: {error}; choose another path for the warehouse") from error


def _open(path: Path, timezone: str, wait_s: float, stack: ExitStack) -> Warehouse:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return stack.enter_context(open_warehouse(path, timezone=timezone))
        except LockedError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_RETRY_S)
