"""Questions told within a sentence, and what is answered to them: `asked whether A would send X, B said it would not`.

Reads a dependency parse (spaCy's English labels); knows no actor, no issue and no stance.
"""

from extractors.parse import Token

ASKING_VERBS = {"ask", "press", "question", "quiz"}
QUESTION_WORDS = {"whether", "if", "about", "when", "why", "how", "what"}
TOPIC_PREPOSITIONS = {"about", "on"}
REFUSALS = {"no", "not", "n't", "never"}


def question_above(head: Token) -> Token | None:
    """Return the verb of asking whose question holds the words (`asked whether A would send X`); None where nobody asks."""
    below = head
    for token in head.ancestors:
        if token.lemma_.lower() in ASKING_VERBS and token.pos_ == "VERB":
            is_passive = token.tag_ == "VBN" and not any(child.dep_ in ("nsubj", "aux") for child in token.children)
            opens = any(child.lower_ in QUESTION_WORDS for child in (below, *below.children))
            return token if is_passive and (opens or (below.dep_ == "prep" and below.lower_ in TOPIC_PREPOSITIONS)) else None
        below = token
    return None


def answer_to(question: Token) -> tuple[Token, bool] | None:
    """Return the verb that answers `question` and whether it says yes; None where it says neither."""
    if question.dep_ not in ("advcl", "acl", "ccomp", "dep") or question.head.i == question.i:
        return None
    asked = {token.i for token in question.subtree}
    said = [token for token in question.head.subtree if token.i not in asked]
    if any(token.lower_ in REFUSALS and _answers(token) for token in said):
        return question.head, False
    if any(token.lower_ == "yes" or _stands_alone(token) for token in said):
        return question.head, True
    return None


def _answers(refusal: Token) -> bool:
    """Tell whether a `no` answers for itself: alone, or with an auxiliary whose verb is left out."""
    if refusal.dep_ == "neg":
        return _stands_alone(refusal.head)
    return refusal.lower_ == "no" and refusal.dep_ != "det"


def _stands_alone(token: Token) -> bool:
    """Tell whether an auxiliary stands for a verb that was said before: `said it would`."""
    if token.pos_ != "AUX" or token.dep_ != "ccomp":
        return False
    return not any(child.dep_ in ("attr", "acomp", "prep", "dobj", "xcomp") for child in token.children)
