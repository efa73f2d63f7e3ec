"""What a poll of a thousand feeds costs, beside the library `reader` updating the same feeds: two ratios.

usage: python benchmarks/poll.py --reader PYTHON [--feeds N] [--items N] [--rounds N] [--workers N,N,...]

PYTHON is an interpreter that has `reader` (`python -m venv scratch; scratch/bin/pip install reader`); without --reader our side alone
is measured. Feeds have one host name each, all of them names of this machine for the length of the run, and are served by a process
of their own. Each round gives both sides a fresh database: a first poll, then one in which every feed answers 304; the fastest round
counts, for reader that of the best number of workers. Ours is the whole step: entries, outcomes and polls stored in a warehouse, titles
tested for relevance; pages are fetched by neither. Bars: 2.0 for the first poll, 3.0 for the second. The processor time of both sides is
printed too: other work on the machine disturbs it less.
"""

import argparse
import asyncio
import gc
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

ITEM = (
    "<item><title>Report {n} from the harbour of town {f}: nets, prices and weather</title>"
    '<link>http://{host}/story/{n}</link><guid isPermaLink="false">{f}-{n}</guid>'
    "<pubDate>Wed, 26 Mar 2025 {h:02d}:00:00 GMT</pubDate><description>&lt;p&gt;The boats of town {f}"
    " came back on day {n} with less than the week before, and the &lt;b&gt;market&lt;/b&gt; opened an hour late because of the fog that"
    " had been lying over the bay since the evening.&lt;/p&gt;</description></item>"
)
NOW = datetime(2025, 3, 26, 12, tzinfo=UTC)


def make_feed(number: int, host: str, items: int) -> bytes:
    """Return an RSS feed."""
    body = "".join(ITEM.format(n=n, f=number, host=host, h=n % 24) for n in range(items))
    head = f"<title>Feed {number}</title><link>http://{host}/</link><description>Reports</description>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{body}</channel></rss>'.encode()


class Server(asyncio.Protocol):
    """A bare HTTP server: feeds by host name, 304 where the validator is sent, requests in flight counted by host."""

    hosts: ClassVar[Counter[str]] = Counter()
    most = 0
    answers: ClassVar[Counter[int]] = Counter()
    items = 20

    def connection_made(self, transport: Any) -> None:
        """Keep the way back."""
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole request, a moment later, so that those that come meanwhile are seen to overlap."""
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            Server.hosts[fields["host"]] += 1
            Server.most = max(Server.most, Server.hosts[fields["host"]])
            asyncio.get_running_loop().call_soon(self.answer, lines[0].split()[1], fields)

    def answer(self, path: str, fields: dict[str, str]) -> None:
        """Send one answer."""
        Server.hosts[fields["host"]] -= 1
        if path == "/count":
            body = json.dumps({"most": Server.most, "answers": Server.answers}).encode()
            Server.most, Server.answers = 0, Counter()
            self.send(200, body)
            return
        host = fields["host"]
        etag = f'"{host}"'
        status = 304 if fields.get("if-none-match") == etag else 200
        Server.answers[status] += 1
        number = int(host.partition(".")[0].removeprefix("f"))
        self.send(status, b"" if status == 304 else make_feed(number, host, Server.items), f"ETag: {etag}\r\n")

    def send(self, status: int, body: bytes, more: str = "") -> None:
        """Write one answer."""
        length = f"Content-Length: {len(body)}\r\nContent-Type: application/rss+xml\r\n" if status == 200 else ""
        self.transport.write(f"HTTP/1.1 {status} X\r\n{length}{more}\r\n".encode() + body)


async def serve(items: int) -> None:
    """Serve until killed; print the port."""
    Server.items = items
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0, backlog=2000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def name_this_machine() -> None:
    """Let every name lead to this machine."""
    real = socket.getaddrinfo
    socket.getaddrinfo = lambda _, *more, **facts: real("127.0.0.1", *more, **facts)  # type: ignore[misc]


def urls(feeds: int, port: int) -> list[str]:
    """Return the addresses of the feeds."""
    return [f"http://f{number}.feeds.example:{port}/feed" for number in range(feeds)]


def measure_reader(feeds: int, port: int, workers: int) -> list[float]:
    """Return the seconds of a first and a second update by `reader`, then those of the processor."""
    from reader import make_reader

    name_this_machine()
    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.sqlite"))
        for url in urls(feeds, port):
            reader.add_feed(url)
        seconds, busy = [], []
        for _ in range(2):
            start, used = time.perf_counter(), time.process_time()
            for result in reader.update_feeds_iter(scheduled=False, workers=workers):
                if isinstance(result.value, Exception):
                    raise result.value
            seconds.append(time.perf_counter() - start)
            busy.append(time.process_time() - used)
        if reader.get_entry_counts().total != feeds * Server.items:
            raise SystemExit("reader did not store every entry")
        return seconds + busy


def measure_ours(feeds: int, port: int) -> list[float]:
    """Return the seconds of a first and a second poll by our step, then those of the processor."""
    from flows.cli import COLLECT_AFTER
    from flows.context import open_context
    from flows.polling import poll_into
    from flows.settings import load_settings
    from vocabulary.watch import Feed
    from warehouse.store import open_warehouse

    gc.set_threshold(*COLLECT_AFTER)  # as the command line does
    name_this_machine()
    watched = [Feed(id=f"f{n}", url=url, outlet="Bench", country="GBR", kind="online") for n, url in enumerate(urls(feeds, port))]
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"home": Path(folder), "allow_private": True, "host_gap_s": 0})
        ctx = open_context(settings, now=NOW)
        ctx.tagger.is_relevant("warm", "up")
        seconds, busy = [], []
        with open_warehouse(settings.warehouse, timezone="UTC") as store:
            for hour in range(2):
                inside = replace(ctx, now=NOW + timedelta(hours=hour), run_id=f"run{hour}")
                start, used = time.perf_counter(), time.process_time()
                report = poll_into(inside, store, watched, force=True)
                seconds.append(time.perf_counter() - start)
                busy.append(time.process_time() - used)
                if report.polls != ({"ok": feeds} if hour == 0 else {"not_modified": feeds}):
                    raise SystemExit(f"polls went wrong: {report.polls} {report.notes}")
            stored = store.connection.execute("SELECT count(*) FROM feed_entries").fetchone()
            if stored != (feeds * Server.items,):
                raise SystemExit("we did not store every entry")
        return seconds + busy


def in_child(python: str, *arguments: str) -> list[float]:
    """Return what a side measured in a process of its own."""
    done = subprocess.run([python, __file__, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return [float(word) for word in done.stdout.split()]


def counts(port: int) -> dict[str, Any]:
    """Return what the server saw since it was last asked."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"GET /count HTTP/1.1\r\nHost: f0.count\r\n\r\n")
        found: dict[str, Any] = json.loads(line.recv(65536).partition(b"\r\n\r\n")[2])
    return found


def compare(args: argparse.Namespace) -> None:
    """Measure both sides and print the ratios."""
    server = subprocess.Popen([sys.executable, __file__, "--serve", "--items", str(args.items)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        common = ["--feeds", str(args.feeds), "--items", str(args.items), "--port", port]
        ours: list[list[float]] = []
        theirs: dict[int, list[list[float]]] = {workers: [] for workers in args.workers} if args.reader else {}
        for _ in range(args.rounds):
            ours.append(in_child(sys.executable, "--side", "ours", *common))
            seen = counts(int(port))
            print(f"ours: {ours[-1][0]:.2f} s, {ours[-1][1]:.2f} s; answers {seen['answers']}, in flight per host at most {seen['most']}")
            for workers, rounds in theirs.items():
                rounds.append(in_child(args.reader, "--side", "reader", "--workers", str(workers), *common))
                seen = counts(int(port))
                times = f"{rounds[-1][0]:.2f} s, {rounds[-1][1]:.2f} s"
                print(f"reader, {workers} workers: {times}; answers {seen['answers']}, in flight per host at most {seen['most']}")
        for number, (what, bar) in enumerate(
            (("first poll", 2.0), ("304 poll", 3.0), ("first poll, processor", 0), ("304 poll, processor", 0))
        ):
            best = min(seconds[number] for seconds in ours)
            print(f"{what}: ours {best / args.feeds * 1000:.2f} ms a feed", end="")
            if theirs:
                other = min(seconds[number] for rounds in theirs.values() for seconds in rounds)
                print(f", reader {other / args.feeds * 1000:.2f} ms a feed")
                print(f"reader / ours, {what}  {other / best:.2f}" + f"   (bar {bar})" * bool(bar), end="")
            print()
    finally:
        server.kill()
        server.wait()


def main() -> None:
    """Read the arguments and do one part."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reader", help="interpreter that has `reader`")
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=lambda text: [int(word) for word in text.split(",")], default=[1, 4])
    parser.add_argument("--side", choices=["ours", "reader"], help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    Server.items = args.items
    if args.serve:
        asyncio.run(serve(args.items))
    elif args.side == "reader":
        print(*measure_reader(args.feeds, args.port, args.workers[0]))
    elif args.side == "ours":
        print(*measure_ours(args.feeds, args.port))
    else:
        compare(args)


if __name__ == "__main__":
    main()
