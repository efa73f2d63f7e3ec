"""No test reaches the network: `no_network` of tests/conftest.py is on everywhere in this process."""

import asyncio
import socket
from pathlib import Path

import pytest

REFUSED = "not this machine"
OUTSIDE = [
    pytest.param(socket.AF_INET, ("203.0.113.1", 80), id="address"),
    pytest.param(socket.AF_INET, ("10.0.0.1", 80), id="inside-address"),
    pytest.param(socket.AF_INET, ("news.example", 80), id="name"),
    pytest.param(socket.AF_INET, ("0.0.0.0", 80), id="any-address"),
    pytest.param(socket.AF_INET6, ("2001:db8::1", 80, 0, 0), id="ipv6"),
    pytest.param(socket.AF_INET6, ("::ffff:203.0.113.1", 80, 0, 0), id="mapped"),
]


@pytest.mark.parametrize(("family", "address"), OUTSIDE)
def test_no_connection_leaves_this_machine(family: socket.AddressFamily, address: tuple[str, int]) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as stream:
        with pytest.raises(AssertionError, match=REFUSED):
            stream.connect(address)
        with pytest.raises(AssertionError, match=REFUSED):
            stream.connect_ex(address)
    with socket.socket(family, socket.SOCK_DGRAM) as datagrams, pytest.raises(AssertionError, match=REFUSED):
        datagrams.sendto(b"", address)


def test_helpers_of_the_library_are_guarded_too() -> None:
    with pytest.raises(AssertionError, match=REFUSED):
        socket.create_connection(("203.0.113.1", 80), timeout=1)


async def test_asyncio_is_guarded_too() -> None:
    with pytest.raises(AssertionError, match=REFUSED):
        await asyncio.open_connection("203.0.113.1", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_open(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_INET) as client:
        client.connect((host, server.getsockname()[1]))
        assert client.getpeername() == server.getsockname()


async def test_this_machine_is_open_to_asyncio() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b"hello"
        writer.close()
        await writer.wait_closed()


def test_sockets_of_files_are_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of such a socket has to be short
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("here")
        server.listen()
        client.connect("here")
        assert client.getpeername() == "here"
