"""The digest as Markdown: CommonMark with tables, no raw HTML, readable as plain text as well.

What comes from strangers goes through `digest.markdown` only; the words of this module need no escape.
"""

from collections.abc import Iterator

from digest.markdown import code, escape, link, table_head, table_row
from digest.view import Cell, DigestView
from digest.wording import (
    ATTRIBUTION_WORDS,
    BASIS_WORDS,
    CAUSE_WORDS,
    DATE_BASIS_WORDS,
    EVENT_STATUS_WORDS,
    EVENT_WORDS,
    FRESHNESS_WORDS,
    KIND_WORDS,
    STANCE_MEANINGS,
    STANCE_WORDS,
    count_words,
    day_words,
    doubt_words,
    outcome_words,
    time_words,
)
from vocabulary.stance import DigestEvent, Evidence, StanceChange, StanceDay
from vocabulary.words import ChangeCause, ChangeKind, Freshness, Stance


def markdown_lines(view: DigestView) -> Iterator[str]:
    """Yield the lines of the whole page, section by section."""
    yield f"# {escape(view.title)}"
    yield ""
    yield f"**{' · '.join(str(figure) for figure in view.figures)}**"
    yield ""
    for paragraph in view.introduction:
        yield paragraph
        yield ""
    yield from _changes(view)
    yield from _signals(view)
    yield from _first_seen(view)
    yield from _reaffirmed(view)
    yield from _matrix(view)
    yield from _events(view)
    yield from _not_covered(view)
    yield from _footer(view)


def _changes(view: DigestView) -> Iterator[str]:
    """Yield the ranked changes, or what it means that there are none, and then the revisions of the record."""
    yield "## What changed"
    yield ""
    if not view.moves:
        yield view.verdict
        yield ""
    for rank, change in enumerate(view.moves, start=1):
        yield f"### {rank}. {escape(view.actor(change.actor))}: {escape(view.topic(change))}"
        yield ""
        yield from _change_body(change)
    if view.revisions:
        yield "### Revisions of the record"
        yield ""
        yield "These lines correct what earlier digests said. No actor moved."
        yield ""
        for change in view.revisions:
            yield f"#### {escape(view.actor(change.actor))}: {escape(view.topic(change))}"
            yield ""
            yield from _change_body(change)


def _change_body(change: StanceChange) -> Iterator[str]:
    """Yield what moved, since when, and the evidence before and after."""
    facts = [f"**{_move(change)}**", KIND_WORDS[change.kind]]
    facts += [CAUSE_WORDS[change.cause]] if change.cause is not ChangeCause.MOVE else []
    facts += [f"since {day_words(change.moved_on)}", count_words(change.independent_sources, "independent source")]
    yield " · ".join(facts)
    yield ""
    yield from _proof("Before", change.before)
    yield from _proof("After", change.after)


def _move(change: StanceChange) -> str:
    """Return `supports → opposes`."""
    before = STANCE_WORDS[change.before_stance] if change.before_stance else "nothing known"
    after = STANCE_WORDS[change.after_stance] if change.after_stance else "nothing known any more"
    return after if change.kind is ChangeKind.FIRST_SEEN else f"{before} → {after}"


def _proof(label: str, evidence: Evidence | None) -> Iterator[str]:
    """Yield a labelled quotation block and its source, or that there is none."""
    if evidence is None:
        yield f"{label}: no evidence on record."
        yield ""
        return
    yield f"{label}, {_said(evidence)}:" if label else f"{_said(evidence).capitalize()}:"
    yield ""
    yield f"> {escape(evidence.quote)}"
    yield ""
    if evidence.condition:
        yield f"Condition: {escape(evidence.condition)}"
        yield ""
    yield f"{_source(evidence)} · {code(evidence.position_id)}"
    yield ""


def _said(evidence: Evidence) -> str:
    """Return when it was said, and how that is known where it is not plain."""
    basis = ", ".join(filter(None, (DATE_BASIS_WORDS[evidence.said_on_basis], BASIS_WORDS[evidence.basis])))
    return f"said {day_words(evidence.said_on)}" + (f" ({basis})" if basis else "")


def _source(evidence: Evidence) -> str:
    """Return speaker, attribution, outlet, title and day of a piece of evidence."""
    who = f"{escape(evidence.speaker)}, " if evidence.speaker else ""
    return f"{who}{ATTRIBUTION_WORDS[evidence.attribution]} · {_article(evidence)}"


def _article(source: Evidence | DigestEvent) -> str:
    """Return outlet, linked title and day of an article."""
    return f"{escape(source.outlet)}, {link(source.title or 'untitled', source.url)}, {day_words(source.published_on)}"


def _signals(view: DigestView) -> Iterator[str]:
    """Yield what may be a change, with the reason why it is not confirmed."""
    yield "## Signals"
    yield ""
    if not view.digest.signals:
        yield from ("None.", "")
        return
    yield "Not confirmed: none of these moves a stance."
    yield ""
    for change in view.digest.signals:
        yield f"### {escape(view.actor(change.actor))}: {escape(view.topic(change))}"
        yield ""
        kind = f" · would be: {KIND_WORDS[change.kind]}" if change.kind is not ChangeKind.FIRST_SEEN else " · nothing confirmed before"
        yield f"**{_move(change)}?**{kind}"
        yield ""
        yield f"Not confirmed: {doubt_words(change.after)}."
        yield ""
        if change.before:
            yield from _proof("Before", change.before)
        yield from _proof("Signal", change.after)


def _first_seen(view: DigestView) -> Iterator[str]:
    """Yield stances without an earlier one."""
    yield "## Seen for the first time"
    yield ""
    if not view.digest.first_seen:
        yield from ("None.", "")
        return
    yield "No earlier stance is on record, so these are not changes."
    yield ""
    for change in view.digest.first_seen:
        sources = count_words(change.independent_sources, "independent source")
        cause = f" · {CAUSE_WORDS[change.cause]}" if change.cause is not ChangeCause.MOVE else ""
        yield f"- **{escape(view.actor(change.actor))}** · {escape(view.topic(change))}: **{_move(change)}** · {sources}{cause}"
        yield from _item_proof(change.after)
    yield ""


def _reaffirmed(view: DigestView) -> Iterator[str]:
    """Yield stances restated on the day."""
    yield "## Reaffirmed"
    yield ""
    if not view.digest.reaffirmed:
        yield from ("None.", "")
        return
    for stance in view.digest.reaffirmed:
        facts = f"**{STANCE_WORDS[stance.stance]}** · held since {day_words(stance.held_since)}"
        yield f"- **{escape(view.actor(stance.actor))}** · {escape(view.topic(stance))}: {facts}"
        yield from _item_proof(stance.lead)
    yield ""


def _item_proof(evidence: Evidence | None) -> Iterator[str]:
    """Yield quotation and source inside a list item."""
    if evidence is None:
        return
    yield ""
    yield f"  > {escape(evidence.quote)}"
    yield ""
    condition = f"Condition: {escape(evidence.condition)} · " if evidence.condition else ""
    yield f"  {condition}{_source(evidence)} · {_said(evidence)} · {code(evidence.position_id)}"
    yield ""


def _matrix(view: DigestView) -> Iterator[str]:
    """Yield a table per issue: a table over all issues would be too wide to read as text."""
    yield "## Where everyone stands"
    yield ""
    if not view.rows:
        yield "No stance is on record yet."
        yield ""
        return
    meanings = "; ".join(f"{STANCE_WORDS[stance]}: {meaning}" for stance, meaning in STANCE_MEANINGS.items())
    yield f"At the close of {day_words(view.digest.day)}. {meanings[0].upper()}{meanings[1:]}."
    yield ""
    for issue in view.columns:
        yield f"### {escape(view.issue(issue))}"
        yield ""
        yield from table_head("Actor", "Stance", "Held since", "Last evidence", "The sentence behind it")
        for cell in view.holders(issue):
            yield _matrix_row(view, cell)
        yield ""


def _matrix_row(view: DigestView, cell: Cell) -> str:
    """Return one stance as a table row."""
    stance = cell.stance
    aspect = view.aspect(stance.issue, stance.aspect)
    actor = escape(view.actor(stance.actor)) + (f" ({escape(aspect)})" if aspect else "")
    return table_row(actor, _marked(stance), day_words(stance.held_since), _last_said(stance), _sentence(stance.lead))


def _marked(stance: StanceDay) -> str:
    """Return a stance with its mark."""
    condition = f": {escape(stance.condition)}" if stance.condition and stance.stance is Stance.CONDITIONAL else ""
    return f"{STANCE_WORDS[stance.stance]}{condition}" + (", **contested**" if stance.contested else "")


def _last_said(stance: StanceDay) -> str:
    """Return the day of the last evidence, and its freshness."""
    word = FRESHNESS_WORDS[stance.freshness]
    return f"{day_words(stance.last_said_on)}, {word if stance.freshness is Freshness.FRESH else f'**{word}**'}"


def _sentence(evidence: Evidence) -> str:
    """Return quotation and source inside a table cell."""
    speaker = f"{escape(evidence.speaker)}, " if evidence.speaker else ""
    where = f"{speaker}{ATTRIBUTION_WORDS[evidence.attribution]}, {link(evidence.outlet or 'article', evidence.url)}"
    return f"{escape(evidence.quote)} — {where} {code(evidence.position_id)}"


def _events(view: DigestView) -> Iterator[str]:
    """Yield the events of the day and those ahead."""
    for title, events in (("Events", view.digest.events), ("Ahead", view.digest.ahead)):
        yield f"## {title}"
        yield ""
        if not events:
            yield from ("None in what was read.", "")
        for event in events:
            yield f"- **{escape(view.event_day(event))}** · {_event_facts(view, event)}"
            yield ""
            yield f"  > {escape(event.quote)}"
            yield ""
            yield f"  {_article(event)} · {count_words(event.reports, 'report')} · {code(event.event_id)}"
            yield ""


def _event_facts(view: DigestView, event: DigestEvent) -> str:
    """Return type, status, participants, targets and place of an event."""
    who = ", ".join(escape(view.actor(actor)) for actor in event.actors)
    whom = ", ".join(escape(view.actor(actor)) for actor in event.targets)
    facts = [f"{EVENT_WORDS[event.type]}, {EVENT_STATUS_WORDS[event.status]}", f"{who} → {whom}" if whom else who]
    return " · ".join(filter(None, (*facts, escape(event.place) if event.place else "")))


def _not_covered(view: DigestView) -> Iterator[str]:
    """Yield what was read, what was not, and who was silent."""
    coverage = view.digest.coverage
    yield "## What was not covered"
    yield ""
    yield view.reading
    yield ""
    if view.outcomes:
        yield from table_head("How the items of the last run ended", "Items")
        for word, number in view.outcomes:
            yield table_row(escape(outcome_words(word)), f"{number:,}")
        yield ""
    if coverage.not_read:
        yield f"Not read ({view.unread_count:,}):"
        yield ""
        yield from (f"- {escape(item)}" for item in view.not_read)
        if view.unread_count > len(view.not_read):
            yield f"- and {view.unread_count - len(view.not_read):,} more, listed in the JSON"
        yield ""
    yield from _feeds_down(view)
    if coverage.silent_actors:
        names = ", ".join(escape(view.actor(actor)) for actor in coverage.silent_actors)
        yield f"Silent on the day, so nothing new is known of them ({len(coverage.silent_actors):,}): {names}."
        yield ""


def _feeds_down(view: DigestView) -> Iterator[str]:
    """Yield the feeds that gave nothing, or that all answered."""
    feeds = view.digest.coverage.feeds
    if view.feeds_off:
        yield "Feeds were switched off: nothing was polled."
        yield ""
        return
    if not view.feeds_down:
        yield f"All feeds answered ({len(feeds):,})." if feeds else "No feed is watched."
        yield ""
        return
    yield f"Feeds that gave nothing ({len(view.feeds_down):,} of {len(feeds):,}):"
    yield ""
    for group in view.feed_groups:
        yield f"- {group.cause} ({group.number:,}): {', '.join(escape(outlet) for outlet in group.outlets)}"
    yield ""
    yield "`stancewatch status` and the JSON tell more of each."
    yield ""


def _footer(view: DigestView) -> Iterator[str]:
    """Yield number, id and versions, and how a quote is checked."""
    digest = view.digest
    yield "---"
    yield ""
    yield "Every quote stands word for word in a stored text. `stancewatch explain ID`, with the id beside a quote, shows it in its place."
    yield ""
    facts = (
        f"Digest {digest.number}, {code(digest.digest_id)}",
        f"issued {time_words(digest.issued_at)}",
        f"watch {code(digest.watch_id)}, version {code(digest.watch_version)}",
        f"extractors {code(digest.extractor_version)}",
    )
    yield " · ".join(facts)
