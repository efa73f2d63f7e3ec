"""Whether what a page shows now is an edit of an article, or something that stands in its place. Pure.

A wall is found by `extractors.walls`. What is left: a page that shows the beginning only, as behind a paywall that closed later, and one to
which the address was redirected and that is another page altogether.
"""

import re
from typing import Final, NamedTuple

from vocabulary.words import DocumentOutcome

LEAST_KEPT: Final = 0.5
"""Share of the text before that an edit leaves: an article that is corrected loses sentences, one behind a paywall all but the first."""
LEAST_SHARED: Final = 0.1
"""Share of word runs that an article has in common with its text before where its address leads elsewhere."""
_RUN: Final = 3
_WORD: Final = re.compile(r"\w+")


class Doubt(NamedTuple):
    """Why another text is no edit."""

    outcome: DocumentOutcome
    why: str


def find_doubt(before: str, after: str, *, has_moved: bool) -> Doubt | None:
    """Return why `after` is no edit of `before`, None where it is one; both are texts with their headline.

    `has_moved` tells that the address leads elsewhere than it did.
    """
    before, after = _body(before), _body(after)
    if len(after) < LEAST_KEPT * len(before):
        why = f"the page shows {len(after)} of the {len(before)} characters that were read before, which are kept: it may have closed"
        return Doubt(DocumentOutcome.BLOCKED, why)
    if has_moved:
        old, new = _runs(before), _runs(after)
        if len(old & new) < LEAST_SHARED * len(new):
            return Doubt(DocumentOutcome.NO_TEXT, "its address leads to another page now; the text that was read before is kept")
    return None


def _body(text: str) -> str:
    """Return a text without its headline, which may be the feed's whatever the page shows."""
    headline, _, body = text.partition("\n\n")
    return body or headline


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1))}
