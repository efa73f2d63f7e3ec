"""Who takes part in a happening: subjects, owners, objects and what stands after `with`, `between`, `by`."""

from collections.abc import Iterable

from extractors.holders import Holder
from extractors.parse import Token
from extractors.positions import Context
from vocabulary.watch import EventTrigger


def _ids(holders: Iterable[Holder]) -> list[str]:
    """Return the actor ids of holders, in order, each once."""
    return list(dict.fromkeys(i for holder in holders for i in holder.ids))


def participants(context: Context, token: Token, verb: Token | None, trigger: EventTrigger) -> tuple[list[str], list[str]]:
    """Return the ids of those who do it and of those it is done with or to."""
    if token.pos_ == "VERB":
        doers = _ids(context.clauses.subjects(token)) or _instrument_owners(context, token, trigger)
        return doers, [*_objects(context, token), *_by_preposition(context, token)]
    if trigger.has_target:
        doers = _noun_doers(context, token, verb, trigger)
        return doers, _by_preposition(context, token)
    doers = _ids(context.clauses.owners(token)) + _by_preposition(context, token)
    others: list[str] = []
    if verb is not None and _is_at(context, token, verb):
        doers += _ids(context.clauses.subjects(verb))
        others = [*_objects(context, verb, but=token), *_by_preposition(context, verb)]
    if verb is None or token.dep_ == "ROOT":
        doers += _all_named(context, token)
    return doers, others


def _noun_doers(context: Context, token: Token, verb: Token | None, trigger: EventTrigger) -> list[str]:
    """Return who did what a noun names: its owner, `by X`, or the subject of the light verb that carries it out."""
    owners = [child for child in token.children if child.dep_ in ("poss", "amod", "compound", "nmod")]
    owners += [pobj for child in token.children if child.lower_ == "by" for pobj in child.children if pobj.dep_ == "pobj"]
    found = [i for owner in owners for i in _ids(context.actors.holders(owner) or context.actors.adjective_holders(owner))]
    if (
        not found
        and verb is not None
        and verb.lemma_.lower() in context.lexicon.events["carrying_out"]
        and token.dep_ in ("dobj", "attr", "nsubjpass")
    ):
        found = _ids(context.clauses.subjects(verb)) or _instrument_owners(context, verb, trigger)
    return found


def _instrument_owners(context: Context, verb: Token, trigger: EventTrigger) -> list[str]:
    """Return whose means do it, by the trigger's instruments: `their jets bombed`."""
    found = []
    for subject in context.clauses.subject_tokens(verb):
        if subject.lemma_.lower() in trigger.instruments:
            found += _ids(context.clauses.owners(subject))
    return found


def _objects(context: Context, verb: Token, but: Token | None = None) -> list[str]:
    found = []
    for child in verb.children:
        if child.dep_ in ("dobj", "dative", "nsubjpass") and (but is None or child.i != but.i):
            found += _ids(context.actors.holders(child) or context.clauses.owners(child))
    return found


def _is_at(context: Context, token: Token, verb: Token) -> bool:
    """Tell whether the subject of `verb` takes part in what the noun names: it holds or attends it, or does something at it."""
    if verb.lemma_.lower() in context.lexicon.events["attending"]:
        return True
    node = token
    while node.i != verb.i and node.head.i != node.i:
        if node.dep_ == "prep" and node.lower_ in context.lexicon.events["at_prepositions"]:
            return True
        node = node.head
    return False


def _all_named(context: Context, token: Token) -> list[str]:
    """Return everybody named in a sentence without a verb, as in a list of dates; capitals are places there."""
    return [i for other in token.sent if other.ent_type_ != "GPE" or other.dep_ == "poss" for i in context.actors.person_ids(other)]


def _by_preposition(context: Context, token: Token) -> list[str]:
    found = []
    for child in token.children:
        if child.dep_ in ("prep", "agent") and child.lower_ in context.lexicon.events["participant_prepositions"]:
            found += [i for pobj in child.children if pobj.dep_ == "pobj" for i in _ids(context.actors.holders(pobj))]
    return found


def has_generic_guests(context: Context, token: Token, verb: Token | None, coalition: str) -> bool:
    """Tell whether unnamed leaders or countries take part in a text that names the coalition."""
    if not any(coalition in ids for ids in context.actors.ids_at.values()):
        return False
    around = [*token.subtree, *(verb.subtree if verb is not None else ())]
    return any(t.lemma_.lower() in context.lexicon.events["guests"] and t.tag_ == "NNS" for t in around)
