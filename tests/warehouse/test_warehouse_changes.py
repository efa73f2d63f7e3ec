"""Lines of a digest: kinds, causes, signals, reaffirmed stances, and the property that ties digests to the matrix."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warehouse_builders import NOW, Walk, day, make_document, make_gone, make_position, make_tagged, make_watch, matrix, open_walk

from vocabulary.errors import WarehouseError
from vocabulary.stance import Digest, StanceChange
from vocabulary.words import ChangeCause, ChangeKind, Stance
from warehouse.store import open_warehouse

Matrix = dict[tuple[str, str, str], Stance]
SHIFT = {"basis": "reported_shift"}


def apply(before: Matrix, lines: list[StanceChange]) -> Matrix:
    """Return what a matrix becomes by the lines of a digest, each of which must start from what stands."""
    after = dict(before)
    for line in sorted(lines, key=lambda line: line.moved_on):
        key = (line.actor, line.issue, line.aspect)
        assert after.get(key) == line.before_stance, line
        if line.after_stance is None:
            del after[key]
        else:
            after[key] = line.after_stance
    return after


def lines_of(digest: Digest) -> list[StanceChange]:
    """Return the lines that say what stands otherwise."""
    return [*digest.changes, *digest.first_seen]


KINDS = {
    ("supports", "opposes"): "reversed",
    ("conditional", "sceptical"): "reversed",
    ("opposes", "conditional"): "reversed",
    ("sceptical", "supports"): "reversed",
    ("supports", "conditional"): "condition_added",
    ("sceptical", "opposes"): "hardened",
    ("undecided", "opposes"): "hardened",
    ("undecided", "conditional"): "hardened",
    ("opposes", "sceptical"): "softened",
    ("supports", "undecided"): "softened",
    ("sceptical", "undecided"): "softened",
}


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[StanceChange]]:
    """Return the lines of a second digest in which every pair of KINDS is an actor of its own, and of an opening digest of the same."""
    found = {}
    with open_walk(tmp_path_factory.mktemp("kinds")) as walk:
        pairs = [(f"K{number:02d}", *pair) for number, pair in enumerate(KINDS)]
        walk.learn(*((before, day(0), {"actor": actor, "condition": "if paid"}) for actor, before, _ in pairs))
        walk.learn(
            ("conditional", day(0), {"actor": "DRP", "condition": "if paid"}),
            ("conditional", day(0), {"actor": "CHG", "condition": "if paid"}),
        )
        walk.issue(day(0))
        walk.learn(
            *((after, day(1), {"actor": actor, "condition": "if paid"}) for actor, _, after in pairs), now=walk.now + timedelta(days=1)
        )
        walk.learn(
            ("supports", day(1), {"actor": "DRP", **SHIFT}), ("conditional", day(1), {"actor": "CHG", "condition": "by sea", **SHIFT})
        )
        found["opening"] = walk.store.list_changes_since(None, day(1), first_day=day(0))
        found["second"] = walk.store.list_changes_since(walk.store.find_last_digest(), day(1))
    return found


@pytest.mark.parametrize("which", ["opening", "second"])
@pytest.mark.parametrize(("number", "kind"), list(enumerate(KINDS.values())), ids=[f"{a} to {b}" for a, b in KINDS])
def test_kind_of_a_change(kinds: dict[str, list[StanceChange]], which: str, number: int, kind: str) -> None:
    (line,) = (line for line in kinds[which] if line.actor == f"K{number:02d}")
    before, after = list(KINDS)[number]
    assert (line.kind, line.before_stance, line.after_stance, line.cause, line.moved_on) == (kind, before, after, "move", day(1))
    assert line.before is not None
    assert line.after is not None
    assert (line.before.stance, line.after.stance, line.before.said_on, line.after.said_on) == (before, after, day(0), day(1))


@pytest.mark.parametrize("which", ["opening", "second"])
def test_conditions_dropped_and_changed_in_words(kinds: dict[str, list[StanceChange]], which: str) -> None:
    assert {line.actor: line.kind for line in kinds[which] if line.actor in ("DRP", "CHG")} == {
        "DRP": "condition_dropped",
        "CHG": "condition_changed",
    }


def test_lines_are_ranked_by_size_of_the_move_and_weight(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(
            *((stance, day(0), {"actor": actor}) for actor, stance in (("AAA", "supports"), ("BBB", "supports"), ("CCC", "opposes")))
        )
        walk.learn(
            ("opposes", day(1), {}),
            ("opposes", day(1), {"actor": "BBB", "role": None}),
            ("sceptical", day(1), {"actor": "CCC", "role": "minister"}),
        )
        lines = walk.store.list_changes_since(None, day(1), first_day=day(0))
        first = walk.store.list_first_seen(None, day(1), first_day=day(0))
    assert [(line.actor, line.significance) for line in lines] == [("AAA", 1.0), ("BBB", 0.4), ("CCC", 0.2)]
    assert {line.significance for line in first} == {0.5}


# causes: what happens after the digest of day 0, which said that AAA supports the treaty (or has nothing about it)


def _news(walk: Walk) -> None:
    walk.learn(("opposes", day(1)), now=walk.now + timedelta(days=1))


def _at_the_limit(walk: Walk) -> None:
    walk.learn(("opposes", day(1)), now=NOW + timedelta(days=4))


def _old_news(walk: Walk) -> None:
    walk.learn(("opposes", day(1)), now=NOW + timedelta(days=5))


def _late_evening(walk: Walk) -> None:
    # 22:30 UTC of the fourth day is the fifth in Paris
    walk.learn(("opposes", day(1)), now=(NOW + timedelta(days=4)).replace(hour=22, minute=30))


def _correction_in_the_same_article(walk: Walk) -> None:
    walk.edit(make_document("walk 2"), "the sentence is another now", "opposes")


def _sentence_removed(walk: Walk) -> None:
    walk.edit(make_document("walk 2"), "the sentence is gone")


def _article_gone(walk: Walk) -> None:
    walk.now += timedelta(hours=1)
    walk.store.withdraw_documents([make_gone(make_document("walk 2"), walk.now)])
    walk.build()


def _better_extractor_drops_it(walk: Walk) -> None:
    walk.tag_again(make_document("walk 2"), version="extractor-2")


def _better_extractor_reads_another_stance(walk: Walk) -> None:
    document = make_document("walk 2")
    walk.tag_again(document, make_position(document, "opposes"), version="extractor-2")


def _better_extractor_finds_more(walk: Walk) -> None:
    document = make_document("walk 2")
    both = [make_position(document, "supports"), make_position(document, "opposes", confidence=0.95, quote="another sentence")]
    walk.tag_again(document, *both, version="extractor-2")


def _better_extractor_is_less_sure(walk: Walk) -> None:
    document = make_document("walk 2")
    walk.tag_again(document, make_position(document, "supports", confidence=0.3), version="extractor-2")


def _watch_does_not_see_it(walk: Walk) -> None:
    walk.tag_again(make_document("walk 2"), watch="watch-2")


def _watch_asks_for_more(walk: Walk) -> None:
    walk.now += timedelta(hours=1)
    walk.watch = make_watch(operating_point=0.85)
    walk.build()


def _edit_adds_news(walk: Walk) -> None:
    document = make_document("walk 2")
    walk.now += timedelta(hours=1)
    edited = make_document("walk 2", text="with more", seen_at=walk.now)
    walk.store.insert_documents([edited])
    both = [make_position(document, "supports", confidence=0.8), make_position(edited, "opposes", said_on=day(1), quote="and now this")]
    walk.store.insert_tagged([make_tagged(edited, both)], run_id="r", recorded_at=walk.now)
    walk.build()


SAID = {"confidence": 0.8}
CAUSES: dict[str, tuple[Callable[[Walk], None], str | None, str, date]] = {
    # what happens, stance after, cause, digest day
    "news": (_news, "opposes", "move", day(1)),
    "known three days after": (_at_the_limit, "opposes", "move", day(1)),
    "known four days after": (_old_news, "opposes", "late", day(1)),
    "the day of recording is that of the time zone": (_late_evening, "opposes", "late", day(1)),
    "corrected article": (_correction_in_the_same_article, "opposes", "retraction", day(0)),
    "sentence removed": (_sentence_removed, "sceptical", "retraction", day(0)),
    "article gone": (_article_gone, "sceptical", "retraction", day(0)),
    "extractor drops it": (_better_extractor_drops_it, "sceptical", "re-extraction", day(0)),
    "extractor reads another stance": (_better_extractor_reads_another_stance, "opposes", "re-extraction", day(0)),
    "extractor finds more": (_better_extractor_finds_more, "opposes", "re-extraction", day(0)),
    "extractor is less sure": (_better_extractor_is_less_sure, "sceptical", "re-extraction", day(0)),
    "watch drops it": (_watch_does_not_see_it, "sceptical", "watch_change", day(0)),
    "watch asks for more": (_watch_asks_for_more, "sceptical", "watch_change", day(0)),
    "edit adds news": (_edit_adds_news, "opposes", "move", day(1)),
}


@pytest.mark.parametrize(("happens", "after", "cause", "on"), list(CAUSES.values()), ids=list(CAUSES))
def test_cause_of_a_change(tmp_path: Path, happens: Callable[[Walk], None], after: str, cause: str, on: date) -> None:
    with open_walk(tmp_path) as walk:
        # an older stance comes to light again where the newer one falls
        walk.learn(("sceptical", day(-5)), ("supports", day(0), SAID))
        issued = walk.issue(day(0))
        assert matrix(issued.stances) == {("AAA", "treaty", "general"): "supports"}
        happens(walk)
        (line,) = walk.store.list_changes_since(issued, on)
        assert walk.store.list_first_seen(issued, on) == []
    assert (line.after_stance, line.cause, line.strength) == (after, cause, "confirmed")


# withdrawals that no lead shows: what was known, what then happens, and the line of the next digest: stance after and cause


def _gone(number: int) -> Callable[[Walk], None]:
    def happen(walk: Walk) -> None:
        walk.now += timedelta(hours=1)
        walk.store.withdraw_documents([make_gone(make_document(f"walk {number}"), walk.now)])
        walk.build()

    return happen


def _gone_then_news(walk: Walk) -> None:
    _gone(walk.count)(walk)
    walk.learn(("opposes", day(1)), now=NOW + timedelta(days=1))


WORDS = {"quote": "We want it, all of us"}
WITHDRAWALS: dict[str, tuple[list[tuple], Callable[[Walk], None], str | None, str]] = {
    "a condition, and a plain word after it stays": ([("conditional", day(-3)), ("supports", day(0))], _gone(1), "supports", "retraction"),
    "the only own words under a reported shift": ([("supports", day(-3)), ("opposes", day(0), SHIFT)], _gone(1), None, "retraction"),
    "the first print of words, which a later one dates anew": (
        [("supports", day(-4), WORDS), ("opposes", day(-2)), ("supports", day(0), WORDS)],
        _gone(1),
        "supports",
        "retraction",
    ),
    "a false report, and the first true one comes later": ([("supports", day(0))], _gone_then_news, "opposes", "retraction"),
    "a report among others, and then a turn": ([("supports", day(-1)), ("supports", day(0))], _gone_then_news, "opposes", "move"),
}


@pytest.mark.parametrize(("known", "happens", "after", "cause"), list(WITHDRAWALS.values()), ids=list(WITHDRAWALS))
def test_a_withdrawal_is_never_the_actors_doing(
    tmp_path: Path, known: list[tuple], happens: Callable[[Walk], None], after: str | None, cause: str
) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(*known)
        issued = walk.issue(day(0))
        happens(walk)
        (line,) = walk.store.list_lines(issued, day(1))
    assert (line.before_stance, line.after_stance, line.cause) == (issued.stances[0].stance, after, cause)


def _edited_away_and_back(walk: Walk) -> Digest:
    document = make_document("walk 2")
    walk.edit(document, "the sentence is gone")
    issued = walk.issue(day(0))
    walk.edit(document, "the sentence is back", "supports")
    return issued


def _gone_and_back(walk: Walk) -> Digest:
    _gone(2)(walk)
    issued = walk.issue(day(0))
    walk.now += timedelta(hours=1)
    document = make_document("walk 2")
    walk.store.commit_poll([], [], [], back={document.document_id: walk.now})
    assert [found.document_id for found in walk.store.list_untagged(walk.version, "watch-1")] == [document.document_id]
    walk.store.insert_tagged(
        [make_tagged(document, [make_position(document, "supports", said_on=day(0))])], run_id="r", recorded_at=walk.now
    )
    walk.build()
    return issued


@pytest.mark.parametrize("happens", [_edited_away_and_back, _gone_and_back])
def test_what_comes_back_is_no_move_either(tmp_path: Path, happens: Callable[[Walk], Digest]) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("sceptical", day(-5)), ("supports", day(0)))
        issued = happens(walk)
        (line,) = walk.store.list_lines(issued, day(1))
    assert (line.before_stance, line.after_stance, line.cause) == ("sceptical", "supports", "retraction")


def test_all_evidence_withdrawn_is_a_line_without_after(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)))
        issued = walk.issue(day(0))
        walk.edit(make_document("walk 1"), "nothing left")
        (line,) = walk.store.list_changes_since(issued, day(1))
    assert (line.kind, line.cause, line.before_stance, line.after_stance, line.after, line.moved_on) == (
        ChangeKind.SOFTENED, ChangeCause.RETRACTION, "supports", None, None, day(1),
    )  # fmt: skip
    assert line.before == issued.stances[0].lead, "the evidence before is shown as it was issued"
    assert line.significance == 0.5


FIRST_SEEN = {
    "said today": (0, day(1), "move"),
    "said long ago": (9, day(1), "late"),
}


@pytest.mark.parametrize(("days_later", "said_on", "cause"), list(FIRST_SEEN.values()), ids=list(FIRST_SEEN))
def test_first_sight_stands_apart(tmp_path: Path, days_later: int, said_on: date, cause: str) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)))
        issued = walk.issue(day(0))
        walk.learn(("opposes", said_on, {"actor": "BBB"}), now=walk.now + timedelta(days=1 + days_later))
        assert walk.store.list_changes_since(issued, day(1)) == []
        (line,) = walk.store.list_first_seen(issued, day(1))
    assert (line.actor, line.kind, line.cause, line.before_stance, line.before) == ("BBB", ChangeKind.FIRST_SEEN, cause, None, None)


def test_first_sight_by_a_better_extractor_is_not_the_actors(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        (document,) = walk.learn(("supports", day(0)))
        issued = walk.issue(day(0))
        walk.tag_again(document, make_position(document), make_position(document, "opposes", actor="BBB"), version="extractor-2")
        (line,) = walk.store.list_first_seen(issued, day(1))
    assert line.cause == ChangeCause.RE_EXTRACTION


def test_stance_said_after_the_digests_day_but_known_before_is_a_move(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)), ("opposes", day(1)))
        issued = walk.issue(day(0))
        assert matrix(issued.stances) == {("AAA", "treaty", "general"): "supports"}
        (line,) = walk.store.list_changes_since(issued, day(1))
    assert (line.kind, line.cause) == (ChangeKind.REVERSED, ChangeCause.MOVE)


def test_there_and_back_between_two_digests_is_no_change(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)))
        issued = walk.issue(day(0))
        walk.learn(("opposes", day(1)), ("supports", day(2)))
        assert walk.store.list_changes_since(issued, day(2)) == []


def test_opening_digest_shows_each_boundary_since_the_first_day(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("undecided", day(-9)), ("opposes", day(-5)), ("supports", day(1)), ("opposes", day(3)), ("supports", day(8)))
        changes = walk.store.list_changes_since(None, day(4), first_day=day(0))
        (first,) = walk.store.list_first_seen(None, day(4), first_day=day(0))
        everything = walk.store.list_changes_since(None, day(4))
    assert sorted((line.before_stance, line.after_stance, line.moved_on) for line in changes) == [
        ("opposes", "supports", day(1)),
        ("supports", "opposes", day(3)),
    ]
    assert (first.after_stance, first.moved_on, first.cause) == ("opposes", day(-5), ChangeCause.MOVE)
    assert len(everything) == 3


def test_changes_are_counted_from_an_issued_digest_only(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)))
        issued = walk.issue(day(0))
        with (
            open_warehouse(tmp_path / "other.duckdb", timezone="UTC") as other,
            pytest.raises(WarehouseError, match="was never issued here"),
        ):
            other.list_changes_since(issued, day(1))


# signals and reaffirmed stances

SIGNALS: dict[str, tuple[list[tuple[str, date, dict[str, object]]], tuple[str, str | None, str] | None]] = {
    # evidence beside `AAA supports` on day 0; kind, stance before and after of the one signal of day 1
    "a report of another side": ([("opposes", day(1), {"attribution": "reporter"})], ("reversed", "supports", "opposes")),
    "a claim of another side": ([("undecided", day(1), {"attribution": "claim"})], ("softened", "supports", "undecided")),
    "own words below the operating point": ([("opposes", day(1), {"confidence": 0.5})], ("reversed", "supports", "opposes")),
    "background of another side": ([("opposes", day(1), {"basis": "background"})], ("reversed", "supports", "opposes")),
    "a report of the same side": ([("conditional", day(1), {"attribution": "reporter"})], None),
    "a report of another day": ([("opposes", day(0), {"attribution": "reporter"})], None),
    "a report of what was held": ([("opposes", day(1), {"attribution": "reporter", "held": "past"})], None),
    "a quote printed again": (
        [
            ("opposes", day(-1), {"attribution": "reporter", "quote": "not so"}),
            ("opposes", day(1), {"attribution": "reporter", "quote": "Not so!"}),
        ],
        None,
    ),
    "own words that move it": ([("opposes", day(1), {})], None),
    "a report of a key without a stance": (
        [("opposes", day(1), {"attribution": "reporter", "issue": "bridge"})],
        ("first_seen", None, "opposes"),
    ),
    "the surest of several": (
        [
            ("opposes", day(1), {"attribution": "claim", "confidence": 0.4}),
            ("undecided", day(1), {"attribution": "reporter", "confidence": 0.7}),
        ],
        ("softened", "supports", "undecided"),
    ),
}


@pytest.mark.parametrize(("evidence", "expected"), list(SIGNALS.values()), ids=list(SIGNALS))
def test_signals(tmp_path: Path, evidence: list[tuple[str, date, dict[str, object]]], expected: tuple[str, str | None, str] | None) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(("supports", day(0)), *evidence)
        signals = walk.store.list_signals(day(1), day(1))
    assert [(line.kind, line.before_stance, line.after_stance) for line in signals] == ([expected] if expected else [])
    assert all(line.strength == "signal" and line.after is not None and 0 < line.significance < 1 for line in signals)


def test_reaffirmed_are_restated_on_the_day_and_not_moved(tmp_path: Path) -> None:
    with open_walk(tmp_path) as walk:
        walk.learn(
            ("supports", day(0), {"quote": "We are for it"}), ("supports", day(1), {}),
            ("supports", day(0), {"actor": "BBB"}), ("opposes", day(1), {"actor": "BBB"}),
            ("opposes", day(0), {"actor": "CCC"}), ("opposes", day(1), {"actor": "CCC", "attribution": "reporter"}),
            ("supports", day(0), {"issue": "bridge", "quote": "Build it"}), ("supports", day(1), {"issue": "bridge", "quote": "build it!"}),
            ("conditional", day(0), {"aspect": "toll"}), ("supports", day(1), {"aspect": "toll"}),
        )  # fmt: skip
        found = walk.store.list_reaffirmed(day(1))
    assert [(stance.actor, stance.issue, stance.aspect, stance.stance) for stance in found] == [
        ("AAA", "treaty", "general", "supports"),
        ("AAA", "treaty", "toll", "conditional"),
    ]


# the property

STANCES = st.sampled_from([str(stance) for stance in Stance])
SAYING = st.tuples(
    st.just("say"), STANCES, st.integers(-6, 1), st.sampled_from(["AAA", "BBB"]), st.sampled_from(["general", "toll"]),
    st.sampled_from(["own_words", "own_words", "reporter"]), st.sampled_from(["dated", "dated", "reported_shift"]),
    st.sampled_from(["", "", "the same words"]),
)  # fmt: skip
AGAIN = st.tuples(st.sampled_from(["edit", "extractor", "watch", "gone", "point"]), st.integers(0, 20), st.one_of(st.none(), STANCES))
DAYS = st.lists(st.lists(st.one_of(SAYING, SAYING, AGAIN), max_size=5), min_size=2, max_size=4)


def happen(walk: Walk, documents: list[str], number: int, step: tuple) -> None:
    """Let one thing happen on day `number`."""
    if step[0] == "say":
        _, stance, ago, actor, aspect, attribution, basis, quote = step
        fields = {"actor": actor, "aspect": aspect, "attribution": attribution, "basis": basis, "quote": quote, "published": day(number)}
        walk.learn((stance, day(number + ago), fields))
        documents.append(f"walk {walk.count}")
        return
    what, which, stance = step
    if not documents:
        return
    name = documents[which % len(documents)]
    walk.now += timedelta(minutes=1)
    waiting = walk.store.list_untagged("none", "none", ids=[make_document(name).document_id])
    if not waiting:  # it is gone
        walk.store.commit_poll([], [], [], back={make_document(name).document_id: walk.now})
        waiting = walk.store.list_untagged("none", "none", ids=[make_document(name).document_id])
    (stored,) = waiting
    found = [make_position(stored, stance)] if stance else []
    if what == "edit":
        walk.edit(stored, f"edited at {walk.now}", *([stance] if stance else []))
    elif what == "gone":
        walk.store.withdraw_documents([make_gone(stored, walk.now)])
    elif what == "point":
        walk.watch = make_watch(f"watch {walk.now}", operating_point=0.95 if stance else 0.6)
    else:
        versions = {"version": f"extractor {walk.now}"} if what == "extractor" else {"watch": f"watch {walk.now}"}
        walk.store.insert_tagged([make_tagged(stored, found, **versions)], run_id="r", recorded_at=walk.now)
    walk.build()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(DAYS)
def test_last_digest_and_the_lines_of_this_one_are_todays_matrix(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple]]
) -> None:
    with open_walk(tmp_path_factory.mktemp("property")) as walk:
        said: Matrix = {}
        documents: list[str] = []
        for number, batch in enumerate(steps):
            walk.now = max(walk.now, NOW + timedelta(days=number))
            for step in batch:
                happen(walk, documents, number, step)
            if walk.store.first_document_day() is None:
                continue
            digest = walk.issue(day(number))
            said = apply(said, lines_of(digest))
            assert said == matrix(digest.stances) == matrix(walk.store.list_stances(day(number)))
            assert all(line.cause != ChangeCause.CORRECTION for line in lines_of(digest))
            ids = [line.change_id for line in (*lines_of(digest), *digest.signals)]
            assert len(ids) == len(set(ids))
