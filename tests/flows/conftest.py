"""Fixtures of the tests of flows."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # test folders are no packages

from flow_samples import ANSWER, LETTER, MANIFEST, WATCH, CommandLine, Evaluate, QuickTagger, World, write_marked_set

import flows.context


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give every test an environment and a working folder without settings."""
    for name in os.environ:
        if name.startswith(("STANCEWATCH_", "PREFECT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.seeds.mkdir()
    made.watch.write_text(WATCH, encoding="utf-8")
    (made.seeds / "manifest.toml").write_text(MANIFEST, encoding="utf-8")
    made.write_seed("letter.txt", LETTER)
    made.write_seed("answer.txt", ANSWER)
    return made


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use the quick tagger instead of the real one."""
    monkeypatch.setattr(flows.context, "Tagger", QuickTagger)
    flows.context._parsed.cache_clear()
    yield
    flows.context._parsed.cache_clear()


@pytest.fixture
def command(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line in `world`."""
    for name, value in world.environment.items():
        monkeypatch.setenv(name, value)
    return CommandLine(capsys)


@pytest.fixture
def evaluate(command: CommandLine, quick: None) -> Evaluate:
    """Write a marked set of two documents into `marked`; return the command on it."""
    write_marked_set(Path("marked"))
    folders = ("--gold", "marked/gold", "--docs", "marked/docs", "--meta", "marked/meta.json")
    return lambda *more: command("evaluate", *folders, *more)
