"""Tag files that belong to no warehouse: the same cleaning and tagging, one plain object per file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from flows.cleaning import clean_document
from flows.context import RunContext
from vocabulary.claims import EventReport, Position, TaggedDocument
from vocabulary.documents import Document, RawDocument
from vocabulary.errors import SeedError, TextError
from vocabulary.identity import content_id, sha256_hex
from vocabulary.words import PublishedBasis

_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
Json = dict[str, Any]


@dataclass(frozen=True)
class TaggedFile:
    """What was found in one file; `problem` says why nothing was."""

    name: str
    tagged: TaggedDocument | None
    problem: str = ""


def read_published(path: Path) -> dict[str, str]:
    """Return file name to date of a `--meta` file: a JSON list of {doc, published}. Raises `SeedError`."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {str(entry["doc"]): str(entry["published"]) for entry in entries}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SeedError(f"{path}: must be a JSON list of objects with doc and published: {type(error).__name__}: {error}") from error


def parse_published(text: str, where: str) -> date:
    """Return the day that `text` names: an ISO date or date and time, or a month or year, whose first day it is then."""
    try:
        return date.fromisoformat((text + "-01-01" if len(text) == 4 else text + "-01" if len(text) == 7 else text)[:10])
    except ValueError as error:
        raise SeedError(f"{where}: {text!r} is no date; write YYYY-MM-DD or YYYY-MM") from error


def tag_files(ctx: RunContext, files: Iterable[Path], published: Mapping[str, date]) -> Iterator[TaggedFile]:
    """Yield what is found in each of `files`, in order. `published` maps file names to days."""
    read: list[tuple[str, Document | str]] = []
    for path in files:
        try:
            read.append((path.name, clean_document(ctx, read_raw(path, published[path.name], ctx))))
        except TextError as error:
            read.append((path.name, f"{error.outcome}: {error}"))
    tagged = iter(ctx.tagger.tag([found for _, found in read if isinstance(found, Document)]))
    for name, found in read:
        yield TaggedFile(name, next(tagged)) if isinstance(found, Document) else TaggedFile(name, None, found)


def read_raw(path: Path, day: date, ctx: RunContext) -> RawDocument:
    """Return the bytes of `path` as an article published on `day`. Raises `SeedError` where it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SeedError(f"{path}: cannot be read: {error.strerror}") from error
    return RawDocument(
        document_id=content_id("file", path.name),
        url=f"file:{path.name}",
        final_url=f"file:{path.name}",
        outlet="",
        published_at=datetime.combine(day, time(12), ctx.settings.zone).astimezone(UTC),
        published_raw=day.isoformat(),
        published_basis=PublishedBasis.MANIFEST,
        media_type="text/html" if path.suffix.lower() in _HTML_SUFFIXES else "text/plain",
        content=content,
        raw_sha256=sha256_hex(content),
        seen_at=ctx.now,
    )


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
