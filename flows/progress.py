"""A progress bar on a terminal, and nothing anywhere else: logs, pipes and schedulers see no control characters."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def track(what: str, total: int | None) -> Iterator[Callable[[], None]]:
    """Yield a function to call after each of `total` items (None: unknown); shows a bar on stderr where that is a terminal."""
    if total == 0 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)
