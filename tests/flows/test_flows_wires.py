"""Copies of a wire story share an id, whichever way they come in, and count as one source."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from zoneinfo import ZoneInfo

from extractors.documents import make_document
from flows.wires import COPY_DAYS, share_wires
from vocabulary.documents import CleanText, Document, RawDocument
from vocabulary.identity import content_id, sha256_hex
from vocabulary.words import PublishedBasis
from warehouse.store import Warehouse, open_warehouse

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
STORY = (
    "The ferry company said on Monday that it would build a bridge over the Lenn if both banks paid half of it each.",
    "Its director told reporters that the boats were old and that no yard would repair them after next winter.",
    "Mayors on both banks welcomed the offer, although one of them asked who would own the toll houses in the end.",
    "A study of the ground is to begin in June, and the first pillar could stand two years later.",
)
OTHER = (
    "Divers found the bell of a monastery on the bed of the Lenn, close to where the pillars of a bridge may stand.",
    "It weighs as much as two carts and bears a date that puzzles the museum, since nobody cast bells there then.",
    "The museum will show it from autumn on, next to the door of the boat house that burned down last summer.",
)


def article(name: str, paragraphs: Sequence[str] = STORY, *, at: datetime = NOON, seen_at: datetime = NOON) -> Document:
    text = "\n\n".join(paragraphs)
    raw = RawDocument(
        document_id=content_id(name),
        url=f"https://{name}.example/bridge",
        final_url=f"https://{name}.example/bridge",
        outlet=name,
        title=f"The bridge, says {name}",
        published_at=at,
        published_basis=PublishedBasis.FEED,
        content=text.encode(),
        raw_sha256=sha256_hex(text.encode()),
        seen_at=seen_at,
    )
    clean = CleanText(text=text, title="", language="en")
    return make_document(raw, clean, timezone=ZoneInfo("UTC"))


def store_in(folder: Path, batches: Sequence[Sequence[Document]]) -> dict[str, str]:
    """Store the batches one after the other and return outlet to wire_id, both as stored."""
    with open_warehouse(folder / "w.duckdb", timezone="UTC") as store:
        for batch in batches:
            store.insert_documents(share_wires(store, batch))
        return wires(store)


def wires(store: Warehouse) -> dict[str, str]:
    return dict(store.connection.execute("SELECT outlet, wire_id FROM documents").fetchall())


def test_copies_in_one_batch_share_the_id_of_the_first_published(tmp_path: Path) -> None:
    late = article("late", at=NOON + timedelta(hours=3))
    first = article("first", STORY[:3])
    middle = article("middle", (*STORY[:2], "Our reporter saw the boats.", *STORY[2:]), at=NOON + timedelta(hours=1))
    alone = article("alone", OTHER)
    found = store_in(tmp_path, [[late, alone, middle, first]])
    assert found == dict.fromkeys(("first", "middle", "late"), first.document_id) | {"alone": alone.document_id}


def test_number_of_stories_does_not_depend_on_the_order_of_arrival(tmp_path: Path) -> None:
    texts = {"a": STORY, "b": STORY[:3], "c": (*STORY, "And that was all."), "d": OTHER}
    for number, order in enumerate(permutations(texts)):
        folder = tmp_path / str(number)
        found = store_in(folder, [[article(name, texts[name])] for name in order])
        assert found["a"] == found["b"] == found["c"] != found["d"], order


def test_edited_article_keeps_its_story(tmp_path: Path) -> None:
    mine = article("mine")
    edited = article("mine", OTHER, seen_at=NOON + timedelta(hours=5))
    copy = article("copy", OTHER, at=NOON + timedelta(hours=6), seen_at=NOON + timedelta(hours=6))
    with open_warehouse(tmp_path / "w.duckdb", timezone="UTC") as store:
        for batch in ([mine], [edited], [copy]):
            store.insert_documents(share_wires(store, batch))
        assert set(wires(store).values()) == {mine.document_id}
        versions = store.connection.execute("SELECT count(*), count(DISTINCT wire_id) FROM document_versions").fetchone()
    assert versions == (3, 1)


def test_text_printed_long_after_is_a_story_of_its_own(tmp_path: Path) -> None:
    old, again = article("old"), article("again", at=NOON + timedelta(days=COPY_DAYS + 1))
    found = store_in(tmp_path, [[old], [again]])
    assert found == {"old": old.document_id, "again": again.document_id}
    assert store_in(tmp_path / "together", [[again, old]]) == found


def test_the_same_batch_again_changes_nothing(tmp_path: Path) -> None:
    batch = [article("one"), article("two"), article("three", OTHER)]
    with open_warehouse(tmp_path / "w.duckdb", timezone="UTC") as store:
        for _ in range(2):
            store.insert_documents(share_wires(store, batch))
        counts = store.connection.execute("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM wire_keys)").fetchone()
    assert counts == (3, 3 * 24)
