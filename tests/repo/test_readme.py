"""The README tells the truth: its SQL runs, its links lead somewhere, its verbs and flags exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.adhoc import QueryResult, run_query
from warehouse.snapshot import snapshot_path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", README, flags=re.DOTALL)
# nothing changed on the last day; no false quote; nothing edited or taken back; nothing ahead
EMPTY_IS_FINE = ("stance_diff_today", "<> p.quote", "document_edits", "gone_documents", "status = 'planned'")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the project's own first batch, made by the command line as a user would."""
    home = tmp_path_factory.mktemp("home")
    program = Path(sys.executable).with_name("stancewatch")
    command = [str(program), "--home", str(home), "--set", "feeds_enabled=false", "run", "--direct", "--seeds", str(ROOT / "seeds")]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return home / "warehouse.duckdb"


@pytest.mark.parametrize("query", QUERIES, ids=[query.split("FROM")[1].split()[0].split("(")[0] for query in QUERIES])
def test_query_runs(warehouse: Path, query: str) -> None:
    result: QueryResult = run_query(snapshot_path(warehouse), query)
    assert result.columns
    if not any(part in query for part in EMPTY_IS_FINE):
        assert result.rows, query


def test_no_quote_is_anything_but_verbatim(warehouse: Path) -> None:
    (query,) = [query for query in QUERIES if "<> p.quote" in query]
    assert not run_query(snapshot_path(warehouse), query).rows
    ((positions,),) = run_query(snapshot_path(warehouse), "SELECT count(*) FROM positions_live").rows
    assert positions > 10  # so that an empty answer says something


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_variable_that_a_test_reads_is_told() -> None:
    read = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r'environ\.get\("(STANCEWATCH_\w+)"', path.read_text("utf-8"))
    }
    told = set(re.findall(r"`(STANCEWATCH_\w+)`", (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")))
    assert len(read) > 5
    assert read == told


def test_every_verb_is_named() -> None:
    program = Path(sys.executable).with_name("stancewatch")
    shown = subprocess.run([str(program), "--help"], capture_output=True, text=True, check=True).stdout
    verbs = re.findall(r"^  ([a-z]+) {2,}", shown.split("Commands:")[1], flags=re.MULTILINE)
    assert len(verbs) >= 13
    assert [verb for verb in verbs if f"stancewatch {verb}" not in README and f"`{verb}`" not in README] == []


def test_targets_of_make_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z]+)", README))
    assert named
    assert [target for target in named if f"\n{target}:" not in makefile] == []


def list_placeholders(page: str) -> list[str]:
    """Return the lines inside fences that are one word in capitals, which is what stands for text still to come."""
    inside = re.findall(r"^```.*?\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    return [line.strip() for block in inside for line in block.splitlines() if re.fullmatch(r"\s*[A-Z][A-Z0-9_-]*\s*", line)]


def test_no_placeholder_is_left() -> None:
    assert list_placeholders(README) == []


def test_a_placeholder_would_be_found() -> None:
    page = "ABOVE\n```sh\nSAMPLE\nSELECT 1\n  RUN_OUTPUT_2\nSome\n```\nBELOW\n\n```text\nTEST-TAIL\n```\n"
    assert list_placeholders(page) == ["SAMPLE", "RUN_OUTPUT_2", "TEST-TAIL"]
