"""A site for the tests of polling: what each path answers is a reply that the test may change; every request is noted."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Reply:
    """An answer; one with an `etag` is 304 for who has it."""

    body: str = ""
    status: int = 200
    kind: str = "text/plain; charset=utf-8"
    etag: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class Hit(NamedTuple):
    """A request as the server saw it."""

    path: str
    etag: str | None
    modified: str | None
    status: int


class Item(NamedTuple):
    """An entry of a feed."""

    link: str
    title: str
    summary: str = ""
    guid: str = ""
    content: str = ""
    updated: str = ""
    date: str = "Fri, 01 May 2026 10:00:00 GMT"


class ScriptedSite:
    """Replies by path on a port of its own; 404 where there is none."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.hits: list[Hit] = []
        self.at_hit: Callable[[Hit], None] = lambda hit: None
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                reply = site.replies.get(self.path, Reply(status=404))
                etag, modified = self.headers["If-None-Match"], self.headers["If-Modified-Since"]
                known = reply.status == 200 and reply.etag != "" and reply.etag == etag
                status, body = (304, b"") if known else (reply.status, reply.body.encode())
                hit = Hit(self.path, etag, modified, status)
                site.hits.append(hit)
                site.at_hit(hit)
                self.answer(reply, status, body)

            def answer(self, reply: Reply, status: int, body: bytes) -> None:
                try:
                    self.send(reply, status, body)
                except OSError:  # who asked was killed
                    self.close_connection = True

            def send(self, reply: Reply, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", reply.kind)
                self.send_header("Content-Length", str(len(body)))
                for name, value in {**({"ETag": reply.etag} if reply.etag else {}), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(hit.path == path for hit in self.hits)

    def asked(self, path: str) -> list[Hit]:
        """Return the requests for a path."""
        return [hit for hit in self.hits if hit.path == path]

    def put_feed(self, path: str, *items: Item, built: str = "Fri, 01 May 2026 10:00:00 GMT") -> None:
        """Let `path` answer with an RSS feed of these items; `built` is when the feed says that it was made."""
        entries = "".join(
            f"<item><title>{item.title}</title><link>{item.link}</link>{f'<guid>{item.guid}</guid>' if item.guid else ''}"
            f"{f'<description>{item.summary}</description>' if item.summary else ''}"
            f"{f'<content:encoded><![CDATA[{item.content}]]></content:encoded>' if item.content else ''}"
            f"{f'<atom:updated>{item.updated}</atom:updated>' if item.updated else ''}"
            f"<pubDate>{item.date}</pubDate></item>"
            for item in items
        )
        spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"'
        head = f"<title>t</title><lastBuildDate>{built}</lastBuildDate>"
        body = f'<rss version="2.0" {spaces}><channel>{head}{entries}</channel></rss>'
        self.replies[path] = Reply(body, kind="application/rss+xml")

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
