"""Exit codes of the command line, and which error ends with which."""

from enum import IntEnum
from typing import Final

from vocabulary.errors import LockedError, NoDataError, StancewatchError

SIGNALLED: Final = 128
"""Added to the number of the signal that ended a command, as shells do: 130 for Ctrl-C."""


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
