"""Builders for the warehouse's tests: records with only what a case is about, and a warehouse that is walked day by day."""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from vocabulary.claims import EventReport, Position, TaggedDocument
from vocabulary.documents import Document, GoneDocument
from vocabulary.identity import content_id, sha256_hex
from vocabulary.stance import Coverage, Digest, StanceDay
from vocabulary.watch import Watch
from vocabulary.words import DatePrecision, EventType, PublishedBasis, Stance
from warehouse.store import Warehouse, open_warehouse

DAY = date(2025, 5, 1)
NOW = datetime(2025, 5, 1, 18, 0, tzinfo=UTC)
RUN = "run-1"
VERSION = "extractor-1"

WATCH = Watch.model_validate(
    {
        "id": "orchard",
        "title": "The orchard treaty",
        "about": "Who wants the orchard treaty",
        "version": "watch-1",
        "relevance": {"anchors": ["AAA"]},
        "roles": [
            {"id": "head", "titles": ["premier"], "weight": 1.0, "is_head": True},
            {"id": "minister", "titles": ["minister"], "weight": 0.8},
            {"id": "envoy", "titles": ["envoy"], "weight": 0.7},
        ],
        "actors": [
            {"id": "AAA", "kind": "state", "names": ["Ameria"], "demonyms": ["Amerian"]},
            {"id": "BBB", "kind": "state", "names": ["Borduria"]},
            {"id": "CCC", "kind": "organisation", "names": ["Concord"], "in_focus": False},
        ],
        "issues": [
            {
                "id": "treaty",
                "title": "The treaty",
                "meaning": "for it",
                "aspects": [{"id": "toll", "title": "The toll"}],
                "cues": ["treaty"],
            },
            {"id": "bridge", "title": "The bridge", "meaning": "for it", "cues": ["bridge"]},
        ],
        "people": [
            {
                "name": "Ada Quill",
                "surname": "Quill",
                "offices": [
                    {
                        "role": "head",
                        "title": "Premier",
                        "actor": "AAA",
                        "from": "2024",
                        "source": "https://ameria.example",
                        "verified": True,
                    }
                ],
            }
        ],
        "feeds": [
            {"id": "daily", "url": "https://user:secret@daily.example/rss", "outlet": "Daily", "country": "AAA", "kind": "newspaper"},
            {"id": "wire", "url": "https://wire.example/rss", "outlet": "Wire", "country": "BBB", "kind": "agency"},
        ],
    }
)


def make_watch(version: str = "watch-2", **rules: float) -> Watch:
    """Return the watch with another version and other numbers."""
    return WATCH.model_copy(update={"version": version, "rules": WATCH.rules.model_copy(update=rules)})


def make_document(name: str = "d1", *, text: str | None = None, day: date = DAY, seen_at: datetime = NOW, **fields: object) -> Document:
    """Return an article called `name`, published on `day`."""
    document_id = content_id("document", name)
    words = text if text is not None else f"Headline {name}\n\nText of {name}."
    values: dict[str, object] = {
        "document_id": document_id,
        "url": f"https://news.example/{document_id}",
        "outlet": "Daily",
        "credited_source": "",
        "title": f"Headline {name}"[:80],
        "published_at": datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        "published_on": day,
        "published_basis": PublishedBasis.FEED,
        "language": "en",
        "wire_id": document_id,
        "feed_id": "daily",
        "text": words,
        "text_sha256": sha256_hex(words.encode("utf-8", "surrogatepass")),
        "raw_sha256": sha256_hex(b"raw " + words.encode("utf-8", "surrogatepass")),
        "seen_at": seen_at,
        "wire_keys": (zlib.crc32(words.encode("utf-8", "surrogatepass")),),
    }
    return Document.model_validate(values | fields)


def make_gone(document: Document, gone_at: datetime) -> GoneDocument:
    return GoneDocument(document_id=document.document_id, gone_at=gone_at, detail="410", run_id=RUN)


def make_position(
    document: Document, stance: str = "supports", *, said_on: date | None = None, quote: str = "", **fields: object
) -> Position:
    """Return a position of Ameria's premier on the treaty, in own words, that `document` shows."""
    values: dict[str, object] = {
        "document_id": document.document_id,
        "text_sha256": document.text_sha256,
        "actor": "AAA",
        "speaker": "Ada Quill",
        "role": "head",
        "issue": "treaty",
        "aspect": "general",
        "stance": stance,
        "held": "now",
        "attribution": "own_words",
        "basis": "dated",
        "quote": quote or f"quote of {document.document_id} for {stance}",
        "quote_start": 0,
        "quote_end": 10,
        "said_on": said_on or document.published_on,
        "said_on_basis": "document",
        "confidence": 0.9,
        "trail": "rule.one",
        "extractor_version": VERSION,
        "watch_version": "watch-1",
    }
    values |= fields
    keys = ("document_id", "actor", "issue", "aspect", "stance", "held", "quote")
    return Position.model_validate({"position_id": content_id(*(values[key] for key in keys)), **values})


def make_report(
    document: Document, type_: str = "meeting", *, on: date | None = DAY, actors: Sequence[str] = ("AAA", "BBB"), **fields: object
) -> EventReport:
    """Return the report of an event that `document` carries."""
    values: dict[str, object] = {
        "document_id": document.document_id,
        "text_sha256": document.text_sha256,
        "type": EventType(type_),
        "starts_on": on,
        "ends_on": on,
        "date_precision": DatePrecision.DAY if on else DatePrecision.NONE,
        "status": "past",
        "actors": tuple(actors),
        "quote": f"report of {document.document_id}",
        "quote_start": 0,
        "quote_end": 10,
        "confidence": 0.9,
        "trail": "rule.two",
        "extractor_version": VERSION,
        "watch_version": "watch-1",
    }
    values |= fields
    keys = ("document_id", "type", "starts_on", "actors", "quote")
    return EventReport.model_validate({"report_id": content_id(*(values[key] for key in keys)), **values})


def make_tagged(
    document: Document,
    positions: Sequence[Position] = (),
    events: Sequence[EventReport] = (),
    *,
    version: str = VERSION,
    watch: str = "watch-1",
) -> TaggedDocument:
    """Return what was found in `document`."""
    return TaggedDocument(
        document_id=document.document_id,
        text_sha256=document.text_sha256,
        relevance=1.0,
        positions=tuple(positions),
        events=tuple(events),
        extractor_version=version,
        watch_version=watch,
    )


def make_digest(store: Warehouse, day: date, *, issued_at: datetime, watch: Watch = WATCH, **fields: object) -> Digest:
    """Return the digest of `day` as the steps would build it, without names."""
    previous = store.find_last_digest()
    first_day = store.first_document_day() if previous is None else None
    number = len(store.list_digest_days()) + 1
    values: dict[str, object] = {
        "digest_id": content_id(watch.id, day, number),
        "number": number,
        "opening": previous is None,
        "watch_id": watch.id,
        "watch_title": watch.title,
        "watch_version": watch.version,
        "day": day,
        "previous_day": previous.day if previous else None,
        "first_day": first_day,
        "issued_at": issued_at,
        "age_days": max(0, (issued_at.date() - day).days),
        "actor_names": {},
        "issue_titles": {},
        "changes": store.list_changes_since(previous, day, first_day=first_day),
        "first_seen": store.list_first_seen(previous, day, first_day=first_day),
        "signals": store.list_signals(first_day or day, day),
        "reaffirmed": store.list_reaffirmed(day),
        "stances": store.list_stances(day),
        "events": store.list_events(first_day or day, day),
        "ahead": store.list_events_ahead(day),
        "coverage": Coverage(documents_read=0, documents_total=0),
        "extractor_version": VERSION,
    }
    return Digest.model_validate(values | fields)


class Walk:
    """A warehouse that learns positions and builds stances after each batch."""

    def __init__(self, store: Warehouse) -> None:
        self.store = store
        self.now = NOW
        self.watch = WATCH
        self.version = VERSION
        self.count = 0

    def learn(self, *positions: tuple[str, date] | tuple[str, date, dict[str, object]], now: datetime | None = None) -> list[Document]:
        """Store one document per (stance, said on, other fields) and build; `published` and `document` fields go to the document."""
        self.now = now or self.now + timedelta(minutes=1)
        batch, tagged = [], []
        for entry in positions:
            stance, said_on = entry[0], entry[1]
            fields = dict(entry[2]) if len(entry) == 3 else {}
            self.count += 1
            article = make_document(
                f"walk {self.count}",
                day=fields.pop("published", said_on),
                seen_at=self.now,
                **fields.pop("document", {}),  # type: ignore[arg-type]
            )
            batch.append(article)
            tagged.append(
                make_tagged(
                    article, [make_position(article, stance, said_on=said_on, **fields)], version=self.version, watch=self.watch.version
                )
            )  # type: ignore[arg-type]
        self.store.insert_documents(batch)
        self.store.insert_tagged(tagged, run_id=RUN, recorded_at=self.now)
        self.build()
        return batch

    def tag_again(
        self,
        document: Document,
        *positions: Position,
        version: str = VERSION,
        watch: str = "watch-1",
        later: timedelta = timedelta(hours=1),
    ) -> None:
        """Tag a stored document again with other results and build."""
        self.now += later
        self.store.insert_tagged([make_tagged(document, positions, version=version, watch=watch)], run_id=RUN, recorded_at=self.now)
        self.build()

    def edit(self, document: Document, text: str, *positions: str, later: timedelta = timedelta(hours=1)) -> Document:
        """Store another text of a document that shows the stances given, and build."""
        self.now += later
        edited = make_document(text=text, seen_at=self.now, day=document.published_on, document_id=document.document_id, url=document.url)
        self.store.insert_documents([edited])
        found = [make_position(edited, stance) for stance in positions]
        self.store.insert_tagged([make_tagged(edited, found, version=self.version)], run_id=RUN, recorded_at=self.now)
        self.build()
        return edited

    def build(self) -> int:
        """Build stances as known now."""
        return self.store.build_stances(run_id=RUN, known_at=self.now, watch=self.watch)

    def issue(self, day: date, *, later: timedelta = timedelta(hours=1)) -> Digest:
        """Issue the digest of `day` from what is known now."""
        self.now += later
        digest = make_digest(self.store, day, issued_at=self.now, watch=self.watch)
        self.store.insert_digest(digest, run_id=RUN)
        return digest


@cache
def fresh_file() -> bytes:
    """Return a migrated warehouse with the watch in use: made once, so that a test costs only what it is about."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fresh.duckdb"
        with open_warehouse(path, timezone="Europe/Paris") as store:
            store.put_watch(WATCH, recorded_at=NOW)
        return path.read_bytes()


@contextmanager
def open_walk(folder: Path) -> Iterator[Walk]:
    """Open a fresh warehouse with the watch in use."""
    folder.mkdir(exist_ok=True)
    path = folder / "orchard.duckdb"
    path.write_bytes(fresh_file())
    with open_warehouse(path, timezone="Europe/Paris") as store:
        yield Walk(store)


def matrix(stances: Sequence[StanceDay]) -> dict[tuple[str, str, str], Stance]:
    """Return stances by actor, issue and aspect."""
    return {(stance.actor, stance.issue, stance.aspect): stance.stance for stance in stances}


def day(number: int) -> date:
    """Return day `number` of the walk: 0 is DAY."""
    return DAY + timedelta(days=number)


def table_digest(store: Warehouse) -> dict[str, str]:
    """Return a hash of the rows of every table, whatever their order."""
    names = [
        row[0] for row in store.connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary").fetchall()
    ]
    return {
        name: str(store.connection.execute(f"SELECT (count(*), bit_xor(hash(t)))::VARCHAR FROM {name} t").fetchall()[0][0])
        for name in names
    }
