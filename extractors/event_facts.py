"""What a sentence tells of a happening beside who took part: whether it is asserted, its status, date, place and numbers."""

from extractors.lexicon import Attitude, first_class, phrases
from extractors.parse import Span, Token
from extractors.positions import Context
from extractors.scope import UNASSERTING_VERBS
from vocabulary.claims import TextDate
from vocabulary.words import EventStatus

PLACE_ENTITIES = {"GPE", "FAC", "LOC"}


def is_asserted(token: Token, verb: Token | None, context: Context) -> bool:
    """Tell whether the text says that it happens: not under `if`, not denied, not a mere infinitive (`the idea of sending X`)."""
    if (
        token.pos_ != "VERB"
        and any(child.dep_ == "prep" and child.lower_ == "for" for child in token.children)
        and token.lemma_.lower() == "call"
    ):
        return False
    if verb is None:
        return True
    if context.clauses.is_negated(verb) or any(
        child.dep_ == "mark" and child.lower_ in ("if", "whether", "unless") for child in verb.children
    ):
        return False
    if verb.dep_ in ("ccomp", "xcomp") and verb.head.lemma_.lower() in UNASSERTING_VERBS:
        return False
    if (
        token.pos_ == "VERB"
        and token.tag_ == "VBG"
        and token.dep_ in ("xcomp", "advcl", "ccomp")
        and not any(c.dep_ == "aux" for c in token.children)
    ):
        found = first_class(phrases(token.head), context.lexicon.predicates)
        if found and found[0] not in (Attitude.SUPPORTS, Attitude.ACTS):
            return False  # `ruled out signing`
    if token.pos_ == "VERB" and token.dep_ in ("pcomp", "acl") and token.tag_ != "VBN":
        return False
    if token.pos_ == "VERB" and any(child.dep_ == "aux" and child.lower_ == "to" for child in token.children):
        return (
            token.dep_ == "xcomp"
            and token.head.lemma_.lower() in context.lexicon.events["factual"]
            and not context.clauses.is_negated(token.head)
        )
    return True


def verb_above(token: Token) -> Token | None:
    """Return the verb that a noun is an argument of; None where the noun stands alone."""
    node = token
    for _ in range(4):
        if node.head.i == node.i:
            return None
        node = node.head
        if node.pos_ in ("VERB", "AUX"):
            return node
        if node.pos_ == "NOUN" and node.dep_ not in ("conj", "pobj"):
            return None
    return None


def _going_to(verb: Token) -> bool:
    """Tell whether a verb is announced: `is to meet`, `is set to meet`."""
    return (
        any(child.dep_ == "aux" and child.lower_ == "to" for child in verb.children)
        and verb.dep_ == "xcomp"
        and verb.head.lemma_ in ("be", "set", "go", "due", "plan")
    )


def date_near(context: Context, sentence: Span, token: Token) -> TextDate:
    """Return the date of the sentence that stands nearest to the trigger; none where the sentence has none.

    An entry of a list (`20 March: ...`) may have been cut after its colon: then the date before it counts.
    """
    start = sentence.start_char
    before = sentence.doc[sentence.start - 1].sent if sentence.start > 0 else None
    if before is not None and before.text.rstrip().endswith(":") and "\n" not in before.text:
        start = before.start_char
    inside = [m for m in context.dates if start <= m.span.start < sentence.end_char and m.date.starts_on is not None]
    best = min(inside, key=lambda mention: abs(mention.span.start - token.idx), default=None)
    return best.date if best is not None else TextDate()


def place_of(token: Token, verb: Token | None) -> str | None:
    """Return the place as written: what stands after `in` or `at` beside the trigger or its verb."""
    for governor in (token, verb):
        if governor is None:
            continue
        for child in governor.children:
            if child.dep_ == "prep" and child.lower_ in ("in", "at"):
                for pobj in child.children:
                    if pobj.dep_ == "pobj" and pobj.ent_type_ in PLACE_ENTITIES:
                        return str(pobj.doc[pobj.left_edge.i : pobj.i + 1].text).strip()
    return None


def quantities_in(sentence: Span) -> tuple[str, ...]:
    """Return numbers with their units as written: money, and numbers before a noun."""
    found = []
    for token in sentence:  # not sentence.ents: that walks the whole document each time
        if token.ent_type_ in ("MONEY", "QUANTITY") and token.ent_iob_ == "B":
            last = token.i + 1
            while last < sentence.end and token.doc[last].ent_iob_ == "I":
                last += 1
            found.append(token.doc[token.i : last].text)
    found += [
        token.doc[token.left_edge.i : token.head.i + 1].text
        for token in sentence
        if token.dep_ == "nummod" and token.head.i > token.i and token.ent_type_ == "CARDINAL" and token.head.i - token.left_edge.i < 6
    ]
    return tuple(dict.fromkeys(text.strip() for text in found if text.strip()))


def status_of(context: Context, token: Token, verb: Token | None, when: TextDate) -> EventStatus:
    """Tell whether it happened, from the date, the tense, and the words that announce, suppose or cancel it."""
    day = context.document.published_on
    chain = [token, *([verb] if verb is not None and verb.i != token.i else [])]
    if verb is not None and verb.dep_ in ("xcomp", "ccomp", "acl", "advcl"):
        chain.append(verb.head)
    words = {t.lemma_.lower() for t in chain} | {
        c.lower_ for t in chain for c in t.children if c.dep_ in ("aux", "mark", "amod", "advmod", "acomp", "prep")
    }
    lemmas = words | {c.lemma_.lower() for t in chain for c in t.children if c.dep_ in ("amod", "acomp", "advmod")}
    if lemmas & context.lexicon.events["cancelled"]:
        return EventStatus.CANCELLED
    if when.starts_on is not None and when.starts_on > day:
        return EventStatus.PLANNED
    if (
        words & context.lexicon.events["future"]
        or lemmas & {"due", "scheduled", "schedule", "expect", "expected", "upcoming", "slate", "planned", "ahead"}
        or (verb is not None and _going_to(verb))
    ):
        return EventStatus.PLANNED if when.ends_on is None or when.ends_on >= day else EventStatus.PAST
    if when.ends_on is not None and when.ends_on < day:
        return EventStatus.PAST
    if words & context.lexicon.events["maybe"] or lemmas & context.lexicon.events["hypothetical"]:
        return EventStatus.HYPOTHETICAL
    if lemmas & context.lexicon.events["ongoing"] or (
        verb is not None
        and verb.tag_ == "VBG"
        and any(c.dep_ == "aux" and c.lemma_ == "be" and c.tag_ in ("VBZ", "VBP") for c in verb.children)
    ):
        return EventStatus.ONGOING
    return EventStatus.PAST
