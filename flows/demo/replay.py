"""Replay the newsroom's script: its clock is set step by step, and at each step the main job's own steps are done by that clock.

Nothing here reads feeds, pages or texts by another way than production: `poll_feeds`, `tag_documents`, `build_day`, `issue_digest`, as
recorded runs. What differs is the clock, where the feeds stand, and that the processes that read pages are kept over all runs.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from flows.context import RunContext, open_context
from flows.demo.plan import Morning, plan_mornings
from flows.demo.records import MorningReport, ScriptFacts, Summary, count_entries, make_morning, tell_feeds
from flows.demo.truth import compare_changes
from flows.feed_list import FeedChoices, write_choices
from flows.issue import country_names
from flows.lock import hold_warehouse
from flows.progress import track
from flows.reports import RunReport, StepReport
from flows.running import record_run, run_daily_digest
from flows.settings import Settings
from flows.steps import build_day, poll_feeds, tag_documents
from flows.workers import PageLimits, PageWorkers
from newsroom.scenario import Scenario, load_scenario
from newsroom.site import Newsroom
from vocabulary.documents import FeedPoll
from vocabulary.stance import Digest
from vocabulary.watch import Feed, Watch
from warehouse.store import Warehouse

NOT_REAL = "(a demonstration: every word is invented)"
_SILENCE_S = 60.0  # of a feed that never answers: longer than any deadline of a fetch


class Pace:
    """How fast the script's clock goes: `speed` seconds of it in one of ours; 0 does not wait at all."""

    def __init__(
        self, speed: float, *, sleep: Callable[[float], None] = time.sleep, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._speed, self._sleep, self._monotonic = speed, sleep, monotonic
        self._last: tuple[datetime, float] | None = None

    def wait_for(self, moment: datetime, *, skips: bool = False) -> None:
        """Wait until it is `moment`; not where the script `skips` to it, or where the work takes longer than the clock."""
        due_s = self._monotonic()
        if self._speed and self._last is not None and not skips:
            before, at_s = self._last
            due_s = max(due_s, at_s + (moment - before).total_seconds() / self._speed)
            if (left_s := due_s - self._monotonic()) > 0:
                self._sleep(left_s)
        self._last = (moment, due_s)


@dataclass
class _Seen:
    """What the replay has seen so far."""

    steps: list[StepReport] = field(default_factory=list)
    polls: list[FeedPoll] = field(default_factory=list)
    digests: list[Digest] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    """A replay that is ready: the script's site is up, the warehouse is held, feeds are chosen."""

    scenario: Scenario
    room: Newsroom
    store: Warehouse
    ctx: RunContext
    mornings: tuple[Morning, ...]
    names: dict[str, str]
    """Names of actors, issues, and of questions by `issue/aspect`."""
    _seen: _Seen = field(default_factory=_Seen)

    def play(self, on_morning: Callable[[MorningReport], None], pace: Pace) -> Summary:
        """Replay all mornings, handing each over as it is done, and return what it came to."""
        began_s = time.monotonic()
        for morning in self.mornings:
            on_morning(self._play_morning(morning, pace))
        return self._sum_up(time.monotonic() - began_s)

    def _play_morning(self, morning: Morning, pace: Pace) -> MorningReport:
        """Poll through a day and issue its digest on the morning after."""
        begun = len(self._seen.steps)
        with track(
            f"{morning.day:%Y-%m-%d}, digest {len(self._seen.digests) + 1} of {len(self.mornings)}", len(morning.polls) + 1
        ) as advance:
            for number, moment in enumerate(morning.polls):
                pace.wait_for(moment, skips=number == 0 and morning.skipped > 0)
                self._seen.steps += record_run(self._at(moment), "poll", _poll_and_tag).steps
                self._seen.polls += [poll for poll in self.store.last_polls().values() if poll.polled_at == moment]
                advance()
            pace.wait_for(morning.issued_at)
            report = run_daily_digest(self._at(morning.issued_at), day=morning.day)
            advance()
        issued = report.digest
        state = issued.state if issued else "no_data"
        digest = self.store.find_digest(morning.day) if state == "issued" else None
        self._seen.digests += [digest] if digest else []
        return make_morning(
            digest,
            day=morning.day,
            issued_at=morning.issued_at,
            skipped=morning.skipped,
            steps=self._seen.steps[begun:],
            state=state,
            path=issued.path if issued and digest else "",
        )

    def _at(self, moment: datetime) -> RunContext:
        """Set the script's clock to `moment` and return the surroundings of a run at it."""
        self.room.set_moment(moment)
        return replace(self.ctx, now=moment, clock=lambda: moment)

    def _sum_up(self, seconds: float) -> Summary:
        status, copies, digests = self.store.get_status(), self.store.count_copies(), self._seen.digests
        changes = [change for digest in digests for change in digest.changes]
        signals = [signal for digest in digests for signal in digest.signals]
        fullest = max(digests, key=lambda digest: (len(digest.changes), len(digest.first_seen)), default=None)
        return Summary(
            mornings=len(self.mornings),
            first_day=self.mornings[0].day,
            last_day=self.mornings[-1].day,
            seconds=round(seconds, 1),
            requests=len(self.room.requests),
            script=_facts_of(self.scenario, self.room.moment),
            documents=status.documents,
            versions=status.document_versions,
            positions=status.positions,
            events=status.events,
            entries=count_entries(self._seen.steps),
            stories=copies.stories,
            copies=copies.documents,
            feeds=tell_feeds(self._seen.polls, {outlet.id: outlet.name for outlet in self.scenario.outlets}),
            confirmed=len(changes),
            first_seen=sum(len(digest.first_seen) for digest in digests),
            signals=len(signals),
            fullest_day=fullest.day if fullest else None,
            position_id=next((line.after.position_id for line in (*fullest.changes, *fullest.first_seen) if line.after), "")
            if fullest
            else "",
            truth=compare_changes(self.scenario.changes, changes, signals, [digest.day for digest in digests]),
        )


@contextmanager
def open_stage(settings: Settings, *, days: int | None = None) -> Iterator[Stage]:
    """Yield a replay that is ready to be played into the home of `settings`; its server and processes end with the context."""
    ctx = open_context(settings)
    # the digests may be kept and passed on, and name real people: each says in its title what it is
    watch = ctx.watch.model_copy(update={"title": f"{ctx.watch.title} {NOT_REAL}"})
    issues = {issue.id: [aspect.id for aspect in issue.aspects] for issue in watch.issues}
    scenario = load_scenario(actors=[actor.id for actor in watch.actors], issues=issues)
    mornings = plan_mornings(scenario, digest_at=settings.digest_time, days=days)
    with (
        Newsroom(scenario, silence_s=_SILENCE_S) as room,
        hold_warehouse(settings) as store,
        PageWorkers(PageLimits.of(settings)) as workers,
    ):
        write_choices(settings, _choices(watch, room))
        yield Stage(
            scenario=scenario,
            room=room,
            store=store,
            ctx=replace(ctx, watch=watch, local_hosts=room.hosts, workers=workers),
            mornings=mornings,
            names=_names(watch),
        )


def _poll_and_tag(ctx: RunContext) -> RunReport:
    """Poll, tag what is new and bring the stances up to date, as `serve` does every 15 minutes; `ctx` is inside a run."""
    return RunReport(run_id=ctx.run_id, steps=(poll_feeds(ctx), tag_documents(ctx), build_day(ctx)))


def _choices(watch: Watch, room: Newsroom) -> FeedChoices:
    """Return the newsroom's feeds in the place of the watch's, by names that are the same on any port.

    They are read whole: a handful of outlets chosen by hand, of whose headlines many say nothing.
    """
    added = (
        Feed(id=feed.outlet_id, url=feed.url, outlet=feed.habits.name, country=feed.habits.country, kind=feed.habits.kind, full=True)
        for feed in room.feeds(by="name")
    )
    return FeedChoices(tuple(added), frozenset(feed.id for feed in watch.feeds))


def _names(watch: Watch) -> dict[str, str]:
    """Return what ids are called: actors, issues, and questions by `issue/aspect`."""
    actors = {actor.id: actor.names[0] for actor in watch.actors}
    issues = {issue.id: issue.title for issue in watch.issues}
    aspects = {f"{issue.id}/{aspect.id}": aspect.title for issue in watch.issues for aspect in issue.aspects}
    return country_names() | actors | issues | aspects


def _facts_of(scenario: Scenario, moment: datetime) -> ScriptFacts:
    """Return what the script holds up to `moment`."""
    shown = [article for article in scenario.articles if article.appears_at <= moment]
    groups = [article.copy_group for article in shown if article.copy_group]
    copied = [group for group in groups if groups.count(group) > 1]
    return ScriptFacts(
        articles=len(shown),
        on_topic=sum(article.on_topic for article in shown),
        edits=sum(version.number > 1 and version.seen_from <= moment for article in shown for version in article.versions),
        withdrawn=sum(article.is_gone(moment) for article in shown),
        copies=len(copied),
        stories=len(set(copied)),
    )
