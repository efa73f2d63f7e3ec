"""From bytes as they came to documents to store: one document's trouble is its own outcome and never the batch's."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from extractors.documents import make_document
from extractors.language import UNKNOWN
from extractors.text import extract_text
from flows.context import RunContext
from sources.failures import Failure
from vocabulary.documents import Document, Outcome, RawDocument
from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome


@dataclass(frozen=True, slots=True)
class CleanBatch:
    """What cleaning made of a batch: every input is a document or a failure."""

    documents: tuple[Document, ...]
    failures: tuple[Failure, ...]


def clean_documents(ctx: RunContext, raws: Iterable[RawDocument], *, on_each: Callable[[], None] = lambda: None) -> CleanBatch:
    """Clean each of `raws`; what gives no usable text is a failure with its word. `on_each` is called after each."""
    documents: list[Document] = []
    failures: list[Failure] = []
    for raw in raws:
        try:
            documents.append(clean_document(ctx, raw))
        except TextError as error:
            failures.append(Failure(raw.document_id, error.outcome, f"{raw.url}: {error}"))
        except Exception as error:  # noqa: BLE001 - hostile pages break parsers in ways nobody lists; the others go on
            failures.append(Failure(raw.document_id, DocumentOutcome.FAILED, f"{raw.url}: {type(error).__name__}: {error}"))
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
