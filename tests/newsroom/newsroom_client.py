"""A plain client for the tests: no redirects, no decompression, any Host header."""

import http.client
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes


def get(url: str, *, host: str = "", method: str = "GET", timeout_s: float = 10, **headers: str) -> Got:
    """Ask 127.0.0.1 at the port of `url`; `If_None_Match` as a keyword is the header If-None-Match."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=timeout_s)
    fields = {name.replace("_", "-"): value for name, value in headers.items()} | {"Host": host or parts.netloc}
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, headers=fields)
        answer = connection.getresponse()
        return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def at(text: str) -> datetime:
    """Return a moment of the scenario's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def decoded(got: Got, default: str = "utf-8") -> str:
    """Return the text of an answer by its byte order mark, its header, or the default."""
    if got.body.startswith(b"\xff\xfe"):
        return got.body.decode("utf-16")
    _, _, charset = got.headers.get("content-type", "").partition("charset=")
    return got.body.decode(charset or default)
