"""Which articles are copies of one wire story: the same text printed by several outlets, lightly edited.

Runs of words of each text are reduced by MinHash to a few keys (A. Broder, On the resemblance and containment of documents, 1997).
Texts that share a key may be copies; their runs of words decide. Must not know what a text is about.
"""

import re
import zlib
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

RUN: Final = 4  # words: shorter runs are shared by any two reports of one meeting
ROWS: Final = 3  # hashes that must agree for a key to be shared
TEXT_KEYS: Final = 16  # half the runs in common: 88 % share a key; three in five: 98 %; one in ten: 2 %
LEAD_KEYS: Final = 8  # of the first words alone, which a shortened copy keeps
LEAD_WORDS: Final = 80
MOST_WORDS: Final = 4_000  # a longer text is known by its beginning
ALIKE: Final = 0.5  # share of all runs that two copies have in common
CONTAINED: Final = 0.7  # share of the shorter one's runs found in the longer, where an outlet cut the end
CONTAINED_RUNS: Final = 40  # under so many a shared quotation is enough to look like a copy
SHORT: Final = 0.9  # for texts too short for anything but sameness
SAME_NUMBERS: Final = 0.5  # a daily bulletin words every day alike, with other numbers
FEW_NUMBERS: Final = 4
_WORD: Final = re.compile(r"[^\W_]+")
_MASK: Final = (1 << 63) - 1  # keys fit a signed 64-bit column
_Hashes = npt.NDArray[np.uint64]


class StoredText(NamedTuple):
    """A text that may be what another is a copy of."""

    wire_id: str
    text: str


def wire_keys(text: str) -> tuple[int, ...]:
    """Return the keys of `text` (headline, empty line, body): copies share at least one, other texts seldom any.

    Each is a number under 2**63; none for a text of fewer than `RUN` words.
    """
    body = _words(text)
    runs, lead = _runs(body), _runs(body[:LEAD_WORDS])
    if not runs.size:
        return ()
    return (*_keys(runs, TEXT_KEYS, 0), *_keys(lead, LEAD_KEYS, TEXT_KEYS))


def find_wire(text: str, others: Iterable[StoredText]) -> str | None:
    """Return the wire_id of the one of `others` that `text` is a copy of, the most alike of several; None for a story of its own."""
    words = _words(text)
    runs, numbers = set(_runs(words).tolist()), _numbers(words)
    best: tuple[float, str] | None = None
    for other in others:
        other_words = _words(other.text)
        if not _agree(numbers, _numbers(other_words)):
            continue
        likeness = _likeness(runs, set(_runs(other_words).tolist()))
        # the smaller id of two equally alike, so that the order in which they are given does not matter
        if likeness and (best is None or (-likeness, other.wire_id) < (-best[0], best[1])):
            best = (likeness, other.wire_id)
    return best[1] if best else None


def _likeness(one: set[int], other: set[int]) -> float:
    """Return how much of two sets of runs is common, 0 where that is too little for copies."""
    if not one or not other:
        return 0
    common = len(one & other)
    alike = common / (len(one) + len(other) - common)
    shorter = min(len(one), len(other))
    if shorter < CONTAINED_RUNS:
        return alike if alike >= SHORT else 0
    return alike if alike >= ALIKE or common / shorter >= CONTAINED else 0


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether the numbers of two texts are such that one may be a copy of the other, whole or cut."""
    fewer = min(len(one), len(other))
    return fewer < FEW_NUMBERS or len(one & other) >= SAME_NUMBERS * fewer


def _words(text: str) -> list[str]:
    """Return the words of a text's body: an outlet words the headline anew."""
    body = text.partition("\n\n")[2] or text
    return _WORD.findall(body.casefold())[:MOST_WORDS]


def _numbers(words: list[str]) -> frozenset[str]:
    return frozenset(word for word in words if word[0].isdigit())


def _runs(words: list[str]) -> _Hashes:
    """Return a hash of each run of words, in order."""
    if len(words) < RUN:
        return np.empty(0, np.uint64)
    hashes = np.fromiter((zlib.crc32(word.encode("utf-8", "replace")) for word in words), np.uint64, len(words))
    count = len(words) - RUN + 1
    runs = np.zeros(count, np.uint64)
    for place in range(RUN):
        runs = _mix(runs + hashes[place : place + count])
    return runs


def _keys(runs: _Hashes, count: int, first: int) -> list[int]:
    """Return `count` keys of `runs`, each of the smallest value that `ROWS` of the hash functions from `first` on give."""
    salts = _salts()[first * ROWS : (first + count) * ROWS]
    smallest = _mix(runs[None, :] ^ salts[:, None]).min(axis=1).reshape(count, ROWS)
    keys = np.arange(first, first + count, dtype=np.uint64)
    for row in range(ROWS):
        keys = _mix(keys + smallest[:, row])
    return [int(key) & _MASK for key in keys]


@cache
def _salts() -> _Hashes:
    """Return one fixed number for each hash function."""
    return _mix(np.arange(1, (TEXT_KEYS + LEAD_KEYS) * ROWS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def _mix(values: _Hashes) -> _Hashes:
    """Return `values` scattered over 64 bits (the finaliser of splitmix64 by S. Vigna)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
