"""Opening the working file: one writing process at a time, pinned storage, UTC, clear errors.

Must not know what is in the tables.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from vocabulary.errors import LockedError, WarehouseError

# DuckDB 1.4 and later read this; without the pin a newer DuckDB would write files that an older one refuses.
STORAGE_VERSION = "v1.4.0"
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": STORAGE_VERSION,
    # an extension is never fetched behind the user's back
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class FileLock:
    """A kernel lock on `<path>.lock`: freed when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(path.name + ".lock")
        self._handle = -1

    def acquire(self) -> None:
        """Take the lock and write our PID into its file; raise `LockedError` with the holder's PID when it is taken."""
        try:
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise WarehouseError(f"cannot create {self.path}: {error.strerror}; check that the folder may be written") from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            self.release()
            warehouse = self.path.name.removesuffix(".lock")
            raise LockedError(f"{warehouse} is in use by process {holder}; wait for it to end, or read the snapshot beside it") from error
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two processes lock two files of one name."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def make_folder(folder: Path) -> None:
    """Create the folder of a warehouse where it is absent."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(f"cannot create {folder}: {error.strerror}; choose another path for the warehouse") from error


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Return a writing connection to `path`, created if absent; a damaged file raises and is never replaced by an empty one."""
    if path.exists() and path.stat().st_size == 0:
        # DuckDB takes an empty file for a new database
        raise WarehouseError(f"{path} is empty; move it away and restore a copy, or start anew with another path")
    try:
        connection = duckdb.connect(str(path), config=CONFIG)
    except duckdb.Error as error:
        raise open_error(path, error) from error
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def open_error(path: Path, error: duckdb.Error) -> LockedError | WarehouseError:
    """Return our error for a file that DuckDB cannot open, with the remedy."""
    words = str(error).splitlines()[0]
    if "Could not set lock" in words or "Conflicting lock" in words:
        holder = re.search(r"PID (\d+)", str(error))
        return LockedError(f"{path} is in use by process {holder.group(1) if holder else 'unknown'}; close it there and try again")
    wal = path.with_name(path.name + ".wal")
    if "WAL" in words:
        return WarehouseError(
            f"{wal} is damaged ({words}); keep a copy, then move it away: the warehouse opens as it was at its last checkpoint"
        )
    if "version number" in words:
        return WarehouseError(f"{path} was written by another DuckDB ({words}); open it with that version of this program")
    return WarehouseError(f"{path} is no usable warehouse ({words}); move it away and restore a copy, or start anew with another path")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection, doing: str) -> Iterator[None]:
    """Commit what the body does, or nothing of it; DuckDB's errors come out as `WarehouseError`.

    `doing` names the work for the message.
    """
    try:
        connection.begin()
        yield
        connection.commit()
    except duckdb.Error as error:
        _roll_back(connection)
        raise WarehouseError(f"{doing} failed, nothing of it was stored: {str(error).splitlines()[0]}") from error
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Undo, also where DuckDB has already done so."""
    try:
        connection.rollback()
    except duckdb.Error:  # no transaction is active any more
        return
