"""Positions and events: what is withdrawn, what keeps its row, which reports are one happening."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from warehouse_builders import (
    DAY,
    NOW,
    RUN,
    VERSION,
    Walk,
    day,
    make_document,
    make_gone,
    make_position,
    make_report,
    make_tagged,
    open_walk,
    table_digest,
)

from vocabulary.claims import EventReport, Position
from vocabulary.documents import Document
from vocabulary.errors import WarehouseError
from vocabulary.words import DatePrecision
from warehouse.store import InsertCount

LATER = NOW + timedelta(hours=1)
LAST = NOW + timedelta(hours=2)


def tag(
    walk: Walk,
    document: Document,
    positions: Sequence[Position] = (),
    events: Sequence[EventReport] = (),
    *,
    at=NOW,
    version: str = VERSION,
    watch: str = "watch-1",
) -> InsertCount:
    """Store a document (or its new text) and what was found in it."""
    walk.store.insert_documents([document])
    return walk.store.insert_tagged([make_tagged(document, positions, events, version=version, watch=watch)], run_id=RUN, recorded_at=at)


def rows_of(walk: Walk, columns: str = "stance, recorded_at, withdrawn_at, withdrawn_reason") -> list[tuple[object, ...]]:
    """Return rows of positions in the order in which they were recorded."""
    return walk.store.connection.execute(f"SELECT {columns} FROM positions ORDER BY recorded_at, stance").fetchall()


# positions


def test_tagging_the_same_again_changes_nothing(tmp_path: Path) -> None:
    document = make_document()
    with open_walk(tmp_path) as walk:
        assert tag(walk, document, [make_position(document)], [make_report(document)]) == InsertCount(1, 0, 0)
        before = table_digest(walk.store)
        assert tag(walk, document, [make_position(document)], [make_report(document)], at=LATER) == InsertCount(0, 0, 1)
        assert table_digest(walk.store) == before


WITHDRAWALS = {
    "another text": ({"text": "edited", "seen_at": LATER}, VERSION, "watch-1", "edited"),
    "another extractor": ({}, "extractor-2", "watch-1", "re-extraction"),
    "another watch": ({}, VERSION, "watch-2", "watch_change"),
    "another text and extractor": ({"text": "edited", "seen_at": LATER}, "extractor-2", "watch-2", "edited"),
    "another extractor and watch": ({}, "extractor-2", "watch-2", "re-extraction"),
}


@pytest.mark.parametrize(("fields", "version", "watch", "reason"), list(WITHDRAWALS.values()), ids=list(WITHDRAWALS))
def test_what_is_not_found_again_is_withdrawn(tmp_path: Path, fields: dict[str, object], version: str, watch: str, reason: str) -> None:
    document, again = make_document(), make_document(**fields)
    kept, lost, new = (make_position(document, stance) for stance in ("supports", "opposes", "undecided"))
    with open_walk(tmp_path) as walk:
        tag(walk, document, [kept, lost])
        found_again = kept.model_copy(
            update={"text_sha256": again.text_sha256, "quote_start": 40, "quote_end": 50, "extractor_version": version}
        )
        assert tag(walk, again, [found_again, new], at=LATER, version=version, watch=watch) == InsertCount(0, 1, 0)
        assert rows_of(walk) == [
            ("opposes", NOW, LATER, reason),
            ("supports", NOW, None, None),
            ("undecided", LATER, None, None),
        ]
        assert rows_of(walk, "recorded_reason") == [("new",), ("new",), (reason,)]
        offsets = walk.store.connection.execute("SELECT quote_start, text_sha256 FROM positions_live WHERE stance = 'supports'").fetchall()
    assert offsets == [(0, document.text_sha256)], "offsets stay those of the text version that the row names"


def test_a_position_that_returns_is_live_again(tmp_path: Path) -> None:
    document = make_document()
    position = make_position(document)
    with open_walk(tmp_path) as walk:
        tag(walk, document, [position])
        tag(walk, document, [], at=LATER, version="extractor-2")
        assert walk.store.connection.execute("SELECT count(*) FROM positions_live").fetchone() == (0,)
        tag(walk, document, [position], at=LAST, version="extractor-3")
        assert rows_of(walk) == [("supports", NOW, LATER, "re-extraction"), ("supports", LAST, None, None)]
        assert walk.store.connection.execute("SELECT position_id FROM positions_live").fetchall() == [(position.position_id,)]
        known = [
            walk.store.connection.execute(
                "SELECT count(*) FROM positions WHERE recorded_at <= $at AND (withdrawn_at IS NULL OR withdrawn_at > $at)", {"at": moment}
            ).fetchone()
            for moment in (NOW, LATER, LAST)
        ]
    assert known == [(1,), (0,), (1,)]


MATERIAL = {
    "speaker": "somebody else",
    "role": "minister",
    "condition": "if paid",
    "attribution": "reporter",
    "basis": "background",
    "said_on": day(-1),
    "said_on_basis": "explicit",
    "confidence": 0.5,
}


@pytest.mark.parametrize("field", list(MATERIAL))
def test_found_again_with_another_fact_is_a_new_row_of_the_same_id(tmp_path: Path, field: str) -> None:
    document = make_document()
    position = make_position(document)
    with open_walk(tmp_path) as walk:
        tag(walk, document, [position])
        tag(walk, document, [position.model_copy(update={field: MATERIAL[field]})], at=LATER, version="extractor-2")
        rows = walk.store.connection.execute(f"SELECT position_id, {field}, recorded_at FROM positions_live").fetchall()
        assert len(rows_of(walk)) == 2
    assert rows == [(position.position_id, MATERIAL[field], LATER)]


def test_found_again_by_another_rule_keeps_its_row(tmp_path: Path) -> None:
    document = make_document()
    position = make_position(document)
    with open_walk(tmp_path) as walk:
        tag(walk, document, [position])
        tag(
            walk, document, [position.model_copy(update={"trail": "rule.new", "watch_version": "watch-2"})], at=LATER, version="extractor-2"
        )
        assert rows_of(walk, "recorded_at, trail, withdrawn_at") == [(NOW, "rule.one", None)]


def test_tagging_of_an_older_text_is_left_out(tmp_path: Path) -> None:
    old, edited = make_document(text="old"), make_document(text="edited", seen_at=LATER)
    with open_walk(tmp_path) as walk:
        tag(walk, old)
        tag(walk, edited, [make_position(edited)], at=LATER)
        assert tag(walk, old, [make_position(old, "opposes")], at=LAST, version="extractor-2") == InsertCount(0, 0, 1)
        assert [row[0] for row in rows_of(walk)] == ["supports"]


def test_tagging_of_an_unknown_document_is_refused(tmp_path: Path) -> None:
    document = make_document()
    with open_walk(tmp_path) as walk:
        before = table_digest(walk.store)
        with pytest.raises(WarehouseError, match=f"document {document.document_id} was tagged but is not stored"):
            walk.store.insert_tagged([make_tagged(document)], run_id=RUN, recorded_at=NOW)
        assert table_digest(walk.store) == before


def test_gone_article_is_withdrawn_but_not_forgotten(tmp_path: Path) -> None:
    document = make_document()
    with open_walk(tmp_path) as walk:
        tag(walk, document, [make_position(document)], [make_report(document)])
        assert walk.store.withdraw_documents([make_gone(document, LATER)]) == 1
        assert walk.store.withdraw_documents([make_gone(document, LAST)]) == 0
        assert rows_of(walk) == [("supports", NOW, LATER, "gone")]
        assert walk.store.connection.execute("SELECT superseded_at FROM events").fetchall() == [(LATER,)]


def test_lone_surrogate_in_a_quote_names_the_document(tmp_path: Path) -> None:
    document = make_document()
    with (
        open_walk(tmp_path) as walk,
        pytest.raises(WarehouseError, match=f"document_id {document.document_id}: quote has a lone surrogate"),
    ):
        tag(walk, document, [make_position(document, quote="half \udfff")])


# events


class Pair(NamedTuple):
    """Two reports, of two documents unless said otherwise, and whether they are one happening."""

    first: dict[str, object]
    second: dict[str, object]
    one: bool


WEEK = {"on": DAY, "ends_on": day(6), "date_precision": DatePrecision.WEEK}
PAIRS = {
    "same day and actors": Pair({}, {}, True),
    "fewer actors on the same day": Pair({"actors": ("AAA", "BBB", "CCC")}, {"actors": ("CCC",)}, True),
    "more actors on the same day": Pair({"actors": ("AAA",)}, {"actors": ("AAA", "BBB")}, True),
    "the order of actors does not matter": Pair({"actors": ("AAA", "BBB")}, {"actors": ("BBB", "AAA")}, True),
    "actors that overlap only": Pair({"actors": ("AAA", "BBB")}, {"actors": ("BBB", "CCC")}, False),
    "another type": Pair({}, {"type_": "call"}, False),
    "another day": Pair({}, {"on": day(1)}, False),
    "same week and actors": Pair(WEEK, WEEK, True),
    "same week and fewer actors": Pair(WEEK, {**WEEK, "actors": ("AAA",)}, False),
    "a day of that week": Pair(WEEK, {}, False),
    "undated": Pair({"on": None}, {"on": None}, False),
    "no actors": Pair({"actors": ()}, {"actors": ("AAA",)}, False),
    "one names a place": Pair({"place": "Harbour"}, {}, True),
    "places that differ in case": Pair({"place": "Harbour"}, {"place": "HARBOUR"}, True),
    "two places": Pair({"place": "Harbour"}, {"place": "Hill"}, False),
    "one names targets": Pair({"targets": ("CCC",)}, {}, True),
    "other targets": Pair({"targets": ("CCC",)}, {"targets": ("BBB",)}, False),
    "planned and past": Pair({"status": "planned"}, {"status": "past"}, True),
}


@pytest.mark.parametrize("batches", ["one batch", "two batches"])
@pytest.mark.parametrize("pair", list(PAIRS.values()), ids=list(PAIRS))
def test_two_reports_are_one_happening_or_two(tmp_path: Path, pair: Pair, batches: str) -> None:
    documents = [make_document("first"), make_document("second", day=day(1))]
    tagged = [make_tagged(document, [], [make_report(document, **fields)]) for document, fields in zip(documents, pair[:2], strict=True)]  # type: ignore[arg-type]
    with open_walk(tmp_path) as walk:
        walk.store.insert_documents(documents)
        for batch in [tagged] if batches == "one batch" else [[tagged[0]], [tagged[1]]]:
            walk.store.insert_tagged(batch, run_id=RUN, recorded_at=NOW)
        events = walk.store.connection.execute("SELECT event_id, reports FROM events_live").fetchall()
    if pair.one:
        assert events == [(tagged[0].events[0].report_id, 2)]
    else:
        assert sorted(events) == sorted((item.events[0].report_id, 1) for item in tagged)


def test_two_reports_of_one_article_are_two_happenings(tmp_path: Path) -> None:
    document = make_document()
    with open_walk(tmp_path) as walk:
        tag(walk, document, [], [make_report(document, quote="one"), make_report(document, quote="two")])
        assert walk.store.connection.execute("SELECT count(*) FROM events_live").fetchone() == (2,)


def test_a_report_that_fits_two_happenings_stands_alone(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        for name, actors in (("a", ("AAA", "BBB")), ("b", ("AAA", "CCC")), ("c", ("AAA",)), ("d", ("AAA",))):
            document = make_document(name)
            tag(walk, document, [], [make_report(document, actors=actors)])
        rows = walk.store.connection.execute("SELECT actors, reports FROM events_live ORDER BY ALL").fetchall()
    assert rows == [(["AAA"], 2), (["AAA", "BBB"], 1), (["AAA", "CCC"], 1)]


def test_event_shows_its_fullest_report_and_the_newest_status(tmp_path: Path) -> None:
    planned, past = make_document("planned", day=day(-1)), make_document("past", day=day(1))
    with open_walk(tmp_path) as walk:
        tag(walk, planned, [], [make_report(planned, status="planned", actors=("AAA",), place="Harbour")])
        assert [(event.status, event.place) for event in walk.store.list_events_ahead(day(-1))] == [("planned", "Harbour")]
        tag(walk, past, [], [make_report(past, actors=("BBB", "AAA"), targets=("CCC",))], at=LATER)
        (event,) = walk.store.list_events(DAY, DAY)
        history = walk.store.connection.execute(
            "SELECT status, reports, recorded_at, superseded_at FROM events ORDER BY recorded_at"
        ).fetchall()
        assert walk.store.list_events_ahead(day(-1)) == []
    assert (event.status, event.actors, event.targets, event.place, event.reports) == ("past", ("BBB", "AAA"), ("CCC",), "Harbour", 2)
    assert (event.quote, event.url, event.date_iso) == (f"report of {past.document_id}", past.url, DAY.isoformat())
    assert history == [("planned", 1, NOW, LATER), ("past", 2, LATER, None)]


def test_edited_report_keeps_its_event(tmp_path: Path) -> None:
    document, edited = make_document(text="old"), make_document(text="edited", seen_at=LATER)
    first = make_report(document)
    with open_walk(tmp_path) as walk:
        tag(walk, document, [], [first])
        tag(walk, edited, [], [make_report(edited, quote="in other words", confidence=0.8)], at=LATER)
        reports = walk.store.connection.execute("SELECT event_id, withdrawn_reason FROM event_reports ORDER BY recorded_at").fetchall()
        live = walk.store.connection.execute("SELECT event_id, reports FROM events_live").fetchall()
    assert reports == [(first.report_id, "edited"), (first.report_id, None)]
    assert live == [(first.report_id, 1)]


def test_event_whose_reports_are_all_withdrawn_is_superseded(tmp_path: Path) -> None:
    one, two = make_document("one"), make_document("two")
    with open_walk(tmp_path) as walk:
        tag(walk, one, [], [make_report(one)])
        tag(walk, two, [], [make_report(two)])
        tag(walk, one, at=LATER, version="extractor-2")
        assert walk.store.connection.execute("SELECT reports FROM events_live").fetchall() == [(1,)]
        tag(walk, two, at=LAST, version="extractor-2")
        assert walk.store.connection.execute("SELECT count(*) FROM events_live").fetchone() == (0,)
        tag(walk, one, [], [make_report(one)], at=LAST + timedelta(hours=1), version="extractor-3")
        assert walk.store.connection.execute("SELECT event_id, reports FROM events_live").fetchall() == [(make_report(one).report_id, 1)]


LISTED: dict[str, tuple[dict[str, object], bool, bool]] = {
    # fields, listed on the day, listed ahead of it
    "of the day": ({}, True, False),
    "of the day before": ({"on": day(-1)}, False, False),
    "a range over the day": ({"on": day(-1), "ends_on": day(1), "date_precision": DatePrecision.RANGE}, True, False),
    "a month with the day in it": (
        {"on": date(2025, 5, 1), "ends_on": date(2025, 5, 31), "date_precision": DatePrecision.MONTH},
        False,
        False,
    ),
    "planned in that month": (
        {"on": date(2025, 5, 1), "ends_on": date(2025, 5, 31), "date_precision": DatePrecision.MONTH, "status": "planned"},
        False,
        True,
    ),
    "undated": ({"on": None}, False, False),
    "hypothetical": ({"status": "hypothetical"}, False, False),
    "cancelled": ({"status": "cancelled"}, True, False),
    "planned for the day": ({"status": "planned"}, True, False),
    "planned for later": ({"status": "planned", "on": day(3)}, False, True),
    "later but not planned": ({"status": "cancelled", "on": day(3)}, False, False),
}


@pytest.mark.parametrize(("fields", "on_day", "ahead"), list(LISTED.values()), ids=list(LISTED))
def test_events_of_a_day_and_ahead(tmp_path: Path, fields: dict[str, object], on_day: bool, ahead: bool) -> None:
    document = make_document()
    with open_walk(tmp_path) as walk:
        tag(walk, document, [], [make_report(document, **fields)])  # type: ignore[arg-type]
        assert (len(walk.store.list_events(DAY, DAY)), len(walk.store.list_events_ahead(DAY))) == (int(on_day), int(ahead))
