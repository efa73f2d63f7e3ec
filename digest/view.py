"""What every rendering of a digest says, in words and in order, before any mark-up.

The renderings ask this view and add their own escapes; so Markdown and HTML cannot tell two different stories.
Texts of strangers pass through it as they are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from digest.build import GENERAL
from digest.wording import OWN_CAUSES, count_words, day_words, feed_cause_words, weekday_words
from vocabulary.stance import Digest, DigestEvent, FeedCoverage, StanceChange, StanceDay
from vocabulary.words import FAILED_POLLS

NOT_READ_SHOWN = 60  # more lines than this help nobody in the morning; the JSON holds them all


@dataclass(frozen=True)
class Figure:
    """One number of the summary line, and the section that it counts."""

    number: str
    words: str
    section: str

    def __str__(self) -> str:
        """Return it as it stands in a sentence."""
        return f"{self.number} {self.words}"


@dataclass(frozen=True)
class Cell:
    """One stance of the matrix, with the number of its sentence in the list of sentences."""

    ordinal: int
    stance: StanceDay


@dataclass(frozen=True)
class MatrixRow:
    """One actor's stances, a tuple per issue in the order of the columns; an empty tuple where nothing is known."""

    actor: str
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class FeedGroup:
    """The feeds that gave nothing for one and the same cause."""

    cause: str
    number: int
    outlets: tuple[str, ...]


class DigestView:
    """A digest in words: sentences, orders and tables that hold for every rendering."""

    def __init__(self, digest: Digest) -> None:
        """Keep the record; everything else is computed when asked for."""
        self.digest = digest

    @property
    def title(self) -> str:
        """Return the headline: the watch and its day."""
        return f"{self.digest.watch_title}: {weekday_words(self.digest.day)}"

    @property
    def weekday(self) -> str:
        """Return the day covered, with its weekday."""
        return weekday_words(self.digest.day)

    def actor(self, actor: str) -> str:
        """Return the name of an actor id."""
        return self.digest.actor_names.get(actor, actor)

    def issue(self, issue: str) -> str:
        """Return the title of an issue id."""
        return self.digest.issue_titles.get(issue, issue)

    def aspect(self, issue: str, aspect: str) -> str:
        """Return the title of an aspect, empty for the general one."""
        return "" if aspect == GENERAL else self.digest.aspect_titles.get(f"{issue}/{aspect}", aspect)

    def topic(self, line: StanceChange | StanceDay) -> str:
        """Return issue and aspect of a line."""
        aspect = self.aspect(line.issue, line.aspect)
        return f"{self.issue(line.issue)} ({aspect})" if aspect else self.issue(line.issue)

    @cached_property
    def moves(self) -> tuple[StanceChange, ...]:
        """Return the confirmed changes that are the actors' own."""
        return tuple(change for change in self.digest.changes if change.cause in OWN_CAUSES)

    @cached_property
    def revisions(self) -> tuple[StanceChange, ...]:
        """Return the confirmed changes of the record: corrections, retractions, newer extractors, another watch."""
        return tuple(change for change in self.digest.changes if change.cause not in OWN_CAUSES)

    @cached_property
    def feeds_down(self) -> tuple[FeedCoverage, ...]:
        """Return the feeds that did not give a feed at their last poll, or were never polled."""
        return tuple(feed for feed in self.digest.coverage.feeds if feed.status is None or feed.status in FAILED_POLLS)

    @property
    def feeds_off(self) -> bool:
        """Tell whether the watch has feeds and they were switched off."""
        return self.digest.coverage.feeds_off and bool(self.digest.coverage.feeds)

    @cached_property
    def feed_groups(self) -> tuple[FeedGroup, ...]:
        """Return the feeds that gave nothing by cause, the most frequent first, each outlet once in a group."""
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for feed in self.feeds_down:
            groups[feed_cause_words(feed)].append(feed.outlet)
        found = (FeedGroup(cause, len(outlets), tuple(dict.fromkeys(outlets))) for cause, outlets in groups.items())
        return tuple(sorted(found, key=lambda group: (-group.number, group.cause)))

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Return the numbers of the summary line."""
        digest, feeds = self.digest, self.digest.coverage.feeds
        found = [
            _figure(len(self.moves), "confirmed change", "confirmed changes", "changes"),
            _figure(len(digest.first_seen), "seen for the first time", "", "first-seen"),
            _figure(len(digest.signals), "signal", "signals", "signals"),
            _figure(len(digest.reaffirmed), "stance reaffirmed", "stances reaffirmed", "reaffirmed"),
            _figure(self.documents_behind, "document read", "documents read", "not-covered"),
        ]
        if self.revisions:
            found.insert(1, _figure(len(self.revisions), "revision of the record", "revisions of the record", "revisions"))
        if self.feeds_off:
            return (*found, Figure("feeds", "off", "not-covered"))
        alive = f"{len(feeds) - len(self.feeds_down):,} of {len(feeds):,}" if feeds else "No"
        return (*found, Figure(alive, "feeds alive" if feeds else "feeds watched", "not-covered"))

    @property
    def documents_behind(self) -> int:
        """Return how many documents the digest rests on: those of the day, or all for the opening digest."""
        coverage = self.digest.coverage
        return coverage.documents_total if self.digest.opening else coverage.documents_read

    @cached_property
    def introduction(self) -> tuple[str, ...]:
        """Return the opening paragraphs: what is compared with what, and how old it is."""
        digest = self.digest
        issued = day_words(digest.day + timedelta(days=digest.age_days))
        age = f"lies {count_words(digest.age_days, 'day')} before the day of issue ({issued})" if digest.age_days else "is the day of issue"
        if digest.opening:
            span = f" to {day_words(digest.day)}" if digest.first_day != digest.day else " only"
            days = f"the days from {day_words(digest.first_day)}{span}" if digest.first_day else "all days"
            if digest.first_day == digest.day:
                days = f"one day, {day_words(digest.day)}"
            return (
                f"This is the first digest of the warehouse. It covers {days}: the changes are those across these days. "
                f"The last day that the seed documents reach {age}. It tells where everyone stood then, not where they stand now.",
            )
        before = day_words(digest.previous_day) if digest.previous_day else "the digest before"
        late = f" The day covered {age}." if digest.age_days > 1 else ""
        return (f"Compares the close of {day_words(digest.day)} with the digest of {before}.{late}",)

    @cached_property
    def verdict(self) -> str:
        """Return what no confirmed change means here: silence, stability as far as seen, or something between."""
        total, down = len(self.digest.coverage.feeds), len(self.feeds_down)
        failed = [f"{down:,} of {count_words(total, 'feed')} gave nothing"] if down else []
        if self.feeds_off:
            failed = ["the feeds were switched off"]
        if not self.documents_behind:
            feeds = failed[0] if failed else "every feed answered" if total else "no feed is watched"
            what = "no document was read" if self.digest.opening else "no document of this day was read"
            return f"No confirmed change, because {what} ({feeds}). This is silence, not stability."
        read = f"{count_words(self.documents_behind, 'document')} {'was' if self.documents_behind == 1 else 'were'} read"
        failed += [f"{count_words(self.unread_count, 'item')} could not be read"] if self.unread_count else []
        if failed:
            return f"No confirmed change in what was read. {read}, but {' and '.join(failed)}: a move reported only there would be missing."
        return f"No confirmed change. {read} and nothing failed: as far as the coverage reaches, stances held."

    @cached_property
    def unread_count(self) -> int:
        """Return how many items ended badly."""
        return len(self.digest.coverage.not_read)

    @property
    def not_read(self) -> tuple[str, ...]:
        """Return the items that ended badly, as many as a page shows."""
        return self.digest.coverage.not_read[:NOT_READ_SHOWN]

    @cached_property
    def outcomes(self) -> tuple[tuple[str, int], ...]:
        """Return outcome words and their numbers, the largest first."""
        return tuple(sorted(self.digest.coverage.outcomes.items(), key=lambda item: (-item[1], item[0])))

    @property
    def reading(self) -> str:
        """Return how many documents were read, how many of them late, and how many there are."""
        coverage = self.digest.coverage
        is_one_day = self.digest.previous_day == self.digest.day - timedelta(days=1) and not coverage.documents_late
        read = f"{count_words(coverage.documents_read, 'document')}{' of the day' if is_one_day else ''} read"
        late = f", {coverage.documents_late:,} of them of earlier days and read only now" if coverage.documents_late else ""
        return f"{read}{late}; {coverage.documents_total:,} in the warehouse."

    def event_day(self, event: DigestEvent) -> str:
        """Return the date of an event in words, as precise as known."""
        if event.date_iso is None:
            return "day unknown"
        is_day = event.starts_on is not None and event.date_iso == event.starts_on.isoformat()
        return day_words(event.starts_on) if is_day and event.starts_on else event.date_iso.replace("/", " to ")

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Return the issues of the matrix, those with most actors first."""
        held: Counter[str] = Counter(issue for _, issue in {(stance.actor, stance.issue) for stance in self.digest.stances})
        return tuple(sorted(held, key=lambda issue: (-held[issue], self.issue(issue).casefold(), issue)))

    @cached_property
    def sentences(self) -> tuple[Cell, ...]:
        """Return every stance of the matrix, numbered, in reading order."""
        return tuple(Cell(ordinal, stance) for ordinal, stance in enumerate(self.digest.stances, start=1))

    @cached_property
    def rows(self) -> tuple[MatrixRow, ...]:
        """Return the matrix, an actor a row, by name."""
        held = _grouped(self.sentences)
        actors = sorted({actor for actor, _ in held}, key=lambda actor: (self.actor(actor).casefold(), actor))
        return tuple(MatrixRow(actor, tuple(held.get((actor, issue), ()) for issue in self.columns)) for actor in actors)

    def holders(self, issue: str) -> tuple[Cell, ...]:
        """Return the stances on one issue, by actor and aspect."""
        return tuple(cell for row in self.rows for cell in row.cells[self.columns.index(issue)])


def _figure(number: int, one: str, many: str, section: str) -> Figure:
    """Return a figure with the right plural; `many` is empty where one form serves both."""
    return Figure(f"{number:,}", one if number == 1 else many or one, section)


def _grouped(cells: Iterable[Cell]) -> dict[tuple[str, str], tuple[Cell, ...]]:
    """Return cells by actor and issue, the general aspect first."""
    held: defaultdict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        held[cell.stance.actor, cell.stance.issue].append(cell)
    return {key: tuple(sorted(group, key=_general_first)) for key, group in held.items()}


def _general_first(cell: Cell) -> tuple[bool, str]:
    """Return a sort key that puts the issue as such before its single questions."""
    return (cell.stance.aspect != GENERAL, cell.stance.aspect)
