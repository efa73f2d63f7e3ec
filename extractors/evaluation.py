"""Precision, recall and F1 of positions and events against marked documents, by the definitions of the annotation guidelines.

Each document is compared for itself, by `extractors.evaluation_matching`; every figure is a sum over documents, so that intervals need no
second look at a text. Optional marks never count against anybody.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractors import resampling
from extractors.evaluation_matching import (
    Item,
    fold,
    is_repeat,
    is_same_date,
    match,
    same_event,
    same_position,
    sentence_spans,
    sentences_of,
    sentences_of_quote,
)
from extractors.evaluation_report import OperatingPoint, Report, Score, Share
from extractors.resampling import Interval
from vocabulary.watch import ScoreGroup
from vocabulary.words import Stance

# the guidelines fold otherwise than the sides of a change: a doubt is between, not against
FOLDED_STANCES = {
    Stance.SUPPORTS: "for",
    Stance.CONDITIONAL: "for",
    Stance.UNDECIDED: "between",
    Stance.SCEPTICAL: "between",
    Stance.OPPOSES: "against",
}
EVERYTHING = ScoreGroup(id="position")

_STANCES = [stance.value for stance in Stance]
_SHOWN_CHARACTERS = 160
Note = Callable[[str, Item, str], None]


@dataclass(frozen=True)
class Outcome:
    """What became of one mark, or of one prediction that has none."""

    actor: str
    issue: str
    marked: str | None
    found: str | None

    @property
    def detection(self) -> Score:
        """How it counts whatever the stance."""
        if self.marked is None:
            return Score(fp=1)
        return Score(fn=1) if self.found is None else Score(tp=1)

    @property
    def full(self) -> Score:
        """How it counts with its stance; a wrong one is false and missed."""
        if self.marked == self.found:
            return Score(tp=1)
        return Score(fp=int(self.found is not None), fn=int(self.marked is not None))


@dataclass(frozen=True)
class Comparison:
    """What was counted in one document."""

    name: str
    positions: tuple[Outcome, ...]
    sure: tuple[Outcome, ...]
    document: Score
    events: Score
    event_actors: Score
    dates_right: int
    status_right: int
    ungrounded: int
    errors: tuple[str, ...]

    @property
    def stances(self) -> list[tuple[str, str]]:
        """Stance marked and stance found of each pair."""
        return [(one.marked, one.found) for one in self.positions if one.marked is not None and one.found is not None]


def evaluate(
    gold: Sequence[Item],
    texts: Mapping[str, str],
    predictions: Iterable[Item],
    *,
    groups: Sequence[ScoreGroup] = (),
    outlets: Mapping[str, str] | None = None,
    operating_point: float | None = None,
) -> Report:
    """Compare predictions with marked documents.

    `gold` and `predictions` hold one object per document: {doc, positions: [...], events: [...]}; marks have start and end,
    predictions a quote. `texts` maps doc to text, `outlets` to outlet where one is known. A marked document without a prediction counts as
    predicted empty. From `operating_point` on a position may move a stance; one without `confidence` always may.
    """
    found = {item["doc"]: item for item in predictions}
    compared = [
        _compare(record, texts[record["doc"]], found.get(record["doc"], {}), operating_point or 0.0)
        for record in sorted(gold, key=lambda record: str(record["doc"]))
    ]
    return _report(compared, (EVERYTHING, *groups), outlets or {}, operating_point)


# --- one document ---------------------------------------------------------------------------------------------------------


def _compare(gold: Item, text: str, predicted: Item, operating_point: float) -> Comparison:
    """Count one document."""
    spans = sentence_spans(text)
    folded, offsets = fold(text)

    def marked(items: Iterable[Item]) -> list[Item]:
        at = [(item, (item["start"], item["end"])) for item in items]
        return [{**item, "quote": text[slice(*span)], "in": sentences_of(span, spans)} for item, span in at]

    def quoted(items: Iterable[Item]) -> list[Item]:
        said = [{"quote": "", **item} for item in items]
        return [{**item, "in": sentences_of_quote(item["quote"], folded, offsets, spans)} for item in said]

    positions, events = marked(gold.get("positions", [])), marked(gold.get("events", []))
    found, found_events = quoted(predicted.get("positions", [])), quoted(predicted.get("events", []))
    errors: list[str] = []

    def note(what: str, item: Item, more: str) -> None:
        errors.append(f"{what} {gold['doc']} {more}: {item['quote'][:_SHOWN_CHARACTERS]!r}")

    outcomes = _compare_positions(positions, found, note)
    # matched anew: what an unsure twin took is free for a sure one
    sure = _compare_positions(positions, [item for item in found if item.get("confidence", 1.0) >= operating_point], _no_note)
    score, actors, dates_right, status_right = _compare_events(events, found_events, note)
    return Comparison(
        name=gold["doc"],
        positions=tuple(outcomes),
        sure=tuple(sure),
        document=_compare_stands(positions, found),
        events=score,
        event_actors=actors,
        dates_right=dates_right,
        status_right=status_right,
        ungrounded=sum(not item["in"] for item in (*found, *found_events)),
        errors=tuple(errors),
    )


def _no_note(what: str, item: Item, more: str) -> None:
    """Note nothing."""


def _compare_positions(gold: list[Item], predicted: list[Item], note: Note) -> list[Outcome]:
    outcomes = []

    def count(what: str, item: Item, marked: str | None, found: str | None) -> None:
        outcomes.append(Outcome(item["actor"], item["issue"], marked, found))
        stance = f"marked {marked}, found {found}" if marked and found else marked or found
        if what:
            note(what, item, f"{item['actor']} {item['issue']} {stance}")

    pairs = match(gold, predicted, same_position)
    for g, p in pairs:
        if not gold[g].get("optional"):
            marked, found = gold[g]["stance"], predicted[p]["stance"]
            count("" if marked == found else "STANCE", predicted[p], marked, found)
    for index in sorted(set(range(len(gold))) - {g for g, _ in pairs}):
        if not gold[index].get("optional"):
            count("MISS", gold[index], gold[index]["stance"], None)
    for index in sorted(set(range(len(predicted))) - {p for _, p in pairs}):
        if not is_repeat(predicted[index], gold):
            count("FALSE", predicted[index], None, predicted[index]["stance"])
    return outcomes


def _compare_stands(gold: list[Item], predicted: list[Item]) -> Score:
    """Count actor, issue and side, each once for the document."""
    sure = {_stand(item) for item in gold if not item.get("optional")}
    said = {_stand(item) for item in predicted}
    return Score(tp=len(sure & said), fp=len(said - {_stand(item) for item in gold}), fn=len(sure - said))


def _compare_events(gold: list[Item], predicted: list[Item], note: Note) -> tuple[Score, Score, int, int]:
    """Count events and the actors of those that match, and how many of these have a date and a status that fit."""
    pairs = match(gold, predicted, same_event)
    actors, dates_right, status_right = [], 0, 0
    for g, p in pairs:
        if gold[g].get("optional"):
            continue
        dates_right += is_same_date(gold[g].get("date"), predicted[p].get("date"))
        status_right += gold[g]["status"] == predicted[p].get("status")
        wanted, got = set(gold[g]["actors"]), set(predicted[p].get("actors", []))
        actors.append(Score(tp=len(wanted & got), fp=len(got - wanted), fn=len(wanted - got)))
    missed = [gold[i] for i in sorted(set(range(len(gold))) - {g for g, _ in pairs}) if not gold[i].get("optional")]
    false = [predicted[i] for i in sorted(set(range(len(predicted))) - {p for _, p in pairs})]
    for item in missed:
        note("EVENT MISS", item, f"{item['type']} {item.get('date')}")
    for item in false:
        note("EVENT FALSE", item, f"{item['type']} {item.get('date')}")
    return Score(tp=len(actors), fp=len(false), fn=len(missed)), Score.total(actors), dates_right, status_right


def _side(stance: str) -> str:
    return FOLDED_STANCES[Stance(stance)]


def _stand(item: Item) -> tuple[str, str, str]:
    return item["actor"], item["issue"], _side(item["stance"])


# --- all documents --------------------------------------------------------------------------------------------------------


def _report(compared: list[Comparison], groups: Sequence[ScoreGroup], outlets: Mapping[str, str], point: float | None) -> Report:
    """Return the figures."""
    by_document = _scores_by_document(compared, groups)
    scores = {name: Score.total(rows) for name, rows in by_document.items()}
    stances = [pair for one in compared for pair in one.stances]
    sure = [Score.total(outcome.full for outcome in one.sure) for one in compared]
    matched = scores["event_detection"].tp
    named = [(outlets.get(one.name, ""), outcome) for one in compared for outcome in one.positions]
    return Report(
        documents=len(compared),
        scores=scores,
        stance_macro_f1=macro_f1(stances, _STANCES),
        stance_macro_f1_folded=macro_f1([(_side(marked), _side(found)) for marked, found in stances], sorted(set(FOLDED_STANCES.values()))),
        stance_accuracy=sum(marked == found for marked, found in stances) / len(stances) if stances else 0.0,
        event_date_accuracy=sum(one.dates_right for one in compared) / matched if matched else 0.0,
        event_status_accuracy=sum(one.status_right for one in compared) / matched if matched else 0.0,
        event_actor_f1=Score.total(one.event_actors for one in compared).f1,
        ungrounded=sum(one.ungrounded for one in compared),
        operating_point=None if point is None else OperatingPoint(confidence=point, full=Score.total(sure)),
        intervals=_intervals(compared, by_document, None if point is None else sure),
        issues=_shares((outcome.issue, outcome) for _, outcome in named),
        actors=_shares((outcome.actor, outcome) for _, outcome in named),
        outlets=_shares(named) if any(outlets.get(one.name) for one in compared) else {},
        errors=tuple(error for one in compared for error in one.errors),
    )


def _scores_by_document(compared: list[Comparison], groups: Sequence[ScoreGroup]) -> dict[str, list[Score]]:
    """Return name to a score for each document."""
    scores: dict[str, list[Score]] = {}
    for group in groups:
        held = [[outcome for outcome in one.positions if group.holds(outcome.actor, outcome.issue)] for one in compared]
        scores[f"{group.id}_detection"] = [Score.total(outcome.detection for outcome in outcomes) for outcomes in held]
        scores[f"{group.id}_full"] = [Score.total(outcome.full for outcome in outcomes) for outcomes in held]
    return scores | {"document_level": [one.document for one in compared], "event_detection": [one.events for one in compared]}


def _intervals(compared: list[Comparison], by_document: Mapping[str, list[Score]], sure: list[Score] | None) -> dict[str, Interval]:
    """Return the interval of each figure that has one."""
    weights = resampling.draw(len(compared))
    found = {
        f"{name}_f1": resampling.bootstrap(resampling.f1, [score.counts for score in rows], weights) for name, rows in by_document.items()
    }
    found["stance_macro_f1"] = resampling.bootstrap(resampling.macro_f1, [_label_counts(one.stances) for one in compared], weights)
    if sure is not None:
        rows = [score.counts for score in sure]
        found["operating_point_precision"] = resampling.bootstrap(resampling.precision, rows, weights)
        found["operating_point_recall"] = resampling.bootstrap(resampling.recall, rows, weights)
    return {name: interval for name, interval in found.items() if interval is not None}


def _label_counts(pairs: list[tuple[str, str]]) -> list[int]:
    """Return the counts of each stance in one row."""
    return [count for label in _STANCES for count in _label_score(pairs, label).counts]


def _shares(named: Iterable[tuple[str, Outcome]]) -> dict[str, Share]:
    """Return name to its part of the positions, the most marks first."""
    parts: dict[str, list[Outcome]] = {}
    for name, outcome in named:
        parts.setdefault(name, []).append(outcome)
    shares = {
        name: Share(detection=Score.total(one.detection for one in outcomes), full=Score.total(one.full for one in outcomes))
        for name, outcomes in parts.items()
    }
    return dict(sorted(shares.items(), key=lambda entry: (-entry[1].marked, entry[0])))


def macro_f1(pairs: list[tuple[str, str]], labels: list[str]) -> float:
    """Return the mean F1 over the labels that occur as the first of a pair; 0 without pairs."""
    scores = [score.f1 for score in (_label_score(pairs, label) for label in labels) if score.tp + score.fn]
    return sum(scores) / len(scores) if scores else 0.0


def _label_score(pairs: list[tuple[str, str]], label: str) -> Score:
    return Score(
        tp=sum(marked == label == found for marked, found in pairs),
        fp=sum(found == label != marked for marked, found in pairs),
        fn=sum(marked == label != found for marked, found in pairs),
    )
