"""The verb `explain`: why a position or an event is held, or all that was found and nearly found in an article, sentence by sentence.

It reads the snapshot and works while a run is on. What it prints for people is plain text: no markup of a stranger is read, control
characters show as `<1b>`, and line ends within a sentence are blanks.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.options import JsonFlag, settings_of
from flows.commands.output import print_json, put
from vocabulary.errors import NoDataError, TerminalError

if TYPE_CHECKING:  # starting is to stay light
    from flows.explaining import Explained, SentenceFound
    from flows.settings import Settings
    from vocabulary.documents import Document
    from warehouse.reading import SnapshotReader, StoredEvent, StoredPosition, StoredReport

_ID = re.compile(r"[0-9a-f]{4,64}")
_ADDRESS = re.compile(r"(?:https?://|seed:|file:).+", re.IGNORECASE)
_WHY = {
    "unlikely": "less likely than what is taken",
    "grammar": "grammar rules it out: a question, a supposition, an order, another's stance or something set aside",
    "merged": "another position says it, or no words of their own show it",
}


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command(epilog="Example: stancewatch explain 0f3a9c, or stancewatch explain seeds/brief.txt")(explain)


def explain(
    ctx: typer.Context,
    what: Annotated[
        str,
        typer.Argument(metavar="ID|FILE|URL", help="Position, event, report or document (or how its id begins); a stored file or address"),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Print why a position or an event is held; of a document every one, sentence by sentence, and what was considered and not taken."""
    from flows.lock import place_of
    from warehouse.reading import StoredEvent, StoredPosition, open_snapshot
    from warehouse.snapshot import snapshot_path

    settings = settings_of(ctx)
    is_file, is_address = _is_file(what), _ADDRESS.fullmatch(what) is not None
    if not (is_file or is_address or _ID.fullmatch(what)):
        raise TerminalError(
            f"{what!r} is no id of a position, event, report or document, no file and no address;"
            " digests and `stancewatch diff --json` name ids"
        )
    with open_snapshot(snapshot_path(place_of(settings))) as snapshot:
        document = _find_document(snapshot, what, settings, is_file=is_file, is_address=is_address)
        if document is not None:
            _explain_document(snapshot, document, settings, as_json=as_json)
            return
        found = snapshot.find_claim(what)
    if as_json:
        kind = "position" if isinstance(found, StoredPosition) else "event" if isinstance(found, StoredEvent) else "report"
        print_json({"what": kind, **found.model_dump(mode="json")})
    elif isinstance(found, StoredPosition):
        _print_position(found)
        _print_in_text(found)
    else:
        _print_happening(found)
        for report in found.told if isinstance(found, StoredEvent) else (found,):
            put("")
            put(f"report {report.report_id} of event {report.event_id}")
            _print_in_text(report)


def _is_file(what: str) -> bool:
    try:
        return Path(what).is_file()
    except (OSError, ValueError):  # too long for a name, or a NUL in it
        return False


def _find_document(snapshot: "SnapshotReader", what: str, settings: "Settings", *, is_file: bool, is_address: bool) -> "Document | None":
    """Return the article that is meant; None where it is no article's id. Raises `NoDataError` and `TerminalError`."""
    from flows.file_tagging import read_bytes
    from sources.address import canonical_url
    from vocabulary.identity import sha256_hex

    if is_file:
        found = snapshot.find_documents(raw_sha256=sha256_hex(read_bytes(Path(what), settings.max_bytes)))
    elif is_address:
        is_web = what.lower().startswith("http")
        found = snapshot.find_documents(addresses=tuple(dict.fromkeys((what, canonical_url(what) if is_web else what))))
    else:
        found = snapshot.find_documents(beginning=what)
        if not found:
            return None
    if not found:
        raise NoDataError(f"no stored document is {what}; `stancewatch sql 'SELECT document_id, url, title FROM documents'` lists them")
    if len(found) > 1:
        ids = ", ".join(one.document_id for one in found[:5])
        raise TerminalError(f"{what} means {len(found)} documents: {ids}; write more of an id")
    return found[0]


def _explain_document(snapshot: "SnapshotReader", document: "Document", settings: "Settings", *, as_json: bool) -> None:
    from flows.context import open_context
    from flows.explaining import explain_document

    positions, reports = snapshot.list_claims(document)
    explained = explain_document(document, positions, reports, open_context(settings).tagger)
    if as_json:
        print_json({"what": "document", **explained.model_dump(mode="json")})
    else:
        _print_document(explained)


def _print_document(found: "Explained") -> None:
    put(_line(f"{found.title} - {found.outlet}, {found.published_on} ({found.published_basis}), {found.url}"))
    put(f"document {found.document_id}: {found.positions} positions, {found.reports} events, {found.missed} near misses")
    if found.extractor_version not in found.stored_versions and found.stored_versions:
        put(f"positions and events are by extractors {', '.join(found.stored_versions)}; near misses by {found.extractor_version}")
    if not any((found.positions, found.reports, found.missed)):
        put("nothing was found in it, and nothing came near")
    for sentence in found.sentences:
        put("")
        put(_line(sentence.marked(">>", "<<")))
        _print_found(sentence)


def _print_found(sentence: "SentenceFound") -> None:
    for position in sentence.positions:
        put("")
        _print_position(position, before="  ")
        put(f"    position {position.position_id}, confidence {position.confidence:g}")
        _print_reasons(position.reasons)
    for report in sentence.reports:
        put("")
        _print_happening(report, before="  ")
        put(f"    report {report.report_id} of event {report.event_id}, confidence {report.confidence:g}")
        _print_reasons(report.reasons)
    for miss in sentence.missed:
        put("")
        put(f"  not taken: {miss.actor} on {miss.issue}, probability {miss.probability:.2f} where {miss.threshold:.2f} is needed")
        put(f"    {_WHY[miss.why]}")
        _print_reasons(miss.reasons)


def _print_reasons(reasons: tuple[str, ...]) -> None:
    for reason in reasons:
        put(f"    - {_line(reason)}")


def _line(text: str) -> str:
    """Return anybody's words as one line."""
    return " ".join(text.split())


def _print_position(found: "StoredPosition", *, before: str = "") -> None:
    condition = f" if {found.condition!r}" if found.condition else ""
    put(f"{before}{found.actor} {found.stance} {found.issue}/{found.aspect}{condition} (held {found.held})")
    by = f"by {_line(found.speaker or 'nobody named')}: {found.attribution}, {found.basis}"
    put(f"{before}said on {found.said_on} ({found.said_on_basis}) {by}")


def _print_happening(found: "StoredEvent | StoredReport", *, before: str = "") -> None:
    """Print what happened, when, and how the date is known."""
    targets = f" -> {' '.join(found.targets)}" if found.targets else ""
    place = f", {_line(found.place)}" if found.place else ""
    put(f"{before}{found.type} ({found.status}), {found.date_iso() or 'undated'}: {' '.join(found.actors)}{targets}{place}")
    raw = f" {found.date_raw!r}" if found.date_raw else ""
    put(before + (f"date: {found.date_basis}{raw}, to the {found.date_precision}" if found.date_iso() else "date: the texts give none"))
    if found.quantities:
        put(f"{before}numbers: {'; '.join(found.quantities)}")


def _print_in_text(found: "StoredPosition | StoredReport") -> None:
    """Print the words of a claim in their paragraph, where they were published, and what found them."""
    from extractors.glosses import gloss_trail

    where = f"{found.outlet}, {found.published_on} ({found.published_basis}), {found.url}"
    put(" - ".join(part for part in (found.title, where) if part))
    start, end = found.quote_start - found.paragraph_start, found.quote_end - found.paragraph_start
    put("")
    put(f"{found.paragraph[:start]}>>{found.paragraph[start:end]}<<{found.paragraph[end:]}")
    put("")
    put(f"confidence {found.confidence:g}; rules {found.trail}")
    _print_reasons(tuple(gloss_trail(found.trail)))
    put(f"extractors {found.extractor_version}, watch {found.watch_version}")
    if found.withdrawn_at:
        put(f"withdrawn at {found.withdrawn_at:%Y-%m-%d %H:%M} ({found.withdrawn_reason})")
    if not found.is_verbatim:
        put("WARNING: the quote is not what the stored text holds there")
