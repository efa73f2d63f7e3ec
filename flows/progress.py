"""A progress bar on a terminal, and nothing anywhere else: logs, pipes and schedulers see no control characters."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # starting is to stay light
    from rich.progress import Progress

_shown: "list[Progress]" = []  # the one that is on, if any: two at once would write over each other


@contextmanager
def track(what: str, total: int | None) -> Iterator[Callable[[], None]]:
    """Yield a function to call after each of `total` items (None: unknown); shows a bar on stderr where that is a terminal.

    A part of work that shows a bar already has a line of its own beneath it.
    """
    if total == 0 or not sys.stderr.isatty():
        yield lambda: None
        return
    if _shown:
        shown = _shown[0]
        part = shown.add_task(what, total=total)
        try:
            yield lambda: shown.advance(part)
        finally:
            shown.remove_task(part)
        return
    from rich.console import Console
    from rich.progress import Progress

    # stdout is left alone: what goes there is a result, and must not come out at the console of the bar
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task(what, total=total)
        _shown.append(progress)
        try:
            yield lambda: progress.advance(task)
        finally:
            _shown.clear()
