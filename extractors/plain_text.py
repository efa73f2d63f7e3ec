"""An article's own text out of the lines of a page: headline, paragraphs, and what was left out.

No line is rewritten: lines are kept or dropped, marks removed, white space folded, so that a quotation of the result can be found in
the original. What is dropped, by which rule, stands at each stage of `clean_lines`.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from extractors.blocks import Block, split_blocks
from extractors.boilerplate import bare, find_agency, is_boilerplate, is_byline, is_end, is_related, is_stamp
from extractors.date_page import find_full
from extractors.dates import DateKind, DateMention, find_dates
from vocabulary.words import DatePrecision

EARLIEST: Final = date(1990, 1, 1)  # the web is younger
REMOVED_CHARS: Final = 200
HEAD_BLOCKS: Final = 12  # bylines and dates stand among the first lines
TITLE_WORDS: Final = (3, 30)
TEASER_WORDS: Final = 8
GRAM: Final = 3
REPEAT_WORDS: Final = 5  # fewer words may repeat by chance
REPEAT_SHARE: Final = 0.55  # of the word triples of a pull-quote found in one paragraph; editors change a pronoun or two
MOST_POSTINGS: Final = 40
GO_ON_BLOCKS: Final = 2
GO_ON_AFTER_FORM: Final = 3
SHARED_NAMES: Final = 2
# A paragraph that ends in one of these was cut: what follows is its end.
_OPEN_WORDS: Final = frozenset(
    "a an the of to in on for and or nor but with by from at as that than is are was were be been being has have had will would can "  # noqa: SIM905
    "could may might must should not no its their his her our your my this these those such into onto over under about against between "
    "among before after during without within toward towards through very more most which who whom whose when while if because "
    "although".split()
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_NAME: Final = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][^\W\d_]{2,}")
_PUBLISHED: Final = re.compile(
    r"^\W{0,4}(?:date\s?)?(?:(?:first |originally )?published|posted|updated|last updated|date|released?|issued)\b[^.]{0,12}?(?=[\s:|])",
    re.IGNORECASE,
)
# Lines that declare when the text was published, and nothing else; lines under other labels may speak of something else.
_DECLARED: Final = re.compile(
    r"^\W{0,4}(?:(?:first |originally )?published|date (?:published|of publication)|publication date)(?: on| at| date)?\W{0,3}",
    re.IGNORECASE,
)
_LABELLED: Final = re.compile(r"^\W{0,4}(?:date|posted|released?|issued)\b", re.IGNORECASE)
_DATE_LINE_WORDS: Final = 16
_YEAR: Final = re.compile(r"\d{4}")
_CREDIT_TAIL: Final = re.compile(r"\s[-–—]\s[^-–—]{2,60}$")


@dataclass(slots=True)
class PlainText:
    """What came of the lines of one page; `paragraphs` without the headline."""

    title: str
    paragraphs: list[str]
    published_on: date | None
    bad_date: str
    """The line of the head that should say when it was published, and gives no day on which it can have been; empty if none."""
    credited_source: str
    removed: list[str] = field(default_factory=list)


def clean_lines(text: str, *, title: str, latest: date, markdown: bool = True) -> PlainText:
    """Return the article in `text`; `title` is the headline where it is known, `latest` the last day it can be from.

    Without `markdown` the text is that of a page, whose stars, brackets and tags are its own.

    Stages: 1. cut into blocks without marks; 2. read the date of the head; 3. find the headline; 4. drop everything from the
    comments or the list of other stories on; 5. drop lines that are no article's by their words; 6. drop bylines and labels
    before the article; 7. drop what says again what another block says; 8. join what was cut within a sentence.
    """
    everything = split_blocks(text, markdown=markdown)
    removed: list[Block] = []
    date_lines = [b for b in everything[:HEAD_BLOCKS] if b.words <= _DATE_LINE_WORDS and _is_date_line(b.text, latest)]
    published_on, bad_date = _read_published(everything, [block.text for block in date_lines], latest)
    removed.extend(date_lines)
    byline = " ".join(block.text for block in everything[:HEAD_BLOCKS] if is_byline(block.text))
    dated = {id(block) for block in date_lines}
    headline, blocks = _take_title([block for block in everything if id(block) not in dated], title, removed)
    blocks = _drop_tail(blocks, removed)
    last_lines = [block.text for block in blocks[-3:]]
    blocks = _drop_lines(blocks, removed)
    blocks = _drop_repeats(blocks, removed)
    paragraphs = _join_broken(blocks)
    agency = find_agency("\n".join(paragraphs), paragraphs=[*paragraphs[:1], *last_lines], byline=byline)
    gone = {id(block) for block in removed}
    lines = [block.raw[:REMOVED_CHARS] for block in everything if id(block) in gone]
    return PlainText(headline, paragraphs, published_on, bad_date, agency, lines)


def _drop_lines(blocks: list[Block], removed: list[Block]) -> list[Block]:
    """Return the blocks that are no button, notice, credit, link or stamp, and in the head of the page no byline."""
    kept: list[Block] = []
    begun = False
    for i, block in enumerate(blocks):
        drop = (
            is_boilerplate(block.text)
            or (block.linked and block.heading == 0)
            or is_stamp(block.text, bare_dates=not begun)
            or (i < HEAD_BLOCKS and is_byline(block.text))
        )
        begun = begun or (block.is_prose and not drop)
        (removed if drop else kept).append(block)
    return _drop_last_teasers(kept, removed)


def _drop_last_teasers(blocks: list[Block], removed: list[Block]) -> list[Block]:
    """Return the blocks without teasers at the end of a page: a title and a text that breaks off with dots."""
    end = len(blocks)
    while (
        end > 1
        and blocks[end - 1].is_cut
        and blocks[end - 1].words > TEASER_WORDS
        and not (blocks[end - 2].ends or blocks[end - 2].is_prose)
    ):
        end -= 2
    removed.extend(blocks[end:])
    return blocks[:end]


def _read_published(blocks: list[Block], declared: list[str], latest: date) -> tuple[date | None, str]:
    """Return the full date that the head of the page gives, and the line that should give one and does not.

    `declared` lines (`Published:`) decide: where they give no day there is none, whatever other lines say. After them come other lines of
    the kind, a byline or stamp, a dateline.
    """
    head = blocks[:HEAD_BLOCKS]
    labelled = [b.text for b in head if _PUBLISHED.match(b.text) and b.words <= _DATE_LINE_WORDS]
    first = next((b.text for b in head if b.is_prose), "")
    dateline = re.split(r"\s[-–—]\s|[-–—]\s", first, maxsplit=1)[0][:80] if re.match(r"^[^.!?]{2,80}[-–—]", first) else ""
    others = [*labelled, *(b.text for b in head if is_byline(b.text) or is_stamp(b.text)), dateline]
    for line in declared or others:
        if (day := _find_day(line, latest)) is not None:
            return day, ""
    # a day out of range may be that of what the text announces; one that cannot be is a slip
    bad = declared or [line for line in labelled if _LABELLED.match(line) and any(map(_is_impossible, find_dates(line, latest)))]
    return None, bad[0] if bad else ""


def _is_date_line(line: str, latest: date) -> bool:
    """Tell whether a line says `Published:` and then something about time, or `Published` and then a date.

    `Published: The Harbour Times` and `Published accounts of the storm` say nothing of the kind.
    """
    label = _DECLARED.match(line)
    if label is None:
        return False
    mentions = [one for one in find_dates(line, latest) if one.span.start >= label.end()]
    if ":" in label[0]:
        return bool(mentions) or any(map(str.isdecimal, line[label.end() :]))
    return any(one.span.start == label.end() and _is_full(one) for one in mentions)


def _is_full(mention: DateMention) -> bool:
    """Tell whether a time expression names one day with its year, be it a day of the calendar or not."""
    to_the_day = mention.date.precision in (DatePrecision.DAY, DatePrecision.NONE)
    return mention.kind is DateKind.CALENDAR and to_the_day and _YEAR.search(mention.date.raw) is not None


def _is_impossible(mention: DateMention) -> bool:
    """Tell whether a full date is none of the calendar, or could be two."""
    return _is_full(mention) and mention.date.starts_on is None


def _find_day(line: str, latest: date) -> date | None:
    """Return the first full date of a line, None where that is no day on which a text can have been published."""
    mentions = find_dates(line, latest)
    found = [(one.span.start, one.date.starts_on) for one in mentions if _is_full(one)]
    # a line of its own needs less to be sure than running text: 2025/03/26 and 26-Mar-2025 are dates in it
    found += [one for one in find_full(line) if not any(mention.span.start <= one[0] < mention.span.end for mention in mentions)]
    _, day = min(found, default=(0, None))
    return day if day is not None and EARLIEST <= day <= latest else None


def _take_title(blocks: list[Block], title: str, removed: list[Block]) -> tuple[str, list[Block]]:
    """Return the headline and the blocks without it: the known one, the first heading, or the first line that looks like one.

    Lines before a headline that are no sentences are the site's (sections, loaders) and go too, and so does a top heading that
    words a known headline otherwise.
    """
    prose = next((i for i, block in enumerate(blocks) if block.is_prose), len(blocks))
    head = [b for b in blocks[: min(prose, HEAD_BLOCKS)] if not (is_boilerplate(b.text) or is_byline(b.text) or is_stamp(b.text))]
    known = " ".join(title.split())
    if known:
        chosen = next((b for b in head if _is_same_title(b.text, known)), None) or next((b for b in head if b.heading == 1), None)
    else:
        chosen = min((b for b in head if b.heading), key=lambda b: b.heading, default=None) or next(filter(_looks_like_title, head), None)
        if chosen is None or prose >= len(blocks):
            return "", blocks
        known = chosen.text
    at = 0 if chosen is None else blocks.index(chosen)
    site = {id(block) for block in blocks[:at] if not block.ends}
    removed.extend(block for block in blocks if id(block) in site)
    return known, [b for b in blocks if id(b) not in site and b is not chosen and not _is_same_title(b.text, known)]


def _is_same_title(line: str, title: str) -> bool:
    """Tell whether a line is the headline, with or without the site's name behind it."""
    a, b = sorted((bare(line), bare(title)), key=len)
    if a == b:
        return True
    return a.count(" ") >= TITLE_WORDS[0] and b.startswith(a) and re.match(r"\s?[|•·:»-]\s", b[len(a) :]) is not None


def _looks_like_title(block: Block) -> bool:
    least, most = TITLE_WORDS
    return (
        least <= block.words <= most and not block.item and not block.text.endswith((".", ":", ";", ",", "…")) and not is_stamp(block.text)
    )


def _drop_tail(blocks: list[Block], removed: list[Block]) -> list[Block]:
    """Return the blocks without comments and lists of other stories.

    After a comment form everything goes; after `Related posts` and the like everything up to where the article goes on, which is
    two paragraphs of running text in a row, none cut short with dots, each naming two of the names that the article named before
    (three after a comment form). A marker with no paragraph before it is only a line.
    """
    kept: list[Block] = []
    names: set[str] = set()
    prose = 0
    i = 0
    while i < len(blocks):
        block = blocks[i]
        ends, related = is_end(block.text), is_related(block.text)
        if (ends or related) and prose > 0:
            on = _find_continuation(blocks, i + 1, names, GO_ON_AFTER_FORM if ends else GO_ON_BLOCKS)
            removed.extend(blocks[i:on])
            i = on
            continue
        if ends or related:
            removed.append(block)
        else:
            kept.append(block)
            if block.is_prose:
                prose += 1
                names |= set(_NAME.findall(block.text))
        i += 1
    return kept


def _find_continuation(blocks: list[Block], start: int, names: set[str], needed: int) -> int:
    """Return the index where the article goes on, or the end."""
    run = 0
    for i in range(start, len(blocks)):
        block = blocks[i]
        tied = block.is_prose and not is_boilerplate(block.text) and len(names & set(_NAME.findall(block.text))) >= SHARED_NAMES
        run = run + 1 if tied else 0
        if run == needed:
            return i - needed + 1
    return len(blocks)


def _drop_repeats(blocks: list[Block], removed: list[Block]) -> list[Block]:
    """Return the blocks without pull-quotes, captions and lines that another block says again.

    A block that is all bold, italic or quoted goes where most of its word triples stand in one other paragraph; any other block
    where all its words stand there in a row. Of equal blocks the first stays.
    """
    grams = [_grams(block.text) for block in blocks]
    postings: dict[tuple[str, ...], list[int]] = {}
    for i, found in enumerate(grams):
        for gram in dict.fromkeys(found):
            if len(places := postings.setdefault(gram, [])) < MOST_POSTINGS:
                places.append(i)
    seen: set[str] = set()
    kept: list[Block] = []
    for i, block in enumerate(blocks):
        core = " ".join(_words(block.text))
        again = core in seen and (block.words >= GRAM or block.heading > 0)
        if again or _is_repeated(i, blocks, grams, postings):
            removed.append(block)
        else:
            kept.append(block)
            seen.add(core)
    return kept


def _is_repeated(i: int, blocks: list[Block], grams: list[list[tuple[str, ...]]], postings: dict[tuple[str, ...], list[int]]) -> bool:
    """Tell whether a longer block says what block `i` says."""
    own, block = grams[i], blocks[i]
    if len(own) < REPEAT_WORDS - GRAM + 1:
        return False
    marked = block.emphasis or block.quoted
    if marked:
        own = _grams(_CREDIT_TAIL.sub("", block.text)) or own
    hits = Counter(j for gram in dict.fromkeys(own) for j in postings.get(gram, ()) if j != i)
    for j, count in hits.most_common(3):
        other = blocks[j]
        longer = len(grams[j]) > len(own) or (marked and not other.emphasis and not other.quoted and len(grams[j]) == len(own))
        if not longer or (other.emphasis and not block.emphasis) or other.heading:
            continue
        if marked and count >= REPEAT_SHARE * len(set(own)):
            return True
        if count == len(set(own)) and " ".join(_words(block.text)) in " ".join(_words(other.text)):
            return True
    return False


def _grams(text: str) -> list[tuple[str, ...]]:
    words = _words(text)
    return [tuple(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1)]


def _words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def _join_broken(blocks: list[Block]) -> list[str]:
    """Return the paragraphs, those that were cut within a sentence joined with a space."""
    paragraphs: list[str] = []
    previous: Block | None = None
    for block in blocks:
        if previous is not None and _goes_on(previous, block):
            paragraphs[-1] += f" {block.text}"
        else:
            paragraphs.append(block.text)
        previous = block
    return paragraphs


def _goes_on(first: Block, second: Block) -> bool:
    """Tell whether a sentence that the first block begins ends in the second."""
    if first.heading or second.heading or first.emphasis or second.emphasis or second.item or first.ends or first.text.endswith(":"):
        return False
    last = first.text.rsplit(None, 1)[-1].lower()
    if last in _OPEN_WORDS:
        return first.words >= 4
    return first.words >= 8 and second.text[:1].islower()  # shorter ones are subheads
