"""Where a demonstration works: a scratch folder that goes with it, or a folder of its own that stays. Never anybody's warehouse."""

import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.feed_list import NAME as FEEDS_NAME
from flows.settings import Settings
from vocabulary.errors import TerminalError
from warehouse.beside import log_path
from warehouse.connection import FileLock
from warehouse.snapshot import snapshot_path

MARKER = "stancewatch-demo.txt"
_WORDS = "Made by `stancewatch demo`. The next demo in this folder replaces the warehouse, the digests and feeds.toml that are here.\n"
_PREFIX = "stancewatch-demo-"
# What a demo sets, whatever the user's own settings are: they are for the user's warehouse and the user's feeds.
OWN_SETTINGS = {
    "feeds_enabled": True,
    "allow_private": False,  # the site of the demo is opened by name and port
    "timezone": "UTC",  # the clock of the script
    "host_gap_s": 0,  # the host is our own
    "http_deadline_s": 4,  # one feed of the script never answers
    # outlets that are silent for weeks would be asked once a day; real ones never are
    "feed_max_minutes": 240,
}


@contextmanager
def open_home(wanted: Path | None, *, keep: bool, say: Callable[[str], None]) -> Iterator[Path]:
    """Yield the folder to work in: `wanted`, made empty, or a scratch folder, which is removed at the end unless `keep`.

    Raises `TerminalError` for a folder that holds something and is no demo's, `LockedError` for one that is in use.
    """
    if wanted is not None:
        yield _take(wanted, say)
        return
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        (folder / MARKER).write_text(_WORDS, encoding="utf-8")
        yield folder
    finally:
        if not keep:
            with _undisturbed():
                shutil.rmtree(folder, ignore_errors=True)


def make_settings(home: Path, flags: dict[str, object]) -> Settings:
    """Return the settings of a demo in `home`: defaults and `flags` of the command line, no file and no environment."""
    own = {**OWN_SETTINGS, "home": home, "warehouse": home / "warehouse.duckdb", "digests": home / "digests"}
    return Settings.from_layers({"flag": flags, "demo": own})


def _take(folder: Path, say: Callable[[str], None]) -> Path:
    """Return `folder` ready for a demo: new, empty, or cleared of an earlier one."""
    try:
        folder = folder.expanduser().resolve()
        folder.mkdir(parents=True, exist_ok=True)
        found = sorted(entry.name for entry in folder.iterdir())
    except (OSError, RuntimeError) as error:
        raise TerminalError(f"{folder} cannot be the folder of a demo: {error}; name another with --home") from error
    is_demo = MARKER in found
    if found and not is_demo:
        what = "holds a warehouse" if "warehouse.duckdb" in found else "is not empty"
        raise TerminalError(f"{folder} {what} and no demo made it; name a new or empty folder with --home, or none")
    warehouse = folder / "warehouse.duckdb"
    lock = FileLock(warehouse)
    lock.acquire()
    try:
        (folder / MARKER).write_text(_WORDS, encoding="utf-8")
        if is_demo:
            say(f"{folder} holds an earlier demo, which is replaced")
            _clear(folder, warehouse)
    except OSError as error:
        raise TerminalError(f"{folder} cannot be the folder of a demo: {error}; name another with --home") from error
    finally:
        lock.release()
    return folder


def _clear(folder: Path, warehouse: Path) -> None:
    """Remove what a demo writes, and nothing else."""
    for path in (snapshot_path(warehouse), warehouse, log_path(warehouse), folder / FEEDS_NAME):
        path.unlink(missing_ok=True)
    digests = folder / "digests"
    if digests.is_dir() and not digests.is_symlink():
        shutil.rmtree(digests)
    else:
        digests.unlink(missing_ok=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no second Ctrl-C stop the removal."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
