"""Conditions: the words that limit a commitment (`once there is a ceasefire`, `provided "the terms are right"`)."""

from functools import lru_cache

from extractors.lexicon import Lexicon
from extractors.parse import Doc, Span, Token

AHEAD = {"will", "'ll", "would", "shall", "’ll"}
DENIED = {"not", "n't", "n’t", "no", "never", "cannot"}


def find_condition(
    predicate: Token, cue_head: Token, *, needs: Token | None, lexicon: Lexicon, cue_tokens: frozenset[int]
) -> tuple[int, int] | None:
    """Return the tokens (start, end) of the condition on a commitment; None where it is free.

    `needs` is the verb of needing where the cue itself is its subject. A weak marker (`after`) counts only where its words
    hold a cue of another issue (`cue_tokens`): after an agreement, not after lunch.
    """
    if needs is not None:
        return needs.i, needs.right_edge.i + 1
    sentence = predicate.sent
    governed = {predicate.i, cue_head.i} | {token.i for token in cue_head.ancestors} | {token.i for token in cue_head.subtree}
    own_words = {token.i for token in cue_head.subtree if token.i <= cue_head.i}
    for token in sentence:
        size = _marker_at(token, lexicon)
        if not size or token.i in own_words:
            continue
        top = _top_of(token)
        if top.head.i not in governed and top.i not in governed:
            continue
        start, end = token.i, min(top.right_edge.i + 1, sentence.end)
        if end <= start + size or start <= cue_head.i < end:
            continue
        marker = _words(sentence.doc, start, size)
        if marker in lexicon.weak_markers and not any(i in cue_tokens for i in range(start, end)):
            continue
        if marker in lexicon.ahead_markers and (top.dep_ != "advcl" or not _lies_ahead(top.head)):
            continue
        if marker in lexicon.refusal_markers and not _is_refused(predicate, cue_head):
            continue
        if any(token.lower_ in lexicon.unlimiting_after for token in sentence.doc[start + size : start + size + 2]):
            continue
        return _trimmed(sentence.doc[start].doc, start, end)
    return None


def find_any_condition(sentence: Span, predicate: Token, lexicon: Lexicon) -> tuple[int, int] | None:
    """Return the first clause or phrase of a sentence that begins with a marker which always limits, wherever it hangs.

    For a stance that is known to be conditional: what the parser hung elsewhere is its condition all the same.
    """
    for token in sentence:
        size = _marker_at(token, lexicon)
        if not size or _words(sentence.doc, token.i, size) in lexicon.weak_markers | lexicon.ahead_markers | lexicon.refusal_markers:
            continue
        end = min(_top_of(token).right_edge.i + 1, sentence.end)
        if end > token.i + size and not (token.i <= predicate.i < end):
            return _trimmed(sentence.doc, token.i, end)
    return None


def marker_of(condition: tuple[int, int], doc: Doc, lexicon: Lexicon) -> str:
    """Return the marker that a condition begins with, lower case; empty where it begins with none."""
    return _words(doc, condition[0], _marker_at(doc[condition[0]], lexicon))


def _words(doc: Doc, start: int, size: int) -> str:
    return " ".join(word.lower_ for word in doc[start : start + size])


def _lies_ahead(verb: Token) -> bool:
    """Tell whether a clause tells of what is to come: `will approve X when ...`."""
    return any(child.dep_ == "aux" and child.lower_ in AHEAD for child in verb.children)


def _is_refused(predicate: Token, cue_head: Token) -> bool:
    """Tell whether what a condition hangs on is denied: `will not send X until ...`, `there will be no X without ...`."""
    words = [child.lower_ for token in (predicate, cue_head, *cue_head.ancestors) for child in token.children]
    return any(word in DENIED for word in words)


@lru_cache(maxsize=4)
def _markers_by_word(markers: tuple[str, ...]) -> dict[str, list[tuple[str, ...]]]:
    """Map first words to the condition markers that begin with them."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for marker in markers:
        words = tuple(marker.split())
        found.setdefault(words[0], []).append(words)
    return found


def _marker_at(token: Token, lexicon: Lexicon) -> int:
    """Return how many tokens the condition marker that begins at `token` has; 0 for none."""
    candidates = _markers_by_word(lexicon.condition_markers).get(token.lower_)
    if not candidates or (token.i > 0 and token.nbor(-1).lower_ in lexicon.unlimiting_before):
        return 0
    doc, end = token.doc, token.sent.end
    fitting = [
        len(words)
        for words in candidates
        if token.i + len(words) <= end and all(doc[token.i + k].lower_ == word for k, word in enumerate(words))
    ]
    return max(fitting, default=0)


def _top_of(marker: Token) -> Token:
    """Return the token whose subtree is the condition: the clause of a conjunction, or the preposition itself."""
    top = marker
    while (
        top.dep_ in ("mark", "advmod", "prep", "pcomp", "cc", "dep")
        and top.head.i != top.i
        and top.left_edge.i >= marker.i - 1
        and top.dep_ != "prep"
    ):
        top = top.head
        if top.left_edge.i < marker.i - 1:
            return marker
    return top


def _trimmed(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Drop punctuation at the end of the condition."""
    tokens = doc[start:end]
    while end > start + 1 and (tokens[end - start - 1].is_space or tokens[end - start - 1].text in (",", ".", ";", ":", "—", "–")):
        end -= 1
    return start, end
