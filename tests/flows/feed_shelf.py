"""A small site for the tests of the verbs under `feeds`."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Shelf:
    """Pages by path on this machine; every request is noted."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.gone: set[str] = set()
        self.hits: list[str] = []
        self.asked: list[str] = []
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                shelf.hits.append(path)
                shelf.asked.append(self.path)
                kind, body = shelf.pages.get(path, ("text/plain", b""))
                self.send_response(410 if path in shelf.gone else 200 if path in shelf.pages else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @staticmethod
    def feed(title: str) -> tuple[str, bytes]:
        """Return a feed with one entry about nothing."""
        item = "<item><title>Weather</title><link>/w</link><pubDate>Fri, 01 May 2026 10:00:00 GMT</pubDate></item>"
        return "application/rss+xml", f'<rss version="2.0"><channel><title>{title}</title>{item}</channel></rss>'.encode()

    @staticmethod
    def page(*feeds: str) -> tuple[str, bytes]:
        """Return a page that names feeds."""
        links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{path}" title="Feed {path}">' for path in feeds)
        return "text/html", f"<!doctype html><html><head><title>News</title>{links}</head><body>Words</body></html>".encode()
