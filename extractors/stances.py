"""How a stance is put together along a parse: each predicate above a cue turns, keeps or weakens it.

Pure arithmetic over the scale of `vocabulary.words.Stance`; knows no parse and no topic.
"""

from dataclasses import dataclass

from extractors.lexicon import Attitude
from vocabulary.words import Stance

_BY_SCORE = {stance.score: stance for stance in Stance}


@dataclass(frozen=True, slots=True)
class Leaning:
    """Where the words read so far lean: +2 (it happens, for it) to -2; `decided` once a predicate has shown a stance."""

    score: int = 2
    decided: bool = False
    refused: bool = False
    """True where the score is a refusal (`reject X`), not what ends something (`lift X`): who refuses to refuse has decided nothing."""

    def stance(self) -> Stance:
        """Return the stance of the scale."""
        return _BY_SCORE[self.score]

    def under(self, attitude: Attitude, *, negated: bool) -> "Leaning":
        """Return the leaning after the predicate above: `reject ending X` is for X, `not rule out X` is neither."""
        score = self.score
        match attitude:
            case Attitude.SUPPORTS | Attitude.ACTS:
                after = score if not negated else (-2 if score > 0 else 2 if score < 0 and not self.refused else 0)
            case Attitude.OPPOSES:
                after = 0 if negated or self.refused else (-2 if score >= 0 else 2)
            case Attitude.ENDS:
                after = score if negated else -score
            case Attitude.SCEPTICAL:
                after = (2 if score > 0 else -1) if negated else (-1 if score >= 0 else 0)
            case Attitude.UNDECIDED:
                after = -2 if negated and score > 0 else 0
            case Attitude.DECIDES:
                after = 0 if negated else score
        refuses = attitude is Attitude.OPPOSES and after < 0
        return Leaning(after, decided=True, refused=refuses or (self.refused and after == score and after < 0))

    def of_noun(self, attitude: Attitude, *, denied: bool) -> "Leaning":
        """Return the leaning under a noun: `no appetite for X` doubts it, `no objection to X` is for it."""
        if denied and attitude is Attitude.SUPPORTS:
            return Leaning(-1, decided=True)
        if denied and attitude is Attitude.OPPOSES:
            return Leaning(self.score, decided=True, refused=self.refused)
        return self.under(attitude, negated=denied)

    def negated(self) -> "Leaning":
        """Return the leaning under a bare negation (`there will be no X`)."""
        return Leaning(-self.score, decided=True)

    def possible(self) -> "Leaning":
        """Return the leaning under `could`, `might`, `may`: a firm side becomes undecided."""
        return Leaning(0, decided=True) if abs(self.score) == 2 else self
