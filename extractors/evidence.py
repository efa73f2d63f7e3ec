"""Evidence: the words shown for a position or event."""

from extractors.parse import Token

LONGEST_QUOTE = 300
SHORTEST_QUOTE_WORDS = 4
TRIMMED = " \t\n,;:-–—"


def clause_around(predicate: Token, cue_head: Token, condition: tuple[int, int] | None) -> tuple[int, int, str] | None:
    """Return (start, end, text) of the shortest piece that shows a position: the predicate's clause, or the whole sentence.

    Offsets count characters of the document. None where the sentence holds too few words to show anything.
    """
    doc, sentence = predicate.doc, predicate.sent
    first, last = sentence.start, sentence.end
    if sentence.end_char - sentence.start_char > LONGEST_QUOTE:
        covered = [predicate.left_edge.i, predicate.right_edge.i, cue_head.left_edge.i, cue_head.right_edge.i]
        if condition:
            covered += [condition[0], condition[1] - 1]
        first, last = max(min(covered), sentence.start), min(max(covered) + 1, sentence.end)
    start = doc[first].idx
    text = doc[first:last].text  # not doc.text: that joins all tokens anew each time
    if "\n" in text.strip():
        return None
    stripped = text.strip(TRIMMED)
    start += text.index(stripped) if stripped else 0
    if len(stripped.split()) < SHORTEST_QUOTE_WORDS:
        return None
    return start, start + len(stripped), stripped
