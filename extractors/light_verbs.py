"""Verbs that show a stance by what they take: `sees risks in X`, `called X a mistake`, `gave X a lukewarm answer`.

Reads a dependency parse (spaCy's English labels) with the lexicon of general English; composes nothing (`extractors.stances` does).
"""

from extractors.lexicon import Attitude, Lexicon, first_class
from extractors.parse import Token

LABELLING_VERBS = {"call", "see", "view", "describe", "regard", "consider", "deem", "brand", "label", "term", "find", "think", "denounce"}
SCANT = {"no", "little", "without", "scant"}


def is_scant(noun: Token) -> bool:
    """Tell whether there is little or none of what a noun names: `no appetite`, `little sense`."""
    return any(child.lower_ in SCANT for child in noun.children)


def class_of_object(verb: Token, lexicon: Lexicon) -> tuple[Attitude, bool] | None:
    """Return the class of the object of a verb that says nothing itself, and whether it is scant; None where it has no such object."""
    if verb.lemma_.lower() not in lexicon.light:
        return None
    for noun in verb.children:
        if noun.dep_ != "dobj":
            continue
        described = [first_class([word.lemma_.lower()], lexicon.adjectives) for word in noun.children if word.dep_ == "amod"]
        found = first_class([noun.lemma_.lower()], lexicon.nouns) or next(filter(None, described), None)
        if found:
            return found[0], is_scant(noun)
    return None


def class_of_label(verb: Token, lexicon: Lexicon) -> tuple[Attitude, str] | None:
    """Return the class of what a verb calls the cue (`called X a mistake`, `sees X as necessary`); None where it calls it nothing."""
    if verb.lemma_.lower() not in LABELLING_VERBS:
        return None
    labels = [child for child in verb.children if child.dep_ in ("oprd", "xcomp", "acomp")]
    labels += [pobj for child in verb.children if child.dep_ == "prep" and child.lower_ == "as" for pobj in child.children]
    labels += [child for child in verb.children if child.dep_ == "ccomp" and child.pos_ in ("NOUN", "ADJ")]
    for label in labels:
        table = lexicon.adjectives if label.pos_ == "ADJ" else lexicon.nouns
        if found := first_class([label.lemma_.lower(), label.lower_], table):
            return found
    return None
