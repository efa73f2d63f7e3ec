"""The newsroom's edited articles and its withdrawn one, polled at the times of its script: versions, withdrawals, and what it was asked."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flow_samples import QuickTagger, World

import flows.context
from flows.lock import hold_warehouse
from flows.steps import poll_feeds, tag_documents
from newsroom.scenario import load_scenario
from newsroom.site import Newsroom, SeenRequest
from vocabulary.claims import TaggedDocument
from vocabulary.documents import Document
from vocabulary.words import Stance

PERHAPS, WHOM, MADRID = "four-ways-of-saying-perhaps", "who-would-send-whom", "madrid-pledges-two-thousand"
# an actor's name in the watch of these tests for whatever one sentence of each article says, before and after its edit
SENTENCES = {
    "Greece will contribute a battalion to the force": Stance.SUPPORTS,
    "Greece will contribute no battalion to the force": Stance.OPPOSES,
    "without any mandate of the United Nations": Stance.SUPPORTS,
    "but only with a mandate of the United Nations": Stance.CONDITIONAL,
    "the government pledged two thousand soldiers": Stance.SUPPORTS,
}


class ScriptTagger(QuickTagger):
    """Wants the three articles, and finds the sentences that their edits are about."""

    version = "script-1"

    def is_relevant(self, title: str, summary: str) -> bool:
        return title.startswith(("The south after Paris: four ways", "From Tallinn to Tirana: who would", "Madrid pledges two thousand"))

    def tag(self, documents: Iterable[Document]) -> Iterator[TaggedDocument]:
        for document in documents:
            found = []
            for words, stance in SENTENCES.items():
                if (start := document.text.find(words)) >= 0:
                    likeness = {"quote": words, "quote_start": start, "quote_end": start + len(words), "stance": stance}
                    found.append(self._make(document, likeness))
            yield TaggedDocument(
                document_id=document.document_id,
                text_sha256=document.text_sha256,
                relevance=1,
                positions=tuple(found),
                extractor_version=self.version,
                watch_version=self.watch.version,
            )

    def _make(self, document: Document, likeness: dict[str, Any]) -> Any:
        claim = "Arland supports the bridge."
        (likely,) = next(QuickTagger.tag(self, [document.model_copy(update={"text": claim})])).positions
        position_id = f"{document.document_id} {likeness['stance']}"
        return likely.model_copy(update={**likeness, "position_id": position_id, "text_sha256": document.text_sha256})


@pytest.fixture
def room(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    monkeypatch.setattr(flows.context, "Tagger", ScriptTagger)
    flows.context._parsed.cache_clear()
    with Newsroom(load_scenario(), silence_s=0.1) as opened:
        urls = {feed.outlet_id: feed.url for feed in opened.feeds()}
        with world.watch.open("a", encoding="utf-8") as stream:
            for outlet in ("sierra-ledger", "amber-coast-review"):
                stream.write(f'\n[[feeds]]\nid = "{outlet}"\nurl = "{urls[outlet]}"\noutlet = "Post"\ncountry = "ARL"\nkind = "online"\n')
        yield opened
    flows.context._parsed.cache_clear()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


POLLS = [
    "2025-03-28 09:00", "2025-03-28 10:05", "2025-03-28 10:20", "2025-03-29 07:00", "2025-03-29 07:15",  # edited on the 29th at 06:30
    "2025-08-20 14:00", "2025-08-20 15:05", "2025-08-20 19:20", "2025-08-20 19:35",  # edited at 19:00
    "2025-09-05 08:00", "2025-09-05 09:05", "2025-09-06 08:30", "2025-09-06 10:00", "2025-09-08 08:10", "2025-09-08 08:25",  # gone the 6th
]  # fmt: skip
# status of each answer to a request for the article's page, at which poll
ASKED = {
    PERHAPS: [(0, 200), (1, 304), (3, 200), (5, 200)],
    WHOM: [(5, 200), (6, 304), (7, 200), (9, 200)],
    MADRID: [(9, 200), (10, 304), (11, 304), (13, 410)],
}


def test_edits_and_the_withdrawal_of_the_script_are_found_with_few_requests(world: World, room: Newsroom) -> None:
    seen: list[tuple[int, SeenRequest]] = []
    with hold_warehouse(world.settings()) as store:
        for number, moment in enumerate(POLLS):
            room.set_moment(at(moment))
            before = len(room.requests)
            ctx = world.context(now=at(moment), allow_private=True, host_gap_s=0, page_workers=1).in_run(f"run {number}")
            poll_feeds(ctx, force=True)
            tag_documents(ctx)
            seen += [(number, request) for request in room.requests[before:]]
        query = store.connection.execute
        # 1. texts and what they show
        versions = "SELECT d.url, v.version, v.seen_at FROM document_versions v JOIN documents d USING (document_id) ORDER BY v.seen_at"
        assert [(_name(url), version, when) for url, version, when in query(versions).fetchall()] == [
            (PERHAPS, 1, at(POLLS[0])),
            (PERHAPS, 2, at(POLLS[3])),
            (WHOM, 1, at(POLLS[5])),
            (WHOM, 2, at(POLLS[7])),
            (MADRID, 1, at(POLLS[9])),
        ]
        positions = (
            "SELECT d.url, p.stance, p.withdrawn_at, p.withdrawn_reason"
            " FROM positions p JOIN documents d USING (document_id) ORDER BY p.recorded_at"
        )
        assert [(_name(url), *rest) for url, *rest in query(positions).fetchall()] == [
            (PERHAPS, "supports", at(POLLS[3]), "edited"),
            (PERHAPS, "opposes", None, None),
            (WHOM, "supports", at(POLLS[7]), "edited"),
            (WHOM, "conditional", None, None),
            (MADRID, "supports", at(POLLS[13]), "gone"),
        ]
        edits = query("SELECT removed, added FROM document_edits ORDER BY seen_at").fetchall()
        gone = query("SELECT d.url, g.gone_at, g.back_at FROM gone_documents g JOIN documents d USING (document_id)").fetchall()
        doubled = query("SELECT run_id, item FROM outcomes GROUP BY ALL HAVING count(*) > 1").fetchall()
    assert [(_name(url), *times) for url, *times in gone] == [(MADRID, at(POLLS[13]), None)]
    assert any("a battalion" in sentence for sentence in edits[0][0])
    assert any("no battalion" in sentence for sentence in edits[0][1])
    assert doubled == []
    # 2. what the server was asked
    pages = {name: [(number, one) for number, one in seen if name in one.path] for name in ASKED}
    assert {name: [(number, one.status) for number, one in requests] for name, requests in pages.items()} == ASKED
    for name, requests in pages.items():
        validators = ["if-none-match" in one.headers for _, one in requests]
        last = name != MADRID  # the last look of a schedule is asked for whole
        assert validators == [False, *[True] * (len(requests) - 2), not last], name
    robots = [number for number, one in seen if one.path == "/robots.txt"]
    assert len(robots) == len({(one.outlet, at(POLLS[number]).date()) for number, one in seen if one.path == "/robots.txt"})


def _name(url: str) -> str:
    return next(name for name in ASKED if name in url)
