"""The verb `serve`: deployments on a real Prefect server, kept running."""

import typer

from flows.commands.options import OfflineFlag, SeedsFlag, WatchFlag, settings_of
from flows.commands.output import say


def register(app: typer.Typer) -> None:
    """Add the verb to `app`."""
    app.command(epilog="Example: stancewatch --set timezone=Europe/Paris serve")(serve)


def serve(ctx: typer.Context, watch: WatchFlag = None, seeds: SeedsFlag = None, offline: OfflineFlag = False) -> None:
    """Poll every 15 minutes and issue the digest daily at 06:00, until stopped.

    Uses the server that prefect_api_url (or PREFECT_API_URL) names, else starts one on 127.0.0.1 and ends it on stop.
    """
    from flows.context import read_watch
    from flows.prefect_server import prefect_api

    settings = settings_of(ctx, watch=watch, seeds=seeds, feeds_enabled=False if offline else None)
    read_watch(settings.watch)  # a bad watch file is said now, not by every run
    with prefect_api(settings, services=True, say=say) as url:
        from flows.deployments import serve_deployments

        say(f"Prefect API: {url if not settings.prefect_api_url else 'as given'}")
        serve_deployments(settings, say)
