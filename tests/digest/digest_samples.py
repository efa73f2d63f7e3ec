"""Builders for digest records, and a whole made-up digest about a fisheries treaty that nobody ever negotiated."""

from datetime import UTC, date, datetime, timedelta

from digest.build import build_digest
from vocabulary.stance import Coverage, Digest, DigestEvent, Evidence, FeedCoverage, StanceChange, StanceDay
from vocabulary.watch import Actor, Aspect, Cue, Issue, Relevance, Role, Watch
from vocabulary.words import (
    Attribution,
    Basis,
    ChangeCause,
    ChangeKind,
    ChangeStrength,
    DateBasis,
    EventStatus,
    EventType,
    Freshness,
    PollStatus,
    Stance,
)

DAY = date(2031, 3, 11)
ISSUED_AT = datetime(2031, 3, 12, 5, 0, tzinfo=UTC)


def make_watch() -> Watch:
    """Return a watch on the treaty: six actors, four issues."""
    names = {
        "NLA": "Norlandia",
        "VSK": "Veskaria",
        "CRW": "Isle of Carrow",
        "TMR": "Tamarind Republic",
        "QBR": "Québrac-sur-Mer",
        "NFC": "Northern Fisheries Commission",
    }
    issues = {
        "cod_quota": ("Cod quota", ()),
        "inspections": ("Inspections at sea", (("observers", "Observers on board"), ("boarding", "Boarding by patrol ships"))),
        "subsidies": ("End of fuel subsidies", ()),
        "closed_season": ("Closed season", (("spring", "Spring closure"),)),
    }
    return Watch(
        id="cod-treaty",
        title="Northern Cod Treaty",
        about="Who stands where on the treaty on northern cod.",
        version="a1b2c3d4e5f6",
        relevance=Relevance(anchors=("NFC",)),
        roles=(Role(id="minister", titles=("minister",), weight=0.8),),
        actors=tuple(Actor(id=key, kind="organisation" if key == "NFC" else "state", names=(name,)) for key, name in names.items()),
        issues=tuple(
            Issue(
                id=key,
                title=title,
                meaning=f"is for: {title}",
                cues=(Cue(match=title.casefold()),),
                aspects=tuple(Aspect(id=aspect, title=words) for aspect, words in aspects),
            )
            for key, (title, aspects) in issues.items()
        ),
    )


def make_evidence(number: int = 1, **changes: object) -> Evidence:
    """Return evidence with plain defaults; `number` makes its ids differ."""
    said_on = changes.get("said_on", DAY)
    assert isinstance(said_on, date)
    fields: dict[str, object] = {
        "position_id": f"{number:020x}",
        "stance": Stance.SUPPORTS,
        "quote": "“We will sign the treaty as it stands,” she told the assembly.",
        "speaker": "Elin Marsh",
        "attribution": Attribution.OWN_WORDS,
        "basis": Basis.DATED,
        "said_on": said_on,
        "said_on_basis": DateBasis.DOCUMENT,
        "confidence": 0.87,
        "document_id": f"{number + 4096:020x}",
        "outlet": "Harbour Gazette",
        "title": "Assembly hears the minister on cod",
        "url": f"https://harbour-gazette.example/2031/03/story-{number}.html?ref=front&page=1",
        "published_on": said_on,
    }
    return Evidence.model_validate(fields | changes)


def make_stance(actor: str, issue: str, stance: Stance, *, number: int = 1, lead: Evidence | None = None, **changes: object) -> StanceDay:
    """Return the stance of an actor at the close of the day."""
    lead = lead or make_evidence(number, stance=stance)
    fields: dict[str, object] = {
        "day": DAY,
        "actor": actor,
        "issue": issue,
        "aspect": "general",
        "stance": stance,
        "score": stance.score,
        "condition": lead.condition,
        "held_since": lead.said_on,
        "last_said_on": lead.said_on,
        "freshness": Freshness.FRESH,
        "independent_sources": 1,
        "lead": lead,
    }
    return StanceDay.model_validate(fields | changes)


def make_change(actor: str = "NLA", issue: str = "cod_quota", **changes: object) -> StanceChange:
    """Return a confirmed reversal unless told otherwise."""
    before = changes.get("before", make_evidence(101, said_on=DAY - timedelta(days=20)))
    after = changes.get("after", make_evidence(102, stance=Stance.OPPOSES, quote="“Not at this price,” she said."))
    fields: dict[str, object] = {
        "change_id": f"{actor}-{issue}-{changes.get('aspect', 'general')}-{changes.get('kind', 'reversed')}",
        "day": DAY,
        "actor": actor,
        "issue": issue,
        "aspect": "general",
        "kind": ChangeKind.REVERSED,
        "cause": ChangeCause.MOVE,
        "strength": ChangeStrength.CONFIRMED,
        "before_stance": before.stance if isinstance(before, Evidence) else None,
        "after_stance": after.stance if isinstance(after, Evidence) else None,
        "before": before,
        "after": after,
        "moved_on": DAY,
        "significance": 0.8,
        "independent_sources": 2,
    }
    return StanceChange.model_validate(fields | changes)


def make_first_seen(actor: str, issue: str, after: Evidence, **changes: object) -> StanceChange:
    """Return a stance without an earlier one."""
    fields: dict[str, object] = {"kind": ChangeKind.FIRST_SEEN, "before": None, "before_stance": None, "after": after, "significance": 0.3}
    return make_change(actor, issue, **(fields | changes))


def make_event(number: int = 1, **changes: object) -> DigestEvent:
    """Return a meeting that took place on the day."""
    fields: dict[str, object] = {
        "event_id": f"{number + 8192:020x}",
        "type": EventType.MEETING,
        "status": EventStatus.PAST,
        "date_iso": DAY.isoformat(),
        "starts_on": DAY,
        "actors": ("NLA", "NFC"),
        "place": "Port Alder",
        "quote": "Ministers met the commission’s chair in Port Alder on Tuesday and went through the annexes line by line.",
        "outlet": "Harbour Gazette",
        "title": "Annexes, line by line",
        "url": "https://harbour-gazette.example/2031/03/annexes.html",
        "published_on": DAY,
        "reports": 3,
    }
    return DigestEvent.model_validate(fields | changes)


def make_coverage(**changes: object) -> Coverage:
    """Return the coverage of a day on which everything worked."""
    feeds = tuple(
        FeedCoverage(feed_id=f"feed-{n}", outlet=f"Outlet {n}", status=PollStatus.OK, last_ok_at=ISSUED_AT - timedelta(minutes=n))
        for n in range(1, 4)
    )
    fields: dict[str, object] = {"documents_read": 12, "documents_total": 340, "outcomes": {"tagged": 12}, "feeds": feeds}
    return Coverage.model_validate(fields | changes)


def make_digest(watch: Watch | None = None, **changes: object) -> Digest:
    """Return a digest through `build_digest`; empty and second of its warehouse unless told otherwise."""
    fields: dict[str, object] = {
        "watch": watch or make_watch(),
        "actor_names": {"OLM": "Olmara"},
        "day": DAY,
        "number": 2,
        "previous_day": DAY - timedelta(days=1),
        "first_day": None,
        "issued_at": ISSUED_AT,
        "issued_on": ISSUED_AT.date(),
        "changes": (),
        "reaffirmed": (),
        "stances": (),
        "events": (),
        "ahead": (),
        "coverage": make_coverage(),
        "extractor_version": "0.1.0-9f8e7d6c",
    }
    return build_digest(**(fields | changes))  # type: ignore[arg-type]


LONG_QUOTE = (
    "“We have gone through every annex, every footnote and every map, and we have done so in good faith for eleven months; but a quota "
    "that is counted on the quay and not at sea is no quota at all, and as long as the text lets a ship land its catch under another flag "
    "on the same night, my government will not put its name under it,” Prime Minister Ásdís Þórvaldsdóttir-O’Hara told a packed chamber, "
    "adding that “nobody should mistake patience for consent”."
)


def make_fisheries_digest() -> Digest:
    """Return the whole made-up digest: every section filled, long quotes, odd characters."""
    old = DAY - timedelta(days=40)
    marsh = make_evidence(
        1,
        said_on=DAY - timedelta(days=16),
        stance=Stance.CONDITIONAL,
        condition="if landings are counted at sea",
        quote="Norlandia could live with the quota “if landings are counted at sea”, its minister, Elin Marsh, said after the talks.",
    )
    reversal = make_evidence(
        2,
        stance=Stance.OPPOSES,
        quote=LONG_QUOTE,
        speaker="Ásdís Þórvaldsdóttir-O’Hara",
        outlet="The Northern Wire & Post",
        title="“No quota at all”: PM slams <cod> deal | live updates [day 3]",
        said_on_basis=DateBasis.EXPLICIT,
    )
    observers = make_evidence(
        3,
        quote="The cabinet in Vesk voted 11–4 on Monday to send observers on board from 1 April.",
        speaker=None,
        attribution=Attribution.ACT,
        said_on=DAY - timedelta(days=1),
        said_on_basis=DateBasis.RELATIVE,
        url="seed:vesk-cabinet-vote",
        outlet="Vesk Broadcasting",
        title="Cabinet sends observers",
    )
    doubts = make_evidence(
        4,
        said_on=old,
        stance=Stance.SCEPTICAL,
        speaker="Ivo Rahn",
        quote="“I have my doubts that strangers on our boats will make a single herring happier,” Mr Rahn said.",
    )
    subsidies = make_evidence(
        5,
        stance=Stance.CONDITIONAL,
        condition="if the fleet is paid for the lay-up months",
        speaker="משה כהן",
        attribution=Attribution.SPOKESPERSON,
        said_on=DAY - timedelta(days=5),
        quote="The republic would end fuel subsidies “if the fleet is paid for the lay-up months”, a government spokesman said.",
        outlet="Tamarind Tribune",
        title="Subsidies: a price is named",
    )
    rumour = make_evidence(
        6,
        stance=Stance.OPPOSES,
        speaker=None,
        attribution=Attribution.ANONYMOUS,
        quote="Two officials close to the talks said Carrow was ready to walk away over boarding rights.",
        outlet="Strait Observer",
        title="Carrow may walk away, officials say",
    )
    hearsay = make_evidence(
        13,
        stance=Stance.UNDECIDED,
        attribution=Attribution.REPORTER,
        speaker=None,
        quote="Veskaria is said to be weighing its yes again.",
        outlet="Strait Observer",
        title="Second thoughts in Vesk?",
    )
    shift = make_evidence(
        7,
        stance=Stance.UNDECIDED,
        basis=Basis.REPORTED_SHIFT,
        speaker="Luc d’Arbel",
        quote="Québrac “no longer excludes” a spring closure, Mr d’Arbel said, walking back January’s refusal.",
        outlet="L’Écho du Port",
        title="Fermeture de printemps : Québrac ne dit plus non",
        url="https://echo-du-port.example/été/fermeture(printemps)",
    )
    refusal = make_evidence(
        8, said_on=old, stance=Stance.OPPOSES, speaker="Luc d’Arbel", quote="“A closed spring is a closed harbour,” Mr d’Arbel said."
    )
    chair = make_evidence(
        9,
        speaker="Dr Amara Osei",
        quote="“The season must close, or there will be none to open,” the commission’s chair, Dr Amara Osei, said.",
    )
    changes = (
        make_change("QBR", "closed_season", aspect="spring", kind=ChangeKind.SOFTENED, before=refusal, after=shift, significance=0.45),
        make_change("NLA", "cod_quota", before=marsh, after=reversal, significance=0.93, independent_sources=4),
        make_change(
            "VSK",
            "inspections",
            aspect="observers",
            before=doubts,
            after=observers,
            significance=0.71,
            independent_sources=1,
            moved_on=DAY - timedelta(days=1),
        ),
        make_change(
            "TMR",
            "subsidies",
            kind=ChangeKind.CONDITION_ADDED,
            cause=ChangeCause.LATE,
            before=make_evidence(10, said_on=old, quote="“We are in favour,” the president said.", speaker="President Adaeze Lowe"),
            after=subsidies,
            moved_on=DAY - timedelta(days=5),
            significance=0.4,
            independent_sources=1,
        ),
        make_change(
            "CRW",
            "cod_quota",
            kind=ChangeKind.SETTLED,
            cause=ChangeCause.RE_EXTRACTION,
            before=make_evidence(11, said_on=old),
            after=make_evidence(12, said_on=old),
            significance=0.2,
        ),
        make_first_seen("CRW", "inspections", rumour, aspect="boarding", strength=ChangeStrength.SIGNAL),
        make_change("VSK", "cod_quota", strength=ChangeStrength.SIGNAL, after=hearsay, kind=ChangeKind.SOFTENED, significance=0.25),
        make_first_seen("NFC", "closed_season", chair),
    )
    stances = (
        make_stance("NLA", "cod_quota", Stance.OPPOSES, lead=reversal, independent_sources=4),
        make_stance("NLA", "inspections", Stance.SUPPORTS, number=21, freshness=Freshness.AGEING),
        make_stance("NLA", "subsidies", Stance.SCEPTICAL, number=22, freshness=Freshness.STALE, held_since=old, last_said_on=old),
        make_stance("VSK", "inspections", Stance.SUPPORTS, lead=observers, aspect="observers"),
        make_stance("VSK", "inspections", Stance.SCEPTICAL, lead=doubts, aspect="boarding", freshness=Freshness.STALE),
        make_stance("VSK", "cod_quota", Stance.SUPPORTS, number=23),
        make_stance("CRW", "cod_quota", Stance.SUPPORTS, number=24, contested=True, independent_sources=3),
        make_stance("CRW", "closed_season", Stance.UNDECIDED, number=25, freshness=Freshness.AGEING),
        make_stance("TMR", "subsidies", Stance.CONDITIONAL, lead=subsidies),
        make_stance("TMR", "cod_quota", Stance.SUPPORTS, number=26, freshness=Freshness.STALE),
        make_stance("QBR", "closed_season", Stance.UNDECIDED, lead=shift, aspect="spring"),
        make_stance("QBR", "closed_season", Stance.OPPOSES, number=27),
        make_stance("NFC", "closed_season", Stance.SUPPORTS, lead=chair),
        make_stance("NFC", "cod_quota", Stance.SUPPORTS, number=28),
        make_stance("NFC", "inspections", Stance.SUPPORTS, number=29, independent_sources=2),
    )
    down = FeedCoverage(
        feed_id="strait-observer",
        outlet="Strait Observer",
        status=PollStatus.TIMEOUT,
        last_ok_at=ISSUED_AT - timedelta(days=3),
        detail="no answer after 20 s",
    )
    never = FeedCoverage(feed_id="isle-radio", outlet="Isle Radio", status=None)
    coverage = make_coverage(
        documents_read=37,
        documents_total=1204,
        outcomes={"tagged": 37, "off_topic": 112, "unchanged": 9, "other_language": 4, "no_text": 1, "bad_date": 1},
        not_read=(
            "https://strait-observer.example/live/1: no_text (only a video)",
            "https://isle.example/a_b: bad_date (dated 2099-01-01)",
        ),
        feeds=(down, never, *make_coverage().feeds),
        silent_actors=("CRW", "OLM"),
    )
    ahead = make_event(
        2,
        status=EventStatus.PLANNED,
        type=EventType.VOTE,
        actors=("VSK",),
        targets=("NFC",),
        date_iso="2031-03-17/2031-03-19",
        starts_on=date(2031, 3, 17),
        place=None,
        quote="Parliament in Vesk is due to vote on the commission’s budget between 17 and 19 March.",
        title="Budget vote ahead",
        reports=1,
    )
    pledge = make_event(
        3,
        type=EventType.PLEDGE,
        actors=("TMR", "OLM"),
        targets=("CRW",),
        date_iso=None,
        starts_on=None,
        place="St Brannoc’s Bay",
        reports=1,
    )
    return make_digest(
        changes=changes,
        reaffirmed=(stances[5], stances[13]),
        stances=stances,
        events=(pledge, make_event()),
        ahead=(ahead,),
        coverage=coverage,
    )


def make_opening_digest() -> Digest:
    """Return an opening digest whose day lies well before its issue."""
    full = make_fisheries_digest()
    return make_digest(
        number=1,
        previous_day=None,
        first_day=DAY - timedelta(days=46),
        issued_at=ISSUED_AT + timedelta(days=97),
        issued_on=ISSUED_AT.date() + timedelta(days=97),
        changes=(*full.first_seen, *full.changes[:2]),
        stances=full.stances,
        coverage=make_coverage(documents_read=1, feeds=()),
    )
