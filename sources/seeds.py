"""Read the first batch: the documents of a folder, with the facts that a manifest gives.

With `manifest.toml` in the folder, its entries are the documents. Without one, every text or web page in it is, and a file that the
known manifest describes (by SHA-256) gets its facts from there. Bytes are handed over as they are: whether they are text, and of what,
is for `extractors` to say.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sources.address import canonical_url, document_id_of
from sources.failures import Failure
from sources.manifest import MANIFEST_NAME, Manifest, SeedEntry, load_manifest, read_manifest
from sources.plain import printable
from vocabulary.documents import RawDocument
from vocabulary.errors import FetchTerminalError, SeedError
from vocabulary.identity import content_id, sha256_hex
from vocabulary.words import DocumentOutcome, PublishedBasis

__all__ = ["MAX_BYTES", "SeedBatch", "SeedEntry", "load_seeds", "read_manifest"]

MAX_BYTES = 5_000_000
_MEDIA_TYPES = {".txt": "text/plain", ".md": "text/plain", ".html": "text/html", ".htm": "text/html"}
# Documents that people would expect to be read: told, not passed over. Anything else in a folder is no document.
_NOT_READ = frozenset({".pdf", ".doc", ".docx", ".odt", ".rtf", ".epub", ".mht", ".mhtml", ".eml", ".webarchive"})
_LATEST_AHEAD = timedelta(hours=24)


@dataclass(frozen=True)
class SeedBatch:
    """What a seeds folder gave: every document or entry stands in exactly one of the first two."""

    documents: tuple[RawDocument, ...]
    failures: tuple[Failure, ...]
    notes: dict[str, str] = field(default_factory=dict)
    """By document id: what its outcome row should say although it was read, such as that its file has changed."""


class _UnreadableError(Exception):
    """A file gives no bytes; carries the outcome and the words."""

    def __init__(self, outcome: DocumentOutcome, words: str) -> None:
        super().__init__(words)
        self.outcome = outcome


def load_seeds(folder: Path, *, seen_at: datetime, known: Path | None = None) -> SeedBatch:
    """Return the documents of `folder`, in the order of its manifest or else of its file names.

    `known` is a manifest that describes files by SHA-256, for folders without one. A file that is not the one its manifest describes
    is read all the same, with a note. Raises `SeedError` where folder or manifest cannot be used at all.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        raise SeedError(f"seeds folder {folder}: {error.strerror}; name a readable folder with --seeds") from error
    if MANIFEST_NAME in names:
        batch = _from_manifest(folder, names, seen_at)
    else:
        batch = _from_files(folder, names, seen_at, load_manifest(known) if known is not None else None)
    if not batch.documents and not batch.failures:
        raise SeedError(f"seeds folder {folder}: holds no document; put .txt, .md, .html or .htm files there, or name another with --seeds")
    return batch


def _from_manifest(folder: Path, names: list[str], seen_at: datetime) -> SeedBatch:
    """Read the entries of the folder's manifest; a document that stands in no entry is a failure, so that none is forgotten."""
    path = folder / MANIFEST_NAME
    manifest = load_manifest(path)
    documents: list[RawDocument] = []
    failures = list(manifest.problems)
    notes: dict[str, str] = {}
    files: dict[str, str] = {}
    for entry in manifest.documents:
        where = f"{path}, line {manifest.lines[entry.id]}"
        try:
            content = _checked_content(folder, entry, files, seen_at)
            document = _document(entry, content, seen_at)
        except _UnreadableError as error:
            failures.append(Failure(printable(entry.file), error.outcome, f"{where}: {error}"))
            continue
        documents.append(document)
        if entry.sha256 and entry.sha256 != document.raw_sha256:
            notes[document.document_id] = (
                f"{where}: {entry.file} is not the file that the manifest describes; correct sha256 if that is meant"
            )
    listed = {os.path.normpath(entry.file) for entry in manifest.documents} | {problem.item for problem in manifest.problems}
    failures += [
        Failure(printable(name), DocumentOutcome.BAD_ENTRY, f"{path}: no entry for {printable(name)}; add [[documents]] for it")
        for name in _document_names(names)
        if name not in listed
    ]
    return SeedBatch(tuple(documents), tuple(failures), notes)


def _checked_content(folder: Path, entry: SeedEntry, files: dict[str, str], seen_at: datetime) -> bytes:
    """Return the bytes of an entry's file after the checks that need more than the entry; notes the file in `files`."""
    if entry.published is not None and entry.published > seen_at + _LATEST_AHEAD:
        raise _UnreadableError(DocumentOutcome.BAD_DATE, f"published: {entry.published:%Y-%m-%d} has not come yet; correct the date")
    first = files.setdefault(os.path.normpath(entry.file), entry.id)
    if first != entry.id:
        raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"file {entry.file!r} is that of {first!r} already; remove one entry")
    return _content(folder, entry.file)


def _from_files(folder: Path, names: list[str], seen_at: datetime, known: Manifest | None) -> SeedBatch:
    """Read every document in a folder without a manifest."""
    facts = {entry.sha256: entry for entry in (*known.originals, *known.documents) if entry.sha256} if known is not None else {}
    documents: list[RawDocument] = []
    failures: list[Failure] = []
    first_of: dict[str, str] = {}
    for name in _document_names(names):
        shown = printable(name)
        try:
            content = _content(folder, name)
            sha256 = sha256_hex(content)
            if (first := first_of.setdefault(sha256, name)) != name:
                raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"the same bytes as {printable(first)}; remove one of the two")
            documents.append(_document(facts.get(sha256) or _unknown_entry(shown, sha256), content, seen_at, name))
        except _UnreadableError as error:
            failures.append(Failure(shown, error.outcome, f"{folder / shown}: {error}"))
    return SeedBatch(tuple(documents), tuple(failures))


def _unknown_entry(name: str, sha256: str) -> SeedEntry:
    """Return an entry for a file of which nothing is known: its name and the beginning of its hash are its id.

    The name alone would make one document of two files in two folders.
    """
    stem = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "-" for char in Path(name).stem).lstrip("._-")
    return SeedEntry(id=f"{stem[:80] or 'document'}-{sha256[:8]}", file=name, outlet="unknown")


def _document_names(names: list[str]) -> Iterator[str]:
    """Yield the names that are, or look like, documents; hidden files and READMEs are none."""
    for name in names:
        path = Path(name)
        is_kind = path.suffix.lower() in _MEDIA_TYPES or path.suffix.lower() in _NOT_READ
        if is_kind and not name.startswith(".") and path.stem.upper() != "README":
            yield name


def _content(folder: Path, name: str) -> bytes:
    """Return the bytes of a regular file that lies in `folder`, itself and where links lead; raise `_UnreadableError` otherwise."""
    if Path(name).suffix.lower() not in _MEDIA_TYPES:
        raise _UnreadableError(DocumentOutcome.NOT_TEXT, f"{printable(name)!r} is not read; save it as .txt or .html")
    root, target = os.path.realpath(folder), os.path.realpath(folder / name.replace("\0", ""))
    if "\0" in name or os.path.isabs(name) or os.path.commonpath([root, target]) != root:
        raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"file {printable(name)!r} lies outside the folder; put it inside")
    try:
        found = os.stat(target)
    except FileNotFoundError:
        raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"file {printable(name)!r} is not there; add it or remove the entry") from None
    except OSError as error:
        raise _UnreadableError(DocumentOutcome.FAILED, f"file {printable(name)!r}: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode):
        # a pipe would block for ever
        raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"{printable(name)!r} is no regular file; remove it")
    if found.st_size > MAX_BYTES:
        raise _UnreadableError(DocumentOutcome.TOO_LARGE, f"{found.st_size} bytes; at most {MAX_BYTES} are read")
    try:
        content = Path(target).read_bytes()
    except OSError as error:
        raise _UnreadableError(DocumentOutcome.FAILED, f"cannot be read: {error.strerror}; check its permissions") from error
    if not content.removeprefix(b"\xef\xbb\xbf").strip(b"\0 \t\r\n\f\v"):
        raise _UnreadableError(DocumentOutcome.EMPTY, "the file is empty; fill it or remove it")
    return content


def _document(entry: SeedEntry, content: bytes, seen_at: datetime, name: str = "") -> RawDocument:
    url = f"seed:{entry.id}"
    document_id = content_id(url)
    if entry.url:
        try:
            url, document_id = canonical_url(entry.url), document_id_of(entry.url)
        except FetchTerminalError as error:
            raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"url: {error}") from error
    return RawDocument(
        document_id=document_id,
        url=url,
        final_url=url,
        outlet=entry.outlet,
        title=entry.title,
        published_at=entry.published,
        published_raw=_published_raw(entry.published),
        published_basis=PublishedBasis.MANIFEST if entry.published is not None else PublishedBasis.SEEN,
        media_type=_MEDIA_TYPES[Path(name or entry.file).suffix.lower()],
        content=content,
        raw_sha256=sha256_hex(content),
        seen_at=seen_at,
    )


def _published_raw(published: datetime | None) -> str:
    if published is None:
        return ""
    is_day = (published.hour, published.minute, published.second) == (12, 0, 0)
    return f"{published:%Y-%m-%d}" if is_day else published.isoformat()
