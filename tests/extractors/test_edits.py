"""What is no edit: the beginning of a text only, and another page."""

import pytest

from extractors.edits import find_doubt
from vocabulary.words import DocumentOutcome

HEAD = "The council and the bridge"
BEFORE = " ".join(f"Sentence {number} of this long text says that the council met by the river and spoke of stone." for number in range(20))
OTHER = " ".join(
    f"Rain falls on day {number}, and nobody in the hills minds that, for hay is in and boats are dry." for number in range(20)
)
CASES = {
    # the text after, whether the address leads elsewhere, and the word
    "one sentence corrected": (BEFORE.replace("Sentence 3 of this long text says", "It is not true"), False, None),
    "a third taken out": (BEFORE[: 2 * len(BEFORE) // 3], False, None),
    "more added": (BEFORE + OTHER, False, None),
    "the beginning only": (BEFORE[: len(BEFORE) // 3], False, DocumentOutcome.BLOCKED),
    "nothing but words of a wall": ("Subscribe to read on.", False, DocumentOutcome.BLOCKED),
    "written anew at its own address": (OTHER, False, None),
    "another page, to which it leads now": (OTHER, True, DocumentOutcome.NO_TEXT),
    "the same article at its new address": (BEFORE.replace("Sentence 3", "Phrase 3"), True, None),
}


@pytest.mark.parametrize(("after", "has_moved", "word"), list(CASES.values()), ids=list(CASES))
def test_what_is_an_edit(after: str, has_moved: bool, word: DocumentOutcome | None) -> None:
    doubt = find_doubt(f"{HEAD}\n\n{BEFORE}", f"{HEAD}\n\n{after}", has_moved=has_moved)
    assert (doubt.outcome if doubt is not None else None) is word
