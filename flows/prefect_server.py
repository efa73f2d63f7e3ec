"""A Prefect API to run under: the one that the settings name, or a server started here as a child process.

Nothing here imports prefect: its settings come from the environment, so they must be set before its first import.
Prefect's own temporary server is not used: it waits 20 seconds and no longer, writes into our terminal, records no log
and outlives a killed parent. The child here is the same `prefect server start` that anybody would run.
"""

import importlib.metadata
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from flows import tether
from flows.exit_codes import ExitCode
from flows.settings import Settings, child_environment, set_environment
from vocabulary.errors import TransientError
from vocabulary.identity import content_id

_HOST = "127.0.0.1"
_STOP_S = 15  # uvicorn ends open requests first; after that it is killed
_PROBE_S = 5
_LOG_TAIL = 2000
Say = Callable[[str], None]

# An embedded server lives for one run: nothing may be scheduled, counted late or cleaned up by it.
_IDLE_SERVICES = ("SCHEDULER", "LATE_RUNS", "FOREMAN", "PAUSE_EXPIRATIONS", "CANCELLATION_CLEANUP", "REPOSSESSOR", "TRIGGERS")


class PrefectApiError(TransientError):
    """No Prefect API can be had, or it went away; the work itself can be done without one."""


def prefect_environment(settings: Settings, api_url: str, *, services: bool) -> dict[str, str]:
    """Return the variables for Prefect in this process and its flow runs: our own folder, no telemetry, no results kept.

    With `services` runs go on for months, so they say more and wait longer for an API that restarts.
    """
    variables = {
        "PREFECT_HOME": str(settings.prefect_home.resolve()),
        "PREFECT_API_URL": api_url,
        # what fails in a single run is raised and printed by whoever started it; Prefect need not tell it too
        "PREFECT_LOGGING_LEVEL": "INFO" if services else "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": str(services or bool(settings.prefect_api_url)).lower(),
        # each retry waits twice as long as the one before, in every call: five of them are a minute, and then the next call begins
        "PREFECT_CLIENT_MAX_RETRIES": "5" if services else "2",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        # never a second, temporary server behind our back
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(int(settings.prefect_start_timeout_s)),
        # pickle, the default, runs code when it is read
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
    }
    if settings.prefect_api_auth is not None:
        variables["PREFECT_API_AUTH_STRING"] = settings.prefect_api_auth.get_secret_value()
    return variables


@contextmanager
def prefect_api(settings: Settings, *, services: bool, say: Say) -> Iterator[str]:
    """Yield the address of a Prefect API and leave this process's environment pointing at it.

    A server started here ends with the block, and with this process. `services` starts the scheduler and the dashboard.
    Raises `PrefectApiError` where no API answers within `prefect_start_timeout_s`.
    """
    if settings.prefect_api_url:
        url = settings.prefect_api_url.rstrip("/")
        set_environment(prefect_environment(settings, url, services=services))
        if not is_healthy(url, settings):
            raise PrefectApiError(f"no Prefect API answers at {_host_of(url)}; start that server, or leave prefect_api_url empty")
        yield url
        return
    port = settings.prefect_port or _free_port()
    url = f"http://{_HOST}:{port}/api"
    _make_home(settings)
    set_environment(prefect_environment(settings, url, services=services))
    _migrate(settings, url, say)
    name = "server.log" if services else "embedded.log"
    log = settings.prefect_home.resolve() / name
    say(f"starting {'a' if services else 'an embedded'} Prefect server on {_HOST}:{port}; its log is {settings.prefect_home / name}")
    process, stopping = _start(settings, port, log, services=services), Event()
    try:
        _wait(process, url, settings, log)
        if services:
            Thread(target=_end_with, args=(process, stopping, say, log), daemon=True).start()
        yield url
    finally:
        stopping.set()
        _stop(process)


def _make_home(settings: Settings) -> None:
    """Create the folder of Prefect's database and logs where it is absent, and see that it can be written."""
    try:
        settings.prefect_home.resolve().mkdir(parents=True, exist_ok=True)
        (settings.prefect_home / ".writable").touch()
        (settings.prefect_home / ".writable").unlink()
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        raise PrefectApiError(f"{settings.prefect_home} cannot be written: {error}; choose another --home") from error


def is_healthy(url: str, settings: Settings) -> bool:
    """Tell whether a Prefect API answers at `url` within a few seconds."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=min(_PROBE_S, settings.prefect_start_timeout_s))
    try:
        connection.request("GET", f"{parts.path}/health")
        return connection.getresponse().status < 500  # 401 is an answer too
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _server_environment(settings: Settings, url: str, *, services: bool) -> dict[str, str]:
    variables = prefect_environment(settings, url, services=services)
    variables["PREFECT_SERVER_UI_ENABLED"] = str(services).lower()
    if not services:
        variables |= {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in _IDLE_SERVICES}
    if settings.prefect_database_url is not None:
        variables["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = settings.prefect_database_url.get_secret_value()
    if settings.prefect_api_auth is not None:
        variables["PREFECT_SERVER_API_AUTH_STRING"] = settings.prefect_api_auth.get_secret_value()
    return child_environment(variables)


def _migrate(settings: Settings, url: str, say: Say) -> None:
    """Create or upgrade the API's database once per version of Prefect, before a server that would be timed starts."""
    database = settings.prefect_database_url.get_secret_value() if settings.prefect_database_url else ""
    wanted = f"{importlib.metadata.version('prefect')} {content_id(database)}"
    marker = settings.prefect_home / "migrated"
    if marker.is_file() and marker.read_text(encoding="utf-8") == wanted:
        return
    say("preparing Prefect's database, once; this takes up to half a minute")
    command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
    environment = _server_environment(settings, url, services=False)
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        remedy = f"remove {settings.prefect_home} and try again (it holds no news), or use --direct"
        raise PrefectApiError(f"Prefect's database could not be prepared: {_last_line(done.stdout + done.stderr)}; {remedy}")
    marker.write_text(wanted, encoding="utf-8")


def _start(settings: Settings, port: int, log: Path, *, services: bool) -> subprocess.Popen[bytes]:
    """Start `prefect server start`, tied to this process, in a process group of its own so that Ctrl-C reaches us first."""
    server = [sys.executable, "-m", "prefect", "server", "start", "--host", _HOST, "--port", str(port)]
    url = f"http://{_HOST}:{port}/api"
    with log.open("wb") as stream:
        return subprocess.Popen(
            [sys.executable, "-S", str(Path(tether.__file__).resolve()), *server],
            env=_server_environment(settings, url, services=services),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait(process: subprocess.Popen[bytes], url: str, settings: Settings, log: Path) -> None:
    deadline = time.monotonic() + settings.prefect_start_timeout_s
    while not is_healthy(url, settings):
        if process.poll() is not None:
            tail = _last_line(log.read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:])
            raise PrefectApiError(f"the Prefect server ended at once: {tail}; the whole log is {log}")
        if time.monotonic() > deadline:
            seconds = f"{settings.prefect_start_timeout_s:g}"
            raise PrefectApiError(f"the Prefect server did not answer in {seconds} s; raise prefect_start_timeout_s, or see {log}")
        time.sleep(0.2)


def _end_with(process: subprocess.Popen[bytes], stopping: Event, say: Say, log: Path) -> None:
    """End this process when its server ends unasked: it would wait for runs that nobody schedules, and look alive.

    At once, since an orderly end would ask the API that is gone, for minutes; whoever supervises us starts both again.
    """
    process.wait()
    if not stopping.is_set():
        say(f"stancewatch: the Prefect server ended by itself, so nothing would be scheduled any more; its log is {log}")
        os._exit(ExitCode.ERROR)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _host_of(url: str) -> str:
    """Return scheme, host and port of `url`: what a message may show, without credentials."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
