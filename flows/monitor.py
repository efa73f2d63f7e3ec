"""The Prefect flows: thin wrappers that read settings, call a step and return a small record.

Parameters and results are plain JSON. The warehouse is opened inside a task, never passed into one; no result is kept;
only the poll may be retried, since only the network may be better a moment later. `now` and `run_id` are handed down so
that all parts of one run agree; a flow that is started alone makes its own.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows import steps
from flows.context import RunContext, open_context
from flows.issue import issue_digest
from flows.reports import DigestReport, RunReport, StepReport, add_reports
from flows.running import record_run
from flows.settings import load_settings
from vocabulary.errors import LockedError, StancewatchError, TransientError

Json = dict[str, Any]
_POLL_RETRIES_S = [10.0, 60.0]  # a resolver or a proxy that restarts is back by then


def _is_transient(_task: object, _run: object, state: State[Any]) -> bool:
    """Tell Prefect whether a retry may help."""
    return isinstance(state.result(raise_on_failure=False), TransientError)


@task(persist_result=False, cache_policy=NO_CACHE)
def load_first_batch(run_id: str, now: str) -> Json:
    """Load the seeds folder."""
    return _json(steps.load_first_batch(_context(run_id, now)))


@task(persist_result=False, cache_policy=NO_CACHE, retries=2, retry_delay_seconds=_POLL_RETRIES_S, retry_condition_fn=_is_transient)
def poll_feeds(run_id: str, now: str) -> Json:
    """Poll the feeds and fetch new articles."""
    return _json(steps.poll_feeds(_context(run_id, now)))


@task(persist_result=False, cache_policy=NO_CACHE)
def tag_batch(run_id: str, now: str, skip: list[str]) -> tuple[Json, list[str]]:
    """Tag the next batch of documents."""
    report, failed = steps.tag_batch(_context(run_id, now), skip=skip)
    return _json(report), failed


@task(persist_result=False, cache_policy=NO_CACHE)
def build_day(run_id: str, now: str, day: str) -> Json:
    """Bring the stances up to what is now known."""
    return _json(steps.build_day(_context(run_id, now), _day(day)))


@task(persist_result=False, cache_policy=NO_CACHE)
def issue_day(run_id: str, now: str, day: str) -> Json:
    """Issue the digest of the day."""
    return issue_digest(_context(run_id, now), _day(day)).model_dump(mode="json")


@flow(name="first_batch", persist_result=False)
def first_batch(run_id: str = "", now: str = "") -> Json:
    """Load the first batch of documents."""
    return _recorded("first_batch", run_id, now, lambda run, moment: _report(run, load_first_batch(run, moment)))


@flow(name="tag", persist_result=False)
def tag(run_id: str = "", now: str = "") -> Json:
    """Tag what is untagged: one task run per batch of documents."""

    def work(run: str, moment: str) -> RunReport:
        reports: list[StepReport] = []
        failed: list[str] = []
        while not reports or reports[-1].inputs == load_settings().batch_size:
            report, lost = tag_batch(run, moment, failed)
            reports.append(StepReport.model_validate(report))
            failed += lost
        return _report(run, add_reports("tag", reports))

    return _recorded("tag", run_id, now, work)


@flow(name="poll", persist_result=False)
def poll(run_id: str = "", now: str = "", then_tag: bool = False) -> Json | State[Any]:
    """Poll the feeds; under `serve` also tag what is new and bring the stances up to date."""

    def work(run: str, moment: str) -> RunReport:
        report = _report(run, poll_feeds(run, moment))
        if not then_tag:
            return report
        tagged = RunReport.model_validate(tag(run, moment))
        return _report(run, *report.steps, *tagged.steps, build_day(run, moment, ""))

    try:
        return _recorded("poll", run_id, now, work)
    except LockedError as error:  # the run that holds the warehouse does this work too, and the next poll is near
        return Completed(name="Skipped", message=str(error))


@flow(name="daily_digest", persist_result=False)
def daily_digest(run_id: str = "", now: str = "", day: str = "", wait_s: float = 0) -> Json:
    """Build the day and issue its digest, waiting up to `wait_s` seconds for another run to end."""

    def work(run: str, moment: str) -> RunReport:
        built = build_day(run, moment, day)
        issued = DigestReport.model_validate(issue_day(run, moment, day))
        return _report(run, built).model_copy(update={"digest": issued})

    return _recorded("daily_digest", run_id, now, work, wait_s=wait_s)


@flow(name="monitor", persist_result=False)
def monitor(now: str = "", day: str = "") -> Json:
    """Do the main job: first batch, poll, tag, digest."""

    def work(run: str, moment: str) -> RunReport:
        parts = (first_batch(run, moment), poll(run, moment), tag(run, moment), daily_digest(run, moment, day))
        reports = [RunReport.model_validate(part) for part in parts]
        return _report(run, *(step for report in reports for step in report.steps)).model_copy(update={"digest": reports[-1].digest})

    return _recorded("monitor", "", now, work)


def _recorded(step: str, run_id: str, now: str, work: Callable[[str, str], RunReport], *, wait_s: float = 0) -> Json:
    """Do `work` (given run id and moment) as a recorded run, or as part of the run `run_id`."""
    _quiet_known_errors()
    ctx = _context(run_id, now)
    report = record_run(ctx, step, lambda inside: work(inside.run_id, inside.now.isoformat()), wait_s=wait_s)
    return report.model_dump(mode="json")


def _context(run_id: str, now: str) -> RunContext:
    return open_context(load_settings(), now=datetime.fromisoformat(now) if now else None, run_id=run_id)


def _report(run_id: str, *steps_done: StepReport | Json) -> RunReport:
    return RunReport(run_id=run_id, steps=tuple(StepReport.model_validate(step) for step in steps_done))


def _json(report: StepReport) -> Json:
    return report.model_dump(mode="json")


def _day(day: str) -> date | None:
    return date.fromisoformat(day) if day else None


class _KnownErrors(logging.Filter):
    """Keep our own errors' tracebacks out of Prefect's log: they are one line, and whoever called the flow prints it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether `record` is worth a line."""
        return not (record.exc_info and isinstance(record.exc_info[1], StancewatchError))


def _quiet_known_errors() -> None:
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logger = logging.getLogger(name)
        if not any(isinstance(known, _KnownErrors) for known in logger.filters):
            logger.addFilter(_KnownErrors())
