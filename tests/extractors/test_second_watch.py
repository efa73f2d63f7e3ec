"""A watch that is far from the default one: what is found with it, the rules find, and not the words of a topic."""

import os
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from extractors.tagger import Tagger
from vocabulary.claims import EventReport, TaggedDocument
from vocabulary.documents import Document
from vocabulary.identity import sha256_hex
from vocabulary.watch import Watch
from vocabulary.watch_file import parse_watch
from vocabulary.words import PublishedBasis

DATA = Path(__file__).parent / "data"
CASES = tomllib.loads((DATA / "seabed_cases.toml").read_text(encoding="utf-8"))
DAY = date(2025, 6, 10)

# Ratchets: raise them when the tagger gets better, never lower them. Measured over the 81 cases: detection F1 0.968, full F1 0.923, two of
# 16 empty cases given a position (`gap`), 35 of 49 traps right. Rules alone, raised on these cases, had 0.960, 0.914, none and 38; the
# judge, which decides since, has not learned from them (`docs/decisions.md`, 2026-11-30).
DETECTION_F1 = 0.96
FULL_F1 = 0.92
FALSE_ALARMS = 0
TRAPS_RIGHT = 35


def make_document(text: str, *, name: str, day: date = DAY) -> Document:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Document(
        document_id=name,
        url=f"seed:{name}",
        outlet="Fjord Post",
        credited_source="",
        title="",
        published_at=noon,
        published_on=day,
        published_basis=PublishedBasis.MANIFEST,
        language="en",
        wire_id=name,
        feed_id=None,
        text=text,
        text_sha256=sha256_hex(text.encode()),
        raw_sha256=sha256_hex(text.encode()),
        seen_at=noon,
    )


@lru_cache(maxsize=1)
def load_watch() -> Watch:
    return parse_watch((DATA / "seabed.toml").read_text(encoding="utf-8"), "seabed.toml")


@lru_cache(maxsize=1)
def documents() -> tuple[Document, ...]:
    return tuple(
        make_document(case["text"], name=f"{table}-{case['id']}", day=case.get("day", DAY))
        for table in ("cases", "traps", "events")
        for case in CASES[table]
    )


@lru_cache(maxsize=1)
def tagged() -> dict[str, TaggedDocument]:
    return {found.document_id: found for found in Tagger(load_watch()).tag(documents())}


def found_in(table: str, case: dict[str, Any]) -> set[str]:
    return {f"{p.actor} {p.issue} {p.stance}" for p in tagged()[f"{table}-{case['id']}"].positions}


def f1(marked: list[set[str]], found: list[set[str]]) -> float:
    both = sum(len(m & f) for m, f in zip(marked, found, strict=True))
    return 2 * both / (sum(map(len, marked)) + sum(map(len, found)))


def without_stance(items: set[str]) -> set[str]:
    return {item.rsplit(" ", 1)[0] for item in items}


def written(event: EventReport) -> str:
    targets = f">{','.join(sorted(event.targets))}" if event.targets else ""
    return f"{event.type} {','.join(sorted(event.actors))}{targets} {event.status} {event.date_iso()}"


def pick(table: str, *, working: bool) -> list[Any]:
    """Return the cases of a table that work; in the table of traps few do, and these say so."""
    chosen = [case for case in CASES[table] if (case.get("holds", False) if table == "traps" else "gap" not in case) is working]
    return [pytest.param(case, id=case["id"]) for case in chosen]


def test_there_are_many_cases_and_ids_are_unique() -> None:
    ids = [document.document_id for document in documents()]
    assert len(ids) == len(set(ids))
    assert sum("marks" in case for case in CASES["cases"]) >= 40
    assert sum("marks" not in case for case in CASES["cases"]) >= 10


def test_marks_name_what_the_watch_has() -> None:
    stances = {"supports", "conditional", "undecided", "sceptical", "opposes"}
    for case in [*CASES["cases"], *CASES["traps"]]:
        for mark in case.get("marks", []):
            actor, issue, stance = mark.split()
            assert actor in load_watch().actor_by_id or actor == "PRT"
            assert issue in load_watch().issue_by_id
            assert stance in stances


@pytest.mark.parametrize("case", pick("cases", working=True))
def test_case_is_read_as_marked(case: dict[str, Any]) -> None:
    assert found_in("cases", case) == set(case.get("marks", []))


@pytest.mark.parametrize("case", pick("traps", working=True))
def test_trap_is_not_stepped_into(case: dict[str, Any]) -> None:
    assert found_in("traps", case) == set(case.get("marks", []))


@pytest.mark.parametrize("case", pick("events", working=True))
def test_event_is_read_as_marked(case: dict[str, Any]) -> None:
    assert [written(event) for event in tagged()[f"events-{case['id']}"].events] == [case["marks"]]


def test_figures_over_all_cases_do_not_fall() -> None:
    marked = [set(case.get("marks", [])) for case in CASES["cases"]]
    found = [found_in("cases", case) for case in CASES["cases"]]
    assert f1([without_stance(m) for m in marked], [without_stance(f) for f in found]) >= DETECTION_F1
    assert f1(marked, found) >= FULL_F1


def test_traps_right_do_not_fall() -> None:
    right = [case["id"] for case in CASES["traps"] if found_in("traps", case) == set(case.get("marks", []))]
    assert len(right) >= TRAPS_RIGHT, right


def test_nobodys_words_move_no_stance() -> None:
    limit = load_watch().rules.operating_point
    loud = {
        case["id"]: max(p.confidence for p in positions)
        for case in CASES["cases"]
        if "marks" not in case and (positions := tagged()[f"cases-{case['id']}"].positions)
    }
    loud = {name: confidence for name, confidence in loud.items() if confidence >= limit}
    known = {case["id"] for case in CASES["cases"] if "marks" not in case and "gap" in case}
    assert set(loud) <= known
    assert len(loud) <= FALSE_ALARMS


def test_quotes_are_verbatim_and_inside_the_text() -> None:
    for document in documents():
        found = tagged()[document.document_id]
        for item in (*found.positions, *found.events):
            assert item.quote
            assert document.text[item.quote_start : item.quote_end] == item.quote
            assert item.document_id == document.document_id
            assert item.text_sha256 == document.text_sha256
        for position in found.positions:
            assert position.condition is None or position.condition in document.text
            assert (position.condition is not None) == (position.stance == "conditional")


def test_ids_are_unique_over_all_documents() -> None:
    positions = [p.position_id for found in tagged().values() for p in found.positions]
    events = [e.report_id for found in tagged().values() for e in found.events]
    assert len(positions) == len(set(positions)) > 0
    assert len(events) == len(set(events)) > 0


def test_issues_actors_aspects_and_roles_come_from_the_watch() -> None:
    watch = load_watch()
    for found in tagged().values():
        assert found.watch_version == watch.version
        for position in found.positions:
            aspects = {aspect.id for aspect in watch.issue_by_id[position.issue].aspects} | {"general"}
            assert position.aspect in aspects
            assert position.role is None or position.role in watch.role_by_id
            assert position.watch_version == watch.version


def test_aspect_condition_and_speaker_are_read() -> None:
    by_case = {name: found.positions for name, found in tagged().items() if name.startswith("cases-")}
    (ban,) = by_case["cases-surname_with_diacritics_stripped"]
    assert (ban.aspect, ban.speaker, ban.role) == ("length", "Léa Marchand", "head")
    (pause,) = by_case["cases-ready_provided_that"]
    assert pause.condition == "provided that exploration may go on"


def test_a_second_tagging_gives_equal_records() -> None:
    some = documents()[:24]
    assert list(Tagger(load_watch()).tag(some)) == [tagged()[document.document_id] for document in some]


def test_order_and_company_of_documents_do_not_matter() -> None:
    some = documents()[-40:]
    assert {found.document_id: found for found in Tagger(load_watch()).tag(reversed(some))} == {
        document.document_id: tagged()[document.document_id] for document in some
    }


def test_a_text_without_the_topic_is_not_parsed() -> None:
    (found,) = Tagger(load_watch()).tag([make_document("Norway beat Japan in the final of the cup on Sunday.", name="sport")])
    assert found.relevance == 0
    assert found.positions == found.events == ()


@pytest.mark.parametrize(
    ("title", "summary", "expected"),
    [
        pytest.param("Palau signs the moratorium", "", True, id="actor_and_cue_in_title"),
        pytest.param("A vote at sea", "Delegates from Chile argued about royalty rates and a royalty fund.", True, id="both_in_summary"),
        pytest.param("Sugar prices fall again", "Farmers are angry.", False, id="neither"),
        pytest.param("A moratorium on rents", "The city council voted.", False, id="cue_without_actor"),
    ],
)
def test_teaser_gate(title: str, summary: str, expected: bool) -> None:
    assert Tagger(load_watch()).is_relevant(title, summary) is expected


ORDER_OF_MATCHES = """
import spacy
from spacy.tokens import Doc
from extractors.parse import read_parse
from extractors.patterns import ActorsAt, PatternIndex
words = ["mining", "licences", "and", "dredging", "permits"]
doc = Doc(spacy.blank("en").vocab, words=words, lemmas=["mining", "licence", "and", "dredge", "permit"], sent_starts=[True, *[False] * 4])
index = PatternIndex([(word, word) for word in ("licence", "licences", "permits", "permit", "dredge", "dredging")])
print([key for key, _ in index.find(read_parse(doc)[:], ActorsAt({}))])
"""


def test_matches_come_in_one_order_in_every_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", ORDER_OF_MATCHES],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(DATA.parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "0123"
    }
    assert len(outputs) == 1
