"""Libraries stay in the files that are meant to know them; the rooms' own order is kept by import-linter (`make check`)."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("vocabulary", "sources", "extractors", "warehouse", "digest", "newsroom", "flows")

ALLOWED = [
    ("duckdb", r"warehouse/.*"),
    ("prefect", r"flows/(monitor|deployments|prefect_server)\.py"),
    ("aiohttp", r"sources/.*"),
    ("feedparser", r"sources/feeds\.py"),
    ("trafilatura", r"extractors/text\.py"),
    ("spacy", r"extractors/.*"),
    ("jinja2", r"(digest|newsroom)/.*"),
    ("typer", r"flows/(cli|commands/.*)\.py"),
]


def imports() -> list[tuple[str, str]]:
    """Return (library, file) of every import in the packages, those inside functions too."""
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found += [(alias.name.split(".")[0], where) for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                    found.append((node.module.split(".")[0], where))
    return found


@pytest.mark.parametrize(("library", "files"), ALLOWED, ids=[library for library, _ in ALLOWED])
def test_library_is_known_only_where_it_is_meant_to_be(library: str, files: str) -> None:
    users = [where for name, where in imports() if name == library]
    assert users, f"{library} is used nowhere: remove the line"
    assert [where for where in users if not re.fullmatch(files, where)] == []


def test_vocabulary_imports_none_of_ours() -> None:
    assert [(name, where) for name, where in imports() if where.startswith("vocabulary/") and name in set(PACKAGES) - {"vocabulary"}] == []


def test_steps_do_not_know_the_scheduler() -> None:
    assert ("prefect", "flows/steps.py") not in imports()
