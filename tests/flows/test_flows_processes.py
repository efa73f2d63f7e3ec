"""Whole processes with the real tagger: locks, kills, Prefect against direct, and a schedule that fires."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from flow_samples import LETTER, REPO, WATCH, World, row_digests

from flows.lock import hold_warehouse

pytestmark = pytest.mark.slow
WAIT_S = 240  # a bound for slow machines, never a measure
LOST = "http://127.0.0.1:9/api"  # nothing listens there
IMPORTED = """
import sys
from flows.cli import main
try:
    main(["run", "--direct", "--offline"])
finally:
    print("prefect" in sys.modules)
"""


def make_world(folder: Path, documents: int = 2) -> World:
    world = World(folder)
    world.seeds.mkdir(parents=True)
    world.watch.write_text(WATCH, encoding="utf-8")
    (world.seeds / "manifest.toml").write_text("", encoding="utf-8")
    for number in range(documents):
        side = "supports" if number % 3 else "opposes"
        text = f"The prime minister of Arland said that her government {side} the bridge.\n\n{LETTER}"
        world.add_entry(f"letter{number}.txt", text, published=f"2026-04-{number % 28 + 1:02d}", title=f"Letter {number}")
    return world


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=WAIT_S)
    return process.returncode, out, err


def results(world: World, *but: str) -> dict[str, tuple[int, str]]:
    rows = row_digests(world.home / "warehouse.duckdb")
    return {table: rows[table] for table in rows if table not in but}


def test_direct_never_imports_prefect(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    environment = {**os.environ, **world.environment, "PYTHONPATH": str(REPO)}
    done = subprocess.run([sys.executable, "-c", IMPORTED], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "False"


def test_prefect_and_direct_make_the_same_rows(tmp_path: Path) -> None:
    direct, scheduled = make_world(tmp_path / "a", 5), make_world(tmp_path / "b", 5)
    code, out, err = finish(direct.process("run", "--direct", "--offline"))
    assert code == 0, err
    code, scheduled_out, err = finish(scheduled.process("run", "--offline", STANCEWATCH_BATCH_SIZE="2"))
    assert code == 0, err
    assert "Traceback" not in err
    assert results(direct) == results(scheduled)
    assert out.replace(str(direct.folder), "") == scheduled_out.replace(str(scheduled.folder), "")
    with sqlite3.connect(scheduled.home / "prefect" / "prefect.db") as database:
        tasks = [name.rpartition("-")[0] for (name,) in database.execute("SELECT name FROM task_run").fetchall()]
        states = {state for (state,) in database.execute("SELECT state_type FROM flow_run").fetchall()}
    database.close()
    assert states == {"COMPLETED"}
    assert tasks.count("tag_batch") == 3, tasks  # two, two and one document
    assert sorted(set(tasks)) == [
        "build_day",
        "daily_digest",
        "first_batch",
        "issue_day",
        "load_first_batch",
        "poll",
        "poll_feeds",
        "tag",
        "tag_batch",
    ]


def test_without_an_api_the_work_is_done_all_the_same(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    code, out, err = finish(world.process("run", "--offline", STANCEWATCH_PREFECT_API_URL=LOST))
    assert code == 0, err
    assert "note: unscheduled" in out
    assert "no Prefect API answers at http://127.0.0.1:9" in err
    assert results(world)["positions"][0] > 0


def test_an_api_that_is_lost_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    world = make_world(tmp_path, 40)
    process = world.process("run", "--offline", STANCEWATCH_BATCH_SIZE="1")
    log = world.home / "prefect" / "embedded.log"
    until(lambda: log.exists() and (world.home / "warehouse.duckdb").exists() and has_task_runs(world))
    server = next(pid for pid in children_of(process.pid))
    os.kill(server, signal.SIGKILL)
    code, out, err = finish(process)
    assert code == 0, err
    assert "note: unscheduled" in out
    undisturbed = make_world(tmp_path / "quiet", 40)
    assert finish(undisturbed.process("run", "--direct", "--offline"))[0] == 0
    assert results(world, "outcomes", "runs") == results(undisturbed, "outcomes", "runs")


def has_task_runs(world: World) -> bool:
    try:
        with sqlite3.connect(f"file:{world.home}/prefect/prefect.db?mode=ro", uri=True) as database:
            found = database.execute("SELECT count(*) FROM task_run").fetchone()[0]
        database.close()
    except sqlite3.Error:
        return False
    return bool(found)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def until(condition: Any) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.2)


def test_a_second_run_is_skipped_and_told_by_whom(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    with hold_warehouse(world.settings()):
        for arguments in (("run", "--direct"), ("run",), ("digest",)):
            code, _, err = finish(world.process(*arguments))
            assert code == 5
            assert f"process {os.getpid()}" in err
            assert len(err.strip().splitlines()) == 1


def test_the_lock_of_a_killed_run_is_free(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    holder = "import time\nfrom flows.settings import load_settings\nfrom flows.lock import hold_warehouse\n"
    holder += "with hold_warehouse(load_settings()):\n    print('held', flush=True)\n    time.sleep(600)\n"
    environment = {**os.environ, **world.environment, "PYTHONPATH": str(REPO)}
    process = subprocess.Popen([sys.executable, "-c", holder], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    assert finish(world.process("run", "--direct", "--offline"))[0] == 5
    process.kill()
    process.communicate()
    assert finish(world.process("run", "--direct", "--offline"))[0] == 0


def test_killed_runs_are_completed_by_the_next(tmp_path: Path) -> None:
    quiet, killed = make_world(tmp_path / "quiet", 60), make_world(tmp_path / "killed", 60)
    began = time.monotonic()
    assert finish(quiet.process("run", "--direct", "--offline", STANCEWATCH_BATCH_SIZE="5"))[0] == 0
    whole_s = time.monotonic() - began
    for share in (0.5, 0.7, 0.8, 0.9, 0.95):  # most of the time before is imports
        process = killed.process("run", "--direct", "--offline", STANCEWATCH_BATCH_SIZE="5")
        time.sleep(whole_s * share)
        process.kill()
        process.communicate()
    code, _, err = finish(killed.process("run", "--direct", "--offline", STANCEWATCH_BATCH_SIZE="5"))
    assert code == 0, err
    assert results(killed, "outcomes", "runs") == results(quiet, "outcomes", "runs")
    assert digest_text(killed) == digest_text(quiet)


def digest_text(world: World) -> dict[str, Any]:
    """Return the digest but for what tells when and by which run it was made."""
    found: dict[str, Any] = json.loads((world.home / "digests" / "latest.json").read_text(encoding="utf-8"))
    found.pop("issued_at")
    found["coverage"].pop("outcomes")  # of the last run, which had less to do
    return found


@contextmanager
def serving(world: World, port: int) -> Iterator[subprocess.Popen[str]]:
    process = world.process(
        "serve", "--offline", STANCEWATCH_PREFECT_PORT=str(port), STANCEWATCH_POLL_MINUTES="0.2", STANCEWATCH_DIGEST_AT="23:59"
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WAIT_S)


def ask(port: int, path: str, body: dict[str, Any]) -> Any:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", f"/api{path}", json.dumps(body), {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())
    except OSError:
        return []
    finally:
        connection.close()


def scheduled_runs(port: int, *states: str) -> list[dict[str, Any]]:
    found = ask(port, "/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": list(states)}}}})
    return [run for run in found if run["auto_scheduled"]]


def test_a_scheduled_run_completes_and_stopping_leaves_schedules_on(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(world, port) as process:
        until(lambda: process.poll() is not None or scheduled_runs(port, "COMPLETED", "FAILED", "CRASHED"))
        assert process.poll() is None
        done = scheduled_runs(port, "COMPLETED", "FAILED", "CRASHED")
        assert {run["state_type"] for run in done} == {"COMPLETED"}
        deployments = ask(port, "/deployments/filter", {})
        assert {one["name"] for one in deployments} == {"poll", "daily_digest"}
        (daily,) = [one for one in deployments if one["name"] == "daily_digest"]
        assert daily["schedules"][0]["schedule"] == {"cron": "59 23 * * *", "timezone": "UTC", "day_or": True}
        pids = children_of(process.pid)
    assert process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    with sqlite3.connect(world.home / "prefect" / "prefect.db") as database:
        assert database.execute("SELECT DISTINCT active FROM deployment_schedule").fetchall() == [(1,)]
    database.close()
    status = json.loads(finish(world.process("status", "--json"))[1])
    assert status["runs"][0]["step"] == "poll"


def test_missed_runs_are_caught_up_once_on_a_given_server(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    assert finish(world.process("seed"))[0] == 0
    environment = {**os.environ, **world.environment, "PYTHONPATH": str(REPO)}
    script = [sys.executable, str(Path(__file__).with_name("scheduler_script.py")), "4"]
    done = subprocess.run(script, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=WAIT_S)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["dropped"], found["left"], found["again"]) == (6, [1, 1], 0)
    assert found["given"] is True
    assert (found["inside"], found["digest"]) == ("tag", "issued")
    assert len([line for line in found["said"] if "starting a Prefect server" in line]) == 1


def test_a_poll_that_meets_another_run_ends_as_skipped(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    script = "from flows.monitor import poll\nstate = poll.fn()\nprint(state.name, state.type.value, state.message)"
    environment = {**os.environ, **world.environment, "PYTHONPATH": str(REPO), "PREFECT_HOME": str(tmp_path / "prefect")}
    with hold_warehouse(world.settings()):
        done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Skipped COMPLETED"), done.stderr
    assert f"process {os.getpid()}" in done.stdout


def test_serve_ends_with_an_error_when_its_server_does(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    process = world.process("serve", "--offline")
    assert process.stderr is not None
    said = ""
    while "Ctrl-C stops" not in said:
        said += (line := process.stderr.readline())
        assert line, said
    os.kill(children_of(process.pid)[0], signal.SIGKILL)
    code, _, err = finish(process)
    assert code == 1
    assert "the Prefect server ended by itself" in err
