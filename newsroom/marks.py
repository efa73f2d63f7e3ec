"""The notation of the script: marked sentences in a text, and lines that say what they show.

In a body, `{3 A sentence.}` marks a sentence with the label 3; what is printed is the sentence alone. The label `t` is the headline,
which needs no braces. A line of `positions` is

    label | actors | issue or issue/aspect | stance | attribution | speaker or - | extras

and a line of `events`

    label | type | date or - | status | actors | targets or - | place or - | happening | extras

Several actors make several positions; several labels make one position each. Extras are parted by `;`: `past`, `background`, `shift`,
`optional`, `on=2025-03-01` (said on) and `if=the words of the condition`. Pure text work; ids are checked in `newsroom.checks`.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from newsroom.records import TrueEvent, TruePosition
from vocabulary.words import Attribution, Basis, DatePrecision, EventStatus, EventType, Held, Stance

HEADLINE = "t"
_MARK = re.compile(r"\{(\w+) ([^{}]*)\}")
_FLAGS = {
    "past": ("held", Held.PAST),
    "background": ("basis", Basis.BACKGROUND),
    "shift": ("basis", Basis.REPORTED_SHIFT),
    "optional": ("optional", True),
}
_PRECISIONS = (
    (re.compile(r"\d{4}"), DatePrecision.YEAR),
    (re.compile(r"\d{4}-\d{2}"), DatePrecision.MONTH),
    (re.compile(r"\d{4}-W\d{2}"), DatePrecision.WEEK),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), DatePrecision.DAY),
    (re.compile(r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}"), DatePrecision.RANGE),
)


def read_marks(body: str, *, curly: bool) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the paragraphs of `body` as printed, and the marked words by label; `curly` sets typographic quotation marks.

    Lines of a paragraph are joined. Raises ValueError for a label used twice or a brace that marks nothing.
    """
    paragraphs = []
    quotes: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", body.strip()):
        joined = " ".join(block.split())
        plain = _MARK.sub(r"\2", joined)
        if "{" in plain or "}" in plain:
            raise ValueError(f"a brace marks nothing in {plain[:60]!r}; write {{label words}}")
        printed = set_quotation_marks(plain) if curly else plain
        removed = 0
        for match in _MARK.finditer(joined):
            start = match.start() - removed
            label, words = match.groups()
            if label in quotes or label == HEADLINE:
                raise ValueError(f"label {label} marks two places; labels are unique in a text")
            quotes[label] = printed[start : start + len(words)]
            removed += len(match.group()) - len(words)
        paragraphs.append(printed)
    return tuple(paragraphs), quotes


def set_quotation_marks(text: str) -> str:
    """Return `text`, of the same length, with typographic quotation marks and apostrophes."""
    text = re.sub(r'(^|[\s(\[—–-])"', "\\1“", text).replace('"', "”")
    return re.sub(r"(^|[\s(\[—–“])'", "\\1‘", text).replace("'", "’")


def read_positions(lines: str, quotes: dict[str, str], *, curly: bool) -> Iterator[tuple[str, TruePosition]]:
    """Yield label and position of every line whose label stands in the text, one per actor."""
    for line in filter(None, map(str.strip, lines.splitlines())):
        labels, actors, issue, stance, attribution, speaker, *extras = _cells(line, 6)
        issue, _, aspect = issue.partition("/")
        values: dict[str, Any] = {
            "issue": issue,
            "aspect": aspect or "general",
            "stance": Stance(stance),
            "attribution": Attribution(attribution),
            "speaker": None if speaker == "-" else set_quotation_marks(speaker) if curly else speaker,
            **_extras(extras, curly=curly),
        }
        for label in labels.split():
            for actor in actors.split() if label in quotes else ():
                yield label, TruePosition(actor=actor, quote=quotes[label], **values)


def read_events(lines: str, quotes: dict[str, str], *, curly: bool) -> Iterator[tuple[str, TrueEvent]]:
    """Yield label and event of every line whose label stands in the text."""
    for line in filter(None, map(str.strip, lines.splitlines())):
        label, kind, when, status, actors, targets, place, happening, *extras = _cells(line, 8)
        if label in quotes:
            yield (
                label,
                TrueEvent(
                    happening=happening,
                    type=EventType(kind),
                    date_iso=None if when == "-" else when,
                    precision=_precision(when),
                    status=EventStatus(status),
                    actors=tuple(actors.split()),
                    targets=() if targets == "-" else tuple(targets.split()),
                    place=None if place == "-" else set_quotation_marks(place) if curly else place,
                    quote=quotes[label],
                    **_extras(extras, curly=curly),
                ),
            )


def labels_of(lines: str) -> set[str]:
    """Return the labels that the lines speak of."""
    return {label for line in lines.splitlines() if line.strip() for label in line.split("|", 1)[0].split()}


def without_headline(lines: str) -> str:
    """Return the lines that do not speak of the headline: a copy has another."""
    return "\n".join(line for line in lines.splitlines() if labels_of(line) != {HEADLINE})


def _cells(line: str, least: int) -> list[str]:
    cells = [cell.strip() for cell in line.split("|")]
    if not least <= len(cells) <= least + 1:
        raise ValueError(f"{line!r} has {len(cells)} cells; {least} are needed, extras make one more")
    return cells


def _extras(cells: list[str], *, curly: bool) -> dict[str, Any]:
    """Return the fields that the last cell sets."""
    values: dict[str, Any] = {}
    for extra in filter(None, (part.strip() for cell in cells for part in cell.split(";"))):
        key, _, value = extra.partition("=")
        if key == "if":
            values["condition"] = set_quotation_marks(value) if curly else value
        elif key == "on":
            values["said_on"] = date.fromisoformat(value)
        elif extra in _FLAGS:
            name, word = _FLAGS[extra]
            values[name] = word
        else:
            raise ValueError(f"{extra!r} is no extra; write past, background, shift, optional, on=DAY or if=WORDS")
    return values


def _precision(when: str) -> DatePrecision:
    if when == "-":
        return DatePrecision.NONE
    for pattern, precision in _PRECISIONS:
        if pattern.fullmatch(when):
            return precision
    raise ValueError(f"{when!r} is no date: write YYYY, YYYY-MM, YYYY-Www, YYYY-MM-DD, A/B or -")
