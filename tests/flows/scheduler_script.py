"""Runs in a process of its own, in a world whose settings are in the environment: what holds on a real Prefect server.

Prints one JSON object. Its first argument is the number of late runs to plant for each deployment.
"""

import json
import sys
from datetime import UTC, datetime, timedelta

from flows.lock import hold_warehouse
from flows.prefect_server import prefect_api
from flows.settings import load_settings, set_environment, settings_environment


def main() -> None:
    settings = load_settings()
    said: list[str] = []
    with prefect_api(settings, services=True, say=said.append) as url:
        set_environment({"PREFECT_LOGGING_TO_API_ENABLED": "false"})  # or the end of the process waits for a server that is gone
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.sorting import FlowRunSort
        from prefect.states import Scheduled

        from flows import monitor
        from flows.deployments import build_deployments, drop_backlog

        set_environment(settings_environment(settings))
        now = datetime.now(UTC)
        found: dict[str, object] = {}
        with get_client(sync_client=True) as client:
            ids = [one.apply() for one in build_deployments(settings)]
            for deployment in ids:
                for hours in range(1, int(sys.argv[1]) + 1):
                    client.create_flow_run_from_deployment(deployment, state=Scheduled(scheduled_time=now - timedelta(hours=hours)))
            found["dropped"] = drop_backlog(now)
            left = [
                run
                for run in client.read_flow_runs(sort=FlowRunSort.ID_DESC, limit=200)
                if run.expected_start_time and run.expected_start_time < now
            ]
            found["left"] = sorted((now - run.expected_start_time).total_seconds() // 3600 for run in left if run.expected_start_time)
            found["again"] = drop_backlog(now)
        given = settings.model_copy(update={"prefect_api_url": url})
        with prefect_api(given, services=True, say=said.append) as same:
            found["given"] = same == url
        with hold_warehouse(settings):
            found["inside"] = monitor.tag()["steps"][0]["step"]
        found["digest"] = monitor.daily_digest(day="2026-04-02")["digest"]["state"]
    found["said"] = said
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
