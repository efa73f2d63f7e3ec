"""Read the first batch: the documents of a folder, with the facts that a manifest gives.

With `manifest.toml` in the folder, its entries are the documents. Without one, every text or web page in it is, and a file that the
known manifest describes (by SHA-256, or by name where it was edited since) gets its facts and id from there. Any other is known by its
path, the folder's name before it: an edited file is another text of the same document, and files of one name in two folders are two.
Bytes are handed over as they are: whether they are text, and of what, is for `extractors` to say.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePath
from urllib.parse import quote

from sources.address import canonical_url, document_id_of
from sources.failures import Failure
from sources.manifest import MANIFEST_NAME, MAX_BYTES, Manifest, SeedEntry, load_manifest, read_manifest
from sources.plain import printable
from sources.regular import NotRegularError, TooLongError, read_regular
from vocabulary.documents import RawDocument
from vocabulary.errors import FetchTerminalError, SeedError
from vocabulary.identity import content_id, sha256_hex
from vocabulary.words import DocumentOutcome, PublishedBasis

__all__ = ["MAX_BYTES", "SeedBatch", "SeedEntry", "load_seeds", "read_manifest"]

_MEDIA_TYPES = {".txt": "text/plain", ".md": "text/plain", ".html": "text/html", ".htm": "text/html"}
# Documents that people would expect to be read: each is an outcome. What else lies in a folder is named in a note.
_NOT_READ = frozenset({".pdf", ".doc", ".docx", ".odt", ".rtf", ".epub", ".mht", ".mhtml", ".eml", ".webarchive"})
_LATEST_AHEAD = timedelta(hours=24)
_MOST_NAMED = 10
_READ = ".txt, .md, .html and .htm"
_CHANGED = "{} is not the file that the manifest describes"


@dataclass(frozen=True)
class SeedBatch:
    """What a seeds folder gave: every document or entry stands in exactly one of the first two."""

    documents: tuple[RawDocument, ...]
    failures: tuple[Failure, ...]
    notes: dict[str, str] = field(default_factory=dict)
    """What people should know: by document id where a document was read all the same, by folder for what lies there and was not read."""


class _UnreadableError(Exception):
    """A file gives no bytes; carries the outcome and the words."""

    def __init__(self, outcome: DocumentOutcome, words: str) -> None:
        super().__init__(words)
        self.outcome = outcome


def load_seeds(folder: Path, *, seen_at: datetime, known: Path | None = None) -> SeedBatch:
    """Return the documents of `folder`, in the order of its manifest or else of its file names.

    `known` is a manifest that describes files by SHA-256, for folders without one; it need not be there. A file that is not the one its
    manifest describes is read all the same, with a note. Folders within it and files of other kinds are not read, with a note; hidden
    ones without.
    Raises `SeedError` where folder or manifest cannot be used at all.
    """
    files, folders = _list(folder)
    if MANIFEST_NAME in files:
        batch = _from_manifest(folder, files, folders, seen_at)
    else:
        batch = _from_files(folder, files, folders, seen_at, load_manifest(known) if known is not None and known.exists() else None)
    if not batch.documents and not batch.failures:
        unread = "".join(f"; {note}" for note in batch.notes.values())
        raise SeedError(f"seeds folder {folder}: holds no document; put {_READ} files there, or name another with --seeds{unread}")
    return batch


def _list(folder: Path, place: str = "") -> tuple[list[str], list[str]]:
    """Return the files and the folders that lie in `place` within `folder`, as paths from `folder`, sorted; hidden ones left out.

    Raises `SeedError`.
    """
    try:
        names = [os.path.join(place, name) for name in sorted(os.listdir(folder / place)) if not name.startswith(".")]
    except OSError as error:
        raise SeedError(f"seeds folder {folder / place}: {error.strerror}; name a readable folder with --seeds") from error
    is_folder = {name: os.path.isdir(folder / name) for name in names}
    return [name for name in names if not is_folder[name]], [name for name in names if is_folder[name]]


def _note_unread(folder: Path, files: Iterable[str], folders: Iterable[str]) -> dict[str, str]:
    """Return a note that names the files that are no documents and the folders; none where there are neither."""
    others = [name for name in files if name != MANIFEST_NAME and not _is_document_name(name)]
    unread = sorted(printable(name) for name in [*others, *(f"{name}/" for name in folders)])
    if not unread:
        return {}
    more = f" and {len(unread) - _MOST_NAMED} more" if len(unread) > _MOST_NAMED else ""
    return {
        str(
            folder
        ): f"not read in {folder}: {', '.join(unread[:_MOST_NAMED])}{more}; read are {_READ} files in the folder itself, but no README"
    }


def _from_manifest(folder: Path, files: list[str], folders: list[str], seen_at: datetime) -> SeedBatch:
    """Read the entries of the folder's manifest; a document that stands in no entry is a failure, so that none is forgotten."""
    path = folder / MANIFEST_NAME
    manifest = load_manifest(path)
    documents: dict[str, RawDocument] = {}
    failures = list(manifest.problems)
    notes: dict[str, str] = {}
    taken: dict[str, str] = {}
    for entry in manifest.documents:
        where = f"{path}, line {manifest.lines[entry.id]}"
        try:
            document = _document(entry, entry.file, f"seed:{entry.id}", _checked_content(folder, entry, taken, seen_at), seen_at)
            if document.document_id in documents:
                raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"url {document.url} is that of another entry; remove one of the two")
        except _UnreadableError as error:
            failures.append(Failure(printable(entry.file), error.outcome, f"{where}: {error}"))
            continue
        documents[document.document_id] = document
        if entry.sha256 and entry.sha256 != document.raw_sha256:
            notes[document.document_id] = f"{where}: {_CHANGED.format(printable(entry.file))}; correct sha256 if that is meant"
    listed = {os.path.normpath(entry.file) for entry in manifest.documents} | {problem.item for problem in manifest.problems}
    files, folders = _list_beside(folder, listed, files, folders)
    failures += [
        Failure(printable(name), DocumentOutcome.BAD_ENTRY, f"{path}: no entry for {printable(name)}; add [[documents]] for it")
        for name in files
        if _is_document_name(name) and name not in listed
    ]
    return SeedBatch(tuple(documents.values()), tuple(failures), notes | _note_unread(folder, files, folders))


def _list_beside(folder: Path, listed: Iterable[str], files: list[str], folders: list[str]) -> tuple[list[str], list[str]]:
    """Return the files and folders of `folder` and of those within it in which `listed` files lie; these are then none of the folders."""
    files, open_folders = list(files), [*folders]
    above = {str(parent) for name in listed for parent in PurePath(name).parents}
    closed: list[str] = []
    while open_folders:
        name = open_folders.pop()
        try:
            inside = _list(folder, name) if name in above and not os.path.islink(folder / name) else None
        except SeedError:  # its entries say so already
            inside = None
        if inside is None:
            closed.append(name)
        else:
            files += inside[0]
            open_folders += inside[1]
    return files, closed


def _checked_content(folder: Path, entry: SeedEntry, taken: dict[str, str], seen_at: datetime) -> bytes:
    """Return the bytes of an entry's file after the checks that need more than the entry; notes the file in `taken`."""
    if entry.published is not None and entry.published > seen_at + _LATEST_AHEAD:
        raise _UnreadableError(DocumentOutcome.BAD_DATE, f"published: {entry.published:%Y-%m-%d} has not come yet; correct the date")
    first = taken.setdefault(os.path.normpath(entry.file), entry.id)
    if first != entry.id:
        raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"file {entry.file!r} is that of {first!r} already; remove one entry")
    return _content(folder, entry.file)


def _from_files(folder: Path, files: list[str], folders: list[str], seen_at: datetime, known: Manifest | None) -> SeedBatch:
    """Read every document in a folder without a manifest.

    1. bytes, each once; 2. entries of the known manifest, by hash before name, so that no two files get one; 3. documents.
    """
    failures: list[Failure] = []
    # 1. bytes
    contents: dict[str, bytes] = {}
    name_of: dict[str, str] = {}
    for name in filter(_is_document_name, files):
        try:
            content = _content(folder, name)
            if (first := name_of.setdefault(sha256_hex(content), name)) != name:
                raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"the same bytes as {printable(first)}; remove one of the two")
            contents[name] = content
        except _UnreadableError as error:
            failures.append(Failure(printable(name), error.outcome, f"{folder / printable(name)}: {error}"))
    # 2. entries
    entries = (*known.originals, *known.documents) if known is not None else ()
    facts = {name_of[entry.sha256]: entry for entry in entries if entry.sha256 in name_of}
    given = {entry.id for entry in facts.values()}
    edited = {entry.file: entry for entry in entries if entry.file in contents and entry.file not in facts and entry.id not in given}
    # 3. documents
    documents: list[RawDocument] = []
    notes = _note_unread(folder, files, folders)
    for name, content in contents.items():
        entry = facts.get(name) or edited.get(name)
        own_address = f"seed:{entry.id}" if entry else _address_of(folder, name)
        document = _document(entry or SeedEntry(id="unknown", file=printable(name), outlet="unknown"), name, own_address, content, seen_at)
        documents.append(document)
        if name in edited:
            notes[document.document_id] = (
                f"{_CHANGED.format(folder / printable(name))}; its date and outlet are taken from there all the same"
            )
    return SeedBatch(tuple(documents), tuple(failures), notes)


def _address_of(folder: Path, name: str) -> str:
    """Return the address of a file of which nothing but its place is known: the folder's name and its path from there."""
    return f"seed:{quote(os.fsencode(os.path.basename(os.path.realpath(folder))))}/{quote(os.fsencode(name))}"


def _is_document_name(name: str) -> bool:
    """Tell whether a file is, or looks like, a document; a README is none."""
    path = Path(name)
    return (path.suffix.lower() in _MEDIA_TYPES or path.suffix.lower() in _NOT_READ) and path.stem.upper() != "README"


def _content(folder: Path, name: str) -> bytes:
    """Return the bytes of a regular file that lies in `folder`, itself and where links lead; raise `_UnreadableError` otherwise."""
    shown = printable(name)
    if Path(name).suffix.lower() not in _MEDIA_TYPES:
        raise _UnreadableError(DocumentOutcome.NOT_TEXT, f"{shown!r} is not read; save it as .txt or .html")
    root, target = os.path.realpath(folder), os.path.realpath(folder / name.replace("\0", ""))
    if "\0" in name or os.path.isabs(name) or os.path.commonpath([root, target]) != root:
        raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"file {shown!r} lies outside the folder; put it inside")
    try:
        content = read_regular(Path(target), MAX_BYTES)
    except FileNotFoundError:
        raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"file {shown!r} is not there; add it or remove the entry") from None
    except OSError as error:
        raise _UnreadableError(DocumentOutcome.FAILED, f"file {shown!r} cannot be read: {error.strerror}; check its permissions") from error
    except NotRegularError:
        raise _UnreadableError(DocumentOutcome.BAD_ENTRY, f"{shown!r} is no regular file; remove it") from None
    except TooLongError:
        raise _UnreadableError(DocumentOutcome.TOO_LARGE, f"{shown!r} has more than {MAX_BYTES} bytes; split it or remove it") from None
    if not content.removeprefix(b"\xef\xbb\xbf").strip(b"\0 \t\r\n\f\v"):
        raise _UnreadableError(DocumentOutcome.EMPTY, "the file is empty; fill it or remove it")
    return content


def _document(entry: SeedEntry, name: str, own_address: str, content: bytes, seen_at: datetime) -> RawDocument:
    """Return the document in the file `name`; `own_address` stands for the article's where nobody gives that."""
    url, document_id = own_address, content_id(own_address)
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
        media_type=_MEDIA_TYPES[Path(name).suffix.lower()],
        content=content,
        raw_sha256=sha256_hex(content),
        seen_at=seen_at,
    )


def _published_raw(published: datetime | None) -> str:
    if published is None:
        return ""
    is_day = (published.hour, published.minute, published.second) == (12, 0, 0)
    return f"{published:%Y-%m-%d}" if is_day else published.isoformat()
