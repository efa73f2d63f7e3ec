"""The files beside the working file, and what to do when one of them is damaged or gone.

Pure path work and words; must not open a database.
"""

import os
import stat
from pathlib import Path

from vocabulary.errors import WarehouseError


def snapshot_path(path: Path) -> Path:
    """Return where the snapshot of the warehouse at `path` is: `<name>.snapshot.duckdb` in the same folder."""
    return path.with_name(f"{path.name.removesuffix('.duckdb')}.snapshot.duckdb")


def log_path(path: Path) -> Path:
    """Return where DuckDB keeps what was committed since the last checkpoint of `path`: its write-ahead log."""
    return path.with_name(path.name + ".wal")


def find_size(path: Path) -> int | None:
    """Return the size of the file at `path`, None where nothing is there.

    Raises `WarehouseError` for what is no file, since to open a pipe would wait for ever, and where nobody may look.
    """
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise WarehouseError(f"{path} cannot be looked at: {error.strerror}; choose another path for the warehouse") from error
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "no file"
        raise WarehouseError(f"{path} is {what}; name a file with --set warehouse=FILE, or move it away")
    return found.st_size


def check_not_lost(path: Path) -> None:
    """Refuse to start anew where the working file is gone but what belongs to it is there.

    A run would publish the new, empty warehouse over the snapshot, which is the backup; DuckDB removes the log of a file that it creates.
    """
    snapshot, log = snapshot_path(path), log_path(path)
    has_log = find_size(log) is not None
    if find_size(snapshot) is not None:
        raise WarehouseError(
            f"{path} is gone but its snapshot is there, and a run would publish a new, empty warehouse over it: copy {snapshot} to {path}"
            f" to go on from it, or move the snapshot away to start anew" + f"; remove {log.name} first" * has_log
        )
    if has_log:
        raise WarehouseError(
            f"{path} is gone but {log.name} is there, with rows that are nowhere else; put the file back, or move the log away"
        )


def restoring(path: Path) -> str:
    """Return in words how to go on where the working file `path` cannot be used."""
    snapshot, log = snapshot_path(path), log_path(path)
    aside = f"move it and {log.name} away" if find_size(log) is not None else "move it away"
    if find_size(snapshot) is not None:
        return f"{aside}, then copy {snapshot} to {path}: it is the warehouse as last published"
    return f"{aside}, then put a backup in its place; without one, `stancewatch run` starts anew"
