"""One run around its steps: its row in the table of runs, the lock from beginning to end, the snapshot after it.

Also the order of the main job without a scheduler: `run_direct`. `flows.monitor` puts the same steps under Prefect.
"""

import os
from collections.abc import Callable
from datetime import date

from flows.context import RunContext
from flows.issue import issue_digest
from flows.lock import hold_warehouse
from flows.reports import RunReport
from flows.steps import build_day, load_first_batch, poll_feeds, tag_documents
from vocabulary.identity import content_id
from vocabulary.stance import RunRecord
from vocabulary.words import RunStatus

Work = Callable[[RunContext], RunReport]


def record_run(ctx: RunContext, step: str, work: Work, *, wait_s: float = 0) -> RunReport:
    """Do `work` as one recorded run of `step` and publish a snapshot after it.

    Inside another run it is part of that one. Raises `LockedError` where another process writes, after `wait_s` seconds;
    whatever `work` raises ends the run as failed and goes on up.
    """
    if ctx.run_id:
        return work(ctx)
    with hold_warehouse(ctx.settings, wait_s=wait_s) as store:
        store.put_watch(ctx.watch, recorded_at=ctx.now)
        run = RunRecord(
            run_id=content_id(step, ctx.now, os.getpid()),
            step=step,
            started_at=ctx.now,
            status=RunStatus.RUNNING,
            watch_version=ctx.watch.version,
            extractor_version=ctx.tagger.version,
        )
        store.start_run(run)
        try:
            report = work(ctx.in_run(run.run_id))
        except BaseException as error:
            store.end_run(run.run_id, ended_at=ctx.clock(), status=RunStatus.FAILED, detail=f"{type(error).__name__}: {error}")
            raise
        store.end_run(run.run_id, ended_at=ctx.clock(), status=report.status, detail=report.detail())
        store.publish_snapshot()
    return report


def run_direct(ctx: RunContext, *, day: date | None = None) -> RunReport:
    """Do the main job in this process, without a scheduler."""
    return record_run(ctx, "monitor", lambda inside: main_job(inside, day=day))


def main_job(ctx: RunContext, *, day: date | None = None) -> RunReport:
    """Do every step of the main job in order; `ctx` is inside a run."""
    steps = (load_first_batch(ctx), poll_feeds(ctx), tag_documents(ctx), build_day(ctx, day))
    return RunReport(run_id=ctx.run_id, steps=steps, digest=issue_digest(ctx, day))


def run_first_batch(ctx: RunContext) -> RunReport:
    """Load the first batch as a run of its own."""
    return record_run(ctx, "first_batch", lambda inside: RunReport(run_id=inside.run_id, steps=(load_first_batch(inside),)))


def run_poll(ctx: RunContext, *, force: bool = False) -> RunReport:
    """Poll the feeds that are due, or with `force` all, as a run of its own."""
    return record_run(ctx, "poll", lambda inside: RunReport(run_id=inside.run_id, steps=(poll_feeds(inside, force=force),)))


def run_tag(ctx: RunContext) -> RunReport:
    """Tag what is untagged as a run of its own."""
    return record_run(ctx, "tag", lambda inside: RunReport(run_id=inside.run_id, steps=(tag_documents(inside),)))


def run_daily_digest(ctx: RunContext, *, day: date | None = None, wait_s: float = 0) -> RunReport:
    """Build the day and issue its digest as a run of its own."""

    def work(inside: RunContext) -> RunReport:
        return RunReport(run_id=inside.run_id, steps=(build_day(inside, day),), digest=issue_digest(inside, day))

    return record_run(ctx, "daily_digest", work, wait_s=wait_s)
