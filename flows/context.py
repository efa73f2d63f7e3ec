"""What every step is given: settings, the watch, the moment of the run, and the tagger made from the watch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from extractors.tagger import Tagger
from flows.clock import current_time
from flows.settings import Settings
from vocabulary.errors import WatchError
from vocabulary.watch import Watch
from vocabulary.watch_file import parse_watch

if TYPE_CHECKING:  # who only reads the watch needs no processes
    from flows.workers import PageWorkers


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run's surroundings. `now` is fixed at its start, so that all its rows and its idea of today agree.

    The last three are for who makes many runs in one process by a clock of their own (`flows.demo`).
    """

    settings: Settings
    watch: Watch
    tagger: Tagger
    now: datetime
    run_id: str = ""
    clock: Callable[[], datetime] = current_time
    """Tells when a run ends."""
    local_hosts: Mapping[str, int] = field(default_factory=dict)
    """Names of a site on this machine, each with its port; where there are any, nothing else is fetched."""
    workers: "PageWorkers | None" = None
    """Processes that read pages and outlive this run; None to start them for each."""

    @property
    def today(self) -> date:
        """Return the day of `now` in the settings' time zone."""
        return self.now.astimezone(self.settings.zone).date()

    @property
    def yesterday(self) -> date:
        """Return the day that a digest issued today covers."""
        return self.today - timedelta(days=1)

    def in_run(self, run_id: str) -> Self:
        """Return the same surroundings inside the run `run_id`."""
        return replace(self, run_id=run_id)


def open_context(settings: Settings, *, now: datetime | None = None, run_id: str = "") -> RunContext:
    """Return the context of a run that starts at `now`, by default this moment. Raises `WatchError` for a bad watch file."""
    watch, tagger = read_watch(settings.watch)
    return RunContext(settings=settings, watch=watch, tagger=tagger, now=now or current_time(), run_id=run_id)


def read_watch(path: Path) -> tuple[Watch, Tagger]:
    """Return the watch of `path` and its tagger. Both are kept for the process: the tagger holds the language model."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise WatchError(str(path), ["no such watch file; name another one with --watch or STANCEWATCH_WATCH"]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise WatchError(str(path), [f"cannot be read as a watch file: {error}"]) from error
    return _parsed(text, str(path))


@lru_cache(maxsize=2)
def _parsed(text: str, source: str) -> tuple[Watch, Tagger]:
    watch = parse_watch(text, source)
    return watch, Tagger(watch)
