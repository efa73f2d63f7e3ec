"""The steps of the main job as plain functions: load the first batch, poll, tag, build the day, issue the digest.

Each can be run again at any time: rows have content ids, so a second run changes nothing. None knows the scheduler;
each opens the warehouse through `flows.lock` and returns a small record.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from extractors.tagger import Tagger
from flows.cleaning import clean_documents, outcomes_of
from flows.context import RunContext
from flows.feed_list import read_choices
from flows.lock import hold_warehouse
from flows.polling import poll_into
from flows.progress import track
from flows.reports import StepReport, add_reports, count_words
from flows.settings import PROJECT
from flows.wires import share_wires
from sources.failures import Failure
from sources.seeds import load_seeds
from vocabulary.claims import TaggedDocument
from vocabulary.documents import Document, RawDocument
from vocabulary.words import DocumentOutcome
from warehouse.store import Warehouse

KNOWN_SEEDS = PROJECT / "seeds" / "manifest.toml"  # tells date and outlet of seed files that come without a manifest


def load_first_batch(ctx: RunContext) -> StepReport:
    """Read the seeds folder, clean its documents and store them for the tagger.

    Raises `SeedError` where the folder or its manifest cannot be used at all; a bad line or file is an outcome.
    """
    batch = load_seeds(ctx.settings.seeds, seen_at=ctx.now, known=KNOWN_SEEDS)
    documents, failures, notes = _clean(ctx, "cleaning the first batch", batch.documents, folder=ctx.settings.seeds)
    failures = [*batch.failures, *failures]
    with hold_warehouse(ctx.settings) as store:
        store.insert_documents(share_wires(store, documents))
        report = _account(ctx, store, "first_batch", documents, failures)
    return report.model_copy(update={"notes": (*batch.notes.values(), *notes)})


def poll_feeds(ctx: RunContext, *, force: bool = False) -> StepReport:
    """Poll the feeds that are due, fetch the articles that may matter, clean them and store them for the tagger.

    Rows are stored batch by batch, a feed's validators together with its entries. With `force` every feed is due. A feed that cannot
    be reached is a poll row and a word of the report, never an exception.
    """
    if not ctx.settings.feeds_enabled:
        return StepReport(step="poll", notes=("feeds are switched off, nothing was polled",))
    choices = read_choices(ctx.settings)
    feeds = choices.in_use(ctx.watch)
    with hold_warehouse(ctx.settings) as store:
        store.put_feed_choices(choices.added, choices.removed)
        if not feeds:
            return StepReport(step="poll", notes=("the watch names no feeds, and none was added",))
        return poll_into(ctx, store, feeds, force=force)


def tag_documents(ctx: RunContext) -> StepReport:
    """Tag every stored document that these extractors and this watch have not tagged yet, batch by batch."""
    reports: list[StepReport] = []
    failed: list[str] = []
    while not reports or reports[-1].inputs == ctx.settings.batch_size:
        report, lost = tag_batch(ctx, skip=failed)
        reports.append(report)
        failed += lost
    return add_reports("tag", reports)


def tag_batch(ctx: RunContext, *, skip: Sequence[str] = ()) -> tuple[StepReport, list[str]]:
    """Tag the next `batch_size` documents but those that failed before in this run (`skip`, document ids).

    Returns the report and the ids that failed now. A batch of none means that all is tagged.
    """
    limit = ctx.settings.batch_size + len(skip)
    with hold_warehouse(ctx.settings) as store:
        waiting = store.list_untagged(ctx.tagger.version, ctx.watch.version, limit)
        documents = [document for document in waiting if document.document_id not in set(skip)][: ctx.settings.batch_size]
        with track("tagging", len(documents)) as advance:
            tagged, failures = _tag(ctx.tagger, documents, advance)
        words = [Failure(one.document_id, DocumentOutcome.TAGGED if one.relevance > 0 else DocumentOutcome.OFF_TOPIC, "") for one in tagged]
        store.insert_tagged(tagged, run_id=ctx.run_id, recorded_at=ctx.now)
        store.insert_outcomes(outcomes_of(ctx, [*words, *failures]))
    report = StepReport(step="tag", inputs=len(documents), outcomes=count_words(word for _, word, _ in [*words, *failures]))
    return report, [item for item, _, _ in failures]


def build_day(ctx: RunContext, day: date | None = None) -> StepReport:
    """Bring the stances up to what is now known, and say how many stand at the close of `day`, by default yesterday."""
    with hold_warehouse(ctx.settings) as store:
        store.build_stances(run_id=ctx.run_id, known_at=ctx.now, watch=ctx.watch)
        standing = store.count_stances(day or ctx.yesterday)
    return StepReport(step="build_day", notes=(f"{standing} stances at the close of {day or ctx.yesterday}",))


def _clean(
    ctx: RunContext, what: str, raws: Sequence[RawDocument], *, folder: Path | None = None
) -> tuple[list[Document], list[Failure], tuple[str, ...]]:
    with track(what, len(raws)) as advance:
        batch = clean_documents(ctx, raws, folder=folder, on_each=advance)
    return list(batch.documents), list(batch.failures), batch.tally.notes()


def _account(ctx: RunContext, store: Warehouse, step: str, documents: Sequence[Document], failures: Sequence[Failure]) -> StepReport:
    """Give every item of a reading step its word: failed, unchanged, or passed on to the tagger, and record all but the last."""
    waiting = {document.document_id for document in store.list_untagged(ctx.tagger.version, ctx.watch.version, None)}
    passed_on = {document.document_id for document in documents} & waiting
    unchanged = [document.document_id for document in documents if document.document_id not in passed_on]
    # a document that came twice in one batch is passed on once
    doubled = len(documents) - len(unchanged) - len(passed_on)
    words: list[Failure] = [*failures, *(Failure(item, DocumentOutcome.UNCHANGED, "") for item in unchanged)]
    store.insert_outcomes(outcomes_of(ctx, words))
    counted = count_words([*(word for _, word, _ in words), *[DocumentOutcome.UNCHANGED] * doubled])
    return StepReport(step=step, inputs=len(documents) + len(failures), outcomes=counted, passed_on=len(passed_on))


def _tag(tagger: Tagger, documents: Sequence[Document], advance: Callable[[], None]) -> tuple[list[TaggedDocument], list[Failure]]:
    """Tag `documents` in one stream; where that breaks, in halves, until only the document at fault fails."""
    if not documents:
        return [], []
    tagged: list[TaggedDocument] = []
    try:
        for one in tagger.tag(documents):
            tagged.append(one)
            advance()
    except Exception as error:  # noqa: BLE001 - the one loop that isolates a document, whatever its text sets off
        if len(documents) == 1:
            return [], [Failure(documents[0].document_id, DocumentOutcome.FAILED, f"tagging: {type(error).__name__}: {error}")]
        half = len(documents) // 2
        parts = [_tag(tagger, documents[:half], advance), _tag(tagger, documents[half:], advance)]
        return [one for part in parts for one in part[0]], [failure for part in parts for failure in part[1]]
    given = {one.document_id for one in tagged}
    lost = [document.document_id for document in documents if document.document_id not in given]
    return tagged, [Failure(item, DocumentOutcome.FAILED, "tagging: the tagger returned nothing for it") for item in lost]
