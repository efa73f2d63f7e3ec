"""What `stancewatch serve` registers on a Prefect server and keeps running: `poll` and `daily_digest`.

Runs exclude each other by the runner's limit of one and by the warehouse's file lock, both of which a killed process
gives back. Prefect's own limit per deployment is not used: its leases live in the server's memory, so a slot that a
killed run held may stay taken for ever, and every later run would be cancelled.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from prefect import serve
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import DeploymentSort, FlowRunSort
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.clock import current_time
from flows.monitor import daily_digest, poll
from flows.settings import Settings, set_environment, settings_environment

TAG = "stancewatch"
NAMES = ("poll", "daily_digest")
_PAGE = 200  # the server gives no more at once


def build_deployments(settings: Settings) -> list[RunnerDeployment]:
    """Return the deployments: poll at an interval, the digest once a day in the settings' time zone."""
    at = settings.digest_time
    polling = poll.to_deployment(
        "poll",
        interval=timedelta(minutes=settings.poll_minutes),
        parameters={"then_tag": True},
        tags=[TAG],
        paused=False,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    issuing = daily_digest.to_deployment(
        "daily_digest",
        schedule=Cron(f"{at.minute} {at.hour} * * *", timezone=settings.timezone),
        parameters={"wait_s": settings.lock_wait_s},
        tags=[TAG],
        paused=False,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    return [one for one in (polling, issuing) if isinstance(one, RunnerDeployment)]  # a coroutine only inside a running loop


def serve_deployments(settings: Settings, say: Callable[[str], None]) -> None:
    """Register the deployments on the API that the environment names and run what falls due, until stopped.

    Schedules are left active on stop: what fell due meanwhile is caught up once at the next start.
    """
    set_environment(settings_environment(settings))
    if dropped := drop_backlog(current_time()):
        say(f"{dropped} missed runs are left out; the newest of each kind is caught up")
    say(f"polling every {settings.poll_minutes:g} minutes, digest daily at {settings.digest_at} {settings.timezone}; Ctrl-C stops")
    serve(*build_deployments(settings), pause_on_shutdown=False, print_starting_message=False, limit=1)


def drop_backlog(now: datetime) -> int:
    """Delete the runs that fell due while nothing was served, but the newest of each deployment; return how many."""
    dropped = 0
    ours = DeploymentFilter(name=DeploymentFilterName(any_=list(NAMES)), tags=DeploymentFilterTags(all_=[TAG]))
    with get_client(sync_client=True) as client:
        for deployment in client.read_deployments(deployment_filter=ours, sort=DeploymentSort.NAME_ASC, limit=len(NAMES)):
            while missed := _read_late(client, deployment.id, now)[1:]:
                for run in missed:
                    client.delete_flow_run(run.id)
                dropped += len(missed)
    return dropped


def _read_late(client: SyncPrefectClient, deployment_id: UUID, now: datetime) -> list[FlowRun]:
    """Return a page of the deployment's runs that fell due before `now` and have not begun, the newest first."""
    late = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=now),
    )
    return client.read_flow_runs(flow_run_filter=late, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=_PAGE)
