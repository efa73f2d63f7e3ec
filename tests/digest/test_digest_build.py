"""What goes into a digest, in which order, and under which names."""

import random
from datetime import timedelta

import pytest
from digest_samples import (
    DAY,
    ISSUED_AT,
    make_change,
    make_coverage,
    make_digest,
    make_event,
    make_evidence,
    make_first_seen,
    make_fisheries_digest,
    make_stance,
    make_watch,
)

from vocabulary.identity import content_id
from vocabulary.words import ChangeKind, ChangeStrength, Stance


def test_changes_are_ranked_by_significance_and_then_by_ids() -> None:
    """The page begins with what matters most; equals stand in an order that chance does not touch."""
    changes = [
        make_change("VSK", significance=0.4),
        make_change("NLA", "subsidies", significance=0.4),
        make_change("NLA", "cod_quota", significance=0.4),
        make_change("TMR", significance=0.9),
    ]
    keys = [(change.actor, change.issue) for change in make_digest(changes=changes).changes]
    assert keys == [("TMR", "cod_quota"), ("NLA", "cod_quota"), ("NLA", "subsidies"), ("VSK", "cod_quota")]


def test_strengths_and_kinds_are_told_apart() -> None:
    """A first sight is no change, a signal is neither, and a first sight by hearsay is a signal."""
    hearsay = make_first_seen("CRW", "subsidies", make_evidence(5), strength=ChangeStrength.SIGNAL)
    confirmed, first = make_change(), make_first_seen("NFC", "cod_quota", make_evidence(6))
    signal = make_change("VSK", strength=ChangeStrength.SIGNAL)
    digest = make_digest(changes=[hearsay, first, signal, confirmed])
    assert (digest.changes, digest.first_seen, digest.signals) == ((confirmed,), (first,), (signal, hearsay))


def test_every_id_that_occurs_is_named_and_no_other() -> None:
    """Names come from the watch, then from the caller, and an id that nobody knows stands for itself."""
    digest = make_digest(
        actor_names={"OLM": "Olmara", "NLA": "not this one", "ZZZ": "never met"},
        stances=[make_stance("NLA", "cod_quota", Stance.SUPPORTS, aspect="by_catch")],
        reaffirmed=[make_stance("VSK", "inspections", Stance.SUPPORTS, aspect="observers")],
        changes=[make_change("TMR", "unheard_of")],
        events=[make_event(actors=("QBR",), targets=("OLM",))],
        ahead=[make_event(actors=("XYZ",))],
        coverage=make_coverage(silent_actors=("CRW",)),
    )
    assert digest.actor_names == {
        "CRW": "Isle of Carrow",
        "NLA": "Norlandia",
        "OLM": "Olmara",
        "QBR": "Québrac-sur-Mer",
        "TMR": "Tamarind Republic",
        "VSK": "Veskaria",
        "XYZ": "XYZ",
    }
    assert digest.issue_titles == {"cod_quota": "Cod quota", "inspections": "Inspections at sea", "unheard_of": "unheard_of"}
    assert digest.aspect_titles == {"cod_quota/by_catch": "by catch", "inspections/observers": "Observers on board"}


def test_the_id_is_made_of_watch_day_and_number() -> None:
    """Two digests of one day differ in id only by their number."""
    watch = make_watch()
    digest = make_digest(watch)
    assert digest.digest_id == content_id(watch.id, DAY, 2)
    assert digest.digest_id != make_digest(watch, number=3).digest_id
    assert (digest.watch_id, digest.watch_version, digest.watch_title) == (watch.id, watch.version, watch.title)


@pytest.mark.parametrize(
    ("days", "age"),
    [
        pytest.param(1, 1, id="next-morning"),
        pytest.param(98, 98, id="old-seeds"),
        pytest.param(0, 0, id="same-day"),
        pytest.param(-1, 0, id="ahead"),
    ],
)
def test_age_counts_from_the_day_of_issue_in_the_callers_zone(days: int, age: int) -> None:
    """The time of issue is UTC; the day of issue is the caller's."""
    assert make_digest(issued_on=DAY + timedelta(days=days)).age_days == age


def test_an_opening_digest_keeps_its_first_day_and_others_have_none() -> None:
    """The first day belongs to the opening digest alone."""
    first = DAY - timedelta(days=9)
    opening = make_digest(number=1, previous_day=None, first_day=first)
    later = make_digest(first_day=first)
    assert (opening.opening, opening.first_day, opening.previous_day) == (True, first, None)
    assert (later.opening, later.first_day) == (False, None)


@pytest.mark.parametrize(("number", "previous"), [(1, DAY), (2, None)], ids=["first-with-a-previous", "second-without"])
def test_number_and_previous_day_must_agree(number: int, previous: object) -> None:
    """A digest that compares with nothing, yet is not the first, would pass everything off as new."""
    with pytest.raises(ValueError, match=f"digest {number} with previous day {previous}"):
        make_digest(number=number, previous_day=previous)


def test_stances_are_in_reading_order() -> None:
    """By name, not by id; the issue as such before its single questions."""
    stances = [
        make_stance("QBR", "closed_season", Stance.OPPOSES, aspect="spring"),
        make_stance("QBR", "closed_season", Stance.OPPOSES),
        make_stance("CRW", "cod_quota", Stance.SUPPORTS),
        make_stance("CRW", "closed_season", Stance.SUPPORTS),
    ]
    digest = make_digest(stances=stances, reaffirmed=stances[::-1])
    keys = [(stance.actor, stance.issue, stance.aspect) for stance in digest.stances]
    assert keys == [
        ("CRW", "closed_season", "general"),
        ("CRW", "cod_quota", "general"),
        ("QBR", "closed_season", "general"),
        ("QBR", "closed_season", "spring"),
    ]
    assert digest.reaffirmed == digest.stances


def test_events_are_in_order_of_their_days_and_the_undated_come_last() -> None:
    """What has a day comes first."""
    undated, late, early = make_event(1, starts_on=None, date_iso=None), make_event(2), make_event(3, starts_on=DAY - timedelta(days=1))
    assert make_digest(events=[undated, late, early]).events == (early, late, undated)


def test_the_order_of_what_comes_in_leaves_no_trace() -> None:
    """Rows come from a database without an order; the digest is the same whatever it was."""
    full = make_fisheries_digest()
    lines = [*full.changes, *full.first_seen, *full.signals]
    coverage = full.coverage
    parts: dict[str, list[object]] = {
        "changes": [*lines],
        "reaffirmed": [*full.reaffirmed],
        "stances": [*full.stances],
        "events": [*full.events],
        "ahead": [*full.ahead],
    }
    shuffler = random.Random(7)
    for part in parts.values():
        shuffler.shuffle(part)
    mixed = coverage.model_copy(
        update={"feeds": coverage.feeds[::-1], "not_read": coverage.not_read[::-1], "silent_actors": coverage.silent_actors[::-1]}
    )
    assert make_digest(**parts, coverage=mixed) == full


def test_nothing_of_the_evidence_is_changed() -> None:
    """Quotes, addresses and ids go into the record as they came, odd characters and all."""
    odd = make_evidence(quote=" two\n lines \u202e and \x07 | <b> ", url="seed:a b", title="")
    digest = make_digest(changes=[make_change(after=odd, kind=ChangeKind.HARDENED)], issued_at=ISSUED_AT)
    assert digest.changes[0].after == odd
