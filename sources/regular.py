"""Read a file that may be anything: never wait for one that is a pipe, never fill the memory from one that has no end."""

import os
import stat
from pathlib import Path

_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe is then opened at once, whether or not anybody writes to it


class NotRegularError(Exception):
    """The path names a folder, pipe, socket or device."""


class TooLongError(Exception):
    """The file holds more bytes than may be read."""


def read_regular(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file. Raises `NotRegularError`, `TooLongError` for more than `limit` bytes, or `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | _NO_WAIT)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegularError(str(path))
    with open(descriptor, "rb") as stream:
        content = stream.read(limit + 1)  # what the system says of the length may be wrong, or no longer true
    if len(content) > limit:
        raise TooLongError(str(path))
    return content
