import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext

import pytest_asyncio
from aiohttp import web

sys.path.insert(0, str(Path(__file__).parent))  # test folders are no packages

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Site:
    """A web site on this machine: pages by path, every request noted."""

    port: int = 0
    pages: dict[str, Handler | web.Response | bytes] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.hits.append(request.path)
        self.headers.append(dict(request.headers))
        page = self.pages.get(request.path)
        if page is None:
            return web.Response(status=404, text="not here")
        if isinstance(page, bytes):
            return web.Response(body=page, content_type="text/html", charset="utf-8")
        if isinstance(page, web.Response):
            return web.Response(body=page.body, status=page.status, headers=page.headers.copy())
        return await page(request)


@pytest_asyncio.fixture
async def open_site() -> AsyncIterator[Callable[..., Awaitable[Site]]]:
    """Return a builder of sites; they close at the end of the test."""
    runners: list[web.AppRunner] = []

    async def build(*, ssl: SSLContext | None = None, **pages: object) -> Site:
        site = Site(pages={f"/{name}": page for name, page in pages.items()})
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", site.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=ssl).start()
        site.port = runner.addresses[0][1]
        return site

    yield build
    for runner in runners:
        await runner.cleanup()


@pytest_asyncio.fixture
async def open_raw() -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Return a builder of servers that send given bytes, then wait or hang up."""
    servers: list[asyncio.Server] = []
    over = asyncio.Event()

    async def build(*pieces: bytes, hang_up: bool = True) -> str:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if not hang_up:
                await over.wait()
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

    yield build
    over.set()
    for server in servers:
        server.close()
        await server.wait_closed()


@dataclass
class Trap:
    """A port of this machine behind which nobody may be: every connection to it is counted, on IPv4 and IPv6."""

    port: int
    hits: int = 0
    heard: bytes = b""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.hits += 1
        self.heard += await reader.read(10_000)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\ninside secret")
        writer.close()


def _listen(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    opened.bind((host, port))
    return opened


@pytest_asyncio.fixture
async def open_trap() -> AsyncIterator[Callable[..., Awaitable[Trap]]]:
    """Return a builder of traps at `port` (any free one if 0) of the hosts that this machine has among `hosts`."""
    servers: list[asyncio.Server] = []

    async def build(*hosts: str, port: int = 0) -> Trap:
        trap = Trap(port)
        for host in hosts or ("127.0.0.1", "::1"):
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            try:
                opened = _listen(family, host, trap.port)
            except OSError:
                if trap.port == 0:
                    raise
                continue  # no IPv6 here, or somebody else has the port there
            servers.append(await asyncio.start_server(trap.answer, sock=opened))
            trap.port = trap.port or opened.getsockname()[1]
        return trap

    yield build
    for server in servers:
        server.close()
        await server.wait_closed()
