"""Exit codes of the command line, and which error ends with which."""

from enum import IntEnum

from vocabulary.errors import LockedError, NoDataError, StancewatchError


class ExitCode(IntEnum):
    """What the command line's exit code says."""

    DONE = 0
    ERROR = 1
    USAGE = 2
    PARTIAL = 3
    NO_DATA = 4
    SKIPPED = 5


def exit_code_of(error: StancewatchError) -> ExitCode:
    """Return the exit code of a command that ends with `error`."""
    if isinstance(error, LockedError):
        return ExitCode.SKIPPED
    return ExitCode.NO_DATA if isinstance(error, NoDataError) else ExitCode.ERROR
