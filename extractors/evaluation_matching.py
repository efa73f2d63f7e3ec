"""What of a document was found: the sentences of marks and quotes, and which prediction belongs to which mark.

By the definitions of the annotation guidelines. A quote has to be found word for word (but for white space and the shape of quotation
marks and dashes), be at least three words long and touch no more than two sentences. A pair is one actor, one issue and some
sentence in common; a mark pairs once, with the same stance if any has it. The sentence split is plain and fixed, so that every
scorer cuts alike.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

Item = dict[str, Any]
SHORTEST_QUOTE_WORDS = 3
MOST_SENTENCES = 2
WIDEST_COVER_DAYS = 2

_FOLDED = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "*": "", "#": ""})
_BORDER = re.compile(r"(?<=[.!?])[\"”’']?\s+(?=[\"“‘'A-Z0-9#*])|\n\s*\n|\n(?=\S)")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]\.|\b(?:Mr|Mrs|Ms|Dr|Gen|Lt|Col|Sen|Rep|Gov|St|No|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)$")


# --- text ----------------------------------------------------------------------------------------------------------------


def fold(text: str) -> tuple[str, list[int]]:
    """Fold white space and typographic marks and lower the case; also return the offset in `text` of each character kept."""
    kept: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        plain = char.translate(_FOLDED)
        if plain.isspace():
            if kept and kept[-1] == " ":
                continue
            plain = " "
        if plain:
            # a character may lower to two, which keeps the original's offset twice
            kept.extend(plain.lower())
            offsets.extend([offset] * len(plain.lower()))
    return "".join(kept), offsets


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Cut `text` into sentences and lines, as (start, end) offsets."""
    spans, start = [], 0
    for border in _BORDER.finditer(text):
        if "\n" not in border.group() and _ABBREVIATED.search(text, max(start, border.start() - 8), border.start()):
            continue
        spans.append((start, border.start()))
        start = border.end()
    spans.append((start, len(text)))
    return [(first, last) for first, last in spans if text[first:last].strip()]


def sentences_of(span: tuple[int, int], spans: list[tuple[int, int]]) -> set[int]:
    """Return the numbers of the sentences that a span of offsets touches."""
    return {index for index, (first, last) in enumerate(spans) if span[0] < last and first < span[1]}


def sentences_of_quote(quote: str, folded: str, offsets: list[int], spans: list[tuple[int, int]]) -> set[int]:
    """Return the sentences in which a quote stands; empty where it is not in the text, too short, or too long."""
    wanted = fold(quote.strip())[0].strip()
    if not wanted or len(quote.split()) < SHORTEST_QUOTE_WORDS:
        return set()
    found: set[int] = set()
    at = folded.find(wanted)
    while at >= 0:
        here = sentences_of((offsets[at], offsets[at + len(wanted) - 1] + 1), spans)
        found |= here if len(here) <= MOST_SENTENCES else set()
        at = folded.find(wanted, at + 1)
    return found


# --- matching ------------------------------------------------------------------------------------------------------------


def match(gold: list[Item], predicted: list[Item], rate: Callable[[Item, Item], float]) -> list[tuple[int, int]]:
    """Pair one to one, the best rated first; a rate of 0 is no pair."""
    rated = sorted(((rate(g, p), gi, pi) for gi, g in enumerate(gold) for pi, p in enumerate(predicted)), key=lambda triple: -triple[0])
    used_gold: set[int] = set()
    used_predicted: set[int] = set()
    pairs = []
    for value, g, p in rated:
        if value > 0 and g not in used_gold and p not in used_predicted:
            used_gold.add(g)
            used_predicted.add(p)
            pairs.append((g, p))
    return pairs


def same_position(gold: Item, predicted: Item) -> float:
    """Rate how well a found position fits a marked one, both with their sentences under `in`; 0 for not at all."""
    if gold["actor"] != predicted["actor"] or gold["issue"] != predicted["issue"] or not gold["in"] & predicted["in"]:
        return 0.0
    return 1.0 + float(gold["stance"] == predicted["stance"]) - 0.5 * float(bool(gold.get("optional")))


def is_repeat(item: Item, gold: list[Item]) -> bool:
    """Tell whether a further prediction only repeats what is marked for its actor, issue and sentence."""
    return any(
        mark["actor"] == item["actor"] and mark["issue"] == item["issue"] and mark["in"] & item["in"] and mark["stance"] == item["stance"]
        for mark in gold
    )


def same_event(gold: Item, predicted: Item) -> float:
    """Rate how well a found event fits a marked one, both with their sentences under `in`; 0 for not at all."""
    if gold["type"] != predicted["type"] or not set(gold["actors"]) & set(predicted.get("actors", [])):
        return 0.0
    shared = bool(gold["in"] & predicted["in"])
    dated = bool(gold.get("date")) and is_same_date(gold.get("date"), predicted.get("date"))
    return 2.0 * shared + float(dated) - 0.5 * float(bool(gold.get("optional"))) if shared or dated else 0.0


# --- dates ---------------------------------------------------------------------------------------------------------------


def is_same_date(gold: str | None, predicted: str | None) -> bool:
    """Tell whether both are empty, or the prediction is inside the marked interval or holds it and is three days long at most."""
    if not gold or not predicted:
        return not gold and not predicted
    wanted, got = interval(gold), interval(predicted)
    if wanted is None or got is None:
        return False
    inside = wanted[0] <= got[0] and got[1] <= wanted[1]
    covers = got[0] <= wanted[0] and wanted[1] <= got[1] and (got[1] - got[0]).days <= WIDEST_COVER_DAYS
    return inside or covers


def interval(value: str) -> tuple[dt.date, dt.date] | None:
    """Read YYYY, YYYY-MM, YYYY-Www, YYYY-MM-DD or A/B as a closed interval of days; None where it is none of these."""
    if "/" in value:
        first, last = (interval(part) for part in value.split("/", 1))
        return (first[0], last[1]) if first and last else None
    try:
        if re.fullmatch(r"\d{4}", value):
            return dt.date(int(value), 1, 1), dt.date(int(value), 12, 31)
        if re.fullmatch(r"\d{4}-\d{2}", value):
            year, month = int(value[:4]), int(value[5:])
            return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])
        if re.fullmatch(r"\d{4}-W\d{2}", value):
            monday = dt.date.fromisocalendar(int(value[:4]), int(value[6:]), 1)
            return monday, monday + dt.timedelta(days=6)
        day = dt.date.fromisoformat(value[:10])
    except (ValueError, calendar.IllegalMonthError):
        return None
    return day, day
