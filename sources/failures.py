"""What became of an input that gave no document."""

from typing import NamedTuple

from vocabulary.words import DocumentOutcome


class Failure(NamedTuple):
    """One input that ended without a document: the caller makes an `Outcome` row of it."""

    item: str
    """Address or file name, secrets masked."""
    outcome: DocumentOutcome
    """The one final word."""
    detail: str
    """What, which and why in one line, with the remedy where the user has one."""
