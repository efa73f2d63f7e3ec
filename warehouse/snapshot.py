"""The read-only snapshot beside the working file: what `stancewatch sql` and any DuckDB client read.

A DuckDB file belongs to one writing process; readers open the snapshot, and keep what they opened while a new one is published.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import duckdb

from vocabulary.errors import NoDataError, WarehouseError
from warehouse.connection import open_error

_CHUNK = 1 << 24
_SEALED: dict[str, str | bool | int | float | list[str]] = {
    # no file, no network, no extension; and no statement may set that again
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def snapshot_path(path: Path) -> Path:
    """Return where the snapshot of the warehouse at `path` is: `<name>.snapshot.duckdb` in the same folder."""
    return path.with_name(f"{path.name.removesuffix('.duckdb')}.snapshot.duckdb")


def connect_snapshot(snapshot: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection that reads `snapshot` and nothing else, in UTC, whatever SQL is given to it.

    Raises `NoDataError` where no snapshot was published yet and `WarehouseError` for a file that is none.
    """
    if not snapshot.exists():
        raise NoDataError(f"there is no snapshot at {snapshot} yet; `stancewatch run` publishes one")
    try:
        connection = duckdb.connect(str(snapshot), read_only=True, config=_SEALED)
    except duckdb.Error as error:
        raise open_error(snapshot, error) from error
    # connections of one process to one file share its settings: the second finds them set, and locked
    if connection.execute("SELECT NOT current_setting('lock_configuration')").fetchone() == (True,):
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
    return connection


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


def publish(connection: duckdb.DuckDBPyConnection, copier: Copier, target: Path) -> Path:
    """Write all committed rows to the file, copy it, and put the copy in place of `target` at once.

    1. checkpoint, 2. copy into a temporary file of the same folder, 3. onto the disk, then rename.
    """
    try:
        # 1. without it the newest rows would be in the write-ahead log only
        connection.execute("CHECKPOINT")
        # 2. and 3.
        _replace(copier, target)
    except duckdb.Error as error:
        raise WarehouseError(f"cannot write {target}: {str(error).splitlines()[0]}") from error
    except OSError as error:
        raise WarehouseError(f"cannot write {target}: {error.strerror}; the snapshot before it stays") from error
    return target


def _replace(copier: Copier, target: Path) -> None:
    """Copy to a temporary file and rename it to `target`; an interrupted copy leaves `target` as it was."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
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
