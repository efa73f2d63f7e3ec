"""The read-only snapshot beside the working file: what `stancewatch sql` and any DuckDB client read.

A DuckDB file belongs to one writing process; readers open the snapshot, and keep what they opened while a new one is published.
"""

import os
import tempfile
from contextlib import suppress
from glob import escape
from pathlib import Path

import duckdb

from vocabulary.errors import NoDataError, WarehouseError
from warehouse.beside import find_size, log_path
from warehouse.beside import snapshot_path as snapshot_path
from warehouse.connection import check_length, first_line, open_error

_CHUNK = 1 << 24
_SEALED: dict[str, str | bool | int | float | list[str]] = {
    # no file, no network, no extension; and no statement may set that again
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # what does not fit into the memory is refused: reading writes nothing, and the folder may be read-only
    "temp_directory": "",
}
_PART = ".part"


def connect_snapshot(snapshot: Path, *, memory_mb: int | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads `snapshot` and nothing else, in UTC, whatever SQL is given to it.

    `memory_mb` limits the memory of the first connection of this process to the file, and with it that of the others. Raises `NoDataError`
    where no snapshot was published yet and `WarehouseError` for a file that is none.
    """
    size = find_size(snapshot)
    if size is None:
        raise NoDataError(f"there is no snapshot at {snapshot} yet; `stancewatch run` publishes one")
    remedy = "`stancewatch run` publishes it anew"
    try:
        connection = duckdb.connect(str(snapshot), read_only=True, config=_SEALED)
    except duckdb.Error as error:
        raise open_error(snapshot, error, remedy) from error
    try:
        _seal(connection, memory_mb)
        if find_size(log_path(snapshot)) is None:
            check_length(connection, snapshot, size, remedy)
    except duckdb.Error as error:
        connection.close()
        raise open_error(snapshot, error, remedy) from error
    except WarehouseError:
        connection.close()
        raise
    return connection


def _seal(connection: duckdb.DuckDBPyConnection, memory_mb: int | None) -> None:
    """Fix what SQL could set; connections of one process to one file share it: the second finds it set, and locked."""
    if connection.execute("SELECT NOT current_setting('lock_configuration')").fetchone() == (True,):
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        if memory_mb is not None:
            connection.execute(f"SET GLOBAL memory_limit = '{int(memory_mb)}MiB'")
        connection.execute("SET lock_configuration = true")


class Copier:
    """Copies the working file through one handle that stays open.

    DuckDB locks its file with POSIX record locks, which the kernel drops as soon as the process closes any handle on the file: a handle
    that is closed after each copy would leave the warehouse open to a second writer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1

    def copy_to(self, target: int) -> None:
        """Write the whole file to the open handle `target`."""
        if self._handle < 0:
            self._handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        size, done = os.fstat(self._handle).st_size, 0
        while done < size:
            sent = os.sendfile(target, self._handle, done, min(_CHUNK, size - done))
            if sent == 0:
                raise WarehouseError(f"{self._path} became shorter while it was copied; publish again")
            done += sent

    def close(self) -> None:
        """Close the handle; only after DuckDB has closed the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def publish(connection: duckdb.DuckDBPyConnection, copier: Copier, target: Path, *, is_locked: bool) -> Path:
    """Write all committed rows to the file, copy it, and put the copy in place of `target` at once.

    1. checkpoint, 2. leftovers of killed processes are removed, where the warehouse's lock (`is_locked`) keeps everybody else from writing
    `target`, 3. copy into a temporary file of the same folder, 4. onto the disk, then rename.
    """
    try:
        # 1. without it the newest rows would be in the write-ahead log only
        connection.execute("CHECKPOINT")
        # 2.
        if is_locked:
            for left in target.parent.glob(f".{escape(target.name)}.*{_PART}"):
                left.unlink(missing_ok=True)
        # 3. and 4.
        _replace(copier, target)
    except duckdb.Error as error:
        raise WarehouseError(f"cannot write {target}: {first_line(error)}; the snapshot before it stays") from error
    except OSError as error:
        raise WarehouseError(f"cannot write {target}: {error.strerror}; the snapshot before it stays") from error
    return target


def _replace(copier: Copier, target: Path) -> None:
    """Copy to a temporary file and rename it to `target`; an interrupted copy leaves `target` as it was."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=_PART, dir=target.parent)
    try:
        try:
            copier.copy_to(handle)
            os.fchmod(handle, 0o644)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(name, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
