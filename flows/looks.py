"""What looking again at known articles comes to: the same text, another version, something in its place, or nothing there any more.

Each look ends with one word and with how the article is asked for from now on. Only an edit is passed on to the tagger; nothing but
an edit or a confirmed absence withdraws what was read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from extractors.edits import find_doubt
from flows.cleaning import CleanTally, clean_documents
from flows.context import RunContext
from flows.workers import PageWorkers
from sources.address import document_id_of
from sources.checks import after_doubt, after_edit, after_failure, after_gone, after_missing, after_same
from sources.failures import Failure
from sources.pages import Found, Look, final_id
from vocabulary.documents import Document, DocumentAlias, GoneDocument, PageCheck, RawDocument
from vocabulary.errors import FetchTerminalError
from vocabulary.words import DocumentOutcome
from warehouse.store import StoredText, Warehouse


@dataclass
class Settled:
    """What a batch of looks comes to; to be stored together."""

    untagged: set[str]
    """Articles that the tagger has not come to yet: it gives them their word."""
    checks: list[PageCheck] = field(default_factory=list)
    words: list[Failure] = field(default_factory=list)
    """Ends of articles that are not passed on to the tagger."""
    edits: list[Document] = field(default_factory=list)
    passed_on: set[str] = field(default_factory=set)
    """Articles that wait for the tagger: edited ones, those that returned, those that it has not come to yet anyway."""
    gone: list[GoneDocument] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    aliases: list[DocumentAlias] = field(default_factory=list)
    tally: CleanTally = field(default_factory=CleanTally)

    def end(self, check: PageCheck, word: DocumentOutcome, why: str) -> None:
        """Note how an article ended, and how it is asked for from now on; one that the tagger comes to yet has its word from there."""
        self.checks.append(check)
        if check.document_id in self.untagged and word is not DocumentOutcome.GONE:
            self.passed_on.add(check.document_id)
        else:
            self.words.append(Failure(check.document_id, word, why))


def settle_looks(ctx: RunContext, store: Warehouse, looks: Sequence[Look], workers: PageWorkers) -> Settled:
    """Clean the pages among `looks`, compare them with what is stored, and return what each comes to.

    1. Where no page came. 2. Pages of other articles. 3. Pages that give no text. 4. Texts.
    """
    ids = [look.check.document_id for look in looks]
    stored = store.newest_texts(ids)
    untagged = store.list_untagged(ctx.tagger.version, ctx.watch.version, ids=ids)
    settled = Settled({document.document_id for document in untagged})
    # 1. no page
    pages = {look.check.document_id: look for look in looks if look.page is not None}
    for look in looks:
        if look.page is None:
            _settle_absence(ctx, look, settled)
    # 2. other articles
    raws = _part_strangers(ctx, store, pages, settled)
    # 3. no text
    batch = clean_documents(ctx, raws, workers=workers)
    settled.tally = batch.tally
    cleaned = {document.document_id: document for document in batch.documents}
    failed = [raw.document_id for raw in raws if raw.document_id not in cleaned]
    for document_id, failure in zip(failed, batch.failures, strict=True):
        settled.end(after_doubt(pages[document_id].check, ctx.now), failure.outcome, failure.detail)
    # 4. texts
    for document_id, document in cleaned.items():
        _settle_text(ctx, pages[document_id], document, stored[document_id], settled)
    return settled


def _settle_absence(ctx: RunContext, look: Look, settled: Settled) -> None:
    """Settle a look that brought no page."""
    check, now = look.check, ctx.now
    word, why = (look.failure.outcome, look.failure.detail) if look.failure is not None else (DocumentOutcome.UNCHANGED, "")
    match look.found:
        case Found.RESTING:
            settled.checks.append(after_failure(check, now, look.rests_until))
        case Found.SAME:
            settled.end(after_same(check, now, etag=look.etag, last_modified=look.last_modified), word, why)
        case Found.FAILED:
            settled.end(after_failure(check, now, look.rests_until), word, why)
        case Found.GONE | Found.MISSING:
            later = after_gone(check, now) if look.found is Found.GONE else after_missing(check, now)
            if later.is_gone:
                settled.end(later, DocumentOutcome.GONE, why)
                if not check.is_gone:
                    settled.gone.append(GoneDocument(document_id=check.document_id, gone_at=now, detail=why, run_id=ctx.run_id))
            else:
                settled.end(later, DocumentOutcome.UNREACHABLE, f"{why}; it counts as gone once that is confirmed")
        case _:
            settled.end(after_doubt(check, now), word, why)


def _part_strangers(ctx: RunContext, store: Warehouse, pages: Mapping[str, Look], settled: Settled) -> list[RawDocument]:
    """Return the pages but those that are other stored articles now; those end, and their old text stays."""
    raws = [look.page for look in pages.values() if look.page is not None]
    finals = {raw.document_id: final_id(raw) for raw in raws}
    known = store.find_articles([final for final in finals.values() if final])
    own = []
    for raw in raws:
        final = finals[raw.document_id]
        if known.get(final, raw.document_id) != raw.document_id:
            why = "its address leads to another article that is known; the text that was read before is kept"
            settled.end(after_doubt(pages[raw.document_id].check, ctx.now), DocumentOutcome.UNCHANGED, why)
            continue
        own.append(raw)
    return own


def _settle_text(ctx: RunContext, look: Look, document: Document, stored: StoredText, settled: Settled) -> None:
    """Settle a look that brought a text: the same, an edit, or something in its place."""
    check, validators = look.check, {"etag": look.etag, "last_modified": look.last_modified}
    is_same = document.text_sha256 == stored.text_sha256
    has_moved = _has_moved(document.final_url, stored.final_url)
    if not is_same and (doubt := find_doubt(stored.text, document.text, has_moved=has_moved)) is not None:
        settled.end(after_doubt(check, ctx.now), doubt.outcome, doubt.why)
        return
    if has_moved and (final := final_id(look.page)) if look.page is not None else "":
        settled.aliases.append(DocumentAlias(alias_id=final, document_id=document.document_id, recorded_at=ctx.now))
    if check.is_gone:
        settled.returned.append(check.document_id)
    later = (after_same if is_same else after_edit)(check, ctx.now, **validators)
    if not is_same:
        settled.edits.append(document)
    if not is_same or check.is_gone:
        settled.passed_on.add(check.document_id)
        settled.checks.append(later)
    else:
        settled.end(later, DocumentOutcome.UNCHANGED, "")


def _has_moved(final_url: str, before: str) -> bool:
    """Tell whether a page was found at another address than its text before; a text of an older program has none."""
    try:
        return before != "" and document_id_of(final_url) != document_id_of(before)
    except FetchTerminalError:
        return True
