"""The scenario and the room; makes the client beside the tests importable: pytest does not, in its importlib mode."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsroom.scenario import Scenario, load_scenario
from newsroom.site import Newsroom

sys.path.insert(0, str(Path(__file__).parent))

WATCH = Path(__file__).resolve().parents[2] / "watches" / "coalition.toml"


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """The default scenario, its ids checked against the default watch."""
    watch = tomllib.loads(WATCH.read_text(encoding="utf-8"))
    issues = {issue["id"]: [aspect["id"] for aspect in issue.get("aspects", [])] for issue in watch["issues"]}
    return load_scenario(actors=[actor["id"] for actor in watch["actors"]], issues=issues)


@pytest.fixture
def room(scenario: Scenario) -> Iterator[Newsroom]:
    with Newsroom(scenario, silence_s=0.3) as opened:
        yield opened
