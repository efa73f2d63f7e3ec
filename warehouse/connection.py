"""Opening the working file: one writing process at a time, pinned storage, UTC, clear errors.

Must not know what is in the tables.
"""

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from vocabulary.errors import LockedError, WarehouseError
from warehouse.beside import check_not_lost, find_size, log_path, restoring

# DuckDB 1.4 and later read this; without the pin a newer DuckDB would write files that an older one refuses.
STORAGE_VERSION = "v1.4.0"
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": STORAGE_VERSION,
    # an extension is never fetched behind the user's back
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


_FIRST_BLOCK = 3 * 4096  # DuckDB's blocks come after the header of the file and the two of the database
_TRIES, _BETWEEN_S = 4, 0.01
# What DuckDB says when the file cannot be read or written as it is. A name or a type that does not fit is no such thing but a bug.
_FILE_ERRORS = (
    duckdb.IOException,
    duckdb.InternalException,
    duckdb.FatalException,
    duckdb.SerializationException,
    duckdb.OutOfMemoryException,
)
_SYSTEM_WORDS = ("Permission denied", "Read-only file system", "No space left", "Too many open files", "Cannot open file")


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
        if not _take(self._handle, fcntl.LOCK_EX, self.path):
            held = self._held_by(self._handle)
            self.release()
            raise LockedError(held)
        words = f"{os.getpid()}\n".encode("ascii")
        os.pwrite(self._handle, words, 0)  # written before it is cut, so that whoever asks meanwhile never reads an empty file
        os.ftruncate(self._handle, len(words))

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two processes lock two files of one name."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def find_holder(self) -> str | None:
        """Return in words which process holds the lock, None where it is free. Writes nothing, so that a reader may ask."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise WarehouseError(f"cannot read {self.path}: {error.strerror}") from error
        try:
            # shared: two readers that ask at once must not take each other for a writer
            return None if _take(handle, fcntl.LOCK_SH, self.path) else self._held_by(handle)
        finally:
            os.close(handle)

    def _held_by(self, handle: int) -> str:
        holder = os.pread(handle, 32, 0).decode("ascii", "replace").partition("\n")[0].strip() or "unknown"
        warehouse = self.path.name.removesuffix(".lock")
        return f"{warehouse} is in use by process {holder}; wait for it to end, or read the snapshot beside it"


def _take(handle: int, kind: int, path: Path) -> bool:
    """Lock the open file and return True, or False where another process holds it for longer than it takes to look at a lock."""
    for attempt in range(_TRIES):
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(_BETWEEN_S if attempt + 1 < _TRIES else 0)
        except OSError as error:
            raise WarehouseError(f"cannot lock {path}: {error.strerror}; put the warehouse on a disk of this machine") from error
    return False


def make_folder(folder: Path) -> None:
    """Create the folder of a warehouse where it is absent."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WarehouseError(f"cannot create {folder}: {error.strerror}; choose another path for the warehouse") from error


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Return a writing connection to `path`, created if absent.

    A damaged file raises and is never replaced by an empty one, and neither is one that is gone but has a snapshot.
    """
    size = find_size(path)
    if size is None:
        check_not_lost(path)
    elif size == 0:
        # DuckDB takes an empty file for a new database
        raise WarehouseError(f"{path} is empty; {restoring(path)}")
    is_whole = size is not None and find_size(log_path(path)) is None  # nothing to replay: what the file says of itself is on the disk
    try:
        connection = duckdb.connect(str(path), config=CONFIG)
    except duckdb.Error as error:
        raise open_error(path, error, restoring(path)) from error
    try:
        connection.execute("SET TimeZone = 'UTC'")
        if is_whole and size is not None:
            check_length(connection, path, size, restoring(path))
    except duckdb.Error as error:
        connection.close()
        raise open_error(path, error, restoring(path)) from error
    except WarehouseError:
        connection.close()
        raise
    return connection


def check_length(connection: duckdb.DuckDBPyConnection, path: Path, size: int, remedy: str) -> None:
    """Refuse a file that is shorter than the blocks that it uses: DuckDB would notice only at the first query that needs a lost one.

    Only for a file without a log: what is replayed from one may be on the disk later. Free blocks may lie beyond the end of a whole file.
    """
    row = connection.execute("SELECT used_blocks * block_size FROM pragma_database_size()").fetchone()
    least = _FIRST_BLOCK + int(row[0] if row else 0)
    if size < least:
        raise WarehouseError(f"{path} is damaged: {size} bytes of at least {least} are there; {remedy}")


def open_error(path: Path, error: duckdb.Error, remedy: str) -> LockedError | WarehouseError:
    """Return our error for a file that DuckDB cannot open; `remedy` is for one that is damaged."""
    words = first_line(error)
    if "Could not set lock" in words or "Conflicting lock" in words:
        holder = re.search(r"PID (\d+)", str(error))
        return LockedError(f"{path} is in use by process {holder.group(1) if holder else 'unknown'}; close it there and try again")
    if "WAL" in words:
        return WarehouseError(
            f"{log_path(path)} is damaged ({words}); keep a copy, then move it away: the warehouse opens as it was at its last checkpoint"
        )
    if "version number" in words:
        return WarehouseError(f"{path} was written by another DuckDB ({words}); open it with that version of this program")
    if any(told in words for told in _SYSTEM_WORDS):
        return WarehouseError(f"{path} cannot be opened ({words}); see that this user may read and write it, and that the disk has room")
    return WarehouseError(f"{path} is no usable warehouse ({words}); {remedy}")


def first_line(error: BaseException) -> str:
    """Return the first line of an error; DuckDB's own mishaps print a whole stack below it."""
    return next(iter(str(error).splitlines()), type(error).__name__)


@contextmanager
def telling_file_errors(path: Path) -> Iterator[None]:
    """Turn what DuckDB says of the working file itself, whatever the body asked of it, into `WarehouseError` with the remedy."""
    try:
        yield
    except _FILE_ERRORS as error:
        words = first_line(error)
        if isinstance(error, duckdb.OutOfMemoryException):
            raise WarehouseError(f"{path}: the memory does not suffice ({words}); free some and run again") from error
        if any(told in words for told in _SYSTEM_WORDS):
            raise WarehouseError(f"{path} cannot be read or written ({words}); free some room or set it right, and run again") from error
        raise WarehouseError(f"{path} is damaged ({words}); {restoring(path)}") from error
    except duckdb.CatalogException as error:
        words = first_line(error)
        if not words.startswith("Catalog Error: Table with name"):  # a view or a table that somebody took out by hand
            raise
        raise WarehouseError(f"{path} lacks a part ({words}); {restoring(path)}") from error


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection, doing: str) -> Iterator[None]:
    """Commit what the body does, or nothing of it; DuckDB's errors come out as `WarehouseError`, but those of the file itself.

    `doing` names the work for the message. For the file see `telling_file_errors`.
    """
    try:
        connection.begin()
        yield
        connection.commit()
    except _FILE_ERRORS:
        _roll_back(connection)
        raise  # told by whoever knows the file
    except duckdb.Error as error:
        _roll_back(connection)
        raise WarehouseError(f"{doing} failed, nothing of it was stored: {first_line(error)}") from error
    except BaseException:
        _roll_back(connection)
        raise


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Undo, also where DuckDB has already done so."""
    try:
        connection.rollback()
    except duckdb.Error:  # no transaction is active any more
        return
