"""Homes that cannot be used, files that are damaged, outputs that take nothing: one line, the right exit code, nothing lost."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from flow_samples import REPO, CommandLine, World

from flows.lock import hold_warehouse
from vocabulary.stance import RunRecord
from vocabulary.words import RunStatus

pytestmark = pytest.mark.usefixtures("quick")
RUN = ("run", "--direct", "--offline")
OPENING = (RUN, ("seed",), ("tag",), ("digest",))
READING = (("status",), ("status", "--json"), ("sql", "SHOW TABLES"), ("diff", "--day", "2026-05-01"), ("digest", "--day", "2026-05-01"))
# the superuser may write anywhere; without these he may not
UNPRIVILEGED = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner")


def line_of(command: CommandLine, *arguments: str, code: int = 1) -> str:
    answer = command(*arguments)
    assert answer.code == code, answer
    assert len(answer.err.strip().splitlines()) == 1, answer.err
    assert answer.err.startswith("stancewatch: ")
    return answer.err


def run_process(world: World, *arguments: str, prefix: tuple[str, ...] = (), stdout: int = subprocess.PIPE) -> tuple[int, str, str]:
    """Run the command line as a process of its own that may not write what is read-only."""
    done = subprocess.run(
        [*prefix, sys.executable, "-c", "from flows.cli import main; main()", *arguments],
        env={**os.environ, **world.environment, "PYTHONPATH": str(REPO)},
        cwd=world.folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout or "", done.stderr


# the warehouse


def test_a_lost_warehouse_stops_every_verb_that_writes_and_none_that_reads(world: World, command: CommandLine) -> None:
    assert command(*RUN).code == 0
    snapshot = world.home / "warehouse.snapshot.duckdb"
    before = snapshot.read_bytes()
    (world.home / "warehouse.duckdb").unlink()
    for arguments in (*OPENING, ("run", "--offline")):
        said = line_of(command, *arguments)
        assert f"copy {snapshot} to {world.home / 'warehouse.duckdb'}" in said
    for arguments in READING:
        assert command(*arguments).code == 0, arguments
    assert snapshot.read_bytes() == before
    shutil.copy(snapshot, world.home / "warehouse.duckdb")
    assert command(*RUN).code == 0
    assert json.loads(command("status", "--json").out)["counts"]["documents"] == 2


@pytest.mark.parametrize("kept", [0, 5000, 300_000, 0.5, 0.9])
def test_a_cut_warehouse_stops_every_verb_that_writes(world: World, command: CommandLine, kept: float) -> None:
    assert command(*RUN).code == 0
    path, snapshot = world.home / "warehouse.duckdb", world.home / "warehouse.snapshot.duckdb"
    content, before = path.read_bytes(), snapshot.read_bytes()
    path.write_bytes(content[: kept if isinstance(kept, int) else int(len(content) * kept)])
    for arguments in OPENING:
        assert f"then copy {snapshot} to {path}" in line_of(command, *arguments)
    assert snapshot.read_bytes() == before


def test_a_cut_snapshot_stops_every_verb_that_reads_until_the_next_run(world: World, command: CommandLine) -> None:
    assert command(*RUN).code == 0
    snapshot = world.home / "warehouse.snapshot.duckdb"
    snapshot.write_bytes(snapshot.read_bytes()[:300_000])
    for arguments in (("status",), ("sql", "FROM documents"), ("diff",), ("explain", "abcd")):
        assert "publishes" in line_of(command, *arguments) or arguments[0] == "sql"
    assert command("digest", "--day", "2026-05-01").code == 0  # from the warehouse itself, which publishes anew
    assert command("status").code == 0


def test_a_run_that_was_killed_is_shown_as_failed(world: World, command: CommandLine) -> None:
    assert command(*RUN).code == 0
    killed = RunRecord(
        run_id="k", step="poll", started_at=world.context().now, status=RunStatus.RUNNING, watch_version="w", extractor_version="e"
    )
    with hold_warehouse(world.settings()) as store:
        store.start_run(killed)
        store.publish_snapshot()
        assert "running" in command("status").out
    runs = {run["step"]: run for run in json.loads(command("status", "--json").out)["runs"]}
    assert (runs["poll"]["status"], runs["poll"]["ended_at"]) == ("failed", None)
    assert "ended without a word" in command("status").out
    assert "running" not in command("status").out
    assert command("seed").code == 0
    with duckdb.connect(str(world.home / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT status FROM runs WHERE run_id = 'k'").fetchall() == [("failed",)]


# the home


def make_file(path: Path) -> None:
    path.write_text("in the way", encoding="utf-8")


HOMES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "under proc": ("/proc/x", lambda path: None),
    "a file": ("taken", make_file),
    "below a file": ("taken/below", lambda path: make_file(path.parent)),
    "a link to itself": ("turning", lambda path: path.symlink_to(path)),
    "a device": ("/dev/null", lambda path: None),
    "a name too long": ("x" * 300, lambda path: None),
}


@pytest.mark.parametrize(("home", "make"), HOMES.values(), ids=HOMES.keys())
def test_a_home_that_cannot_be_made_is_one_line(command: CommandLine, home: str, make: Callable[[Path], object]) -> None:
    make(Path.cwd() / home)
    for arguments in OPENING:
        assert home.split("/")[-1] in line_of(command, "--home", home, *arguments)
    answer = command("--home", home, "status")
    assert answer.code in (1, 4)
    assert len(answer.err.strip().splitlines()) == 1


@pytest.mark.parametrize("home", ["/proc/x", "taken", "turning"])
def test_serve_without_a_home_is_one_line(command: CommandLine, home: str) -> None:
    make_file(Path("taken"))
    Path("turning").symlink_to("turning")
    assert "cannot be written" in line_of(command, "--home", home, "serve", "--offline")


@pytest.mark.parametrize("warehouse", ["/", ".", "..", "a/.."])
def test_a_warehouse_without_a_name_is_refused(command: CommandLine, warehouse: str) -> None:
    for verb in (RUN, ("status",), ("sql", "SELECT 1")):
        assert "names no file" in line_of(command, "--set", f"warehouse={warehouse}", *verb)


@pytest.mark.skipif(os.getuid() == 0 and shutil.which("setpriv") is None, reason="the superuser may write anywhere")
def test_reading_verbs_work_in_a_home_that_is_read_only(world: World, command: CommandLine) -> None:
    assert command(*RUN).code == 0
    before = {path: path.stat().st_mtime_ns for path in world.home.rglob("*")}
    paths = [world.home, *world.home.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    prefix = UNPRIVILEGED if os.getuid() == 0 else ()
    try:
        for arguments in READING:
            code, out, err = run_process(world, *arguments, prefix=prefix)
            assert (code, err) == (0, ""), (arguments, err)
            assert out
        code, _, err = run_process(world, *RUN, prefix=prefix)
        assert code == 1
        assert "Permission denied" in err
        assert len(err.strip().splitlines()) == 1
    finally:
        for path in paths:
            path.chmod(0o755)
    assert {path: path.stat().st_mtime_ns for path in world.home.rglob("*")} == before


def test_an_issued_digest_is_printed_while_another_process_writes(world: World, command: CommandLine) -> None:
    assert command(*RUN).code == 0
    folder = world.home / "digests" / "2026-05-01"
    shutil.rmtree(folder)
    with hold_warehouse(world.settings()):
        answer = command("digest", "--day", "2026-05-01")
        assert answer.code == 0
        assert "as issued before" in answer.out
        assert (folder / "digest.md").is_file()
        shutil.rmtree(folder)
        make_file(folder)
        answer = command("digest", "--day", "2026-05-01")
    assert answer.code == 0
    assert "cannot be written" in answer.out
    assert "The bridge on the Lenn" in answer.out
    runs = json.loads(command("sql", "SELECT count(*) AS n FROM runs", "--json").out)
    assert runs == [{"n": 1}], "to read is no run"


# what is printed


FULL = (("status",), ("settings",), ("sql", "FROM range(100000)", "--format", "csv"), ("watch", "check"), ("--help",))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_an_output_that_takes_nothing_is_one_line(world: World, command: CommandLine) -> None:
    assert command(*RUN).code == 0
    with open("/dev/full", "wb") as full:
        for arguments in FULL:
            code, _, err = run_process(world, *arguments, stdout=full.fileno())
            assert code == 1, arguments
            assert err == "stancewatch: the output cannot be written: No space left on device; send it to another place\n", arguments


def test_who_stops_reading_is_no_error_to_tell(world: World, command: CommandLine) -> None:
    assert command(*RUN).code == 0
    process = world.process("sql", "FROM range(500000)", "--format", "csv")
    assert process.stdout is not None
    assert process.stdout.readline() == "range\n"
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1


def test_words_of_strangers_do_not_reach_the_terminal_as_controls(world: World, command: CommandLine) -> None:
    world.add_entry("bad\x1b[2J.txt".replace("\x1b", "%1b"), "", published="2026-05-02")
    assert command(*RUN).code == 3
    for arguments in (("sql", "SELECT chr(27) || '[2J' AS x, chr(0) AS y"), ("explain", "\x1b[2J"), ("--set", "\x1b[2J=1", "status")):
        answer = command(*arguments)
        assert "\x1b" not in answer.out + answer.err
        assert "\x00" not in answer.out


def test_keys_in_addresses_are_in_no_status_and_no_digest(world: World, command: CommandLine) -> None:
    feed = '\n[[feeds]]\nid = "post"\nurl = "http://127.0.0.1:9/feed?token=canary-1&x=canary2a9b8c7d6e5f4a3b2c1d"\n'
    feed += 'outlet = "Post"\ncountry = "ARL"\nkind = "online"\n'
    world.watch.write_text(world.watch.read_text(encoding="utf-8") + feed, encoding="utf-8")
    answers = [command("--set", "allow_private=true", *verb) for verb in (("run", "--direct"), ("status",), ("status", "--json"))]
    answers.append(command("sql", "SELECT url FROM feeds", "--json"))
    assert answers[0].code == 3
    assert "127.0.0.1:9/feed?token=***&x=***" in answers[1].out
    assert json.loads(answers[3].out) == [{"url": "http://127.0.0.1:9/feed?token=***&x=***"}]
    assert not any("canary" in answer.out + answer.err for answer in answers)
    assert not any(b"canary" in path.read_bytes() for path in world.home.rglob("*") if path.is_file())
