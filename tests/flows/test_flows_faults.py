"""Rows 4, 8, 52 and 53 of the faults, from the server to the exit code: kills, inside hosts, feeds that fail, all of them or some."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import duckdb
import pytest
from flow_samples import NOW, REPO, CommandLine, World
from loose_site import CLAIM, LooseSite, Reply, article, feed_of, make_feed_text

import flows.context
from flows.lock import hold_warehouse
from flows.running import run_poll
from vocabulary.words import PollStatus

pytestmark = pytest.mark.usefixtures("quick")
OPEN = ("--set", "allow_private=true", "--set", "host_gap_s=0")


@pytest.fixture
def site() -> Iterator[LooseSite]:
    made = LooseSite()
    yield made
    made.close()


def add_feeds(world: World, urls: dict[str, str]) -> None:
    with world.watch.open("a", encoding="utf-8") as stream:
        stream.write("".join(make_feed_text(name, url) for name, url in urls.items()))


def rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    with hold_warehouse(world.settings()) as store:
        return store.connection.execute(sql).fetchall()


# --- row 4: killed between fetch and commit -------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
import flows.context
from datetime import datetime
from pathlib import Path
from flow_samples import QuickTagger, World
import flows.polling, warehouse.polls
flows.context.Tagger = QuickTagger
from flows.running import run_poll

def kill(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)

where = sys.argv[4]
if where == "fetched":
    flows.polling.StoreKeeper.keep_answers = kill
elif where == "validators written":
    warehouse.polls.insert_entries = kill
elif where == "all written":
    warehouse.polls.insert_pauses = kill
ctx = World(Path(sys.argv[2])).context(now=datetime.fromisoformat(sys.argv[3]), allow_private=True, host_gap_s=0)
run_poll(ctx, force=True)
"""


@pytest.mark.parametrize("where", ["fetched", "validators written", "all written"])
def test_row_4_validators_never_outlive_a_kill_without_their_rows(world: World, site: LooseSite, where: str) -> None:
    """Killed after the answer and before its commit, the next poll asks for the whole feed and brings every item."""

    def conditional(handler: Any) -> None:
        known = handler.headers["If-None-Match"] == '"1"'
        LooseSite.reply(handler, Reply(status=304) if known else feed_of("/p0", "/p1", "/p2", ETag='"1"'))

    site.pages = {"/feed": conditional, **{f"/p{number}": article(CLAIM.replace("{}", str(number))) for number in range(3)}}
    add_feeds(world, {"post": site.url("/feed")})
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(world.folder), NOW.isoformat(), where],
        env={**os.environ, "PYTHONPATH": str(REPO)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (child.returncode, child.stderr) == (-signal.SIGKILL, "")
    assert site.hits == ["/feed"]
    with duckdb.connect(str(world.settings().warehouse)) as connection:
        kept = [connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in ("feed_polls", "feed_entries")]
        assert kept == [0, 0]
    (report,) = run_poll(world.context(now=NOW + timedelta(minutes=1), allow_private=True, host_gap_s=0)).steps
    assert (report.polls, report.passed_on) == ({PollStatus.OK: 1}, 3)
    asked = [headers for path, headers in zip(site.hits, site.headers, strict=True) if path == "/feed"]
    assert len(asked) == 2
    assert not any({"If-None-Match", "If-Modified-Since"} & headers.keys() for headers in asked)
    assert rows(world, "SELECT http_status, new_items, etag FROM feed_polls") == [(200, 3, '"1"')]
    assert rows(world, "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM feed_entries)") == [(3, 3)]
    (again,) = run_poll(world.context(now=NOW + timedelta(hours=1), allow_private=True, host_gap_s=0)).steps
    assert again.polls == {PollStatus.NOT_MODIFIED: 1}
    assert site.headers[-1]["If-None-Match"] == '"1"'


# --- row 8: the poll as shipped -------------------------------------------------------------------------------------------


def test_row_8_the_shipped_poll_asks_nothing_of_this_machine(world: World, site: LooseSite, command: CommandLine) -> None:
    site.pages = {"/feed": feed_of("/p0"), "/p0": article()}
    hosts = {"plain": "127.0.0.1", "name": "localhost", "mapped": "[::ffff:127.0.0.1]", "short": "127.1", "decimal": "2130706433"}
    add_feeds(world, {name: site.url("/feed", host) for name, host in hosts.items()})
    answer = command("--set", "host_gap_s=0", "poll")
    assert answer.code == 3
    assert "feeds: 5 refused" in answer.out
    assert (site.hits, rows(world, "SELECT count(*) FROM documents")) == ([], [(0,)])
    assert rows(world, "SELECT DISTINCT status, items FROM feed_polls") == [("refused", 0)]
    assert command("status").out.count("not an address of the public net") + command("status").out.count("no IPv4 address") == 5
    assert "allow_private" not in command("status").out


# --- rows 52 and 53: some feeds fail, all feeds fail ----------------------------------------------------------------------


def test_row_52_ten_broken_feeds_of_fifty_harm_no_other(
    world: World, site: LooseSite, command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten in ten ways, each on a host of its own; the forty are read meanwhile, and the report names the ten."""
    loop = Reply(status=301, headers={"Location": "/broken/loop"})
    broken: dict[str, tuple[Reply | Callable[[Any], None], PollStatus]] = {
        "missing": (Reply(status=404), PollStatus.HTTP_ERROR),
        "gone": (Reply(status=410), PollStatus.GONE),
        "server": (Reply(status=500), PollStatus.HTTP_ERROR),
        "page": (Reply(b"<html><body>News</body></html>", "text/html"), PollStatus.NOT_A_FEED),
        "wall": (Reply(b"<html><head><title>Just a moment...</title></head></html>", "text/html"), PollStatus.BLOCKED),
        "torn": (Reply(b"<rss version='2.0'><channel><title>t"), PollStatus.PARSE_ERROR),
        "bomb": (Reply(gzip.compress(bytes(30_000_000)), headers={"Content-Encoding": "gzip"}), PollStatus.TOO_LARGE),
        "silent": (site.hang, PollStatus.TIMEOUT),
        "reset": (site.reset, PollStatus.UNREACHABLE),
        "loop": (loop, PollStatus.HTTP_ERROR),
    }
    site.pages = {f"/broken/{name}": page for name, (page, _) in broken.items()}
    for number in range(40):
        site.pages |= {
            f"/good/{number}": feed_of(f"/p/{number}", ETag='"1"'),
            f"/p/{number}": article(f"{number}. {article().body.decode()}"),
        }
    urls = {f"bad-{name}": site.url(f"/broken/{name}", f"{name}.example") for name in broken}
    urls |= {f"good-{number}": site.url(f"/good/{number}", f"good{number}.example") for number in range(40)}
    add_feeds(world, urls)
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1" if str(host).endswith(".example") else host, *rest, **more)
    )
    deadline_s = 6
    started = monotonic()
    answer = command(*OPEN, "--set", f"http_deadline_s={deadline_s}", "--set", "http_at_once=6", "poll")
    took_s = monotonic() - started
    assert answer.code == 3
    (named,) = [part for part in answer.out.split("; ") if part.startswith("failed: ")]
    assert named.strip() == "failed: " + ", ".join(f"bad-{name} ({word})" for name, (_, word) in sorted(broken.items()))
    words = dict(rows(world, "SELECT feed_id, status FROM feed_polls"))
    assert words == {**{f"bad-{name}": word for name, (_, word) in broken.items()}, **{f"good-{number}": "ok" for number in range(40)}}
    assert rows(world, "SELECT count(*) FROM documents") == [(40,)]
    assert {site.hits.count(f"/{what}/{number}") for number in range(40) for what in ("good", "p")} == {1}
    asked = [at - started for at, path in zip(site.times, site.hits, strict=True) if path.startswith("/good/")]
    assert max(asked) < deadline_s, "a good feed waited for the silent one"
    assert took_s < deadline_s + 15
    told = json.loads(command("feeds", "status", "--json").out)
    assert {row["id"] for row in told if row["failures"]} == {f"bad-{name}" for name in broken}
    assert rows(world, "SELECT status FROM runs") == [("partial",)]


def test_row_53_all_feeds_failing_is_no_data_and_yesterdays_digest_stands(
    world: World, site: LooseSite, command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day with feeds, then two without any: exit code 4, the files as they were, and no change of stance out of silence."""
    site.pages = {"/one": feed_of("/p0", date="Sun, 03 May 2026 10:00:00 GMT"), "/two": feed_of("/p1", date=""), "/p0": article()}
    site.pages["/p1"] = article("Borland opposes the bridge on the Lenn, as it said. " * 12)
    add_feeds(world, {"one": site.url("/one"), "two": site.url("/two")})
    monkeypatch.setattr(flows.context, "current_time", lambda: NOW)
    assert command(*OPEN, "run", "--direct").code == 0
    files = digest_files(world)
    stances = rows(world, "SELECT actor, issue, stance, valid_from, valid_to FROM stance_spells ORDER BY ALL")
    assert (len(files), len(stances)) == (6, 2)
    answered = len(site.hits)
    for day, page in ((2, Reply(status=503)), (3, site.reset)):
        site.pages = {"/one": page, "/two": page}
        monkeypatch.setattr(flows.context, "current_time", lambda day=day: NOW + timedelta(days=day))
        for verb in (("run", "--direct"), ("digest",)):
            answer = command(*OPEN, *verb)
            assert answer.code == 4, answer
            assert "so no digest is issued: no data is not the same as no change; 2026-05-04 stands" in answer.out
        assert digest_files(world) == files
    assert site.hits[answered:].count("/one") == 2
    assert rows(world, "SELECT actor, issue, stance, valid_from, valid_to FROM stance_spells ORDER BY ALL") == stances
    assert rows(world, "SELECT count(*) FROM digests") == [(1,)]
    runs = rows(world, "SELECT status FROM runs WHERE step = 'monitor' ORDER BY started_at")
    assert runs == [("done",), ("no_data",), ("no_data",)]
    site.pages = {
        "/one": feed_of("/p2", date="Thu, 07 May 2026 10:00:00 GMT"),
        "/two": feed_of(),
        "/p2": article("Again. " + article().body.decode()),
        "/p0": article(),  # stored articles are looked at again
        "/p1": article("Borland opposes the bridge on the Lenn, as it said. " * 12),
    }
    monkeypatch.setattr(flows.context, "current_time", lambda: NOW + timedelta(days=4))
    answer = command(*OPEN, "run", "--direct")
    assert (answer.code, "digest 2 for 2026-05-07 (issued)" in answer.out) == (0, True)
    changes = json.loads((world.settings().digests / "2026-05-07" / "digest.json").read_text(encoding="utf-8"))["changes"]
    assert changes == []


def digest_files(world: World) -> dict[str, bytes]:
    folder = world.settings().digests
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
