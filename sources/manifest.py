"""Read a seeds manifest: which documents a folder holds, and the facts of each.

`[[documents]]` are files of the folder. `[[originals]]` are facts of files that are not there: a folder that holds such a file without
a manifest of its own gets them by the file's SHA-256. One bad entry is a failure; the others hold.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictStr, ValidationError

from sources.failures import Failure
from sources.plain import printable
from sources.regular import NotRegularError, TooLongError, read_regular
from vocabulary.documents import Record
from vocabulary.errors import SeedError
from vocabulary.words import DocumentOutcome

MANIFEST_NAME = "manifest.toml"
MAX_BYTES = 5_000_000  # of a manifest, and of each document
FIRST_YEAR = 1990  # the web is younger; an older date is a slip, and the first digest would begin there
_TABLES = ("documents", "originals")
_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=")
_BARE_DATE = re.compile(r"(?m)^(\s*published\s*=\s*)(\d[\dTtZz:+. -]*?)(?=[ \t]*(?:#.*)?\r?$)")
_NOON = time(12, tzinfo=UTC)  # a day without a time: noon in UTC lies on that day in nearly every time zone

Lines = dict[tuple[str, int, str], int]


def _as_published(value: object) -> object:
    """Accept a TOML date, a TOML date and time with its zone, or either as a string; raise `ValueError` for all else."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r} is no date; write YYYY-MM-DD") from None
    if not isinstance(value, date):  # a time with its day is a date too
        raise ValueError(f"{value!r} is no date; write YYYY-MM-DD")
    if value.year < FIRST_YEAR:
        raise ValueError(f"{value} lies before {FIRST_YEAR}; correct the date, or leave it out if nobody knows it")
    if not isinstance(value, datetime):
        return datetime.combine(value, _NOON)
    if value.tzinfo is None:
        raise ValueError("the time has no zone; write YYYY-MM-DD alone, or add Z or +01:00")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{value} has no UTC time; write a date between the years {FIRST_YEAR} and 9999") from None


class SeedEntry(Record):
    """The facts of one seed document."""

    id: str = Field(strict=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="Short name, unique in the manifest")
    file: str = Field(strict=True, min_length=1, max_length=255, description="File name, inside the folder")
    sha256: str = Field(strict=True, default="", pattern=r"^([0-9a-f]{64})?$", description="SHA-256 of the file; empty if not kept")
    outlet: str = Field(strict=True, min_length=1, description="Who published it")
    title: str = Field(strict=True, default="", description="Headline; empty where the text must tell")
    published: Annotated[datetime, BeforeValidator(_as_published)] | None = Field(
        default=None, description="When it was published, UTC; a day without a time is kept as noon"
    )
    published_known: str = Field(strict=True, default="", description="How the date is known, in words")
    licence: str = Field(strict=True, default="", description="Under which terms the text may be used")
    restates: str = Field(strict=True, default="", description="Id of the original that a brief tells again; empty if none")
    url: str = Field(strict=True, default="", description="Address of the article; empty if it has none")
    note: StrictStr = Field(default="", description="Anything else worth knowing")


@dataclass(frozen=True)
class Manifest:
    """All that one manifest says."""

    documents: tuple[SeedEntry, ...]
    originals: tuple[SeedEntry, ...]
    problems: tuple[Failure, ...]
    """Entries that do not hold, each with its line and remedy."""
    lines: dict[str, int]
    """Line of the entry of each id."""


def read_manifest(folder: Path) -> list[SeedEntry]:
    """Return the documents that the manifest of `folder` lists and that hold; raise `SeedError` where it cannot be read."""
    return list(load_manifest(folder / MANIFEST_NAME).documents)


def load_manifest(path: Path) -> Manifest:
    """Return the manifest in the file `path`; raise `SeedError` where it cannot be read or is no TOML."""
    try:
        text = read_regular(path, MAX_BYTES).decode("utf-8-sig")
    except (NotRegularError, TooLongError) as error:
        raise SeedError(f"{path}: is no regular file of at most {MAX_BYTES} bytes; put a manifest there, or remove it") from error
    except OSError as error:
        raise SeedError(f"{path}: cannot be read: {error.strerror}; check that the file is there and readable") from error
    except UnicodeDecodeError as error:
        raise SeedError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    return parse_manifest(text, str(path))


def parse_manifest(text: str, source: str) -> Manifest:
    """Return the manifest that `text` (TOML) writes; `source` names it in messages. Raises `SeedError` for broken TOML."""
    try:
        # a bare date that cannot be (31 February) would break the whole file; as a string it is one entry's problem
        raw = tomllib.loads(_BARE_DATE.sub(r'\1"\2"', text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = found.group(1) if found else str(text.count("\n") + 1)
        raise SeedError(f"{source}, line {line}: not TOML: {str(error).split(' (at')[0]}; correct the line and start again") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets within brackets without end
        raise SeedError(f"{source}: cannot be read as TOML: {error}; write it anew") from error
    lines = _line_numbers(text)
    problems: list[Failure] = []
    for name in raw.keys() - set(_TABLES):
        why = f"{source}, line {lines.get((name, 0, ''), 1)}: unknown key or table; documents stand under [[documents]]"
        problems.append(Failure(printable(name)[:255], DocumentOutcome.BAD_ENTRY, why))
    ids: dict[str, int] = {}
    kept: dict[str, list[SeedEntry]] = {name: [] for name in _TABLES}
    for name in _TABLES:
        for number, entry in enumerate(_listed(raw.get(name, []), name, source, lines)):
            found_entry = _entry(entry, name, number, source, lines, ids)
            if isinstance(found_entry, Failure):
                problems.append(found_entry)
            else:
                ids[found_entry.id] = lines.get((name, number, ""), 1)
                kept[name].append(found_entry)
    return Manifest(tuple(kept["documents"]), tuple(kept["originals"]), tuple(problems), ids)


def _listed(entries: object, table: str, source: str, lines: Lines) -> list[object]:
    if not isinstance(entries, list):
        raise SeedError(f"{source}, line {lines.get((table, 0, ''), 1)}: write [[{table}]] in double brackets, once per document")
    return entries


def _entry(raw: object, table: str, number: int, source: str, lines: Lines, ids: dict[str, int]) -> SeedEntry | Failure:
    """Return one entry, or the first of its problems; `ids` are those of the entries before it, with their lines."""
    start = lines.get((table, number, ""), 1)
    if not isinstance(raw, dict):
        return Failure(f"{table}[{number}]", DocumentOutcome.BAD_ENTRY, f"{source}, line {start}: no table; write [[{table}]]")
    item = printable(str(raw.get("file") or raw.get("id") or ""))[:255] or f"{table}[{number}]"
    try:
        entry = SeedEntry.model_validate(raw)
    except ValidationError as error:
        first: dict[str, Any] = dict(error.errors()[0])
    else:
        if entry.id not in ids:
            return entry
        why = f"{source}, line {start}: id {entry.id!r} stands in line {ids[entry.id]} already; give it another"
        return Failure(item, DocumentOutcome.BAD_ENTRY, why)
    key = str(first["loc"][0]) if first["loc"] else ""
    line = lines.get((table, number, key), start)
    outcome = DocumentOutcome.BAD_DATE if key == "published" else DocumentOutcome.BAD_ENTRY
    return Failure(item, outcome, f"{source}, line {line}: {printable(key)}: {_words(first)}")


def _words(problem: dict[str, Any]) -> str:
    """Return what is wrong with one key, and the remedy."""
    match problem["type"]:
        case "extra_forbidden":
            return f"unknown key; the keys are {', '.join(SeedEntry.model_fields)}"
        case "missing":
            return "missing; add it"
        case "value_error":
            return str(problem["msg"]).removeprefix("Value error, ")
        case _:
            return f"{problem['msg']}; correct it"


def _line_numbers(text: str) -> Lines:
    """Map (table, place among its like, key) to a line; the key is empty for the header. A key at the top counts as a table."""
    where: Lines = {}
    counts: dict[str, int] = {}
    here: tuple[str, int] | None = None
    for number, line in enumerate(text.split("\n"), start=1):  # what else ends a line for Python is none in TOML
        if header := _HEADER.match(line):
            name = header[1]
            here = (name, counts.get(name, 0))
            counts[name] = here[1] + 1
            where[(*here, "")] = number
        elif key := _KEY.match(line):
            where.setdefault((*here, key[1]) if here is not None else (key[1], 0, ""), number)
    return where
