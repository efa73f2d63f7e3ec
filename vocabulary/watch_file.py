"""Read a watch file: TOML text in, `Watch` out, every problem named with its line.

Pure: the text and a name for messages are arguments. Nothing is half applied: a file with one problem gives no watch.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from vocabulary.errors import WatchError
from vocabulary.identity import content_id
from vocabulary.watch import Watch
from vocabulary.watch_checks import Location, Problem, find_problems

_DEEPEST = 50
# controls but tab and line ends, marks that turn or hide text, and noncharacters: no reader sees them, no text matches them
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]")
_NAME = r"([A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)"
_HEADER = re.compile(rf"\s*(\[\[?)\s*{_NAME}\s*\]\]?")
_KEY = re.compile(rf"\s*{_NAME}\s*=")
_LITERAL = re.compile(  # strings and comments, in which brackets and keys are text
    r'"""(?:\\.|[^\\])*?"""' + r"|'''.*?'''" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'|#[^\n]*", re.DOTALL
)


def parse_watch(text: str, source: str) -> Watch:
    """Return the watch that `text` (TOML) describes.

    1. TOML is parsed, 2. the model is validated, 3. references and aliases are checked across the whole file.
    Raises `WatchError` with every problem of the first stage that fails, each as `line N: what`.
    """
    # 1. TOML
    text = text.removeprefix("\ufeff")  # which some editors write, and TOML does not know
    try:
        raw = tomllib.loads(text)
    except RecursionError as error:
        where = f"line {_too_deep(text)}: lists or tables are nested too deeply; no part of a watch has more than a few levels"
        raise WatchError(source, [where]) from error
    except ValueError as error:  # tomllib's own, and that of a number with thousands of digits
        raise WatchError(source, [f"line {line_of_error(error, text)}: not TOML: {str(error).split(' (at')[0]}"]) from error
    # 2. the model
    raw, problems = _flatten(raw)
    if "\\" in text or _UNSEEN.search(text):
        problems += _unseen(raw)
    try:
        watch = Watch.model_validate({**raw, "version": content_id(text)[:12]})
    except ValidationError as error:
        problems += [(item["loc"], _words(item)) for item in error.errors() if not _is_follow_up(item)]
        raise _watch_error(problems, text, source) from error
    # 3. across the file
    if problems := problems or list(find_problems(watch)):
        raise _watch_error(problems, text, source)
    return watch


def line_of_error(error: ValueError, text: str) -> int:
    """Return the line at which TOML ends to be TOML; the last one where the error names none."""
    found = re.search(r"\(at line (\d+)", str(error))
    return int(found.group(1)) if found else text.count("\n") + 1


def _too_deep(text: str) -> int:
    """Return the line from which values are nested deeper than any watch's; the last one where none is."""
    depth, number = 0, 1
    for number, line in enumerate(text.splitlines(), start=1):
        for char in line:
            depth = max(0, depth + (char in "[{") - (char in "]}"))
            if depth > _DEEPEST:
                return number
    return number


def _flatten(raw: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the file with the keys of [watch] at the top, and what would be lost by that."""
    head = raw.get("watch")
    if not isinstance(head, dict):
        head = {}
    else:
        raw = {key: value for key, value in raw.items() if key != "watch"}
    problems: list[Problem] = [((key,), f"{key} stands in [watch] and outside it; keep one") for key in head if key in raw]
    if "version" in head or "version" in raw:
        problems.append((("version",), "version is made from the text of the file; remove it"))
    return {**head, **raw}, problems


def _unseen(raw: dict[str, Any]) -> Iterator[Problem]:
    """Yield the texts that hold what nobody sees. TOML lets most of it in by its escapes only."""
    left: list[tuple[Location, Any]] = [((), raw)]  # no recursion: keys parted by dots nest without end
    while left:
        place, value = left.pop()
        if isinstance(value, str):
            if found := _UNSEEN.search(value):
                words = f"{value!r} holds the character U+{ord(found.group()):04X}, which nobody sees: remove it"
                yield place, f"{'.'.join(map(str, place))}: {words}"
        elif isinstance(value, dict | list) and len(place) < _DEEPEST:
            left += [((*place, key), entry) for key, entry in (value.items() if isinstance(value, dict) else enumerate(value))]


def _watch_error(problems: Iterable[Problem], text: str, source: str) -> WatchError:
    """Return the error that names every problem by its line, in the order of lines."""
    lines = line_numbers(text)  # only here: a file that holds is read without
    told = sorted({(line_of(where, lines), words) for where, words in problems})
    return WatchError(source, [f"line {line}: {words}" for line, words in told])


def line_numbers(text: str) -> dict[Location, int]:
    """Map each table and key of `text` to its line, places within an array to the array's; array tables count from 0.

    `text` is valid TOML. Keys in quotes are not told apart: the watch has none.
    """
    where: dict[Location, int] = {(): 1}
    counts: Counter[Location] = Counter()
    here: Location = ()
    depth = 0  # of brackets: within a value of several lines nothing is a header or a key
    bare = _LITERAL.sub(lambda literal: "\n" * literal.group().count("\n"), text)
    for number, line in enumerate(bare.split("\n"), start=1):
        if depth == 0 and (header := _HEADER.match(line)):
            here = _place_of(_split(header.group(2)), header.group(1) == "[[", counts)
            if here and isinstance(here[-1], int):
                where.setdefault(here[:-1], number)
            where[here] = number
            continue
        if depth == 0 and (key := _KEY.match(line)):
            names = _split(key.group(1))
            for length in range(1, len(names) + 1):
                where.setdefault((*here, *names[:length]), number)
        depth += sum(line.count(mark) for mark in "[{") - sum(line.count(mark) for mark in "]}")
    return where


def _split(name: str) -> list[str]:
    return [part.strip() for part in name.split(".", _DEEPEST)]


def _place_of(names: list[str], is_entry: bool, counts: Counter[Location]) -> Location:
    """Return the place of the table `names`; an entry of an array of tables is counted, one above it is the last so far."""
    if names[0] == "watch" and (len(names) > 1 or not is_entry):
        names = names[1:]  # its keys are read as those of the file
    here: Location = ()
    for depth, name in enumerate(names, start=1):
        here = (*here, name)
        if is_entry and depth == len(names):
            counts[here] += 1
        if here in counts:
            here = (*here, counts[here] - 1)
    return here


def line_of(location: Location, lines: dict[Location, int]) -> int:
    """Return the line of the longest known part of `location`."""
    return next(lines[location[:length]] for length in range(len(location), -1, -1) if location[:length] in lines)


def _is_follow_up(item: ErrorDetails) -> bool:
    """Tell whether a list counts as too short only because pydantic left out its wrong entries, which are told apart."""
    return item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"]


def _words(item: ErrorDetails) -> str:
    """Return a validation error of pydantic as `place: what is wrong`."""
    place = ".".join(str(part) for part in item["loc"])
    return f"{place}: {item['msg'].removeprefix('Value error, ')}"
