"""A site for the tests of faults: every path answers as it is told to, well or badly, and every request is noted."""

import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

FACTS = 'outlet = "Post"\ncountry = "ARL"\nkind = "online"\n'
CLAIM = "Arland supports the bridge on the Lenn, letter {}. " * 12


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    body: bytes = b""
    kind: str = "application/rss+xml"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def make_feed_text(name: str, url: str, *, facts: str = FACTS) -> str:
    """Return the lines of a watch file for one feed."""
    return f'\n[[feeds]]\nid = "{name}"\nurl = "{url}"\n{facts}'


def feed_of(*links: str, date: str = "Fri, 01 May 2026 10:00:00 GMT", title: str = "The bridge", **headers: str) -> Reply:
    """Return a feed of articles about the bridge; no date where `date` is empty."""
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    items = "".join(f"<item><title>{title}, {link.rpartition('/')[2][:40]}</title><link>{link}</link>{dated}</item>" for link in links)
    body = f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()
    return Reply(body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def article(words: str = CLAIM) -> Reply:
    """Return a page of plain text."""
    return Reply(words.encode(), "text/plain; charset=utf-8")


class LooseSite:
    """Pages by path; a page may be a function that does what it likes with the request."""

    def __init__(self) -> None:
        self.pages: dict[str, Reply | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.hits: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.times: list[float] = []
        self.over = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                site.hits.append(self.path)
                site.times.append(monotonic())
                site.headers.append(dict(self.headers.items()))
                page = site.pages.get(self.path.partition("?")[0], Reply(b"not here", "text/plain", 404))
                try:
                    page(self) if callable(page) else site.reply(self, page)
                except OSError:  # who asked has gone
                    self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    @staticmethod
    def reply(handler: BaseHTTPRequestHandler, page: Reply) -> None:
        handler.send_response(page.status)
        for name, value in {"Content-Type": page.kind, "Content-Length": str(len(page.body)), **page.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(page.body)

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        """Say nothing until the test is over."""
        self.over.wait(60)

    @staticmethod
    def reset(handler: BaseHTTPRequestHandler) -> None:
        """Break the connection off in the middle."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>")
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def close(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
