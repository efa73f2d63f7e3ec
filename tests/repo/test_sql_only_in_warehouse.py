"""Rooms keep to themselves: SQL in warehouse, the calendar clock in flows, the environment in settings; and the pages name all there is.

Python files are read as syntax trees: docstrings and comments do not count, parts of f-strings do.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.models import CommandInfo

from flows.cli import app
from flows.settings import Settings

REPO = Path(__file__).resolve().parents[2]
PACKAGES = ("vocabulary", "sources", "extractors", "warehouse", "digest", "flows")
FIRST_WORDS = (
    "SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|FROM|COPY|ATTACH|DETACH|CREATE|ALTER|DROP|TRUNCATE|PRAGMA|INSTALL|LOAD|VACUUM|CHECKPOINT"
)
# a statement by its first word in capitals, or by two words that English does not put so
SQL = re.compile(
    rf"^\s*(?:--[^\n]*\n\s*)*(?:{FIRST_WORDS})(?:\s|$)"
    r"|\b(?i:insert\s+into|delete\s+from|update\s+\w+\s+set|create\s+(?:or\s+replace\s+)?(?:table|view|macro))\b"
    r"|\b(?i:select)\s+(?:\*|(?i:count)\s*\()"
)
SQL_CLOCK = re.compile(r"(?i)\b(?:now|today|get_current_timestamp|transaction_timestamp)\s*\(\s*\)|\bcurrent_(?:date|timestamp|time)\b")
CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "asctime"},
}
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}


def package_files(suffix: str) -> list[Path]:
    return sorted(path for package in PACKAGES for path in (REPO / package).rglob(f"*{suffix}"))


def literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string that is no docstring."""
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def imported_names(tree: ast.AST) -> dict[str, str]:
    """Map the names that imports give to what they name: `t` to `time.time`, `dt` to `datetime`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {
                (alias.asname or alias.name.split(".")[0]): (alias.name if alias.asname else alias.name.split(".")[0])
                for alias in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def full_name(node: ast.AST, names: dict[str, str]) -> str:
    """Return the dotted name of an expression with its imports resolved; empty where it is none."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = full_name(node.value, names)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def sql_in(source: str) -> list[int]:
    return sorted({line for line, text in literals(ast.parse(source)) if SQL.search(text)})


def uses(source: str) -> set[tuple[int, str]]:
    """Return line and full name of every use of something imported."""
    tree = ast.parse(source)
    names = imported_names(tree)
    found = {(node.lineno, full_name(node, names)) for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)}
    starred = {
        (node.lineno, f"{node.module}.*") for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    }
    return found | starred


def clocks_in(source: str) -> list[int]:
    hits = {f"datetime.{owner}.{name}" if owner != "time" else f"time.{name}" for owner, names in CLOCKS.items() for name in names}
    return sorted({line for line, name in uses(source) if name in hits | {"time.*"}})


def environment_in(source: str) -> list[int]:
    return sorted({line for line, name in uses(source) if name in {f"os.{name}" for name in ENVIRONMENT} | {"os.*"}})


def places(lines: dict[Path, list[int]]) -> list[str]:
    return [f"{path.relative_to(REPO)}:{line}" for path, found in lines.items() for line in found]


# --- rooms ---------------------------------------------------------------------------------------------------------------


def test_sql_is_in_warehouse_only() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in package_files(".py")}
    found = {path: sql_in(source) for path, source in sources.items()}
    assert places({path: lines for path, lines in found.items() if path.relative_to(REPO).parts[0] != "warehouse"}) == []
    assert len(places(found)) > 30, "SQL in warehouse is recognised"
    assert {path.relative_to(REPO).parts[0] for path in package_files(".sql")} == {"warehouse"}


def test_the_calendar_clock_is_read_in_one_place() -> None:
    found = {path: clocks_in(path.read_text(encoding="utf-8")) for path in package_files(".py")}
    assert {place.rsplit(":", 1)[0] for place in places(found)} == {"flows/clock.py"}


def test_sql_reads_the_clock_for_the_log_of_migrations_only() -> None:
    texts = {path: [(1, re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8")))] for path in package_files(".sql")}
    texts |= {
        path: list(literals(ast.parse(path.read_text(encoding="utf-8")))) for path in package_files(".py") if "warehouse" in path.parts
    }
    assert {path.name for path, parts in texts.items() for _, text in parts if SQL_CLOCK.search(text)} == {"migrate.py"}


def test_the_environment_is_read_in_settings_only() -> None:
    found = {path: environment_in(path.read_text(encoding="utf-8")) for path in package_files(".py")}
    assert {place.rsplit(":", 1)[0] for place in places(found)} == {"flows/settings.py"}


# --- pages ---------------------------------------------------------------------------------------------------------------


def verbs(commands: list[CommandInfo], before: str = "") -> set[str]:
    return {f"{before}{entry.name or entry.callback.__name__}" for entry in commands if entry.callback}


def all_verbs() -> list[str]:
    found = verbs(app.registered_commands)
    for group in app.registered_groups:
        assert isinstance(group.typer_instance, typer.Typer)
        found |= verbs(group.typer_instance.registered_commands, f"{group.name} ")
    return sorted(found)


@pytest.mark.parametrize("verb", all_verbs())
def test_every_verb_is_on_a_page(verb: str) -> None:
    pages = "\n".join((REPO / name).read_text(encoding="utf-8") for name in ("README.md", "docs/operations.md"))
    assert re.search(rf"\bstancewatch (?:--\S+ )*{verb}\b|`{verb}[ `]", pages)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_table_of_operations(name: str) -> None:
    page = (REPO / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.search(rf"(?m)^\| `{name}` \| [^|]*\| [^|]*\w[^|]*\|$", page)


# --- what the checks find --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "\n  SELECT actor\nFROM positions",
        "-- why\nWITH a AS (SELECT 1) FROM a",
        "FROM stance_today",
        "insert into positions values (1)",
        "select * from positions",
        "COPY positions TO 'x'",
        "ATTACH 'x' AS y",
        "UPDATE runs SET status = 'x'",
        "create or replace view a as values (1)",
    ],
)
@pytest.mark.parametrize("written", ["{!r}", "f{!r}", "x.execute({!r})", "f({!r} 'more')"])
def test_planted_sql_is_found(text: str, written: str) -> None:
    assert sql_in("x = " + written.format(text)) == [1]


@pytest.mark.parametrize(
    "source",
    [
        '"""SELECT 1"""',
        "# SELECT 1",
        "def f():\n    '''DELETE FROM x'''",
        "x = 'One SELECT; docs/tables.md names the tables'",
        "x = 'With the others'",
        "x = 'Update the floors'",
        "x = 'selected from the list'",
        "x = 'SELECTED'",
    ],
)
def test_english_is_no_sql(source: str) -> None:
    assert sql_in(source) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        pytest.param("import datetime\nx = datetime.datetime.now()", [2], id="datetime_module"),
        pytest.param("from datetime import datetime as d, UTC\nx = d.now(UTC)", [2], id="renamed"),
        pytest.param("import datetime as dt\nx = dt.date.today()", [2], id="module_renamed"),
        pytest.param("from datetime import datetime\nx = map(datetime.utcnow, ())", [2], id="not_called"),
        pytest.param("import time\nx = time.time()", [2], id="time"),
        pytest.param("from time import time as t\nx = t()", [2], id="time_renamed"),
        pytest.param("from time import *", [1], id="everything"),
        pytest.param("from time import monotonic\nx = monotonic()", [], id="monotonic_is_no_calendar"),
        pytest.param("import time\nx = time.monotonic()", [], id="monotonic_of_the_module"),
        pytest.param("x = clock.now()", [], id="something_else"),
        pytest.param("from datetime import datetime\nx = datetime(2025, 1, 1)", [], id="a_fixed_time"),
    ],
)
def test_planted_clocks_are_found(source: str, lines: list[int]) -> None:
    assert clocks_in(source) == lines


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        pytest.param("import os\nx = os.environ['A']", [2], id="environ"),
        pytest.param("import os\nx = os.getenv('A')", [2], id="getenv"),
        pytest.param("from os import environ as e\nx = e", [2], id="renamed"),
        pytest.param("import os as system\nsystem.putenv('A', '1')", [2], id="module_renamed"),
        pytest.param("import os.path\nx = os.environ", [2], id="by_a_submodule"),
        pytest.param("import os\nx = os.getpid()", [], id="other"),
    ],
)
def test_planted_environment_is_found(source: str, lines: list[int]) -> None:
    assert environment_in(source) == lines
