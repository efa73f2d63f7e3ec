"""A parse as the room reads it: words, spans and sentences as plain Python objects, read out of spaCy once per document.

spaCy makes a new object for every word that is looked at, searches a sentence anew for every word's children, and looks each label up
in a table of strings. The rules ask for the same words many times; here each is made once. Names are spaCy's, and mean what they mean
there. It must not know what is looked for in the parse.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray
from spacy import attrs
from spacy import tokens as spacy_tokens

_FLAGS = (attrs.IS_ALPHA, attrs.IS_SPACE, attrs.IS_PUNCT, attrs.IS_QUOTE, attrs.IS_TITLE)
_COLUMNS = (attrs.ORTH, attrs.LOWER, attrs.LEMMA, attrs.POS, attrs.TAG, attrs.DEP, attrs.ENT_TYPE)
_PLACES = (attrs.ENT_IOB, attrs.SPACY, attrs.SENT_START, attrs.HEAD)
_IOB = ("", "I", "O", "B")


class Token:
    """One word of a document; `children` are in text order, and the edges are the first and last word that hang on it."""

    __slots__ = (
        *("doc", "i", "idx", "text", "whitespace_", "lower_", "lemma_", "pos_", "tag_", "dep_", "ent_type_", "ent_iob_"),
        *("is_alpha", "is_space", "is_punct", "is_quote", "is_title"),
        *("head", "children", "left_edge", "right_edge", "sent", "_subtree"),
    )

    doc: "Doc"
    i: int
    idx: int
    text: str
    whitespace_: str
    lower_: str
    lemma_: str
    pos_: str
    tag_: str
    dep_: str
    ent_type_: str
    ent_iob_: str
    is_alpha: bool
    is_space: bool
    is_punct: bool
    is_quote: bool
    is_title: bool
    head: "Token"
    children: "tuple[Token, ...]"
    left_edge: "Token"
    right_edge: "Token"
    sent: "Span"
    _subtree: "tuple[Token, ...] | None"

    @property
    def subtree(self) -> "tuple[Token, ...]":
        """Return the word and all that hangs on it: what hangs on its left, itself, what hangs on its right."""
        if self._subtree is None:
            self._subtree = self._collect()
        return self._subtree

    def _collect(self) -> "tuple[Token, ...]":
        if not self.children:
            return (self,)
        found: list[Token] = []
        waiting = [(self, False)]  # not by recursion: a hostile sentence may be deep
        while waiting:
            token, is_open = waiting.pop()
            if is_open or not token.children:
                found.append(token)
                continue
            waiting += [(child, False) for child in reversed(token.children) if child.i > token.i]
            waiting.append((token, True))
            waiting += [(child, False) for child in reversed(token.children) if child.i < token.i]
        return tuple(found)

    @property
    def lefts(self) -> "Iterator[Token]":
        """Yield the words before it that hang on it."""
        return (child for child in self.children if child.i < self.i)

    @property
    def ancestors(self) -> "Iterator[Token]":
        """Yield the words above, the nearest first."""
        token = self
        while token.head is not token:
            token = token.head
            yield token

    def nbor(self, step: int = 1) -> "Token":
        """Return the word `step` places on. Raises IndexError outside the document."""
        if self.i + step < 0:
            raise IndexError(f"no word {step} places from word {self.i}")
        return self.doc.words[self.i + step]

    def __str__(self) -> str:
        """Return the word as written."""
        return self.text

    def __repr__(self) -> str:
        """Return the word as written, with its place, for people who look for a mistake."""
        return f"{self.text!r}@{self.i}"


class Span:
    """Words `start` to `end` (end exclusive, indices of the document)."""

    __slots__ = ("_root", "doc", "end", "label_", "start")

    def __init__(self, doc: "Doc", start: int, end: int, label: str = "") -> None:
        self.doc, self.start, self.end, self.label_ = doc, start, end, label
        self._root: Token | None = None

    def __len__(self) -> int:
        """Return how many words it has."""
        return self.end - self.start

    def __iter__(self) -> Iterator[Token]:
        """Iterate over the words."""
        return iter(self.doc.words[self.start : self.end])

    def __reversed__(self) -> Iterator[Token]:
        """Iterate over the words from the last to the first."""
        return reversed(self.doc.words[self.start : self.end])

    @overload
    def __getitem__(self, place: int) -> Token: ...
    @overload
    def __getitem__(self, place: slice) -> "Span": ...
    def __getitem__(self, place: int | slice) -> "Token | Span":
        """Return one word, or a part, counted from the first word of the span."""
        if isinstance(place, slice):
            first, last, _ = place.indices(len(self))
            return Span(self.doc, self.start + first, self.start + max(first, last))
        return self.doc.words[self.start : self.end][place]

    @property
    def text(self) -> str:
        """Return the words as written, without the blank after the last."""
        return self.doc.text[self.start_char : self.end_char] if self.end > self.start else ""

    @property
    def start_char(self) -> int:
        """Return the character of the document at which the first word begins."""
        return self.doc.words[self.start].idx

    @property
    def end_char(self) -> int:
        """Return the character after the last word."""
        last = self.doc.words[self.end - 1]
        return last.idx + len(last.text)

    @property
    def sent(self) -> "Span":
        """Return the sentence of the first word."""
        return self.doc.words[self.start].sent

    @property
    def root(self) -> Token:
        """Return the word nearest to the root of its sentence, of several the first."""
        if self._root is None:
            self._root = self._find_root()
        return self._root

    def _find_root(self) -> Token:
        words = self.doc.words[self.start : self.end]
        for token in words:
            if token.head is token:
                return token
        tops = [token for token in words if not self.start <= token.head.i < self.end]
        return min(tops, key=self._height) if tops else words[0]

    def _height(self, token: Token) -> int:
        """Return how many words stand above one; of a bare blank or mark, which is no root where anything else can be, the most."""
        if not token.children and (token.is_space or token.is_punct):
            return len(self.doc.words) - 1
        return sum(1 for _ in token.ancestors)


class Doc:
    """All words of a document."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[Token] = []
        self.sents: list[Span] = []
        self.ents: list[Span] = []

    def __len__(self) -> int:
        """Return how many words it has."""
        return len(self.words)

    def __iter__(self) -> Iterator[Token]:
        """Iterate over the words."""
        return iter(self.words)

    @overload
    def __getitem__(self, place: int) -> Token: ...
    @overload
    def __getitem__(self, place: slice) -> Span: ...
    def __getitem__(self, place: int | slice) -> Token | Span:
        """Return one word, or some that follow each other."""
        if isinstance(place, slice):
            first, last, _ = place.indices(len(self.words))
            return Span(self, first, max(first, last))
        return self.words[place]

    @cached_property
    def _begins(self) -> list[int]:
        return [token.idx for token in self.words]

    def span_over(self, start: int, end: int) -> Span | None:
        """Return the words of which characters `start` to `end` hold a part; None outside the text."""
        first, last = bisect_right(self._begins, start) - 1, bisect_right(self._begins, end - 1) - 1
        if first < 0 or last < 0 or end > len(self.text):
            return None
        before = self.words[first]
        return Span(self, first + (start == before.idx + len(before.text)), last + 1)


def read_parse(parsed: spacy_tokens.Doc) -> Doc:
    """Return what spaCy made of a document: 1. its words, 2. what hangs on what, 3. sentences and names."""
    doc = Doc(parsed.text)
    if not len(parsed):
        return doc
    table = parsed.to_array([*_COLUMNS, *_FLAGS, *_PLACES]).view(np.int64)
    # 1. words
    doc.words = _words(doc, table, parsed)
    # 2. what hangs on what
    begins, heads = table[:, -2].tolist(), (table[:, -1] + np.arange(len(table))).tolist()
    # edges are asked of spaCy: where branches cross it does not follow them to their ends
    _hang(doc.words, heads, [(token.left_edge.i, token.right_edge.i) for token in parsed])
    # 3. sentences and names
    starts = [0, *(i for i in range(1, len(begins)) if begins[i] == 1), len(begins)]
    doc.sents = [Span(doc, start, end) for start, end in pairwise(starts)]
    for sentence in doc.sents:
        for token in sentence:
            token.sent = sentence
    doc.ents = [Span(doc, ent.start, ent.end, ent.label_) for ent in parsed.ents]
    return doc


def _words(doc: Doc, table: NDArray[np.int64], parsed: spacy_tokens.Doc) -> list[Token]:
    strings = parsed.vocab.strings
    codes, flags = table[:, : len(_COLUMNS)].view(np.uint64), table[:, len(_COLUMNS) : -len(_PLACES)] != 0
    known = {code: strings[code] if code else "" for code in np.unique(codes).tolist()}
    words: list[Token] = []
    idx = 0
    rows = zip(codes.tolist(), flags.tolist(), table[:, -len(_PLACES) :].tolist(), strict=True)
    for i, ((orth, lower, lemma, pos, tag, dep, ent_type), of_word, (iob, blank, _, _)) in enumerate(rows):
        token = Token()
        token.doc, token.i, token.idx = doc, i, idx
        token.whitespace_ = " " if blank else ""
        token.text, token.lower_, token.lemma_ = known[orth], known[lower], known[lemma]
        token.pos_, token.tag_, token.dep_, token.ent_type_ = known[pos], known[tag], known[dep], known[ent_type]
        token.is_alpha, token.is_space, token.is_punct, token.is_quote, token.is_title = of_word
        token.ent_iob_ = _IOB[iob]
        token._subtree = None
        idx += len(token.text) + blank
        words.append(token)
    return words


def _hang(words: list[Token], heads: list[int], edges: list[tuple[int, int]]) -> None:
    """Give each word its head, its children and its edges."""
    children: list[list[Token]] = [[] for _ in words]
    for i, above in enumerate(heads):
        token = words[i]
        token.head = words[above]
        if above != i:
            children[above].append(token)
    for token, below, (first, last) in zip(words, children, edges, strict=True):
        token.children = tuple(below)
        token.left_edge, token.right_edge = words[first], words[last]
