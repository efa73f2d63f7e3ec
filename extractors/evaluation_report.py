"""The figures of an evaluation, and how they are printed: on 100 columns for people, with every rate for programs."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from extractors.resampling import LEVEL, RESAMPLES, Interval
from vocabulary.documents import Record

FEWEST_MARKS = 5  # fewer say nothing; such rows are printed as one
_RATES = (
    "stance_macro_f1",
    "stance_macro_f1_folded",
    "stance_accuracy",
    "event_date_accuracy",
    "event_status_accuracy",
    "event_actor_f1",
)
_LABEL_WIDTH = 32


class Score(Record):
    """Counts of one comparison and what follows from them."""

    tp: int = Field(default=0, description="Found and marked")
    fp: int = Field(default=0, description="Found and not marked")
    fn: int = Field(default=0, description="Marked and not found")

    @classmethod
    def total(cls, scores: Iterable["Score"]) -> "Score":
        """Return the sum of many scores."""
        counts = [score.counts for score in scores]
        tp, fp, fn = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0, 0)
        return cls(tp=tp, fp=fp, fn=fn)

    @property
    def counts(self) -> tuple[int, int, int]:
        """The counts as a row."""
        return self.tp, self.fp, self.fn

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

    @model_serializer(mode="wrap")
    def _with_rates(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {**dump(self), "precision": self.precision, "recall": self.recall, "f1": self.f1}


class Share(Record):
    """The part of the positions that belongs to one issue, actor or outlet."""

    detection: Score = Field(default=Score(), description="Actor, issue and place, whatever the stance")
    full: Score = Field(default=Score(), description="The stance too")

    @property
    def marked(self) -> int:
        """Number of marks that count."""
        return self.detection.tp + self.detection.fn


class OperatingPoint(Record):
    """What of the positions is left, and how much of it is right, from the confidence on that may move a stance."""

    confidence: float = Field(description="The watch's operating point")
    full: Score = Field(description="Full matches of the positions whose confidence reaches it")


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
    operating_point: OperatingPoint | None = Field(default=None, description="Figures where a position may move a stance")
    intervals: dict[str, Interval] = Field(default_factory=dict, description="Name of a figure to its interval; none for one document")
    issues: dict[str, Share] = Field(default_factory=dict, description="Issue id to its part, the most marks first")
    actors: dict[str, Share] = Field(default_factory=dict, description="Actor id to its part, the most marks first")
    outlets: dict[str, Share] = Field(default_factory=dict, description="Outlet to its part; the empty name for documents without one")
    errors: tuple[str, ...] = Field(default=(), description="Every miss, false alarm and wrong stance, one line each")

    def render(self, *, errors: bool = False) -> str:
        """Return the figures as lines of text, the errors before them where asked for."""
        lines = list(self.errors) if errors else []
        lines += [self._score_line(name, score) for name, score in self.scores.items()]
        lines += [f"{name:24} {getattr(self, name):.4f}{self._interval(name)}" for name in _RATES]
        lines.append(f"{'ungrounded':24} {self.ungrounded}")
        lines += self._operating_lines()
        if self.intervals:
            drawn = f"{self.documents} documents drawn anew {RESAMPLES:,} times"
            lines.append(f"[low, high]: {LEVEL:.0%} interval, {drawn}")
        for title, shares in (("issue", self.issues), ("actor", self.actors), ("outlet", self.outlets)):
            lines += render_shares(title, shares)
        return "\n".join(lines)

    def _interval(self, name: str) -> str:
        return f" {self.intervals[name]}" if name in self.intervals else ""

    def _score_line(self, name: str, score: Score) -> str:
        rates = f"p {score.precision:.4f}  r {score.recall:.4f}  f1 {score.f1:.4f}{self._interval(f'{name}_f1')}"
        return f"{name:24} {rates}  {_counts(score)}"

    def _operating_lines(self) -> list[str]:
        if self.operating_point is None:
            return []
        score, name = self.operating_point.full, f"operating_point {self.operating_point.confidence:g}"
        precision = f"p {score.precision:.4f}{self._interval('operating_point_precision')}"
        recall = f"r {score.recall:.4f}{self._interval('operating_point_recall')}"
        return [f"{name:24} {precision}  {recall}  {_counts(score)}"]


def render_shares(title: str, shares: Mapping[str, Share]) -> list[str]:
    """Return a table with a row for each of `shares`, those of fewer than five marks added up in the last; nothing for none."""
    if not shares:
        return []
    few = [name for name, share in shares.items() if share.marked < FEWEST_MARKS]
    folded = set(few) if len(few) > 1 else set()
    rows = [(_label(name), share) for name, share in shares.items() if name not in folded]
    if folded:
        rest = [shares[name] for name in few]
        full = Score.total(share.full for share in rest)
        rows.append((f"others ({len(few)} below {FEWEST_MARKS} marks)", Share(detection=Score.total(s.detection for s in rest), full=full)))
    head = f"{title:{_LABEL_WIDTH}} {'marked':>6} {'found':>6} {'matched':>7} {'right':>6}   {'p':>4}   {'r':>4}  {'f1':>4}  {'full f1':>7}"
    return ["", head, *(_share_line(label, share) for label, share in rows)]


def _share_line(label: str, share: Share) -> str:
    score = share.detection
    found = score.tp + score.fp
    counts = f"{share.marked:>6} {found:>6} {score.tp:>7} {share.full.tp:>6}"
    precision = f"{score.precision:.2f}" if found else "-"
    recall = f"{score.recall:.2f}" if share.marked else "-"
    return f"{label:{_LABEL_WIDTH}} {counts}   {precision:>4}   {recall:>4}  {score.f1:.2f}  {share.full.f1:>7.2f}"


def _label(name: str) -> str:
    """Return a name on one line of a column; a name may be a stranger's words."""
    label = " ".join(name.split()) or "(none given)"
    return label if len(label) <= _LABEL_WIDTH else label[: _LABEL_WIDTH - 1] + "…"


def _counts(score: Score) -> str:
    return f"(tp {score.tp}, fp {score.fp}, fn {score.fn})"
