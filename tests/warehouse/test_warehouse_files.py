"""The file: one writer, damage, snapshots, kill -9, and anybody's SQL."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from warehouse_builders import NOW, RUN, WATCH, day, make_document, make_position, make_tagged, open_walk

from vocabulary.errors import LockedError, NoDataError, WarehouseError
from warehouse.adhoc import run_query
from warehouse.snapshot import snapshot_path
from warehouse.store import open_warehouse

HERE = Path(__file__).parent
OTHER_WRITER = """
import sys, duckdb
try:
    duckdb.connect(sys.argv[1])
except duckdb.IOException as error:
    sys.exit(7 if "Conflicting lock" in str(error) else 8)
"""
HOLDER = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
INSERT_LOOP = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from warehouse_builders import NOW, RUN, make_document, make_position, make_tagged
from warehouse.store import open_warehouse
with open_warehouse(Path(sys.argv[1]), timezone="UTC") as store:
    (first,) = store.connection.execute("SELECT count(*) // 40 FROM documents").fetchone()
    for batch in range(first, first + 10_000):
        documents = [make_document(f"{batch} {number}", outlet=f"batch {batch}") for number in range(40)]
        store.insert_documents(documents)
        store.insert_tagged([make_tagged(item, [make_position(item)]) for item in documents], run_id=RUN, recorded_at=NOW)
        print(batch, flush=True)
"""


def _open_in_child(path: str, queue: "multiprocessing.Queue[tuple[str, str]]") -> None:
    try:
        with open_warehouse(Path(path), timezone="UTC"):
            queue.put(("opened", ""))
    except LockedError as error:
        queue.put(("locked", str(error)))


def test_second_process_gets_the_pid_of_the_first(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[tuple[str, str]] = context.Queue()
    with open_walk(tmp_path) as walk:
        child = context.Process(target=_open_in_child, args=(str(walk.store.path), queue))
        child.start()
        word, message = queue.get(timeout=60)
        child.join()
    assert word == "locked"
    assert message == f"orchard.duckdb is in use by process {os.getpid()}; wait for it to end, or read the snapshot beside it"


def _fail_inside(path: Path) -> None:
    with open_warehouse(path, timezone="UTC"):
        with pytest.raises(LockedError), open_warehouse(path, timezone="UTC"):
            pass
        raise RuntimeError


def test_lock_is_free_after_the_body_even_when_it_raised(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with pytest.raises(RuntimeError):
        _fail_inside(path)
    with open_warehouse(path, timezone="UTC") as store:
        assert store.get_status().documents == 0


def test_file_held_by_another_duckdb_client_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with open_warehouse(path, timezone="UTC"):
        pass
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(LockedError, match=rf"a\.duckdb is in use by process {holder.pid}; close it there"),
            open_warehouse(path, timezone="UTC"),
        ):
            pass
        holder.communicate("")


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to be one" * 400, b"\x00" * 20_000, b"x"], ids=["text", "zeros", "one byte"]
)
def test_damaged_file_is_named_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.duckdb"
    path.write_bytes(content)
    with (
        pytest.raises(WarehouseError, match=r"a\.duckdb is no usable warehouse .*; move it away, then put a backup in its place"),
        open_warehouse(path, timezone="UTC"),
    ):
        pass
    assert path.read_bytes() == content


def test_damaged_log_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    wal = path.with_name("a.duckdb.wal")
    script = "import sys, os, duckdb; c = duckdb.connect(sys.argv[1]); c.execute('CREATE TABLE t AS FROM range(999)'); os._exit(0)"
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    content = bytearray(wal.read_bytes())
    content[len(content) // 2] ^= 0xFF
    wal.write_bytes(content)
    with pytest.raises(WarehouseError, match=r"a\.duckdb\.wal is damaged"), open_warehouse(path, timezone="UTC"):
        pass
    assert wal.read_bytes() == content


def test_folder_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(WarehouseError, match=r"cannot create .*/file: File exists; choose another path"),
        open_warehouse(tmp_path / "file" / "a.duckdb", timezone="UTC"),
    ):
        pass


def test_emptied_file_is_not_taken_for_a_new_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    path.touch()
    with pytest.raises(WarehouseError, match=r"a\.duckdb is empty; move it away"), open_warehouse(path, timezone="UTC"):
        pass
    assert path.stat().st_size == 0


def test_snapshot_is_readable_beside_the_open_warehouse_and_keeps_its_readers(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)))
        target = walk.store.publish_snapshot()
        assert target == snapshot_path(walk.store.path) == tmp_path / "orchard.snapshot.duckdb"
        assert run_query(target, "SELECT stance FROM stance_today").rows == [("supports",)]
        with duckdb.connect(str(target), read_only=True) as reader:
            walk.learn(("opposes", day(1)))
            assert walk.store.publish_snapshot() == target
            assert reader.execute("SELECT stance FROM stance_today").fetchall() == [("supports",)]
        assert run_query(target, "SELECT stance FROM stance_today").rows == [("opposes",)]
        assert [item.name for item in tmp_path.iterdir() if item.name.endswith(".part")] == []


def test_publishing_does_not_drop_the_lock_on_the_working_file(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        for _ in range(2):
            walk.store.publish_snapshot()
            other = subprocess.run([sys.executable, "-c", OTHER_WRITER, str(walk.store.path)], check=False)
            assert other.returncode == 7


def test_snapshot_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        target = walk.store.publish_snapshot()
        before = target.read_bytes()
        with pytest.raises(WarehouseError, match="cannot write"):
            walk.store.publish_snapshot(tmp_path / "no such folder" / "a.duckdb")
        assert target.read_bytes() == before


def test_snapshot_holds_all_committed_rows(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.store.insert_documents([make_document(f"{number}") for number in range(500)])
        target = walk.store.publish_snapshot(tmp_path / "copy.duckdb")
        assert not (tmp_path / "orchard.duckdb.wal").exists()
    assert run_query(target, "SELECT count(*) FROM document_versions").rows == [(500,)]


def test_kill_9_leaves_whole_batches(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with open_warehouse(path, timezone="UTC") as store:
        store.put_watch(WATCH, recorded_at=NOW)
    acknowledged = 0
    for kill in range(5):
        command = [sys.executable, "-c", INSERT_LOOP, str(path), str(HERE), str(HERE.parents[1])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for _ in range(2 + kill):
                acknowledged = int(child.stdout.readline()) + 1
            time.sleep(0.007 * kill)
            child.send_signal(signal.SIGKILL)
            acknowledged = max([acknowledged, *(int(line) + 1 for line in child.stdout if line.endswith("\n"))])
        with open_warehouse(path, timezone="UTC") as store:
            batches = store.connection.execute("SELECT outlet, count(*) FROM documents GROUP BY ALL HAVING count(*) <> 40").fetchall()
            stored = store.connection.execute("SELECT count(*) // 40 FROM documents").fetchone()
            torn = store.connection.execute(
                "SELECT count(*) FROM documents d FULL JOIN document_versions v USING (document_id) WHERE d.url IS NULL OR v.text IS NULL"
            ).fetchone()
            without = store.connection.execute(
                "SELECT count(*) FROM taggings t FULL JOIN positions p USING (document_id) WHERE t.relevance IS NULL OR p.stance IS NULL"
            ).fetchone()
            queued = store.connection.execute("SELECT count(*) FROM stance_queue").fetchone()
        assert batches == []
        assert stored is not None
        assert stored[0] >= acknowledged
        assert (torn, without) == ((0,), (0,))
        assert queued is not None
        assert queued[0] > 0, "work that was not done is still known"


# anybody's SQL


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a published snapshot with one stance, and a file beside it that must not be read."""
    folder = tmp_path_factory.mktemp("adhoc")
    (folder / "secret.csv").write_text("a,b\n1,canary\n")
    with open_walk(folder) as walk:
        document = make_document()
        walk.store.insert_documents([document])
        walk.store.insert_tagged([make_tagged(document, [make_position(document)])], run_id=RUN, recorded_at=NOW)
        walk.build()
        return walk.store.publish_snapshot()


ASKED = {
    "rows": ("SELECT actor, stance FROM stance_today", ["actor", "stance"], [("AAA", "supports")]),
    "a table macro": ("SELECT stance FROM stance_as_of(DATE '2025-05-01', now())", ["stance"], [("supports",)]),
    "an end mark and a comment": ("SELECT 1 AS x; -- done", ["x"], [(1,)]),
    "a with": ("WITH a AS (SELECT 2 AS y) FROM a", ["y"], [(2,)]),
    "no rows": ("SELECT actor FROM positions WHERE false", ["actor"], []),
    "a time": ("SELECT TIMESTAMPTZ '2025-05-01 10:00:00+02' = recorded_at - INTERVAL 10 HOUR AS same FROM positions", ["same"], [(True,)]),
}


@pytest.mark.parametrize(("sql", "columns", "rows"), list(ASKED.values()), ids=list(ASKED))
def test_reading_sql_runs(snapshot: Path, sql: str, columns: list[str], rows: list[tuple[object, ...]]) -> None:
    result = run_query(snapshot, sql)
    assert (result.columns, result.rows) == (columns, rows)


def test_describe_and_explain_run(snapshot: Path) -> None:
    assert ("position_id", "VARCHAR") in [row[:2] for row in run_query(snapshot, "DESCRIBE positions").rows]
    assert run_query(snapshot, "EXPLAIN SELECT 1").rows


REFUSED = {
    "read_csv": "SELECT * FROM read_csv('{folder}/secret.csv')",
    "read_text": "SELECT content FROM read_text('{folder}/secret.csv')",
    "a file as a table": "SELECT * FROM '{folder}/secret.csv'",
    "glob": "SELECT * FROM glob('{folder}/*')",
    "read_blob of the password file": "SELECT * FROM read_blob('/etc/passwd')",
    "another database": "SELECT * FROM query('FROM read_csv(''{folder}/secret.csv'')')",
    "sniff": "SELECT * FROM sniff_csv('{folder}/secret.csv')",
    "the web": "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "copy out": "COPY positions TO '{folder}/out.csv'",
    "copy in": "COPY positions FROM '{folder}/secret.csv'",
    "export": "EXPORT DATABASE '{folder}/out'",
    "import": "IMPORT DATABASE '{folder}/out'",
    "attach": "ATTACH '{folder}/orchard.duckdb' AS other",
    "attach memory": "ATTACH ':memory:' AS other",
    "install": "INSTALL httpfs",
    "pragma that downloads": "PRAGMA create_fts_index('documents', 'document_id', 'title')",
    "load": "LOAD '{folder}/evil.duckdb_extension'",
    "set": "SET enable_external_access = true",
    "unlock": "SET lock_configuration = false",
    "reset": "RESET lock_configuration",
    "pragma that sets": "PRAGMA enable_external_access = true",
    "pragma": "PRAGMA memory_limit = '1GB'",
    "call": "CALL pragma_version()",
    "create": "CREATE TABLE mine AS SELECT 1",
    "temporary table": "CREATE TEMP TABLE mine AS SELECT 1",
    "insert": "INSERT INTO positions (actor) VALUES ('AAA')",
    "update": "UPDATE positions SET actor = 'BBB'",
    "delete": "DELETE FROM positions",
    "drop": "DROP TABLE positions",
    "checkpoint": "CHECKPOINT",
    "prepared": "PREPARE p AS SELECT 1",
    "explain that runs": "EXPLAIN ANALYZE DELETE FROM positions",
    "two statements": "SELECT 1; SELECT 2",
    "hidden second": "SELECT 1; DROP TABLE positions",
    "nothing": "  -- just a comment",
    "no SQL": "who stands where?",
    "no such column": "SELECT nowhere FROM positions",
}


@pytest.mark.parametrize("sql", list(REFUSED.values()), ids=list(REFUSED))
def test_other_sql_is_refused(snapshot: Path, sql: str) -> None:
    before = snapshot.read_bytes()
    files = sorted(item.name for item in snapshot.parent.iterdir())
    with pytest.raises(WarehouseError) as caught:
        run_query(snapshot, sql.format(folder=snapshot.parent))
    assert "\n" not in str(caught.value)
    assert "canary" not in str(caught.value)
    assert snapshot.read_bytes() == before
    assert sorted(item.name for item in snapshot.parent.iterdir()) == files


def test_messages_say_what_to_do(snapshot: Path, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="the SQL has 2 statements; write one SELECT"):
        run_query(snapshot, "SELECT 1; SELECT 2")
    with pytest.raises(WarehouseError, match="INSERT statements are refused on the snapshot; write one SELECT"):
        run_query(snapshot, "INSERT INTO positions (actor) VALUES ('AAA')")
    with pytest.raises(WarehouseError, match=r'the SQL does not run: .*"nowhere" not found'):
        run_query(snapshot, "SELECT nowhere FROM positions")
    with pytest.raises(NoDataError, match=r"there is no snapshot at .*none\.duckdb yet; `stancewatch run` publishes one"):
        run_query(tmp_path / "none.duckdb", "SELECT 1")
    (tmp_path / "bad.duckdb").write_bytes(b"junk" * 5000)
    with pytest.raises(WarehouseError, match=r"bad\.duckdb is no usable warehouse"):
        run_query(tmp_path / "bad.duckdb", "SELECT 1")
