"""Polling into a real warehouse: what a kill costs, what a second poll asks, what the report says."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest
from flow_samples import NOW, REPO, World

from flows.context import RunContext
from flows.lock import hold_warehouse
from flows.running import run_poll
from sources.address import document_id_of
from vocabulary.words import DocumentOutcome, PollStatus

pytestmark = pytest.mark.usefixtures("quick")
Word = DocumentOutcome
FACTS = 'outlet = "Post"\ncountry = "ARL"\nkind = "online"\n'
ARTICLE = "Arland supports the bridge on the Lenn, letter {}. " * 12
# The same poll in a process of its own, with the quick tagger of these tests
CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
import flows.context
from datetime import datetime
from pathlib import Path
from flow_samples import QuickTagger, World
flows.context.Tagger = QuickTagger
from flows.running import run_poll
ctx = World(Path(sys.argv[2])).context(now=datetime.fromisoformat(sys.argv[3]), allow_private=True, host_gap_s=0, batch_size=3)
run_poll(ctx, force=True)
"""


class NewsSite:
    """Feeds of plain texts on this machine; every request is noted, and one may be made to set something off."""

    def __init__(self) -> None:
        self.feeds: dict[str, list[str]] = {}
        self.moved: dict[str, str] = {}
        self.hits: list[str] = []
        self.sent: list[str | None] = []
        self.at_hit: Callable[[int], None] = lambda number: None
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                site.hits.append(self.path)
                site.sent.append(self.headers["If-None-Match"])
                site.at_hit(len(site.hits))
                status, kind, body = site.answer(self.path, self.headers["If-None-Match"])
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.send_header("Content-Type", kind)
                    if self.path in site.feeds:
                        self.send_header("ETag", site.etag(self.path))
                    if self.path in site.moved:
                        self.send_header("Location", site.moved[self.path])
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:  # who asked was killed
                    self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def etag(self, path: str) -> str:
        return f'"{len(self.feeds[path])}"'

    def answer(self, path: str, etag: str | None) -> tuple[int, str, bytes]:
        if path in self.moved:
            return 302, "text/plain", b""
        if path == "/robots.txt" or (path not in self.feeds and not path.startswith("/p")):
            return 404, "text/plain", b""
        if path not in self.feeds:
            return 200, "text/plain; charset=utf-8", ARTICLE.replace("{}", path).encode()
        if etag == self.etag(path):
            return 304, "application/rss+xml", b""
        items = "".join(
            f"<item><title>The bridge, {link}</title><link>{link}</link><guid>{link}</guid>"
            "<pubDate>Fri, 01 May 2026 10:00:00 GMT</pubDate></item>"
            for link in self.feeds[path]
        )
        return 200, "application/rss+xml", f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def site(world: World) -> Iterator[NewsSite]:
    made = NewsSite()
    made.feeds = {f"/feed{number}": [f"/p{number}-{item}" for item in range(4)] for number in range(3)}
    for number in range(3):
        with world.watch.open("a", encoding="utf-8") as stream:
            stream.write(f'\n[[feeds]]\nid = "post{number}"\nurl = "{made.url(f"/feed{number}")}"\n{FACTS}')
    yield made
    made.close()


def context(world: World, **facts: Any) -> RunContext:
    return world.context(**{"allow_private": True, "host_gap_s": 0, "poll_again": 0, **facts})


def rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    with hold_warehouse(world.settings()) as store:
        return store.connection.execute(sql).fetchall()


def state(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Return what polling left behind, without times and runs."""
    return {
        "documents": rows(world, "SELECT document_id, url, title FROM documents ORDER BY ALL"),
        "texts": rows(world, "SELECT document_id, version, text_sha256 FROM document_versions ORDER BY ALL"),
        "entries": rows(world, "SELECT feed_id, document_id, guid_id, is_wanted FROM feed_entries ORDER BY ALL"),
        "waiting": rows(world, "SELECT url FROM waiting_entries"),
    }


def test_a_first_poll_a_second_and_the_words_of_their_reports(world: World, site: NewsSite) -> None:
    (first,) = run_poll(context(world)).steps
    assert (first.inputs, first.passed_on, first.outcomes, first.polls, first.notes) == (12, 12, {}, {PollStatus.OK: 3}, ())
    (early,) = run_poll(context(world, now=NOW + timedelta(minutes=5))).steps
    assert (early.polls, early.notes, len(site.hits)) == ({}, ("3 feeds not due yet",), 16)
    (second,) = run_poll(context(world, now=NOW + timedelta(hours=1))).steps
    assert (second.inputs, second.polls) == (0, {PollStatus.NOT_MODIFIED: 3})
    assert site.sent[-3:] == ['"4"'] * 3
    (forced,) = run_poll(context(world, now=NOW + timedelta(hours=1, minutes=1)), force=True).steps
    assert forced.polls == {PollStatus.NOT_MODIFIED: 3}
    site.feeds["/feed0"].insert(0, "/p-new")
    (third,) = run_poll(context(world, now=NOW + timedelta(hours=3))).steps
    assert (third.inputs, third.polls) == (1, {PollStatus.NOT_MODIFIED: 2, PollStatus.OK: 1})
    assert rows(world, "SELECT new_items FROM feed_polls ORDER BY polled_at DESC, feed_id LIMIT 1") == [(1,)]


def test_pages_over_the_limit_wait_in_the_warehouse_and_are_told(world: World, site: NewsSite) -> None:
    (first,) = run_poll(context(world, poll_pages=5)).steps
    assert (first.inputs, first.notes) == (5, ("7 articles wait for the next poll",))
    (second,) = run_poll(context(world, now=NOW + timedelta(minutes=1), poll_pages=5)).steps
    assert (second.polls, second.inputs) == ({}, 5)
    assert second.notes == ("3 feeds not due yet", "2 articles wait for the next poll")
    (third,) = run_poll(context(world, now=NOW + timedelta(minutes=2))).steps
    assert (third.inputs, third.notes, state(world)["waiting"]) == (2, ("3 feeds not due yet",), [])
    assert len(state(world)["documents"]) == 12


def test_a_link_that_leads_to_a_known_article_is_that_article(world: World, site: NewsSite) -> None:
    site.feeds = {"/feed0": ["/p0"], "/feed1": [], "/feed2": []}
    run_poll(context(world))
    site.feeds["/feed1"] = ["/go?to=1", "/go?to=2"]
    site.moved = {"/go?to=1": "/p0", "/go?to=2": "/p1"}
    (second,) = run_poll(context(world, now=NOW + timedelta(hours=1))).steps
    assert (second.inputs, second.passed_on, second.outcomes) == (2, 1, {Word.UNCHANGED: 1})
    site.feeds["/feed2"] = ["/p1", "/go?to=1"]
    (third,) = run_poll(context(world, now=NOW + timedelta(hours=2))).steps
    assert third.inputs == 0
    assert rows(world, "SELECT count(*) FROM documents") == [(2,)]
    kept = dict(rows(world, "SELECT alias_id, document_id FROM document_aliases"))
    assert kept[document_id_of(site.url("/go?to=1"))] == document_id_of(site.url("/p0"))
    assert kept[document_id_of(site.url("/p1"))] == document_id_of(site.url("/go?to=2"))


@pytest.mark.parametrize("killed_at", [2, 3, 5, 8, 11, 14, 16])
def test_a_kill_loses_no_entry_and_doubles_none(world: World, site: NewsSite, killed_at: int) -> None:
    """Validators never outrun rows: killed at any request, the next polls end as an undisturbed one does."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(Path(__file__).parent), str(world.folder), NOW.isoformat()],
        env={**os.environ, "PYTHONPATH": str(REPO)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    site.at_hit = lambda number: os.kill(child.pid, signal.SIGKILL) if number == killed_at else None
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (-signal.SIGKILL, "")
    site.at_hit = lambda number: None
    with duckdb.connect(str(world.settings().warehouse)) as connection:
        torn = connection.execute(
            "SELECT p.feed_id FROM feed_polls p WHERE p.etag <> '' AND"
            " (SELECT count(*) FROM feed_entries e WHERE e.feed_id = p.feed_id) <> 4"
        ).fetchall()
        lost = connection.execute(
            "SELECT e.document_id FROM feed_entries e ANTI JOIN documents USING (document_id) ANTI JOIN waiting_entries USING (document_id)"
        ).fetchall()
    assert (torn, lost) == ([], [])
    for hour in (1, 2):
        run_poll(context(world, now=NOW + timedelta(hours=hour)), force=True)
    after = state(world)
    undisturbed = World(world.folder / "undisturbed")
    undisturbed.folder.mkdir()
    undisturbed.watch.write_text(world.watch.read_text(encoding="utf-8"), encoding="utf-8")
    run_poll(context(undisturbed))
    assert after == state(undisturbed)
    assert len(after["documents"]) == 12


def test_all_feeds_failing_is_said_and_nothing_is_taken_for_silence(world: World, site: NewsSite) -> None:
    site.feeds = {}
    (report,) = run_poll(context(world)).steps
    assert (report.polls, report.is_partial, report.inputs) == ({PollStatus.HTTP_ERROR: 3}, True, 0)
