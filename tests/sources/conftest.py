import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

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

    async def build(**pages: object) -> Site:
        site = Site(pages={f"/{name}": page for name, page in pages.items()})
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", site.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
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
