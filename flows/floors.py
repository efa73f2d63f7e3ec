"""Floors: the figures of a marked set that may not fall, in a TOML file beside a hash of the set. They are only raised.

A file holds one table per set: `[train]` with `marked_sha256`, and `[train.floors]` with a number per figure.
"""

import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from extractors.evaluation_report import Report
from flows.files import write_atomically
from vocabulary.errors import TerminalError
from vocabulary.identity import sha256_hex

_HEAD = """\
# The least that `stancewatch evaluate` may measure on each marked set; the hash tells which marks and texts the numbers are of.
# Written by `stancewatch evaluate ... --floors FILE --update`, which only raises them.
"""
_MARKS_FOLDER = "gold"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STEPS = 100
# a figure that is 0.57 but for the last bit of its float is 0.57
_HAIR = 1e-9


@dataclass(frozen=True)
class Floors:
    """The floors of one marked set."""

    marked_sha256: str
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Comparison:
    """What was measured beside what may not be undercut."""

    name: str
    measured: Floors
    kept: Floors | None

    def problems(self) -> list[str]:
        """Return what is wrong, one line each: another set, figures under their floors, floors without a figure."""
        if self.kept is None:
            return [f"no floors for {self.name!r}"]
        if self.kept.marked_sha256 != self.measured.marked_sha256:
            return ["the marked set is another one than the floors are of (its names, marks, texts or dates differ)"]
        return regressions(self.kept.figures, self.measured.figures)

    def lines(self) -> list[str]:
        """Return each figure beside its floor."""
        kept = self.kept.figures if self.kept else {}
        names = [*self.measured.figures, *(name for name in kept if name not in self.measured.figures)]
        return [f"{name:28} {_shown(self.measured.figures.get(name))}  floor {_shown(kept.get(name))}" for name in names]

    def as_json(self) -> dict[str, Any]:
        """Return the same for programs."""
        kept = self.kept.figures if self.kept else {}
        names = {**self.measured.figures, **kept}
        figures = {name: {"measured": self.measured.figures.get(name), "floor": kept.get(name)} for name in names}
        return {"set": self.name, "marked_sha256": self.measured.marked_sha256, "figures": figures, "problems": self.problems()}


def figures_of(report: Report) -> dict[str, float]:
    """Return the figures that have floors: name to a number from 0 to 1, more is better."""
    scores = {f"{name}_f1": score.f1 for name, score in report.scores.items()}
    rates = {name: value for name, value in report if isinstance(value, float)}
    return scores | rates


def hash_marked_set(marks: Sequence[Path], texts: Sequence[Path], published: Mapping[str, date]) -> str:
    """Return a hash of the names and contents of marks and texts and of the days of the texts."""
    lines = [f"{kind} {json.dumps(path.name)} {sha256_hex(path.read_bytes())}" for kind, paths in _kinds(marks, texts) for path in paths]
    days = [f"day {json.dumps(path.name)} {published[path.name]}" for path in texts]
    return sha256_hex("\n".join(sorted(lines + days)).encode("utf-8"))


def name_of_set(gold: Path) -> str:
    """Return what the floors of a folder of marks are called: its name, or its parent's where it is just called `gold`."""
    folder = gold.resolve()
    return folder.parent.name if folder.name == _MARKS_FOLDER else folder.name


def read_floors(path: Path) -> dict[str, Floors]:
    """Return name to floors of every marked set in `path`; empty where there is no such file. Raises `TerminalError`."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TerminalError(f"{path}: cannot be read as a file of floors: {error}") from error
    return {name: _read_set(path, name, table) for name, table in tables.items()}


def write_floors(path: Path, sets: Mapping[str, Floors]) -> None:
    """Write the floors of every marked set. Raises `TerminalError`."""
    parts = [_HEAD]
    for name in sorted(sets):
        parts.append(f'[{_key(name)}]\nmarked_sha256 = "{sets[name].marked_sha256}"\n')
        numbers = [f"{_key(figure)} = {floor}" for figure, floor in sets[name].figures.items()]
        parts.append("\n".join([f"[{_key(name)}.floors]", *numbers, ""]))
    try:
        write_atomically(path, "\n".join(parts))
    except OSError as error:
        raise TerminalError(f"{path}: cannot be written: {error.strerror}") from error


def raised(comparison: Comparison, *, allow_regression: bool) -> Floors:
    """Return the floors after an update: what was measured, rounded down to 0.01, or the floor before where that is higher.

    The hash is that of what was measured. Raises `TerminalError` where a floor would fall or go, unless that is allowed.
    """
    kept = comparison.kept.figures if comparison.kept else {}
    lower = regressions(kept, comparison.measured.figures)
    if lower and not allow_regression:
        raise TerminalError(f"floors are only raised: {'; '.join(lower)}; --allow-regression lowers them all the same")
    figures = {}
    for name, value in comparison.measured.figures.items():
        floor = kept.get(name, 0.0)
        figures[name] = max(_round_down(value), floor) if value >= floor - _HAIR else _round_down(value)
    return Floors(comparison.measured.marked_sha256, figures)


def regressions(kept: Mapping[str, float], measured: Mapping[str, float]) -> list[str]:
    """Return the figures that are under their floors, and the floors whose figure is not measured any more."""
    return [
        f"{name} is {_shown(measured[name])}, its floor {floor}" if name in measured else f"{name} has a floor and is not measured any more"
        for name, floor in kept.items()
        if name not in measured or measured[name] < floor - _HAIR
    ]


def _kinds(marks: Sequence[Path], texts: Sequence[Path]) -> tuple[tuple[str, Sequence[Path]], ...]:
    return ("marks", marks), ("text", texts)


def _read_set(path: Path, name: str, table: Any) -> Floors:
    figures = table.get("floors") if isinstance(table, dict) else None
    if not isinstance(figures, dict) or not isinstance(table.get("marked_sha256"), str):
        raise TerminalError(f"{path}: [{name}] must hold marked_sha256 and a table of floors")
    for figure, floor in figures.items():
        if isinstance(floor, bool) or not isinstance(floor, int | float) or not 0 <= floor <= 1:
            raise TerminalError(f"{path}: [{name}.floors] {figure} must be a number from 0 to 1")
    return Floors(table["marked_sha256"], figures)


def _round_down(value: float) -> float:
    return math.floor(value * _STEPS + _HAIR) / _STEPS


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name)


def _shown(value: float | None) -> str:
    return "  none" if value is None else f"{value:.4f}"
