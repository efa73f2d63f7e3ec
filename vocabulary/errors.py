"""The error tree.

    StancewatchError
    ├── TransientError      a retry may help: a time-out, 429, 5xx, a lock
    │   ├── FetchTransientError
    │   └── LockedError
    └── TerminalError       a retry will not help
        ├── FetchTerminalError   410, bad URL, an inside address, robots
        ├── SettingsError        unknown key, wrong value
        ├── WatchError           a watch file that does not hold
        ├── FeedListError        a list of feeds (OPML, feeds.toml) that does not hold
        ├── SeedError            a manifest or seed file that cannot be read
        ├── TextError            bytes that give no text
        ├── WarehouseError       schema, version or content of the warehouse
        └── NoDataError          nothing to answer from

A message says what failed, on which item, for what reason, and what to do next. The scheduler asks only whether an error is transient.
"""

from vocabulary.words import DocumentOutcome, PollStatus


class StancewatchError(Exception):
    """Any error that a user can do something about; the command line prints it as one line."""


class TransientError(StancewatchError):
    """A retry may help."""


class TerminalError(StancewatchError):
    """A retry will not help."""


class FetchTransientError(TransientError):
    """A fetch failed in a way that may pass; `status` is the poll's word for it, `retry_after` the server's wish as it was written."""

    def __init__(self, message: str, status: PollStatus, http_status: int | None = None, retry_after: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.http_status = http_status
        self.retry_after = retry_after


class FetchTerminalError(TerminalError):
    """A fetch was refused or its target is gone; `status` is the poll's word for it."""

    def __init__(self, message: str, status: PollStatus, http_status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.http_status = http_status


class LockedError(TransientError):
    """Another process holds the warehouse."""


class SettingsError(TerminalError):
    """A setting is unknown or wrong."""


class WatchError(TerminalError):
    """A watch file does not hold; `problems` lists every one as `line N: what`."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = problems
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{source}: {problems[0]}{more}; `stancewatch watch check {source}` lists them all")


class FeedListError(TerminalError):
    """A list of feeds does not hold; `problems` has every one as `line N: what`."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = problems
        super().__init__(f"{source}: {'; '.join(problems)}")


class SeedError(TerminalError):
    """The seeds folder or its manifest cannot be used."""


class TextError(TerminalError):
    """Bytes give no usable text; `outcome` is the document's word for it."""

    def __init__(self, message: str, outcome: DocumentOutcome) -> None:
        super().__init__(message)
        self.outcome = outcome


class WarehouseError(TerminalError):
    """The warehouse cannot be used as it is."""


class NoDataError(TerminalError):
    """There is nothing to answer from yet."""
