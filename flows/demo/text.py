"""A demonstration in words for a terminal of 100 columns. Pure; whoever prints it takes the controls out of strangers' words."""

import shlex
import textwrap
from collections.abc import Iterator, Mapping
from datetime import datetime

from digest.wording import ATTRIBUTION_WORDS, CAUSE_WORDS, KIND_WORDS, OWN_CAUSES, POLL_WORDS, STANCE_WORDS, count_words
from digest.wording import feed_cause_words as cause_of
from flows.demo.records import FeedStory, MorningReport, Outage, Summary
from flows.demo.truth import Line
from vocabulary.stance import Evidence, StanceChange
from vocabulary.words import DocumentOutcome

WIDTH = 100
_QUOTE_LINES = 2
Names = Mapping[str, str]


def render_beginning(*, articles: int, outlets: int, mornings: int, home: str, stays: bool) -> str:
    """Return what is said before the first morning."""
    words = (
        f"A script of {articles} invented articles by {outlets} invented outlets, served on this machine and read as any news would be:"
        f" polled, cleaned, tagged, compared; {mornings} mornings, a digest each. No word of it was said by anybody."
    )
    return "\n".join([*textwrap.wrap(words, WIDTH), f"Working in {home}, which {'stays' if stays else 'is removed at the end'}."])


def render_morning(morning: MorningReport, names: Names) -> str:
    """Return the block of one morning; `names` maps actor ids, issue ids and `issue/aspect` to names."""
    lines = [""]
    if morning.skipped:
        lines += [f"  ... {count_words(morning.skipped, 'day')} without news left out", ""]
    number = f"digest {morning.number}" if morning.number else "no digest"
    head = f"{morning.issued_at:%a %Y-%m-%d %H:%M}  {number} for {morning.day:%A} {morning.day}"
    lines += [head]
    if morning.state != "issued":
        return "\n".join([*lines, "  nothing was read and no feed answered: no data is not the same as no change"])
    late = f" ({morning.documents_late} late)" if morning.documents_late else ""
    alive = f"{morning.feeds - len(morning.feeds_down)} of {count_words(morning.feeds, 'feed')} alive"
    ends = f"; entries: {_counted(morning.entries)}" if morning.entries else ""
    lines += _wrapped(f"{count_words(morning.documents_read, 'document')} read{late}, {alive}{ends}")
    lines += _wrapped(*(f"not alive: {feed.outlet} ({cause_of(feed)})" for feed in morning.feeds_down))
    changed = f"{count_words(morning.confirmed, 'confirmed change')}, {morning.first_seen} first seen"
    others = f"{count_words(morning.signals, 'signal')}, {morning.reaffirmed} said again"
    lines += [f"  {changed}, {others}; {count_words(morning.stances, 'stance')} in all"]
    for change in morning.changes:
        lines += _change(change, names)
    return "\n".join(lines)


def render_summary(summary: Summary, names: Names) -> str:
    """Return what is said at the end."""
    script, truth = summary.script, summary.truth
    span = f"{count_words(summary.mornings, 'morning')} from {summary.first_day} to {summary.last_day}"
    changed = f"{count_words(script.edits, 'text')} edited, {count_words(script.withdrawn, 'article')} withdrawn"
    prints = f"{script.copies} prints of {count_words(script.stories, 'wire story', 'wire stories')}"
    facts = [
        ("script", f"{count_words(script.articles, 'article')}, {script.on_topic} on topic; {changed}; {prints}"),
        ("documents", f"{summary.documents} in {count_words(summary.versions, 'version')}"),
        ("entries", _counted(summary.entries) or "none"),
        ("claims", f"{count_words(summary.positions, 'position')}, {count_words(summary.events, 'event')} in force"),
        ("copies", f"{summary.copies} documents share a wire_id, {count_words(summary.stories, 'story', 'stories')}"),
        *(("feed", words) for feed in summary.feeds for words in _feed_words(feed)),
        ("shown", f"{count_words(summary.confirmed, 'confirmed change')}, {summary.first_seen} first seen, {summary.signals} signals"),
    ]
    lines = ["", f"The replay is over: {span}, {count_words(summary.requests, 'request')}, {summary.seconds:.0f} s.", ""]
    for name, words in facts:
        lines += textwrap.wrap(words, WIDTH, initial_indent=f"  {name:<10}", subsequent_indent=" " * 12, break_on_hyphens=False)
    lines += ["", "Confirmed changes beside the script's truth"]
    near = f"; for {truth.wrong_near} it has another kind or question of that actor and issue" if truth.wrong_near else ""
    told = [
        (f"{len(truth.found)} of {truth.true}", "true changes were found", truth.found),
        (str(len(truth.as_signal)), "more stood among the signals", ()),
        (str(len(truth.otherwise)), "more had a line of that actor and issue, but of another kind or question", ()),
        (str(len(truth.missed)), "were missed altogether", ()),
        (f"{len(truth.wrong)} of {truth.shown}", f"changes shown are none of the script{near}", truth.wrong),
        (str(len(truth.open)), "more were shown on which careful readers may differ; they count neither way", truth.open),
    ]
    for number, words, listed in told:
        lines += textwrap.wrap(words, WIDTH, initial_indent=f"  {number:>8}  ", subsequent_indent=" " * 12)
        lines += [*(f"            - {_line(line, names)}" for line in listed)]
    return "\n".join(lines)


def render_ending(summary: Summary) -> str:
    """Return where everything is that stays, and what to try with it."""
    home = summary.home
    if not home:
        return "\nThe scratch folder is removed; --keep or --home DIR leaves it behind."
    shown = f"STANCEWATCH_HOME={shlex.quote(home)} stancewatch"
    more = [f"  {shown} diff --day {summary.fullest_day}"] * bool(summary.fullest_day)
    more += [f"  {shown} explain {summary.position_id[:8]}"] * bool(summary.position_id)
    return "\n".join(
        [
            "",
            f"digests    {home}/digests/latest.html, and a folder for each day beside it",
            f"warehouse  {home}/warehouse.snapshot.duckdb, for any DuckDB client",
            "Try (the addresses of the articles lead nowhere: their server has ended):",
            f"  {shown} status",
            f'  {shown} sql "FROM stance_today"',
            *more,
        ]
    )


def _change(change: StanceChange, names: Names) -> Iterator[str]:
    """Yield a confirmed change: what it is, and the sentences before and after."""
    aspect = "" if change.aspect == "general" else f" ({names.get(f'{change.issue}/{change.aspect}', change.aspect)})"
    topic = f"{names.get(change.actor, change.actor)}, {names.get(change.issue, change.issue)}{aspect}"
    cause = "" if change.cause in OWN_CAUSES else f"; {CAUSE_WORDS[change.cause]}"
    before, after = (STANCE_WORDS[stance] if stance else "nothing" for stance in (change.before_stance, change.after_stance))
    yield from textwrap.wrap(
        f"{topic}: {KIND_WORDS[change.kind]} ({before} -> {after}{cause})",
        WIDTH,
        initial_indent="  * ",
        subsequent_indent="    ",
    )
    yield from _evidence("before", change.before)
    yield from _evidence("after", change.after)


def _evidence(when: str, evidence: Evidence | None) -> list[str]:
    """Return who said it when and where, and the sentence, cut where it is long."""
    if evidence is None:
        return [f"    {when:<8}no evidence"]
    words = ATTRIBUTION_WORDS[evidence.attribution].partition(" (")[0]
    said = f"{evidence.speaker}, {words}" if evidence.speaker else words
    indent = " " * 12
    quote = textwrap.wrap(
        f'"{" ".join(evidence.quote.split())}"',
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + " ",
        max_lines=_QUOTE_LINES,
        placeholder=' ..."',
    )
    return [f"    {when:<8}{_short(f'{evidence.said_on} {said} - {evidence.outlet}')}", *quote]


def _feed_words(feed: FeedStory) -> Iterator[str]:
    """Yield what is to be told of a feed; nothing of one that was well."""
    for outage in feed.outages:
        yield f"{feed.outlet}: {_outage_words(outage)}"
    if feed.moved_to:
        yield f"{feed.outlet}: moved for good, now asked at {feed.moved_to}"
    if feed.silent_since:
        yield f"{feed.outlet}: answers, but has had nothing new since {feed.silent_since}"


def _outage_words(outage: Outage) -> str:
    counted = ", ".join(f"{POLL_WORDS[word]} ({count_words(number, 'poll')})" for word, number in outage.words.items())
    return f"{counted}, from {_moment(outage.begins)} to {_moment(outage.ends) if outage.ends else 'the end'}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _line(line: Line, names: Names) -> str:
    aspect = "" if line.aspect == "general" else f"/{line.aspect}"
    before, after = line.before or "nothing", line.after or "nothing"
    return _short(f"{line.day} {names.get(line.actor, line.actor)}, {line.issue}{aspect}: {line.kind}, {before} -> {after}", WIDTH - 14)


def _counted(words: Mapping[DocumentOutcome, int]) -> str:
    return ", ".join(f"{number} {word}" for word, number in words.items())


def _wrapped(*lines: str) -> Iterator[str]:
    for line in lines:
        yield from textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _short(text: str, width: int = WIDTH - 12) -> str:
    return textwrap.shorten(text, width, placeholder=" ...")
