"""From bytes as they came to documents to store: one document's trouble is its own outcome and never the batch's."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from extractors.documents import make_document
from extractors.language import UNKNOWN
from extractors.text import extract_text
from flows.context import RunContext
from sources.failures import Failure
from sources.plain import printable
from vocabulary.documents import Document, Outcome, RawDocument
from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome

# what the owner of a seeds folder can do about a file; an article of the web is as it is
_REMEDIES = {
    DocumentOutcome.NOT_TEXT: "save it as .txt or .html in UTF-8, or remove it",
    DocumentOutcome.EMPTY: "fill it or remove it",
    DocumentOutcome.NO_TEXT: "save the article's own text as .txt, or remove it",
    DocumentOutcome.BAD_DATE: "write `Published: YYYY-MM-DD` there, take the line out, or state the date in a manifest.toml",
}


@dataclass(frozen=True, slots=True)
class CleanBatch:
    """What cleaning made of a batch: every input is a document or a failure."""

    documents: tuple[Document, ...]
    failures: tuple[Failure, ...]


def clean_documents(
    ctx: RunContext, raws: Iterable[RawDocument], *, folder: Path | None = None, on_each: Callable[[], None] = lambda: None
) -> CleanBatch:
    """Clean each of `raws`; what gives no usable text is a failure with its word. `on_each` is called after each.

    A failure names the address, or the file where `raws` are those of a seeds folder; then it also names the remedy.
    """
    documents: list[Document] = []
    failures: list[Failure] = []
    for raw in raws:
        try:
            documents.append(clean_document(ctx, raw))
        except TextError as error:
            failures.append(_failure(raw, error.outcome, str(error), folder))
        except Exception as error:  # noqa: BLE001 - hostile pages break parsers in ways nobody lists; the others go on
            failures.append(_failure(raw, DocumentOutcome.FAILED, f"{type(error).__name__}: {error}", folder))
        on_each()
    return CleanBatch(tuple(documents), tuple(failures))


def clean_document(ctx: RunContext, raw: RawDocument) -> Document:
    """Return the document that `raw` holds; raise `TextError` where it holds none that the watch can read."""
    clean = extract_text(raw)
    if clean.language not in (ctx.watch.language, UNKNOWN):
        raise TextError(f"the text is in {clean.language!r}, the watch reads {ctx.watch.language!r}", DocumentOutcome.OTHER_LANGUAGE)
    return make_document(raw, clean, timezone=ctx.settings.zone)


def outcomes_of(ctx: RunContext, failures: Iterable[Failure]) -> list[Outcome]:
    """Return the rows that record how `failures` ended in this run."""
    return [Outcome(run_id=ctx.run_id, item=item, status=word, detail=why, recorded_at=ctx.now) for item, word, why in failures]


def _failure(raw: RawDocument, word: DocumentOutcome, why: str, folder: Path | None) -> Failure:
    """Return the end of an article without usable text."""
    if folder is None:
        return Failure(raw.url, word, why)
    name = _find_file(raw, folder)
    remedy = f"; {_REMEDIES[word]}" if word in _REMEDIES else ""
    return Failure(name or raw.url, word, f"{folder / name if name else raw.url}: {why}{remedy}")


def _find_file(raw: RawDocument, folder: Path) -> str:
    """Return the name of the file in `folder` that holds the bytes of `raw`; empty where none does, as for one in a folder below."""
    try:
        with os.scandir(folder) as entries:
            sized = sorted(entry.name for entry in entries if entry.is_file() and entry.stat().st_size == len(raw.content))
        return next((printable(name) for name in sized if (folder / name).read_bytes() == raw.content), "")
    except OSError:  # a name would help, but its absence is no trouble of the batch
        return ""
