"""A warehouse that is gone, damaged or left by a killed process: told in one line with the remedy, and nothing is overwritten."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from warehouse_builders import NOW, make_document, make_position, make_tagged, open_walk

from vocabulary.errors import LockedError, WarehouseError
from vocabulary.stance import RunRecord
from vocabulary.words import RunStatus
from warehouse.adhoc import run_query
from warehouse.beside import log_path, snapshot_path
from warehouse.connection import FileLock
from warehouse.reading import open_snapshot
from warehouse.store import Warehouse, open_warehouse

PAGE = 4096
BLOCK = 262_144
HELD = """
import sys, time
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from warehouse.connection import FileLock
lock = FileLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(600)
"""
UNWRITTEN_LOG = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
for number in range(20):
    connection.execute("INSERT INTO outcomes (run_id, item, status) SELECT $run, range, 'tagged' FROM range(300)", {"run": str(number)})
os._exit(0)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the bytes of a warehouse of several blocks, of its snapshot, and of the log that a killed process left."""
    folder = tmp_path_factory.mktemp("made")
    with open_walk(folder) as walk:
        documents = [make_document(f"{number}", text=f"Quote {number}. {os.urandom(3000).hex()}") for number in range(300)]
        walk.store.insert_documents(documents)
        walk.store.insert_tagged([make_tagged(item, [make_position(item)]) for item in documents], run_id="run-1", recorded_at=NOW)
        walk.build()
        path, target = walk.store.path, walk.store.publish_snapshot()
    found = {"file": path.read_bytes(), "snapshot": target.read_bytes()}
    subprocess.run([sys.executable, "-c", UNWRITTEN_LOG, str(path)], check=True)
    return found | {"logged": path.read_bytes(), "log": log_path(path).read_bytes()}


def use(path: Path) -> None:
    """Ask the warehouse what a run asks, and publish."""
    with open_warehouse(path, timezone="UTC") as store:
        ask(store)
        store.publish_snapshot()


def ask(store: Warehouse) -> None:
    store.find_last_run()
    store.last_polls()
    store.known_urls(["https://daily.example/1"])
    store.list_untagged("e", "w")
    store.find_last_digest()
    store.list_stances(date(2025, 5, 2))
    store.list_events(date(2025, 5, 1), date(2025, 5, 3))
    store.get_coverage(date(2025, 5, 1))
    store.get_status()


def refusal(path: Path, doing: Callable[[Path], object] = use) -> str:
    with pytest.raises(WarehouseError) as caught:
        doing(path)
    assert "\n" not in str(caught.value)
    assert "Stack Trace" not in str(caught.value)
    return str(caught.value)


# gone


def test_a_lost_warehouse_does_not_cost_its_snapshot(tmp_path: Path, made: dict[str, bytes]) -> None:
    path = tmp_path / "a.duckdb"
    snapshot = snapshot_path(path)
    snapshot.write_bytes(made["snapshot"])
    said = refusal(path)
    assert said.startswith(f"{path} is gone but its snapshot is there")
    assert f"copy {snapshot} to {path}" in said
    assert "or move the snapshot away to start anew" in said
    assert snapshot.read_bytes() == made["snapshot"]
    assert not path.exists()
    # both remedies lead on
    path.write_bytes(snapshot.read_bytes())
    use(path)
    path.unlink()
    snapshot.rename(tmp_path / "kept")
    use(path)


def test_a_log_without_its_warehouse_is_kept(tmp_path: Path, made: dict[str, bytes]) -> None:
    path = tmp_path / "a.duckdb"
    log_path(path).write_bytes(made["log"])
    assert "a.duckdb.wal is there, with rows that are nowhere else" in refusal(path)
    assert log_path(path).read_bytes() == made["log"]
    snapshot_path(path).write_bytes(made["snapshot"])
    assert refusal(path).endswith("; remove a.duckdb.wal first")


# damaged


@pytest.mark.parametrize("part", range(20))
def test_a_truncated_warehouse_is_told_when_it_is_opened(tmp_path: Path, made: dict[str, bytes], part: int) -> None:
    path = tmp_path / "a.duckdb"
    path.write_bytes(made["file"][: max(1, len(made["file"]) * part // 20)])
    snapshot_path(path).write_bytes(made["snapshot"])
    before = path.read_bytes()

    def only_open(path: Path) -> None:
        with open_warehouse(path, timezone="UTC"):
            pass

    said = refusal(path, only_open)
    assert re.search(r"a\.duckdb is (no usable warehouse|damaged)", said)
    assert f"move it away, then copy {snapshot_path(path)} to {path}" in said
    assert path.read_bytes() == before
    assert snapshot_path(path).read_bytes() == made["snapshot"]


def test_zeroed_pages_are_told_or_never_read(tmp_path: Path, made: dict[str, bytes]) -> None:
    content, told = made["file"], 0
    for at in [*range(0, 3 * PAGE, PAGE), *range(3 * PAGE, len(content), BLOCK)]:
        path = tmp_path / f"at{at}.duckdb"
        path.write_bytes(content[:at] + bytes(PAGE) + content[at + PAGE :])
        said = ""
        try:
            use(path)
        except WarehouseError as error:
            said = str(error)
        assert snapshot_path(path).exists() == (said == ""), at
        assert said == "" or (f"{path} is " in said and "move it away" in said), said
        told += said != ""
    assert told >= 6


@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.8, 0.999])
def test_a_flipped_byte_in_the_log_is_told_and_the_log_kept(tmp_path: Path, made: dict[str, bytes], share: float) -> None:
    path = tmp_path / "a.duckdb"
    path.write_bytes(made["logged"])
    log = bytearray(made["log"])
    log[max(100, int(len(log) * share))] ^= 0xFF
    log_path(path).write_bytes(log)
    said = refusal(path)
    assert "a.duckdb.wal is damaged" in said
    assert "move it away: the warehouse opens as it was at its last checkpoint" in said
    assert log_path(path).read_bytes() == log
    log_path(path).unlink()
    use(path)


def make_foreign(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE migrations (id INTEGER)")


def make_newer(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO migrations VALUES (99, 'later', 'x', now())")


def lose_a_table(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE feed_polls")


WRONG: dict[str, tuple[bool, Callable[[Path], object], str]] = {
    "empty": (
        False,
        Path.touch,
        r"a\.duckdb is empty; move it away, then put a backup in its place; without one, `stancewatch run` starts",
    ),
    "text": (False, lambda path: path.write_text("words " * 9000), r"is no usable warehouse .*; move it away"),
    "folder": (False, Path.mkdir, r"a\.duckdb is a folder; name a file with --set warehouse=FILE"),
    "pipe": (False, os.mkfifo, r"a\.duckdb is no file; name a file with --set warehouse=FILE"),
    "link to itself": (False, lambda path: path.symlink_to(path), r"a\.duckdb cannot be looked at: Too many levels"),
    "another program's": (False, make_foreign, r"a\.duckdb is a DuckDB database but no warehouse of this program; choose another path"),
    "newer": (True, make_newer, r"a\.duckdb has schema 99, this program knows up to \d+; use the newer program"),
    "without a table": (True, lose_a_table, r"a\.duckdb lacks a part .*feed_polls.*; move it away"),
}


@pytest.mark.parametrize(("is_made", "spoil", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_file_that_is_no_warehouse_is_told_with_the_remedy(
    tmp_path: Path, made: dict[str, bytes], is_made: bool, spoil: Callable[[Path], object], said: str
) -> None:
    path = tmp_path / "a.duckdb"
    if is_made:
        path.write_bytes(made["file"])
    spoil(path)
    assert re.search(said, refusal(path))
    assert not snapshot_path(path).exists()


@pytest.mark.parametrize("part", [1, 7, 13, 19])
def test_a_truncated_snapshot_is_told(tmp_path: Path, made: dict[str, bytes], part: int) -> None:
    path = tmp_path / "a.snapshot.duckdb"
    path.write_bytes(made["snapshot"][: len(made["snapshot"]) * part // 20])

    def read(path: Path) -> None:
        with open_snapshot(path):
            pass

    for doing in (read, lambda path: run_query(path, "SELECT 1")):
        assert refusal(path, doing).endswith("`stancewatch run` publishes it anew")


def test_whole_warehouses_are_never_called_truncated(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with open_warehouse(path, timezone="UTC"):
        pass
    for statement in (
        "CREATE TABLE more AS SELECT range AS n, repeat('x', 40) || hash(range) AS t FROM range(200000)",
        "DELETE FROM more WHERE n % 2 = 0",
        "DROP TABLE more",
        "CREATE TABLE less AS SELECT range AS n FROM range(10)",
    ):
        with duckdb.connect(str(path)) as connection:
            connection.execute(statement)
            connection.execute("CHECKPOINT")
        with open_warehouse(path, timezone="UTC") as store:
            assert store.get_status().documents == 0


# left by a killed process


def test_leftovers_of_a_killed_publishing_are_removed_by_the_next(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        target = snapshot_path(walk.store.path)
        left = [tmp_path / f".{target.name}.{name}.part" for name in ("abc123", "xyz_9")]
        other = tmp_path / ".another.snapshot.duckdb.abc123.part"
        for path in [*left, other]:
            path.write_bytes(b"half")
        walk.store.publish_snapshot(tmp_path / "elsewhere.duckdb")
        assert all(path.exists() for path in left)
        walk.store.publish_snapshot()
        assert not any(path.exists() for path in left)
        assert other.exists()
        assert target.exists()


def test_a_killed_run_is_failed_once_the_next_process_opens_the_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    run = RunRecord(run_id="r1", step="poll", started_at=NOW, status=RunStatus.RUNNING, watch_version="w", extractor_version="e")
    with open_warehouse(path, timezone="UTC") as store:
        store.start_run(run)
    with open_warehouse(path, timezone="UTC") as store:
        lost = store.find_last_run()
        store.start_run(run.model_copy(update={"run_id": "r2", "started_at": NOW.replace(hour=20)}))
        own = store.find_last_run()
    assert lost is not None
    assert (lost.status, lost.ended_at) == (RunStatus.FAILED, None)
    assert lost.detail.startswith("ended without a word")
    assert own is not None
    assert own.status is RunStatus.RUNNING


# the lock


def test_looking_at_the_lock_writes_nothing_and_takes_nothing(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.duckdb")
    assert lock.find_holder() is None
    assert list(tmp_path.iterdir()) == []
    with subprocess.Popen(
        [sys.executable, "-c", HELD, str(tmp_path / "a.duckdb"), str(Path(__file__).parents[2])], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert f"in use by process {holder.pid};" in (lock.find_holder() or "")
        with pytest.raises(LockedError, match=f"process {holder.pid};"):
            lock.acquire()
        holder.kill()
    assert lock.find_holder() is None
    assert lock.path.read_text(encoding="ascii").strip() == str(holder.pid)
    lock.acquire()
    lock.release()


def test_readers_that_look_at_once_do_not_see_each_other(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.duckdb")
    lock.acquire()
    lock.release()
    script = f"{HELD.split('lock.acquire')[0]}print({{lock.find_holder() for _ in range(3000)}})"
    command = [sys.executable, "-c", script, str(tmp_path / "a.duckdb"), str(Path(__file__).parents[2])]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    taken = 0
    while any(child.poll() is None for child in children):
        lock.acquire()  # raises where a reader is taken for a writer
        lock.release()
        taken += 1
    said = {child.communicate()[0].strip() for child in children}
    assert taken > 0
    assert all(words == "{None}" or f"process {os.getpid()}" in words for words in said)
