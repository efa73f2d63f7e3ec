"""What moves a stance: each case is evidence in, spells out. All cases are built at once, each as an actor of its own."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pytest
from warehouse_builders import (
    NOW,
    RUN,
    VERSION,
    WATCH,
    Walk,
    day,
    make_document,
    make_gone,
    make_position,
    make_tagged,
    make_watch,
    matrix,
    open_walk,
)

from vocabulary.stance import StanceDay

SAYS = {"own": "own_words", "act": "act", "office": "spokesperson", "anon": "anonymous", "report": "reporter", "claim": "claim"}


class Said(NamedTuple):
    """A piece of evidence: stance, day number, how it is known, and what else matters to the case."""

    stance: str
    on: int
    how: str = "own"
    role: str | None = "head"
    confidence: float = 0.9
    basis: str = "dated"
    held: str = "now"
    quote: str = ""
    condition: str | None = None
    aspect: str = "general"
    credited: str = ""
    wire: str = ""


class Case(NamedTuple):
    """Evidence, and the spells that follow: `stance first-last`, an open end for what still holds."""

    evidence: tuple[Said, ...]
    spells: str


SHIFT = "reported_shift"
CASES: dict[str, Case] = {
    # rule 1: who may move a stance, and on what basis
    "own words begin a stance": Case((Said("supports", 0),), "supports 0-"),
    "an act begins a stance": Case((Said("opposes", 0, "act"),), "opposes 0-"),
    "a spokesperson begins a stance": Case((Said("sceptical", 0, "office"),), "sceptical 0-"),
    "a report is no stance": Case((Said("supports", 0, "report"),), ""),
    "a claim by another is no stance": Case((Said("supports", 0, "claim"),), ""),
    "an anonymous official is no stance": Case((Said("supports", 0, "anon"),), ""),
    "three reports are still no stance": Case(tuple(Said("supports", n, "report") for n in range(3)), ""),
    "a report does not move a stance": Case((Said("supports", 0), Said("opposes", 2, "report")), "supports 0-"),
    "an anonymous official does not move it": Case((Said("supports", 0), Said("opposes", 2, "anon")), "supports 0-"),
    "a claim does not move it": Case((Said("opposes", 0), Said("supports", 1, "claim")), "opposes 0-"),
    "background does not move it": Case((Said("supports", 0), Said("opposes", 2, basis="background")), "supports 0-"),
    "background alone is no stance": Case((Said("supports", 0, basis="background"),), ""),
    "a reported shift moves it": Case((Said("supports", 0), Said("opposes", 2, "report", basis=SHIFT)), "supports 0-1, opposes 2-"),
    "a reported shift alone is no stance": Case((Said("opposes", 2, "report", basis=SHIFT),), ""),
    "a report of a shift before own words does not count": Case(
        (Said("opposes", 0, "report", basis=SHIFT), Said("supports", 3)), "supports 3-"
    ),
    "own words of a shift begin with own dated words": Case(
        (Said("supports", 1), Said("sceptical", 4, basis=SHIFT)), "supports 1-3, sceptical 4-"
    ),
    # rule 1: the operating point is 0.6
    "below the operating point is no stance": Case((Said("supports", 0, confidence=0.59),), ""),
    "at the operating point counts": Case((Said("supports", 0, confidence=0.6),), "supports 0-"),
    "an unsure statement does not move a stance": Case((Said("supports", 0), Said("opposes", 1, confidence=0.5)), "supports 0-"),
    "an unsure shift does not move a stance": Case((Said("supports", 0), Said("opposes", 1, basis=SHIFT, confidence=0.5)), "supports 0-"),
    # the newest day decides, and of one day the weight
    "the newest day decides": Case(
        (Said("supports", 0), Said("undecided", 3), Said("opposes", 6)), "supports 0-2, undecided 3-5, opposes 6-"
    ),
    "the order of learning does not matter": Case(
        (Said("opposes", 6), Said("supports", 0), Said("undecided", 3)), "supports 0-2, undecided 3-5, opposes 6-"
    ),
    "of one day the head outweighs the minister": Case(
        (Said("opposes", 0, role="minister", confidence=0.99), Said("supports", 0, role="head", confidence=0.7)), "supports 0-"
    ),
    "of one day a minister outweighs an unknown speaker": Case(
        (Said("opposes", 0, role=None, confidence=0.99), Said("supports", 0, role="minister", confidence=0.7)), "supports 0-"
    ),
    "a role that the watch does not have weighs as none": Case(
        (Said("opposes", 0, role="gardener", confidence=0.99), Said("supports", 0, role="envoy", confidence=0.7)), "supports 0-"
    ),
    "at equal weight the surer decides": Case((Said("opposes", 0, confidence=0.8), Said("supports", 0, confidence=0.9)), "supports 0-"),
    "a newer envoy outweighs an older head": Case((Said("supports", 0), Said("opposes", 2, role="envoy")), "supports 0-1, opposes 2-"),
    "the same stance again is one spell": Case((Said("supports", 0), Said("supports", 2), Said("supports", 9)), "supports 0-"),
    "there and back is three spells": Case(
        (Said("supports", 0), Said("opposes", 1), Said("supports", 2)), "supports 0-0, opposes 1-1, supports 2-"
    ),
    "within the side against both words count": Case(
        (Said("sceptical", 0), Said("opposes", 2), Said("sceptical", 4)), "sceptical 0-1, opposes 2-3, sceptical 4-"
    ),
    # rule 4, the guard of this version
    "once conditional, plain support restates": Case((Said("conditional", 0), Said("supports", 3)), "conditional 0-"),
    "support turns conditional": Case((Said("supports", 0), Said("conditional", 2), Said("supports", 4)), "supports 0-1, conditional 2-"),
    "a condition is dropped in words": Case((Said("conditional", 0), Said("supports", 3, basis=SHIFT)), "conditional 0-2, supports 3-"),
    "after dropping it plain support stays": Case(
        (Said("conditional", 0), Said("supports", 3, basis=SHIFT), Said("supports", 5)), "conditional 0-2, supports 3-"
    ),
    "a condition can come back after it was dropped": Case(
        (Said("conditional", 0), Said("supports", 3, basis=SHIFT), Said("conditional", 5), Said("supports", 6)),
        "conditional 0-2, supports 3-4, conditional 5-",
    ),
    "the other side ends the condition": Case(
        (Said("conditional", 0), Said("opposes", 2), Said("supports", 4)), "conditional 0-1, opposes 2-3, supports 4-"
    ),
    "undecided ends it too": Case(
        (Said("conditional", 0), Said("undecided", 2), Said("supports", 4)), "conditional 0-1, undecided 2-3, supports 4-"
    ),
    "another wording of the condition is the same spell": Case(
        (Said("conditional", 0, condition="if paid"), Said("conditional", 2, condition="provided there is money")), "conditional 0-"
    ),
    "a reported shift of the condition is another spell": Case(
        (Said("conditional", 0, condition="if paid"), Said("conditional", 2, condition="only by sea", basis=SHIFT)),
        "conditional 0-1, conditional 2-",
    ),
    # rule 5
    "a quote printed again keeps its day": Case(
        (Said("supports", 0, quote="We want the treaty."), Said("opposes", 2), Said("supports", 5, quote="we want  the treaty!")),
        "supports 0-1, opposes 2-",
    ),
    "typographic marks do not make another quote": Case(
        (Said("supports", 0, quote='"We want it," she said'), Said("opposes", 2), Said("supports", 5, quote="“We want it,” she said")),
        "supports 0-1, opposes 2-",
    ),
    "an older printing that comes later gives the day": Case(
        (Said("opposes", 5, quote="No toll, ever"), Said("supports", 3), Said("opposes", 1, quote="NO TOLL EVER")),
        "opposes 1-2, supports 3-",
    ),
    "other words are another statement": Case(
        (Said("supports", 0, quote="We want the treaty."), Said("opposes", 2), Said("supports", 5, quote="We want the treaty now.")),
        "supports 0-1, opposes 2-4, supports 5-",
    ),
    "the same words about another aspect are another statement": Case(
        (Said("supports", 0, quote="Yes to it", aspect="toll"), Said("supports", 4, quote="Yes to it")), "supports 4-"
    ),
    "a quote of marks alone is like no other": Case(
        (Said("supports", 0, quote="..."), Said("opposes", 2), Said("supports", 4, quote="…")), "supports 0-1, opposes 2-3, supports 4-"
    ),
    # rule 6
    "what was held in the past is never today": Case((Said("supports", 0, held="past"),), ""),
    "a past stance does not move the present one": Case((Said("opposes", 0), Said("supports", 3, held="past")), "opposes 0-"),
    "a past quote does not date a present one": Case(
        (Said("supports", 0, held="past", quote="Yes"), Said("opposes", 2), Said("supports", 4, quote="Yes")), "opposes 2-3, supports 4-"
    ),
    # aspects
    "another aspect is another stance": Case((Said("supports", 0), Said("opposes", 2, aspect="toll")), "supports 0-"),
}


def actor_of(number: int) -> str:
    """Return the actor of a case."""
    return f"C{number:02d}"


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Return a warehouse with all cases."""
    with open_walk(tmp_path_factory.mktemp("stance")) as walk:
        documents, tagged = [], []
        for number, case in enumerate(CASES.values()):
            for at, said in enumerate(case.evidence):
                name = f"{actor_of(number)} {at}"
                extra = {"wire_id": said.wire} if said.wire else {}
                document = make_document(name, day=day(said.on), credited_source=said.credited, **extra)
                position = make_position(
                    document, said.stance, actor=actor_of(number), attribution=SAYS[said.how], quote=said.quote or name,
                    **{key: getattr(said, key) for key in ("role", "confidence", "basis", "held", "condition", "aspect")},
                )  # fmt: skip
                documents.append(document)
                tagged.append(make_tagged(document, [position]))
        walk.store.insert_documents(documents)
        walk.store.insert_tagged(tagged, run_id=RUN, recorded_at=NOW)
        walk.build()
        yield walk


def spells_of(walk: Walk, actor: str, aspect: str = "general") -> str:
    """Return the spells now known as the cases write them."""
    rows = walk.store.connection.execute(
        "SELECT stance, valid_from, valid_to FROM stance_spells"
        " WHERE actor = $actor AND aspect = $aspect AND known_to IS NULL ORDER BY ordinal",
        {"actor": actor, "aspect": aspect},
    ).fetchall()

    def number(value: date | None) -> str:
        return str((value - day(0)).days) if value else ""

    return ", ".join(f"{stance} {number(first)}-{number(last)}" for stance, first, last in rows)


@pytest.mark.parametrize(("number", "name"), list(enumerate(CASES)), ids=list(CASES))
def test_evidence_gives_these_spells(walk: Walk, number: int, name: str) -> None:
    assert spells_of(walk, actor_of(number)) == CASES[name].spells


def test_spells_and_days_agree(walk: Walk) -> None:
    """Each day of stance_days lies in exactly one spell of the same stance, and the matrix of a day is that day of the view."""
    wrong = walk.store.connection.execute(
        "SELECT d.actor FROM stance_days d LEFT JOIN stance_spells s ON s.actor = d.actor AND s.issue = d.issue AND s.aspect = d.aspect"
        " AND s.known_to IS NULL AND d.day BETWEEN s.valid_from AND coalesce(s.valid_to, d.day)"
        " GROUP BY d.day, d.actor, d.issue, d.aspect, d.stance HAVING count(s.stance) <> 1 OR min(s.stance) <> d.stance"
    ).fetchall()
    assert wrong == []
    for number in range(7):
        rows = walk.store.connection.execute(
            "SELECT actor, issue, aspect, stance FROM stance_days WHERE day = $day", {"day": day(number)}
        ).fetchall()
        assert {row[:3]: row[3] for row in rows} == matrix(walk.store.list_stances(day(number)))
    today = walk.store.connection.execute("SELECT count(*), min(day) FROM stance_today").fetchone()
    assert today == (len(walk.store.list_stances(day(9))), day(9))


def stance_of(walk: Walk, on: date, actor: str = "AAA") -> StanceDay:
    """Return the stance of one actor on the treaty."""
    return next(stance for stance in walk.store.list_stances(on) if (stance.actor, stance.aspect) == (actor, "general"))


def test_day_shows_its_own_evidence(tmp_path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(
            ("conditional", day(0), {"condition": "if paid"}),
            ("supports", day(3), {}),
            ("conditional", day(20), {"condition": "by sea", "role": None}),
        )
        first, restated, third, old = (stance_of(walk, day(number)) for number in (0, 5, 20, 60))
    assert (first.condition, first.last_said_on, first.lead.condition, first.freshness) == ("if paid", day(0), "if paid", "fresh")
    # the plain statement is the newest evidence, the conditional one stays the lead of what is in force
    assert (restated.stance, restated.condition, restated.last_said_on, restated.lead.said_on) == ("conditional", "if paid", day(3), day(0))
    assert (third.condition, third.held_since, third.score) == ("by sea", day(0), 1)
    assert (old.freshness, old.last_said_on, old.held_since) == ("stale", day(20), day(0))


@pytest.mark.parametrize(("age", "word"), [(0, "fresh"), (7, "fresh"), (8, "ageing"), (30, "ageing"), (31, "stale")])
def test_freshness_follows_the_age_of_the_evidence(walk: Walk, age: int, word: str) -> None:
    assert stance_of(walk, day(age), actor_of(0)).freshness == word


def test_independent_sources_count_origins_of_the_side_within_the_spell(tmp_path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(
            ("supports", day(0), {"document": {"credited_source": "Globe Wire"}}),
            ("supports", day(1), {"document": {"credited_source": "globe wire "}}),
            ("conditional", day(1), {"attribution": "reporter", "document": {"wire_id": "story"}}),
            ("supports", day(2), {"attribution": "reporter", "document": {"wire_id": "story"}}),
            ("supports", day(4), {"document": {}}),
            ("opposes", day(4), {"attribution": "reporter"}),
            ("opposes", day(6), {}),
            ("supports", day(7), {"attribution": "reporter"}),
        )
        counts = [stance_of(walk, day(number)).independent_sources for number in (0, 1, 4, 6)]
    # one agency, then its copies and one wire story, then an article of its own; the report for it after the turn counts for nothing
    assert counts == [1, 2, 3, 1]


def test_copies_of_a_story_that_one_of_them_credits_to_an_agency_are_that_agencys(tmp_path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(
            ("supports", day(0), {"document": {"wire_id": "story"}}),
            ("supports", day(0), {"document": {"wire_id": "story", "credited_source": "Globe Wire"}}),
            ("supports", day(0), {"document": {"credited_source": "globe wire"}}),
        )
        assert stance_of(walk, day(0)).independent_sources == 1


def test_conditions_accumulate_once_each_in_the_order_of_saying(tmp_path) -> None:
    said = ["if paid", "by sea", "if paid", "after harvest", "by sea", "with ropes"]
    with open_walk(tmp_path) as walk:
        walk.learn(*(("conditional", day(number), {"condition": words}) for number, words in enumerate(said)))
        walk.learn(("supports", day(0), {"actor": "BBB"}))
        rows = walk.store.connection.execute("SELECT conditions FROM stance_spells WHERE known_to IS NULL ORDER BY actor").fetchall()
    assert rows == [(["if paid", "by sea", "after harvest", "with ropes"],), ([],)]


def test_new_watch_builds_every_key_again(tmp_path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0), {}), ("opposes", day(1), {"confidence": 0.65}), ("supports", day(0), {"actor": "BBB"}))
        assert matrix(walk.store.list_stances(day(1)))["AAA", "treaty", "general"] == "opposes"
        walk.watch = make_watch(operating_point=0.7)
        assert walk.build() == 1, "only the key that differs gets a revision"
        assert matrix(walk.store.list_stances(day(1)))["AAA", "treaty", "general"] == "supports"
        assert walk.build() == 0
        walk.watch = WATCH
        assert walk.build() == 1
        assert matrix(walk.store.list_stances(day(1)))["AAA", "treaty", "general"] == "opposes"


def test_a_build_costs_only_touched_keys(tmp_path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0), {}), ("supports", day(0), {"actor": "BBB"}), ("opposes", day(0), {"issue": "bridge"}))
        walk.learn(("opposes", day(1), {"actor": "BBB"}))
        builds = walk.store.connection.execute("SELECT keys, revisions FROM stance_builds ORDER BY ordinal").fetchall()
    assert builds == [(3, 3), (1, 1)]


def test_two_clocks(tmp_path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0), {}))
        known_first = walk.now
        late = walk.learn(("opposes", day(1), {}), now=NOW.replace(day=9))
        known_second = walk.now
        walk.tag_again(late[0], version="extractor-2")
        query = "SELECT stance FROM stance_as_of($day, $known_at)"
        seen = [
            walk.store.connection.execute(query, {"day": day(1), "known_at": known}).fetchall()
            for known in (known_first, known_second, walk.now, NOW.replace(year=2024))
        ]
        changed = walk.store.connection.execute(
            "SELECT kind FROM changes_between($day, $day, $first, $second)", {"day": day(1), "first": known_first, "second": known_second}
        ).fetchall()
        spans = walk.store.connection.execute("SELECT known_from, known_to FROM stance_spells ORDER BY known_from, ordinal").fetchall()
    assert seen == [[("supports",)], [("opposes",)], [("supports",)], []]
    assert changed == [("reversed",)]
    assert [row[0] for row in spans] == [known_first, known_second, known_second, walk.now]
    assert [row[1] for row in spans] == [known_second, walk.now, walk.now, None]


def test_a_clock_that_goes_back_does_not_tear_revisions(tmp_path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0), {}))
        walk.learn(("opposes", day(1), {}), now=NOW.replace(hour=3))
        assert matrix(walk.store.list_stances(day(1))) == {("AAA", "treaty", "general"): "opposes"}
        backwards = walk.store.connection.execute("SELECT count(*) FROM stance_spells WHERE known_to < known_from").fetchone()
    assert backwards == (0,)


def test_a_key_that_lost_its_evidence_has_no_stance(tmp_path) -> None:
    with open_walk(tmp_path) as walk:
        documents = walk.learn(("supports", day(0), {}))
        assert walk.store.withdraw_documents([make_gone(documents[0], NOW.replace(hour=20))]) == 1
        walk.now = NOW.replace(hour=21)
        assert walk.build() == 1
        assert walk.store.list_stances(day(0)) == []
        last = walk.store.connection.execute("SELECT revision, spells FROM stance_revisions ORDER BY revision").fetchall()
    assert last == [(1, 1), (2, 0)]


def test_stance_diff_today_compares_with_the_day_before(tmp_path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(
            ("supports", day(0), {}), ("supports", day(0), {"actor": "BBB"}), ("opposes", day(2), {}), ("opposes", day(2), {"actor": "CCC"})
        )
        rows = walk.store.connection.execute(
            "SELECT day, actor, kind, before_stance, after_stance FROM stance_diff_today ORDER BY actor"
        ).fetchall()
    assert rows == [(day(2), "AAA", "reversed", "supports", "opposes"), (day(2), "CCC", "first_seen", None, "opposes")]


def test_version_of_the_extractor_is_kept_with_the_position(walk: Walk) -> None:
    assert walk.store.connection.execute("SELECT DISTINCT extractor_version FROM positions").fetchall() == [(VERSION,)]
