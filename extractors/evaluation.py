"""Precision, recall and F1 of positions and events against marked documents, by the definitions of the annotation guidelines.

A quote has to be found word for word (but for white space and the shape of quotation marks and dashes), be at least three words
long and touch no more than two sentences. A pair is one actor, one issue and some sentence in common; a mark pairs once, with the
same stance if any has it. Optional marks never count against anybody. The sentence split is plain and fixed, so that every scorer
cuts alike.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import Field

from vocabulary.documents import Record
from vocabulary.watch import ScoreGroup
from vocabulary.words import Stance

Item = dict[str, Any]
SHORTEST_QUOTE_WORDS = 3
MOST_SENTENCES = 2
WIDEST_COVER_DAYS = 2
# the guidelines fold otherwise than the sides of a change: a doubt is between, not against
FOLDED_STANCES = {
    Stance.SUPPORTS: "for",
    Stance.CONDITIONAL: "for",
    Stance.UNDECIDED: "between",
    Stance.SCEPTICAL: "between",
    Stance.OPPOSES: "against",
}
EVERYTHING = ScoreGroup(id="position")

_FOLDED = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "*": "", "#": ""})
_BORDER = re.compile(r"(?<=[.!?])[\"”’']?\s+(?=[\"“‘'A-Z0-9#*])|\n\s*\n|\n(?=\S)")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]\.|\b(?:Mr|Mrs|Ms|Dr|Gen|Lt|Col|Sen|Rep|Gov|St|No|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)$")


class Score(Record):
    """Counts of one comparison and what follows from them."""

    tp: int = Field(default=0, description="Found and marked")
    fp: int = Field(default=0, description="Found and not marked")
    fn: int = Field(default=0, description="Marked and not found")

    @property
    def precision(self) -> float:
        """Share of what was found that is marked; 0 where nothing was found."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        """Share of what is marked that was found; 0 where nothing is marked."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def plus(self, *, tp: int = 0, fp: int = 0, fn: int = 0) -> "Score":
        """Return the score with more counted."""
        return Score(tp=self.tp + tp, fp=self.fp + fp, fn=self.fn + fn)


class Report(Record):
    """All figures of one evaluation."""

    documents: int = Field(description="Marked documents")
    scores: dict[str, Score] = Field(description="Name to counts: detection and full, over all and per group; document level; events")
    stance_macro_f1: float = Field(description="Mean of the F1 of each stance, over pairs")
    stance_macro_f1_folded: float = Field(description="The same folded to for, between, against")
    stance_accuracy: float = Field(description="Share of matched pairs with the same stance")
    event_date_accuracy: float = Field(description="Share of matched events whose date fits")
    event_status_accuracy: float = Field(description="Share of matched events with the same status")
    event_actor_f1: float = Field(description="F1 over the actors of matched events")
    ungrounded: int = Field(description="Predictions whose quote is not in the document")
    errors: tuple[str, ...] = Field(default=(), description="Every miss, false alarm and wrong stance, one line each")

    def render(self, *, errors: bool = False) -> str:
        """Return the figures as lines of text, the errors before them where asked for."""
        lines = list(self.errors) if errors else []
        for name, score in self.scores.items():
            lines.append(
                f"{name:24} p {score.precision:.4f}  r {score.recall:.4f}  f1 {score.f1:.4f}  (tp {score.tp}, fp {score.fp}, fn {score.fn})"
            )
        for name in (
            "stance_macro_f1",
            "stance_macro_f1_folded",
            "stance_accuracy",
            "event_date_accuracy",
            "event_status_accuracy",
            "event_actor_f1",
        ):
            lines.append(f"{name:24} {getattr(self, name):.4f}")
        return "\n".join([*lines, f"{'ungrounded':24} {self.ungrounded}"])


def evaluate(gold: Sequence[Item], texts: Mapping[str, str], predictions: Iterable[Item], *, groups: Sequence[ScoreGroup] = ()) -> Report:
    """Compare predictions with marked documents.

    `gold` and `predictions` hold one object per document: {doc, positions: [...], events: [...]}; marks have start and end,
    predictions a quote. `texts` maps doc to text. A marked document without a prediction counts as predicted empty.
    """
    found = {item["doc"]: item for item in predictions}
    tally = _Tally((EVERYTHING, *groups))
    for record in gold:
        tally.add(record, texts[record["doc"]], found.get(record["doc"], {}))
    return tally.report(len(gold))


class _Tally:
    """Adds up documents."""

    def __init__(self, groups: Sequence[ScoreGroup]) -> None:
        self._groups = groups
        self._detection = {group.id: Score() for group in groups}
        self._full = {group.id: Score() for group in groups}
        self._document = Score()
        self._events = Score()
        self._actors = Score()
        self._stances: list[tuple[str, str]] = []
        self._dates_right = self._status_right = self._ungrounded = 0
        self._errors: list[str] = []

    def add(self, gold: Item, text: str, predicted: Item) -> None:
        """Count one document."""
        spans = sentence_spans(text)
        folded, offsets = fold(text)

        def marked(items: Iterable[Item]) -> list[Item]:
            return [{**item, "in": _sentences((item["start"], item["end"]), spans)} for item in items]

        def quoted(items: Iterable[Item]) -> list[Item]:
            placed = [{**item, "in": _sentences_of_quote(item.get("quote", ""), folded, offsets, spans)} for item in items]
            self._ungrounded += sum(not item["in"] for item in placed)
            return placed

        self._add_positions(gold["doc"], marked(gold.get("positions", [])), quoted(predicted.get("positions", [])), text)
        self._add_events(gold["doc"], marked(gold.get("events", [])), quoted(predicted.get("events", [])), text)

    def _count(self, table: dict[str, Score], item: Item, **counts: int) -> None:
        for group in self._groups:
            if group.holds(item["actor"], item["issue"]):
                table[group.id] = table[group.id].plus(**counts)

    def _add_positions(self, name: str, gold: list[Item], predicted: list[Item], text: str) -> None:
        pairs = _match(gold, predicted, _same_position)
        for g, p in pairs:
            if gold[g].get("optional"):
                continue
            right = gold[g]["stance"] == predicted[p]["stance"]
            self._count(self._detection, gold[g], tp=1)
            self._count(self._full, gold[g], **({"tp": 1} if right else {"fp": 1, "fn": 1}))
            self._stances.append((gold[g]["stance"], predicted[p]["stance"]))
            if not right:
                self._note(
                    "STANCE", name, predicted[p], f"marked {gold[g]['stance']}, found {predicted[p]['stance']}", predicted[p]["quote"]
                )
        for index in set(range(len(gold))) - {g for g, _ in pairs}:
            if not gold[index].get("optional"):
                self._count(self._detection, gold[index], fn=1)
                self._count(self._full, gold[index], fn=1)
                self._note("MISS", name, gold[index], gold[index]["stance"], text[gold[index]["start"] : gold[index]["end"]])
        for index in set(range(len(predicted))) - {p for _, p in pairs}:
            if not _is_repeat(predicted[index], gold):
                self._count(self._detection, predicted[index], fp=1)
                self._count(self._full, predicted[index], fp=1)
                self._note("FALSE", name, predicted[index], predicted[index]["stance"], predicted[index]["quote"])
        sure = {_stand(item) for item in gold if not item.get("optional")}
        said = {_stand(item) for item in predicted}
        self._document = self._document.plus(tp=len(sure & said), fp=len(said - {_stand(item) for item in gold}), fn=len(sure - said))

    def _add_events(self, name: str, gold: list[Item], predicted: list[Item], text: str) -> None:
        pairs = _match(gold, predicted, _same_event)
        for g, p in pairs:
            if gold[g].get("optional"):
                continue
            self._events = self._events.plus(tp=1)
            self._dates_right += is_same_date(gold[g].get("date"), predicted[p].get("date"))
            self._status_right += gold[g]["status"] == predicted[p].get("status")
            wanted, got = set(gold[g]["actors"]), set(predicted[p].get("actors", []))
            self._actors = self._actors.plus(tp=len(wanted & got), fp=len(got - wanted), fn=len(wanted - got))
        missed = set(range(len(gold))) - {g for g, _ in pairs}
        false = set(range(len(predicted))) - {p for _, p in pairs}
        self._events = self._events.plus(fp=len(false), fn=sum(not gold[index].get("optional") for index in missed))
        self._errors += [
            f"EVENT MISS {name} {gold[i]['type']} {gold[i].get('date')}: {text[gold[i]['start'] : gold[i]['end']][:160]!r}"
            for i in sorted(missed)
            if not gold[i].get("optional")
        ]
        self._errors += [
            f"EVENT FALSE {name} {predicted[i]['type']} {predicted[i].get('date')}: {predicted[i]['quote'][:160]!r}" for i in sorted(false)
        ]

    def _note(self, what: str, name: str, item: Item, stance: str, words: str) -> None:
        self._errors.append(f"{what} {name} {item['actor']} {item['issue']} {stance}: {words[:160]!r}")

    def report(self, documents: int) -> Report:
        """Return the figures."""
        scores: dict[str, Score] = {}
        for group in self._groups:
            scores[f"{group.id}_detection"] = self._detection[group.id]
            scores[f"{group.id}_full"] = self._full[group.id]
        scores |= {"document_level": self._document, "event_detection": self._events}
        folded = [(_side(wanted), _side(got)) for wanted, got in self._stances]
        matched = self._events.tp
        return Report(
            documents=documents,
            scores=scores,
            stance_macro_f1=macro_f1(self._stances, [stance.value for stance in Stance]),
            stance_macro_f1_folded=macro_f1(folded, sorted(set(FOLDED_STANCES.values()))),
            stance_accuracy=sum(wanted == got for wanted, got in self._stances) / len(self._stances) if self._stances else 0.0,
            event_date_accuracy=self._dates_right / matched if matched else 0.0,
            event_status_accuracy=self._status_right / matched if matched else 0.0,
            event_actor_f1=self._actors.f1,
            ungrounded=self._ungrounded,
            errors=tuple(self._errors),
        )


# --- text ----------------------------------------------------------------------------------------------------------------


def fold(text: str) -> tuple[str, list[int]]:
    """Fold white space and typographic marks and lower the case; also return the offset in `text` of each character kept."""
    kept: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        plain = char.translate(_FOLDED)
        if plain.isspace():
            if kept and kept[-1] == " ":
                continue
            plain = " "
        if plain:
            # a character may lower to two, which keeps the original's offset twice
            kept.extend(plain.lower())
            offsets.extend([offset] * len(plain.lower()))
    return "".join(kept), offsets


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Cut `text` into sentences and lines, as (start, end) offsets."""
    spans, start = [], 0
    for border in _BORDER.finditer(text):
        if "\n" not in border.group() and _ABBREVIATED.search(text, max(start, border.start() - 8), border.start()):
            continue
        spans.append((start, border.start()))
        start = border.end()
    spans.append((start, len(text)))
    return [(first, last) for first, last in spans if text[first:last].strip()]


def _sentences(span: tuple[int, int], spans: list[tuple[int, int]]) -> set[int]:
    return {index for index, (first, last) in enumerate(spans) if span[0] < last and first < span[1]}


def _sentences_of_quote(quote: str, folded: str, offsets: list[int], spans: list[tuple[int, int]]) -> set[int]:
    """Return the sentences in which a quote stands; empty where it is not in the text, too short, or too long."""
    wanted = fold(quote.strip())[0].strip()
    if not wanted or len(quote.split()) < SHORTEST_QUOTE_WORDS:
        return set()
    found: set[int] = set()
    at = folded.find(wanted)
    while at >= 0:
        here = _sentences((offsets[at], offsets[at + len(wanted) - 1] + 1), spans)
        found |= here if len(here) <= MOST_SENTENCES else set()
        at = folded.find(wanted, at + 1)
    return found


# --- matching ------------------------------------------------------------------------------------------------------------


def _match(gold: list[Item], predicted: list[Item], rate: Callable[[Item, Item], float]) -> list[tuple[int, int]]:
    """Pair one to one, the best rated first; a rate of 0 is no pair."""
    rated = sorted(((rate(g, p), gi, pi) for gi, g in enumerate(gold) for pi, p in enumerate(predicted)), key=lambda triple: -triple[0])
    used_gold: set[int] = set()
    used_predicted: set[int] = set()
    pairs = []
    for value, g, p in rated:
        if value > 0 and g not in used_gold and p not in used_predicted:
            used_gold.add(g)
            used_predicted.add(p)
            pairs.append((g, p))
    return pairs


def _same_position(gold: Item, predicted: Item) -> float:
    if gold["actor"] != predicted["actor"] or gold["issue"] != predicted["issue"] or not gold["in"] & predicted["in"]:
        return 0.0
    return 1.0 + float(gold["stance"] == predicted["stance"]) - 0.5 * float(bool(gold.get("optional")))


def _is_repeat(item: Item, gold: list[Item]) -> bool:
    """Tell whether a further prediction only repeats what is marked for its actor, issue and sentence."""
    return any(
        mark["actor"] == item["actor"] and mark["issue"] == item["issue"] and mark["in"] & item["in"] and mark["stance"] == item["stance"]
        for mark in gold
    )


def _same_event(gold: Item, predicted: Item) -> float:
    if gold["type"] != predicted["type"] or not set(gold["actors"]) & set(predicted.get("actors", [])):
        return 0.0
    shared = bool(gold["in"] & predicted["in"])
    dated = bool(gold.get("date")) and is_same_date(gold.get("date"), predicted.get("date"))
    return 2.0 * shared + float(dated) - 0.5 * float(bool(gold.get("optional"))) if shared or dated else 0.0


def _side(stance: str) -> str:
    return FOLDED_STANCES[Stance(stance)]


def _stand(item: Item) -> tuple[str, str, str]:
    return item["actor"], item["issue"], _side(item["stance"])


# --- figures -------------------------------------------------------------------------------------------------------------


def macro_f1(pairs: list[tuple[str, str]], labels: list[str]) -> float:
    """Return the mean F1 over the labels that occur as the first of a pair; 0 without pairs."""
    scores = []
    for label in labels:
        tp = sum(wanted == label == got for wanted, got in pairs)
        fn = sum(wanted == label != got for wanted, got in pairs)
        fp = sum(got == label != wanted for wanted, got in pairs)
        if tp + fn:
            scores.append(2 * tp / (2 * tp + fp + fn))
    return sum(scores) / len(scores) if scores else 0.0


def is_same_date(gold: str | None, predicted: str | None) -> bool:
    """Tell whether both are empty, or the prediction is inside the marked interval or holds it and is three days long at most."""
    if not gold or not predicted:
        return not gold and not predicted
    wanted, got = interval(gold), interval(predicted)
    if wanted is None or got is None:
        return False
    inside = wanted[0] <= got[0] and got[1] <= wanted[1]
    covers = got[0] <= wanted[0] and wanted[1] <= got[1] and (got[1] - got[0]).days <= WIDEST_COVER_DAYS
    return inside or covers


def interval(value: str) -> tuple[dt.date, dt.date] | None:
    """Read YYYY, YYYY-MM, YYYY-Www, YYYY-MM-DD or A/B as a closed interval of days; None where it is none of these."""
    if "/" in value:
        first, last = (interval(part) for part in value.split("/", 1))
        return (first[0], last[1]) if first and last else None
    try:
        if re.fullmatch(r"\d{4}", value):
            return dt.date(int(value), 1, 1), dt.date(int(value), 12, 31)
        if re.fullmatch(r"\d{4}-\d{2}", value):
            year, month = int(value[:4]), int(value[5:])
            return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
        if re.fullmatch(r"\d{4}-W\d{2}", value):
            monday = dt.date.fromisocalendar(int(value[:4]), int(value[6:]), 1)
            return monday, monday + dt.timedelta(days=6)
        day = dt.date.fromisoformat(value[:10])
    except (ValueError, calendar.IllegalMonthError):
        return None
    return day, day
