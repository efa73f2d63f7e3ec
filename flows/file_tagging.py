"""Tag files that belong to no warehouse: the same cleaning and tagging, one plain object per file."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from flows.cleaning import clean_document
from flows.context import RunContext
from flows.settings import MEGABYTE
from sources.plain import printable
from sources.regular import NotRegularError, TooLongError, read_regular
from vocabulary.claims import EventReport, Position, TaggedDocument
from vocabulary.documents import Document, RawDocument
from vocabulary.errors import SeedError, TextError
from vocabulary.identity import content_id, sha256_hex
from vocabulary.words import PublishedBasis

FIRST_YEAR = 1990  # the web is younger; relative dates of a text are read from the day that is given
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_META_BYTES = 10 * MEGABYTE
_DAY_OR_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?")
_YEAR_OR_TIME = re.compile(
    r"[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
Json = dict[str, Any]


@dataclass(frozen=True)
class TaggedFile:
    """What was found in one file; `problem` says why nothing was."""

    name: str
    tagged: TaggedDocument | None
    problem: str = ""


def read_published(path: Path) -> dict[str, str]:
    """Return file name to date of a `--meta` file: a JSON list of {doc, published}. Raises `SeedError`."""
    return {name: published for name, (published, _) in _read_meta(path).items()}


def read_outlets(path: Path) -> dict[str, str]:
    """Return file name to outlet of a `--meta` file, of the entries that give one. Raises `SeedError`."""
    return {name: outlet for name, (_, outlet) in _read_meta(path).items() if outlet}


def _read_meta(path: Path) -> dict[str, tuple[str, str]]:
    """Return file name to date and outlet; an outlet that is no text is none."""
    try:
        entries = json.loads(read_bytes(path, _META_BYTES).decode("utf-8-sig"))
        found = {str(entry["doc"]): (str(entry["published"]), entry.get("outlet")) for entry in entries}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SeedError(f"{path}: must be a JSON list of objects with doc and published: {type(error).__name__}: {error}") from error
    return {name: (published, " ".join(outlet.split()) if isinstance(outlet, str) else "") for name, (published, outlet) in found.items()}


def parse_published(text: str, where: str) -> date:
    """Return the day that an entry of a `--meta` file names: a day, or the first of a month or year; of a date and time its day.

    Raises `SeedError` for all else, and for days before the web.
    """
    if _YEAR_OR_TIME.fullmatch(text):
        return _parse_day(text, f"{text}-01-01" if len(text) == len("2025") else text, where)
    return parse_day_or_month(text, where)


def parse_day_or_month(text: str, where: str) -> date:
    """Return the day, or the first day of the month, that `text` names: YYYY-MM-DD or YYYY-MM. Raises `SeedError`."""
    if not _DAY_OR_MONTH.fullmatch(text):
        raise SeedError(f"{where}: {text!r} is no date; write YYYY-MM-DD or YYYY-MM")
    return _parse_day(text, f"{text}-01" if len(text) == len("2025-03") else text, where)


def _parse_day(text: str, written: str, where: str) -> date:
    try:
        day = datetime.fromisoformat(written).date()
    except ValueError as error:
        raise SeedError(f"{where}: {text!r} is no day of the calendar; write YYYY-MM-DD or YYYY-MM") from error
    if day.year < FIRST_YEAR:
        raise SeedError(f"{where}: {text!r} lies before {FIRST_YEAR}; correct the date")
    return day


def tag_files(ctx: RunContext, files: Iterable[Path], published: Mapping[str, date]) -> Iterator[TaggedFile]:
    """Yield what is found in each of `files`, in order. `published` maps file names to days."""
    read: list[tuple[str, Document | str]] = []
    for path in files:
        try:
            read.append((_name_of(path), clean_document(ctx, read_raw(path, published[path.name], ctx))))
        except TextError as error:
            read.append((_name_of(path), f"{error.outcome}: {error}"))
    tagged = iter(ctx.tagger.tag([found for _, found in read if isinstance(found, Document)]))
    for name, found in read:
        yield TaggedFile(name, next(tagged)) if isinstance(found, Document) else TaggedFile(name, None, found)


def read_raw(path: Path, day: date, ctx: RunContext) -> RawDocument:
    """Return the bytes of `path` as an article published on `day`. Raises `SeedError` where it cannot be read."""
    content = read_bytes(path, ctx.settings.max_bytes)
    name = _name_of(path)
    return RawDocument(
        document_id=content_id("file", path.name),
        url=f"file:{name}",
        final_url=f"file:{name}",
        outlet="",
        published_at=datetime.combine(day, time(12), ctx.settings.zone).astimezone(UTC),
        published_raw=day.isoformat(),
        published_basis=PublishedBasis.MANIFEST,
        media_type="text/html" if path.suffix.lower() in _HTML_SUFFIXES else "text/plain",
        content=content,
        raw_sha256=sha256_hex(content),
        seen_at=ctx.now,
    )


def _name_of(path: Path) -> str:
    """Return the name of a file; bytes of it that are no text are replaced."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def read_bytes(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file. Raises `SeedError`."""
    try:
        return read_regular(path, limit)
    except OSError as error:
        raise SeedError(f"{printable(str(path))}: cannot be read: {error.strerror}; name a file that can be") from error
    except NotRegularError as error:
        raise SeedError(f"{printable(str(path))}: is no regular file; save what it gives in one") from error
    except TooLongError as error:
        raise SeedError(f"{printable(str(path))}: has more than {limit} bytes; split it, or raise the setting max_bytes") from error


def as_prediction(found: TaggedFile) -> Json:
    """Return `found` as scoring programs read it: {doc, positions, events}; a file without text has `problem` beside."""
    positions = [_position(one) for one in found.tagged.positions] if found.tagged else []
    events = [_event(one) for one in found.tagged.events] if found.tagged else []
    problem = {"problem": found.problem} if found.problem else {}
    return {"doc": found.name, "positions": positions, "events": events, **problem}


def _position(one: Position) -> Json:
    names = {"actor", "speaker", "issue", "aspect", "stance", "condition", "held", "attribution", "basis", "said_on", "said_on_basis"}
    return one.model_dump(mode="json", include=names | {"quote", "confidence", "trail"})


def _event(one: EventReport) -> Json:
    names = {"type", "status", "actors", "targets", "place", "quantities", "quote", "confidence", "trail"}
    return {**one.model_dump(mode="json", include=names), "date": one.date_iso()}
