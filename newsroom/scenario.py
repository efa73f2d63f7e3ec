"""Read a scenario: a folder of TOML files in, a checked `Scenario` out.

    outlets.toml     [[outlets]]   see `newsroom.outlets.Outlet`
    faults.toml      [[faults]]    see `newsroom.records.Fault`
    changes.toml     [[changes]]   see `newsroom.records.TrueChange`; `articles` names the evidence
    YYYY-MM-DD.toml  [[articles]]  what appears on that day; see `_Entry` for the keys and `newsroom.marks` for the notation

Ids of actors, issues and aspects are checked only against lists that the caller passes in: this module knows no watch.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from newsroom.checks import ScenarioError, find_article_problems, find_scenario_problems
from newsroom.marks import HEADLINE, labels_of, read_events, read_marks, read_positions, set_quotation_marks, without_headline
from newsroom.outlets import Outlet, load_outlets
from newsroom.records import Answer, Article, Fault, TrueChange, Version
from vocabulary.documents import Record

DEFAULT_FOLDER = Path(__file__).parent / "scenario"
_DAY_FILE = re.compile(r"\d{4}-\d{2}-\d{2}\.toml")
_SUMMARY_LENGTH = 220


class Scenario(Record):
    """A whole script: who publishes what and when, what is true of it, and which feeds fail."""

    outlets: tuple[Outlet, ...] = Field(description="The sites")
    articles: tuple[Article, ...] = Field(description="All articles, by the time at which they appear")
    changes: tuple[TrueChange, ...] = Field(description="Stance changes that hold, by day")
    faults: tuple[Fault, ...] = Field(description="What fails when")

    @cached_property
    def article_by_id(self) -> dict[str, Article]:
        """Map article id to article."""
        return {article.id: article for article in self.articles}

    @cached_property
    def outlet_by_id(self) -> dict[str, Outlet]:
        """Map outlet id to outlet."""
        return {outlet.id: outlet for outlet in self.outlets}

    @cached_property
    def articles_of(self) -> dict[str, tuple[Article, ...]]:
        """Map outlet id to its articles, by the time at which they appear."""
        return {outlet.id: tuple(article for article in self.articles if article.outlet == outlet.id) for outlet in self.outlets}

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Return the days on which something appears."""
        return tuple(sorted({article.appears_at.date() for article in self.articles}))

    def list_visible(self, outlet_id: str, moment: datetime) -> tuple[Article, ...]:
        """Return what an outlet shows at `moment`, newest first; retracted articles are left out."""
        shown = (article for article in self.articles_of[outlet_id] if article.appears_at <= moment and not article.is_gone(moment))
        return tuple(sorted(shown, key=lambda article: (article.appears_at, article.id), reverse=True))

    def find_faults(self, outlet_id: str, moment: datetime) -> dict[str, Fault]:
        """Return the faults of an outlet at `moment` by their kind."""
        return {fault.kind: fault for fault in self.faults if fault.outlet == outlet_id and fault.holds_at(moment)}


class _Edit(Record):
    """A later change of a text."""

    at: datetime
    old: str = ""
    new: str = ""
    title: str = ""
    note: str = ""


class _Entry(Record):
    """An article as the script writes it."""

    id: str
    outlet: str
    at: time
    """When it appears, UTC, on the day of the file."""
    dated: datetime | None = None
    """The printed date where it is not that."""
    shows_date: bool = True
    genre: str = ""
    section: str = ""
    byline: str = ""
    title: str
    summary: str = ""
    body: str = ""
    positions: str = ""
    events: str = ""
    topic: bool = True
    near_miss: bool = False
    answer: Answer = "page"
    retracted: datetime | None = None
    credit: str = ""
    copy_of: str = ""
    """Id of the article whose first text it prints; the keys below change it."""
    cut_last: int = 0
    insert_after: int = 0
    insert: str = ""
    replace: tuple[tuple[str, str], ...] = ()
    edits: tuple[_Edit, ...] = ()


def load_scenario(
    folder: Path = DEFAULT_FOLDER, *, actors: Collection[str] | None = None, issues: Mapping[str, Collection[str]] | None = None
) -> Scenario:
    """Return the scenario of `folder`.

    `actors` are the ids that may occur, `issues` maps issue ids to aspect ids (`general` is always one); None leaves them unchecked.
    1. files are read, 2. copies are made from what they copy, 3. each article is built and checked, 4. the whole is checked.
    Raises `ScenarioError` with every problem of the first stage that has one.
    """
    # 1. files
    outlets = load_outlets(folder / "outlets.toml")
    days = {date.fromisoformat(path.stem): path for path in sorted(folder.iterdir()) if _DAY_FILE.fullmatch(path.name)}
    listed = [(day, entry) for day, path in days.items() for entry in _read_entries(path)]
    entries = {entry.id: (day, entry) for day, entry in listed}
    ids = Counter(entry.id for _, entry in listed)
    _refuse(folder, [f"article id {id_} stands {count} times; ids are unique" for id_, count in ids.items() if count > 1])
    # 2. copies
    whole = {id_: (day, _as_printed(entry, entries)) for id_, (day, entry) in entries.items()}
    # 3. articles
    curly = {outlet.id for outlet in outlets if outlet.quote_marks == "curly"}
    groups = {entry.copy_of for _, entry in whole.values() if entry.copy_of}
    problems: list[str] = []
    articles: list[Article] = []
    for day, entry in whole.values():
        try:
            article = _article(day, entry, groups, curly=entry.outlet in curly)
        except ValueError as error:
            problems.append(f"{day} {entry.id}: {error}")
            continue
        problems += [f"{day} {entry.id}: {problem}" for problem in find_article_problems(article, actors, issues)]
        articles.append(article)
    _refuse(folder, problems)
    # 4. the whole
    scenario = Scenario(
        outlets=outlets,
        articles=tuple(sorted(articles, key=lambda article: (article.appears_at, article.id))),
        changes=tuple(TrueChange.model_validate(entry) for entry in _tables(folder / "changes.toml", "changes")),
        faults=tuple(Fault.model_validate(entry) for entry in _tables(folder / "faults.toml", "faults")),
    )
    _refuse(folder, find_scenario_problems(scenario.outlets, scenario.articles, scenario.changes, scenario.faults))
    return scenario


def _tables(path: Path, name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get(name, [])
    return entries


def _read_entries(path: Path) -> Iterator[_Entry]:
    for number, table in enumerate(_tables(path, "articles"), start=1):
        try:
            entry = _Entry.model_validate(table)
        except ValidationError as error:
            raise ScenarioError(path.name, [f"article {number} ({table.get('id')}): {error}"]) from error
        yield entry


def _as_printed(entry: _Entry, entries: Mapping[str, tuple[date, _Entry]]) -> _Entry:
    """Return a copy of a wire story with the text and the truth of the story, as lightly edited; any other entry as it is."""
    if not entry.copy_of:
        return entry
    if entry.copy_of not in entries:
        raise ScenarioError(entry.id, [f"is a copy of {entry.copy_of}, which does not exist"])
    _, story = entries[entry.copy_of]
    blocks = re.split(r"\n\s*\n", story.body.strip())
    blocks = blocks[: len(blocks) - entry.cut_last]
    if entry.insert:
        blocks.insert(entry.insert_after, entry.insert)
    body = "\n\n".join(blocks)
    for old, new in entry.replace:
        if old not in body:
            raise ScenarioError(entry.id, [f"replaces {old[:60]!r}, which {entry.copy_of} does not hold"])
        body = body.replace(old, new)
    changes: dict[str, Any] = {
        "body": body,
        "positions": f"{without_headline(story.positions)}\n{entry.positions}",
        "events": f"{without_headline(story.events)}\n{entry.events}",
        "genre": entry.genre or story.genre,
        "topic": story.topic,
        "near_miss": story.near_miss,
    }
    return entry.model_copy(update=changes)


def _article(day: date, entry: _Entry, groups: set[str], *, curly: bool) -> Article:
    """Return the article with all its texts; raises ValueError for a script that does not fit together."""
    appears_at = datetime.combine(day, entry.at, tzinfo=UTC)
    versions = tuple(_versions(entry, appears_at, curly=curly))
    summary = " ".join(entry.summary.split()) or _cut(versions[0].paragraphs[0])
    group = entry.copy_of or (entry.id if entry.id in groups else None)
    return Article(
        id=entry.id,
        outlet=entry.outlet,
        genre=entry.genre or "report",
        section=entry.section or "world",
        byline=entry.byline or entry.credit,
        summary=set_quotation_marks(summary) if curly else summary,
        appears_at=appears_at,
        dated_at=entry.dated or appears_at,
        shows_date=entry.shows_date,
        retracted_at=entry.retracted,
        answer=entry.answer,
        on_topic=entry.topic,
        near_miss=entry.near_miss,
        copy_group=group,
        credited_source=entry.credit,
        versions=versions,
    )


def _versions(entry: _Entry, appears_at: datetime, *, curly: bool) -> Iterator[Version]:
    """Yield the texts of an article: the first one, then one per edit."""
    body, title, note = entry.body, entry.title, ""
    used: set[str] = set()
    for number, edit in enumerate((None, *entry.edits), start=1):
        if edit is not None:
            if edit.old not in body:
                raise ValueError(f"edit of {edit.at} replaces {edit.old[:60]!r}, which the text does not hold")
            body = body.replace(edit.old, edit.new) if edit.old else body
            title, note = edit.title or title, edit.note or note
        printed = set_quotation_marks(title) if curly else title
        paragraphs, marked = read_marks(body, curly=curly)
        quotes = {HEADLINE: printed, **marked}
        used |= quotes.keys()
        order = list(quotes)
        positions = sorted(read_positions(entry.positions, quotes, curly=curly), key=lambda pair: order.index(pair[0]))
        events = sorted(read_events(entry.events, quotes, curly=curly), key=lambda pair: order.index(pair[0]))
        if unread := set(marked) - {label for label, _ in (*positions, *events)}:
            raise ValueError(f"labels {sorted(unread)} show nothing; give each a line")
        yield Version(
            number=number,
            seen_from=appears_at if edit is None else edit.at,
            title=printed,
            paragraphs=paragraphs,
            note=set_quotation_marks(note) if curly else note,
            positions=tuple(position for _, position in positions),
            events=tuple(event for _, event in events),
        )
    if not entry.copy_of and (unmarked := labels_of(entry.positions) | labels_of(entry.events)) - used:
        raise ValueError(f"labels {sorted(unmarked - used)} mark nothing in any text; mark a sentence or remove the line")


def _cut(text: str) -> str:
    """Return the beginning of `text` for a teaser."""
    if len(text) <= _SUMMARY_LENGTH:
        return text
    return text[:_SUMMARY_LENGTH].rsplit(" ", 1)[0] + " ..."


def _refuse(folder: Path, problems: Collection[str]) -> None:
    if problems:
        raise ScenarioError(folder.name, problems)
