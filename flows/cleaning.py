"""From bytes as they came to documents to store: one document's trouble is its own outcome and never the batch's.

Web pages are read by worker processes (`flows.workers`), plain texts here: no process is started for a batch without pages.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from extractors.documents import make_document
from extractors.language import UNKNOWN
from extractors.text import extract_text, may_be_page
from flows.context import RunContext
from flows.workers import Ended, PageLimits, PageWorkers
from sources.failures import Failure
from sources.plain import printable
from vocabulary.documents import CleanText, Document, Outcome, RawDocument
from vocabulary.errors import TextError
from vocabulary.masking import masked_url
from vocabulary.words import DocumentOutcome

# what the owner of a seeds folder can do about a file; an article of the web is as it is
_REMEDIES = {
    DocumentOutcome.NOT_TEXT: "save it as .txt or .html in UTF-8, or remove it",
    DocumentOutcome.EMPTY: "fill it or remove it",
    DocumentOutcome.NO_TEXT: "save the article's own text as .txt, or remove it",
    DocumentOutcome.BLOCKED: "save the article's own text as .txt, or remove it",
    DocumentOutcome.BAD_DATE: "write `Published: YYYY-MM-DD` there, take the line out, or state the date in a manifest.toml",
}
# Words of a page that came and gave no article.
_BARREN = (DocumentOutcome.BLOCKED, DocumentOutcome.NO_TEXT, DocumentOutcome.EMPTY, DocumentOutcome.NOT_TEXT)
_SHOWN = 3


@dataclass(slots=True)
class CleanTally:
    """What a reader of the step's report should know of its batches: outlets whose pages give no text, texts that may be misread."""

    pages: Counter[str] = field(default_factory=Counter)
    """Pages of each outlet."""
    barren: Counter[tuple[str, DocumentOutcome]] = field(default_factory=Counter)
    """Pages that came and gave no article, by outlet and word."""
    suspects: list[str] = field(default_factory=list)
    """Addresses of documents whose characters may be misread."""

    def add(self, other: "CleanTally") -> None:
        """Count another batch too."""
        self.pages.update(other.pages)
        self.barren.update(other.barren)
        self.suspects += other.suspects

    def notes(self) -> tuple[str, ...]:
        """Return a line for each thing worth one."""
        return (*_note_barren(self.pages, self.barren), *_note_suspects(self.suspects))


@dataclass(frozen=True, slots=True)
class CleanBatch:
    """What cleaning made of a batch: every input is a document or a failure."""

    documents: tuple[Document, ...]
    failures: tuple[Failure, ...]
    tally: CleanTally


def clean_documents(
    ctx: RunContext,
    raws: Iterable[RawDocument],
    *,
    folder: Path | None = None,
    on_each: Callable[[], None] = lambda: None,
    workers: PageWorkers | None = None,
) -> CleanBatch:
    """Clean each of `raws`, in order; what gives no usable text is a failure with its word. `on_each` is called after each.

    A failure names the address, or the file where `raws` are those of a seeds folder; then it also names the remedy. Who cleans batch
    after batch gives `workers`, which are kept; else workers are started for this batch where it has pages.
    """
    given = list(raws)
    documents: list[Document] = []
    failures: list[Failure] = []
    tally = CleanTally(Counter(raw.outlet for raw in given) if folder is None else Counter())
    for raw, ended in zip(given, _extract(ctx, given, on_each, workers), strict=True):
        try:
            if isinstance(ended, TextError):
                raise ended
            documents.append(_document(ctx, raw, ended))
        except TextError as error:
            failures.append(_failure(raw, error.outcome, str(error), folder))
            tally.barren[raw.outlet, error.outcome] += 1
        except Exception as error:  # noqa: BLE001 - whatever a hostile text sets off is its own trouble; the others go on
            failures.append(_failure(raw, DocumentOutcome.FAILED, f"{type(error).__name__}: {error}", folder))
        else:
            tally.suspects += [raw.url] * ended.encoding_suspect
    return CleanBatch(tuple(documents), tuple(failures), tally)


def clean_document(ctx: RunContext, raw: RawDocument) -> Document:
    """Return the document that `raw` holds, read in this process; raise `TextError` where it holds none that the watch can read."""
    return _document(ctx, raw, extract_text(raw))


def outcomes_of(ctx: RunContext, failures: Iterable[Failure]) -> list[Outcome]:
    """Return the rows that record how `failures` ended in this run."""
    return [Outcome(run_id=ctx.run_id, item=item, status=word, detail=why, recorded_at=ctx.now) for item, word, why in failures]


def open_workers(ctx: RunContext) -> AbstractContextManager[PageWorkers]:
    """Return worker processes to be used as a context manager: those that `ctx` keeps, else new ones, none of which is started yet."""
    return PageWorkers(PageLimits.of(ctx.settings)) if ctx.workers is None else nullcontext(ctx.workers)


def _extract(ctx: RunContext, raws: Sequence[RawDocument], on_each: Callable[[], None], kept: PageWorkers | None) -> list[Ended]:
    """Return the clean text of each of `raws` or the error that ended it, in order: pages first, by workers, then plain texts."""
    ended: dict[int, Ended] = {}
    pages = [index for index, raw in enumerate(raws) if may_be_page(raw)]
    if pages:
        with nullcontext(kept) if kept is not None else open_workers(ctx) as workers:
            ended |= zip(pages, workers.extract_pages([raws[index] for index in pages], on_each=on_each), strict=True)
    for index, raw in enumerate(raws):
        if index not in ended:
            ended[index] = _extract_here(raw)
            on_each()
    return [ended[index] for index in range(len(raws))]


def _extract_here(raw: RawDocument) -> Ended:
    try:
        return extract_text(raw)
    except TextError as error:
        return error
    except Exception as error:  # noqa: BLE001 - as above
        return TextError(f"{type(error).__name__}: {error}", DocumentOutcome.FAILED)


def _document(ctx: RunContext, raw: RawDocument, clean: CleanText) -> Document:
    if clean.language not in (ctx.watch.language, UNKNOWN):
        raise TextError(f"the text is in {clean.language!r}, the watch reads {ctx.watch.language!r}", DocumentOutcome.OTHER_LANGUAGE)
    return make_document(raw, clean, timezone=ctx.settings.zone)


def _note_barren(pages: Counter[str], barren: Counter[tuple[str, DocumentOutcome]]) -> list[str]:
    """Return a line for each outlet some of whose pages hold no article; the line says so where that is most of them."""
    notes = []
    for outlet in sorted(pages):
        words = {word: barren[outlet, word] for word in _BARREN if barren[outlet, word]}
        count = sum(words.values())
        if count:
            told = ", ".join(f"{number} {word}" for word, number in words.items())
            alarm = "; look at its pages: it may have a wall, or a new design" if count >= _SHOWN and 2 * count > pages[outlet] else ""
            notes.append(f"{printable(outlet)}: {count} of {pages[outlet]} pages without an article ({told}){alarm}")
    return notes


def _note_suspects(urls: Sequence[str]) -> list[str]:
    """Return a line about documents whose characters may be misread."""
    if not urls:
        return []
    shown = ", ".join(masked_url(printable(url)) for url in urls[:_SHOWN])
    more = f" and {len(urls) - _SHOWN} more" if len(urls) > _SHOWN else ""
    return [f"encoding_suspect: {len(urls)} documents may hold wrong characters: {shown}{more}"]


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
