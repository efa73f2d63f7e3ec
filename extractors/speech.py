"""Attribution: whose words a passage is.

Direct and indirect speech within a sentence, `according to`, and quotations that run on over sentences of a paragraph.
"""

from dataclasses import dataclass

from extractors.clauses import Clauses
from extractors.holders import Holder
from extractors.lexicon import Lexicon
from extractors.mentions import DocumentActors
from extractors.parse import Doc, Span, Token
from extractors.turns import Turns

QUOTE = '"'  # as texts are read; which side it is on is told by the blanks around it
_BEFORE_OPENING = frozenset("([{-/")
_AFTER_CLOSING = frozenset(".,;:!?)]}")


@dataclass(frozen=True, slots=True)
class Source:
    """A speaker, the token of the verb (or preposition) that names him, and the tokens that are his words."""

    holders: tuple[Holder, ...]
    verb: int
    start: int
    end: int
    quoted: bool
    presumed: bool = False  # nobody is named: the one of whom the sentence before told


class Attributions:
    """The sources of one document, found once; asked by token."""

    def __init__(self, doc: Doc, actors: DocumentActors, clauses: Clauses, lexicon: Lexicon) -> None:
        self._doc = doc
        self._actors = actors
        self._clauses = clauses
        self._lexicon = lexicon
        self._quoted = _quoted_tokens(doc)
        turns = Turns(doc, actors, lexicon).turns
        self._turn_tokens = [range(turn.start, turn.end) for turn in turns]
        self.sources: list[Source] = [Source(turn.holders, -1, turn.start, turn.end, quoted=True) for turn in turns]
        self._carry_on()
        self._source_at: dict[int, Source | None] = {}

    def source_of(self, token: Token) -> Source | None:
        """Return the innermost source whose words hold `token`; None where the reporter speaks."""
        if token.i not in self._source_at:
            self._source_at[token.i] = self._find_source(token)
        return self._source_at[token.i]

    def _find_source(self, token: Token) -> Source | None:
        around = [
            source for source in self.sources if source.start <= token.i < source.end and token.i != source.verb and not source.presumed
        ]
        return min(around, key=lambda source: source.end - source.start, default=None)

    def is_quoted(self, token: Token) -> bool:
        """Tell whether `token` stands in quotation marks."""
        return token.i in self._quoted

    def _carry_on(self) -> None:
        """Find the sources of each sentence; one that is all quotation takes its paragraph's last speaker, or the next."""
        waiting: list[Span] = []
        last: tuple[Holder, ...] = ()
        topic: tuple[Holder, ...] = ()
        after_break = True
        for sentence in self._doc.sents:
            found = self._in_sentence(sentence)
            self.sources += found
            speaking = [source for source in found if source.holders]
            named = self._topic(sentence, speaking)
            if named:
                topic = named
            elif topic and not self._in_turn(sentence) and not self._names_anybody(sentence):
                self.sources.append(Source(topic, -1, sentence.start, sentence.end, quoted=False, presumed=True))
            if speaking:
                last = speaking[-1].holders
                for span in waiting:
                    self.sources.append(Source(last, -1, span.start, span.end, quoted=True))
                waiting = []
            elif self._is_quotation(sentence):
                if last and not (after_break and self._opens(sentence)):
                    self.sources.append(Source(last, -1, sentence.start, sentence.end, quoted=True))
                else:
                    waiting.append(sentence)
            if "\n" in sentence.text or (sentence.end < len(self._doc) and "\n" in self._doc[sentence.end - 1].text):
                after_break = True
                for span in waiting:
                    if last:
                        self.sources.append(Source(last, -1, span.start, span.end, quoted=True))
                waiting = []
            else:
                after_break = False

    def _topic(self, sentence: Span, speaking: list[Source]) -> tuple[Holder, ...]:
        """Return of whom a sentence tells: who speaks in it last, else its main subject."""
        told = [holder for source in reversed(speaking) for holder in source.holders if holder.ids]
        told = told or [holder for holder in self._clauses.subjects(sentence.root) if holder.ids]
        return tuple(told)

    def _names_anybody(self, sentence: Span) -> bool:
        return any(token.i in self._actors.ids_at for token in sentence) or any(
            holder.ids for token in sentence if token.pos_ in ("NOUN", "PROPN", "PRON", "NUM") for holder in self._actors.holders(token)
        )

    def _in_turn(self, sentence: Span) -> bool:
        return any(sentence.start in tokens for tokens in self._turn_tokens)

    def _opens(self, sentence: Span) -> bool:
        return any(token.text == QUOTE and opens(token) is not False for token in sentence[:2])

    def _is_quotation(self, sentence: Span) -> bool:
        """Tell whether most of a sentence stands in quotation marks."""
        words = [token for token in sentence if token.is_alpha]
        return bool(words) and sum(token.i in self._quoted for token in words) >= 0.8 * len(words)

    def _in_sentence(self, sentence: Span) -> list[Source]:
        found = []
        for token in sentence:
            if token.pos_ in ("VERB", "AUX") and token.lemma_.lower() in self._lexicon.speech_verbs:
                found += self._of_verb(token, sentence)
            elif token.lower_ == "according" or (token.lower_ == "per" and token.dep_ == "prep"):
                found += self._of_preposition(token, sentence)
            elif token.lower_ == "words" and token.dep_ == "pobj" and token.head.lower_ == "in":
                found += self._in_words_of(token, sentence)
        return found

    def _of_verb(self, verb: Token, sentence: Span) -> list[Source]:
        """Return the source that a verb of saying makes: its clause, or what stands around it for `..., he said`."""
        subjects = tuple(self._clauses.subjects(verb))
        if not subjects and not self._clauses.subject_tokens(verb):
            return []
        content = [child for child in verb.children if child.dep_ in ("ccomp", "parataxis") and child.i != verb.i]
        quoting = verb.lemma_.lower() in self._lexicon.quoting
        spans = [(child.left_edge.i, child.right_edge.i + 1) for child in content]
        if not content and quoting and verb.dep_ in ("parataxis", "ccomp", "conj", "advcl", "ROOT", "relcl", "dep"):
            own = {token.i for token in verb.subtree}
            if verb.dep_ in ("parataxis", "ccomp", "dep") or (verb.dep_ == "ROOT" and self._near_quote(verb, sentence)):
                rest = [token.i for token in sentence if token.i not in own or token.i in self._quoted]
                if rest:
                    spans.append((min(rest), max(rest) + 1))
        objects = [
            child
            for child in verb.children
            if child.dep_ in ("dobj", "attr", "oprd", "xcomp", "prep") and quoting and any(t.i in self._quoted for t in child.subtree)
        ]
        spans += [(child.left_edge.i, child.right_edge.i + 1) for child in objects]
        if quoting and content:
            # words of the same quotation that the parser hung elsewhere
            inside = [token.i for token in sentence if token.i in self._quoted]
            if inside and all(token.i in self._quoted for child in content for token in child.subtree if token.is_alpha):
                spans.append((min(inside), max(inside) + 1))
        return [Source(subjects, verb.i, start, end, quoted=any(i in self._quoted for i in range(start, end))) for start, end in spans]

    def _in_words_of(self, token: Token, sentence: Span) -> list[Source]:
        """Return the source of `in X's words`, `in the words of X`: the rest of the sentence."""
        holders = tuple(self._clauses.owners(token))
        own = {t.i for t in token.head.subtree}
        rest = [t.i for t in sentence if t.i not in own]
        return [Source(holders, token.i, min(rest), max(rest) + 1, quoted=False)] if holders and rest else []

    def _near_quote(self, verb: Token, sentence: Span) -> bool:
        return any(token.i in self._quoted for token in sentence) or any(
            token.text in (",", "-", "–", "—") for token in sentence[max(0, verb.i - sentence.start - 4) : verb.i - sentence.start + 1]
        )

    def _of_preposition(self, token: Token, sentence: Span) -> list[Source]:
        """Return the source of `according to X`: the rest of the sentence."""
        named = [pobj for pobj in token.subtree if pobj.dep_ == "pobj"]
        if not named:
            return []
        holders = tuple(self._actors.holders(named[0]))
        own = {t.i for t in token.subtree}
        rest = [t.i for t in sentence if t.i not in own]
        if not rest:
            return []
        return [Source(holders, token.i, min(rest), max(rest) + 1, quoted=False)]


def opens(mark: Token) -> bool | None:
    """Tell whether a quotation mark opens (True) or closes (False) by what stands beside it; None where that does not tell."""
    before = mark.nbor(-1) if mark.i else None
    after = mark.nbor(1) if mark.i + 1 < len(mark.doc) else None
    apart_before = before is None or bool(before.whitespace_) or before.is_space or before.text in _BEFORE_OPENING
    apart_after = after is None or bool(mark.whitespace_) or after.is_space or after.text in _AFTER_CLOSING
    return None if apart_before == apart_after else apart_before


def _quoted_tokens(doc: Doc) -> set[int]:
    """Return the tokens inside quotation marks; a paragraph's end closes a quotation that nobody closed."""
    inside: set[int] = set()
    is_open = False
    for token in doc:
        if "\n" in token.text:
            is_open = False
        elif token.text == QUOTE:
            side = opens(token)
            is_open = not is_open if side is None else side
        elif is_open:
            inside.add(token.i)
    return inside
