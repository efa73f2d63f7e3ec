"""Turns: who speaks in the blocks of a text by its layout alone, without a verb of saying.

Transcripts (`QUESTION: ... PRESIDENT X: ...`), interviews in questions and answers, bullets with a name before a colon, and official texts
whose author stands in the title or the first lines. Knows the names of the document; reads no grammar of speech.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from extractors.descriptions import GATHERED
from extractors.gazetteer import NameKind
from extractors.holders import NOBODY, Holder, HolderKind
from extractors.lexicon import Lexicon
from extractors.mentions import DocumentActors
from extractors.parse import Doc, Span, Token

LABEL_TOKENS = 12
LABEL_LETTERS = 60
OPENERS = frozenset("“„«\"'‘")
CLOSERS = frozenset("”»\"'’")
DASHES = frozenset({"—", "–", "-", "--"})
MARKS = frozenset({"*", "**", "•", "·", "_", "#", "-", "–", "—"})
SMALL = frozenset({"and", "of", "the", "for", "to", "by", "&", "mr", "ms", "mrs", "mr.", "ms.", "mrs.", "dr.", "sir", "hr", "vp", "hr/vp"})
MATTER = frozenset({":", "regarding", "concerning", "following", "after", "about", "on"})
LEAST_TURNS = 2
INTRO_PARAGRAPHS = 3
NAMED_ALONE = (NameKind.NAME, NameKind.CAPITAL, NameKind.SEAT, NameKind.GROUP)


@dataclass(frozen=True, slots=True)
class Turn:
    """Tokens `start` to `end` (end exclusive) that `holders` speak."""

    holders: tuple[Holder, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Label:
    """What stands before a colon at the head of a paragraph; `colon` is the token after it."""

    paragraph: int
    start: int
    end: int
    text: str

    @property
    def words(self) -> list[str]:
        return self.text.lower().split()


def paragraphs_of(doc: Doc) -> list[Span]:
    """Return the runs of tokens between line ends, blanks left out."""
    found = []
    start = 0
    for token in doc:
        if token.is_space and "\n" in token.text:
            if token.i > start:
                found.append(doc[start : token.i])
            start = token.i + 1
    if start < len(doc):
        found.append(doc[start:])
    return found


class Turns:
    """The turns of one document."""

    def __init__(self, doc: Doc, actors: DocumentActors, lexicon: Lexicon) -> None:
        self._doc = doc
        self._actors = actors
        self._lexicon = lexicon
        self._paragraphs = paragraphs_of(doc)
        self._people = actors.people_by_surname()
        self._labels = [label for index, span in enumerate(self._paragraphs) if (label := self._label(index, span))]
        self._counts = Counter(label.text for label in self._labels)
        self.turns: list[Turn] = []
        if self._paragraphs:
            self.turns += self._by_author()
            labelled = self._by_label()
            self.turns += labelled
            if len(labelled) < LEAST_TURNS:  # a label of its own may stand in the title
                self.turns += self._by_dash() or self._by_question()

    # --- labels --------------------------------------------------------------------------------------------------------

    def _label(self, index: int, span: Span) -> _Label | None:
        """Return the label of a paragraph, if a colon stands after a few words without a stop or a quotation mark."""
        start = span.start
        while start < span.end and (self._doc[start].text in MARKS or self._doc[start].is_space):
            start += 1
        if self._is_letter(span, start):
            end = start + 1 + (self._doc[start + 1].text == ".")
            return _Label(index, start, end - 1 if end > start + 1 else end, self._doc[start].text.rstrip("."))
        for token in self._doc[start : min(span.end, start + LABEL_TOKENS)]:
            if token.text in (":", "*:", "**:"):
                text = self._doc[start : token.i].text.strip("*_ ")
                return _Label(index, start, token.i, text) if text and len(text) <= LABEL_LETTERS else None
            if token.text in OPENERS or token.text in ("?", "!", ";"):
                return None
        return None

    def _is_letter(self, span: Span, start: int) -> bool:
        """Tell whether a paragraph begins with `Q.` or `A.`, followed by words."""
        if start + 2 >= span.end:
            return False
        text = self._doc[start].text
        return text in ("Q.", "A.") or (text in ("Q", "A") and self._doc[start + 1].text == ".")

    def _by_label(self) -> list[Turn]:
        """Return the turns of labelled paragraphs; in a transcript one lasts to the next label."""
        known = [(label, self._speaker(label)) for label in self._labels]
        speaking = [(label, holders) for label, holders in known if holders is not None]
        asked = sum(self._asks(label) for label, _ in speaking)
        is_transcript = len(speaking) >= LEAST_TURNS and (asked > 0 or len(speaking) > len({label.text for label, _ in speaking}))
        only_questions = asked == len(speaking)
        found = []
        for (label, holders), following in zip(speaking, [*(label for label, _ in speaking[1:]), None], strict=False):
            last = label.paragraph
            if is_transcript and following is not None:
                last = following.paragraph - 1
            if only_questions and last > label.paragraph:  # what follows without a label is the answer
                found.append(Turn(self.interviewee, self._paragraphs[label.paragraph + 1].start, self._paragraphs[last].end))
                last = label.paragraph
            found.append(Turn(holders, label.end + 1, self._paragraphs[last].end))
        return found

    def _asks(self, label: _Label) -> bool:
        return label.words[0].strip(".") in self._lexicon.questioners

    def _speaker(self, label: _Label) -> tuple[Holder, ...] | None:
        """Return whom a label names; None where it is no speaker's label."""
        first = label.words[0].strip(".")
        if self._asks(label):
            return (NOBODY,)
        if first in self._lexicon.answerers and len(label.words) == 1:
            return self.interviewee
        span = self._doc[label.start : label.end]
        if not self._is_name(span):
            return self._of_headline(label, span)
        if named := self._named(span):
            return named
        if self._counts[label.text] >= LEAST_TURNS:
            # whoever else has several turns: an office of the text's own house, or somebody who asks
            title = any(token.lower_ in self._lexicon.officials or self._actors.title_at(token) for token in span)
            return self.interviewee if title else (NOBODY,)
        return None

    def _of_headline(self, label: _Label, span: Span) -> tuple[Holder, ...] | None:
        """Return who speaks in `X to Y: ...`, a headline; None in running text."""
        paragraph = self._paragraphs[label.paragraph]
        is_headline = not any(token.text == "." for token in paragraph[-2:]) and len(paragraph) < 2 * LABEL_TOKENS
        if not is_headline or not any(token.lower_ in ("to", "on", "in", "at") for token in span):
            return None
        return self._named(span[: next(k for k, token in enumerate(span) if token.lower_ in ("to", "on", "in", "at"))])

    def _is_name(self, span: Span) -> bool:
        """Tell whether a label consists of names and titles."""
        return all(
            not token.is_alpha
            or token.text[0].isupper()
            or token.ent_type_ == "PERSON"
            or token.lower_ in SMALL
            or token.lower_ in self._lexicon.officials
            for token in span
        )

    def _named(self, span: Span) -> tuple[Holder, ...]:
        """Return whom a label names: a person, initials, a state alone or an office with its state."""
        for token in reversed(span):
            if holder := self._actors.person_at(token):
                return (holder,)
        words = [token.text for token in span if token.is_alpha]
        if words and (holder := self._people.get(words[-1].lower())):
            return (holder,)
        if len(words) == 1 and words[0].isupper() and (holder := self._by_initials(words[0])):
            return (holder,)
        ids = tuple(dict.fromkeys(i for token in span for i in sorted(self._actors.ids_at.get(token.i, ()))))
        bare = all(token.i in self._actors.ids_at or not token.is_alpha or token.lower_ in SMALL for token in span)
        offices = [token for token in span if token.lemma_.lower() in self._lexicon.officials or self._actors.title_at(token)]
        if ids and (offices or bare):
            return (Holder(ids, HolderKind.LEADER if offices else HolderKind.STATE, span.root.i, speaker=span.text if offices else None),)
        return ()

    def _by_initials(self, letters: str) -> Holder | None:
        for holder in self._people.values():
            if holder.speaker and "".join(word[0] for word in holder.speaker.split()).upper() == letters:
                return holder
        return None

    # --- interviews without labels -------------------------------------------------------------------------------------

    def _by_dash(self) -> list[Turn]:
        """Read an interview whose questions and answers begin with dashes, the first being a question."""
        dashed = [span for span in self._paragraphs if span[0].text in DASHES and len(span) > 1]
        asked = [span for span in dashed if span.text.rstrip().endswith("?")]
        if len(dashed) < 2 * LEAST_TURNS or len(asked) < LEAST_TURNS or dashed[0].text.rstrip()[-1] not in "?.":
            return []
        return [Turn((NOBODY,) if k % 2 == 0 else self.interviewee, span.start, span.end) for k, span in enumerate(dashed)]

    def _by_question(self) -> list[Turn]:
        """Read an interview whose answers stand in quotation marks after paragraphs that ask."""
        quoted = [self._is_quotation(span) for span in self._paragraphs]
        pairs = sum(
            here and not before and span.text.rstrip().endswith("?")
            for span, before, here in zip(self._paragraphs, quoted, quoted[1:], strict=False)
        )
        if pairs < LEAST_TURNS:
            return []
        return [Turn(self.interviewee, span.start, span.end) for span, here in zip(self._paragraphs, quoted, strict=True) if here]

    def _is_quotation(self, span: Span) -> bool:
        text = span.text.strip()
        return len(text) > 2 and text[0] in OPENERS and text[-1] in CLOSERS

    # --- authors -------------------------------------------------------------------------------------------------------

    @cached_property
    def interviewee(self) -> tuple[Holder, ...]:
        """Return the official whom the introduction or the title names first; nobody where an expert or a former official comes before."""
        first = min((label.paragraph for label in self._labels if self._asks(label)), default=INTRO_PARAGRAPHS)
        intro = self._paragraphs[: max(1, min(first, INTRO_PARAGRAPHS))]
        found = next((holder for span in (*intro[1:], intro[0]) if (holder := self._first_official(span))), NOBODY)
        return (found,)

    def _first_official(self, span: Span) -> Holder | None:
        """Return the official whom a passage names first; nobody where an expert or a former official comes before."""
        for token in span:
            if token.lemma_.lower() in self._lexicon.nobody or token.lower_ in self._lexicon.former:
                return NOBODY
            if found := self._official_at(token):
                return found
        return None

    def _official_at(self, token: Token) -> Holder | None:
        """Return the person in office, or the office with its state, whose last word `token` is."""
        holder = self._actors.person_at(token)
        if holder is not None:
            return holder if holder.ids and holder.token == token.i else None
        if token.pos_ in ("NOUN", "PROPN") and self._actors.title_at(token):
            return next((found for found in self._actors.holders(token) if found.ids), None)
        return None

    def _by_author(self) -> list[Turn]:
        """Return one turn that holds the whole text, where it is an official's own: `Statement by X`, `We, the leaders of X and Y, ...`."""
        holders = self._of_signatories() or self._of_title()
        return [Turn(holders, 0, len(self._doc))] if holders else []

    def _of_title(self) -> tuple[Holder, ...]:
        title = self._paragraphs[0]
        nouns = [token for token in title if token.pos_ in ("NOUN", "PROPN") and token.lemma_.lower() in self._lexicon.statements]
        if len(title) > 5 * LABEL_TOKENS or not (nouns or self._greets()) or self._is_told(title):
            return ()
        if nouns:  # what it is about names no author
            matter = (token.i for token in title if token.i > nouns[0].i and token.lower_ in MATTER)
            title = self._doc[title.start : next(matter, title.end)]
        if any(token.lower_ == "joint" for token in title):
            return self._each(title)
        found = self._first_official(title)
        if found is None:
            hit = next((token for token in title if self._actors.ids_at.get(token.i)), None)
            found = next(iter(self._actors.holders(hit)), None) if hit is not None and self._stands_alone(hit) else None
        if found is None and any(token.lemma_.lower() in GATHERED and token.tag_ in ("NNS", "NNPS") for token in title):
            return self._each(self._doc[self._paragraphs[1].start].sent) if len(self._paragraphs) > 1 else ()
        if found is None:
            found = self._of_its_house(title)
        return (found,) if found and found.ids else ()

    def _greets(self) -> bool:
        """Tell whether the text begins with a salutation, as speeches and letters do."""
        if len(self._paragraphs) < 2:
            return False
        text = self._paragraphs[1].text.lower()
        return any(text.startswith(words) for words in self._lexicon.salutations)

    def _of_its_house(self, title: Span) -> Holder | None:
        """Return the one state that a title with an office and no state before it names: `the President to the French people`."""
        if not any(token.lemma_.lower() in self._lexicon.officials or self._actors.title_at(token) for token in title):
            return None
        hits = [hit for hit in self._actors.hits if title.start <= hit.start < title.end and hit.name.ids]
        kept = {
            hit.name.ids
            for hit in hits
            if hit.name.kind is NameKind.DEMONYM or (hit.name.kind is NameKind.NAME and self._doc[hit.start - 1].lower_ == "of")
        }
        ids = next(iter(kept)) if len(kept) == 1 else ()
        return Holder(ids, HolderKind.LEADER, title.start) if ids else None

    def _is_told(self, title: Span) -> bool:
        """Tell whether a title is a sentence that a reporter tells: `X rejects Y's statement`."""
        start = next((token.i + 1 for token in title if token.text == ":"), title.start)
        return any(token.pos_ in ("VERB", "AUX") and token.tag_ in ("VBZ", "VBD", "VBP", "MD") for token in self._doc[start : title.end])

    def _stands_alone(self, token: Token) -> bool:
        return any(hit.start <= token.i < hit.end and hit.name.kind in (NameKind.SEAT,) for hit in self._actors.hits)

    def _of_signatories(self) -> tuple[Holder, ...]:
        """Return the members of `We, the leaders of X, Y and Z, ...` in the first paragraphs."""
        for span in self._paragraphs[: INTRO_PARAGRAPHS + 1]:
            for token in span[: 2 * LABEL_TOKENS]:
                if token.lower_ == "we" and token.i + 2 < span.end and self._doc[token.i + 1].text == ",":
                    rest = self._doc[token.i + 2 : span.end]
                    stop = next(
                        (k for k, word in enumerate(rest) if word.pos_ in ("VERB", "AUX") and word.tag_ not in ("VBG", "VBN")), len(rest)
                    )
                    return self._each(rest[:stop])
        return ()

    def _each(self, tokens: Iterable[Token]) -> tuple[Holder, ...]:
        """Return one holder for each actor that some tokens name."""
        found: dict[str, Holder] = {}
        for token in tokens:
            for actor in sorted(self._actors.ids_at.get(token.i, ())):
                found.setdefault(actor, Holder((actor,), HolderKind.LEADER, token.i))
        return tuple(replace(holder) for holder in found.values())
