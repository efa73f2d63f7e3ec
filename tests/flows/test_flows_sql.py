"""`stancewatch sql`: rows in three forms that programs can read, and an end in time whatever is asked."""

import csv
import io
import json
import resource
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from flow_samples import CommandLine, World

from flows.limits import dying_of_interrupts, process_limits

ODD = """
SELECT 'Infinity'::DOUBLE AS inf, '-Infinity'::FLOAT AS minus, 'nan'::DOUBLE AS nan, 1.5::DOUBLE AS number,
    '\\x00\\xFFab'::BLOB AS bytes, [1, NULL] AS list, ['nan'::DOUBLE] AS odd_list, {'k': '\\xFF'::BLOB} AS struct,
    MAP {DATE '2020-01-02': 'inf'::DOUBLE} AS map, NULL AS nothing, DATE '2025-03-01' AS day,
    1.50::DECIMAL(4, 2) AS price, 'a' AS a, 'b' AS a
"""
WANTED: dict[str, Any] = {
    "inf": "Infinity", "minus": "-Infinity", "nan": "NaN", "number": 1.5, "bytes": "00ff6162", "list": [1, None], "odd_list": ["NaN"],
    "struct": {"k": "ff"}, "map": {"2020-01-02": "Infinity"}, "nothing": None, "day": "2025-03-01", "price": "1.50", "a": "a", "a_1": "b",
}  # fmt: skip
UNSTOPPABLE = {  # DuckDB notices an interrupt between pieces of work; each of these is one piece
    "one long function": "SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))",
    "planning": "WITH a0 AS (SELECT 1)"
    + "".join(f", a{number} AS (SELECT * FROM a{number - 1} x, a{number - 1} y)" for number in range(1, 40))
    + " SELECT count(*) FROM a39",
}


@pytest.fixture
def ready(world: World, command: CommandLine, quick: None) -> World:
    assert command("run", "--direct", "--offline").code == 0
    return world


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def test_json_is_json(ready: World, command: CommandLine) -> None:
    for flags in (("--json",), ("--format", "json")):
        (row,) = json.loads(command("sql", ODD, *flags).out, parse_constant=refuse_constant)
        assert row == WANTED
    assert json.loads(command("sql", "SELECT 1 WHERE false", "--json").out) == []
    several = json.loads(command("sql", "FROM range(3)", "--json").out)
    assert several == [{"range": 0}, {"range": 1}, {"range": 2}]


@pytest.mark.parametrize(
    ("query", "names"),
    [("SELECT 1 AS a, 2 AS a, 3 AS a_1", ["a", "a_2", "a_1"]), ("SELECT 1 AS a, 2 AS a, 3 AS a", ["a", "a_1", "a_2"])],
    ids=["taken", "thrice"],
)
def test_no_column_is_lost_in_json(ready: World, command: CommandLine, query: str, names: list[str]) -> None:
    (row,) = json.loads(command("sql", query, "--json").out)
    assert row == {name: number for number, name in enumerate(names, start=1)}


def test_csv_keeps_every_cell(ready: World, command: CommandLine) -> None:
    query = "SELECT 'a' || chr(10) || 'b' || chr(133) || 'c' AS text, ['q', 'r'] AS list, '\\xFF'::BLOB AS bytes, NULL AS nothing"
    rows = list(csv.reader(io.StringIO(command("sql", query, "--format", "csv").out)))
    assert rows == [["text", "list", "bytes", "nothing"], ["a\nb\x85c", '["q", "r"]', "ff", ""]]


def test_table_shows_bytes_and_lists(ready: World, command: CommandLine) -> None:
    lines = command("sql", "SELECT '\\x00\\xFF'::BLOB AS b, ['nan'::DOUBLE] AS l, 'x' || chr(27) || '[2J' AS t").out.splitlines()
    assert lines[2].split("  ") == ["00ff", '["NaN"]', "x<1b>[2J"]


def test_limits_are_settings(ready: World, command: CommandLine) -> None:
    slow = command("--set", "sql_timeout_s=0.3", "sql", "SELECT count(*) FROM range(1000000000000)")
    assert (slow.code, slow.out) == (1, "")
    assert "did not end within 0.3 s (sql_timeout_s)" in slow.err
    large = command("--set", "sql_memory_mb=64", "sql", "SELECT count(DISTINCT repeat('x', 500) || range) FROM range(3000000)")
    assert (large.code, large.out) == (1, "")
    assert "more memory than it may take (sql_memory_mb)" in large.err


@pytest.mark.parametrize("query", ["SELECT repeat('x', 2000000000)", "SELECT range(200000000)", "FROM range(300000000)"])
def test_rows_and_values_count_against_the_memory(ready: World, query: str) -> None:
    process = ready.process("--set", "sql_memory_mb=64", "sql", query)
    out, err = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert err == ("stancewatch: the SQL needs more memory than it may take (sql_memory_mb); ask for less, or raise that setting\n")


@pytest.mark.parametrize("query", UNSTOPPABLE.values(), ids=UNSTOPPABLE.keys())
def test_what_cannot_be_interrupted_ends_with_the_process(ready: World, query: str) -> None:
    process = ready.process("--set", "sql_timeout_s=0.3", "sql", query)
    out, err = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert err == "stancewatch: the SQL did not end within 0.3 s (sql_timeout_s) and was stopped; ask for less, or raise that setting\n"


SLEEPER = """
import sys, time
from flows.limits import dying_of_interrupts
with dying_of_interrupts():
    print("inside", flush=True)
    while True:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            pass  # as a library that does not look
"""


def test_an_interrupt_ends_the_process_inside_and_not_outside() -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        process.send_signal(signal.SIGINT)
        assert process.wait() == -signal.SIGINT
    before = signal.getsignal(signal.SIGINT)
    with dying_of_interrupts():
        pass
    assert signal.getsignal(signal.SIGINT) is before


def test_limits_of_the_process_end_with_the_body() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    called = threading.Event()
    with process_limits(timeout_s=0.05, memory_mb=200, on_timeout=called.set):
        with pytest.raises(MemoryError):
            bytearray(2_000_000_000)
        assert called.wait(60)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    late = threading.Event()
    with process_limits(timeout_s=0.05, memory_mb=200, on_timeout=late.set):
        pass
    time.sleep(0.1)
    assert not late.is_set()
