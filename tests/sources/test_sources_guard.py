import socket
from typing import Any

import pytest

from sources.fetch import Fetcher
from sources.guard import AddressRefusedError, GuardedResolver, guarded_socket, permit_loopback_ports, permit_public, refusal_of
from vocabulary.errors import FetchTerminalError
from vocabulary.words import PollStatus

AGENT = "stancewatch/0.1 (+test@example.org)"
INSIDE = [
    *["127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1"],
    *["192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"],
    *["::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:100.64.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1"],
    *["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:80ff:fffe"],
    *["2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c058:6301::", "2001:4860::5efe:127.0.0.1", "3fff::1", "5f00::1"],
    *["2002:808:808::5efe:127.0.0.1", "2002:6440:1::1"],
    *["fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "4000::1", "localhost", "", "127.1"],
]
PUBLIC = ["8.8.8.8", "93.184.216.34", "2001:4860:4860::8888", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_refused(address: str) -> None:
    assert refusal_of(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_let_through(address: str) -> None:
    assert refusal_of(address) == ""


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"])
def test_no_socket_is_opened_to_an_inside_address(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(AddressRefusedError):
        guarded_socket(permit_public)((family, socket.SOCK_STREAM, 6, "", (address, 80)))


def test_no_socket_of_another_family_is_opened() -> None:
    with pytest.raises(AddressRefusedError):
        guarded_socket(permit_public)((socket.AF_UNIX, socket.SOCK_STREAM, 0, "", ("/tmp/x", 0)))


def test_open_ports_are_those_of_this_machine_alone() -> None:
    permit = permit_loopback_ports(frozenset({8000}))
    assert permit("127.0.0.1", 8000) == ""
    assert permit("127.0.0.1", 8001)
    assert permit("10.0.0.1", 8000)


def answers(*addresses: str) -> Any:
    """Return a stand-in for getaddrinfo that gives these addresses."""

    def getaddrinfo(host: str | bytes, port: int, *args: Any, **options: Any) -> list[Any]:
        found = []
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            place = (address, port, 0, 0) if ":" in address else (address, port)
            found.append((family, socket.SOCK_STREAM, 6, "", place))
        return found

    return getaddrinfo


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("93.184.216.34", "127.0.0.1"), ("93.184.216.34", "::1"), ("::ffff:127.0.0.1",), ("169.254.169.254",)],
    ids=" and ".join,
)
async def test_a_name_with_any_inside_address_is_refused(monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(*addresses))
    with pytest.raises(AddressRefusedError):
        await GuardedResolver(permit_public).resolve("news.example", 80)


async def test_each_connection_asks_once_and_goes_where_was_checked(open_site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site = await open_site(a=b"text")
    asked: list[str] = []

    def rebinding(host: str | bytes, port: int, *args: Any, **options: Any) -> list[Any]:
        asked.append(str(host))
        # an allowed address first; 127.0.0.2 stands for the inside host of the second answer
        return answers("127.0.0.1" if len(asked) == 1 else "127.0.0.2")(host, port)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    async with Fetcher(user_agent=AGENT, allow_ports=[site.port], gap_s=0) as fetcher:
        fetched = await fetcher.fetch(f"http://news.example:{site.port}/a")
    assert (fetched.content, asked, site.hits) == (b"text", ["news.example"], ["/a"])


HOSTS = ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127。0。0。1", "0.0.0.0", "localhost", "ⓛocalhost", "news.example"]


@pytest.mark.parametrize("host", HOSTS)
async def test_the_shipped_setting_never_reaches_this_machine(open_site: Any, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    site = await open_site(a=b"secret")
    monkeypatch.setattr(socket, "getaddrinfo", answers("127.0.0.1"))
    async with Fetcher(user_agent=AGENT, gap_s=0, deadline_s=5) as fetcher:
        with pytest.raises(FetchTerminalError) as caught:
            await fetcher.fetch(f"http://{host}:{site.port}/a")
    assert caught.value.status is PollStatus.REFUSED
    assert site.hits == []


async def test_proxies_of_the_surroundings_are_ignored(open_site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, site = await open_site(), await open_site(a=b"text")
    monkeypatch.setenv("http_proxy", proxy.url())
    async with Fetcher(user_agent=AGENT, allow_private=True, gap_s=0) as fetcher:
        await fetcher.fetch(site.url("/a"))
    assert (proxy.hits, site.hits) == ([], ["/a"])


async def test_the_names_of_a_local_site_lead_to_its_port_and_nowhere_else(open_site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site = await open_site(a=b"text")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: pytest.fail("a name was looked up"))
    async with Fetcher(user_agent=AGENT, local_hosts={"post.example": site.port}, gap_s=0) as fetcher:
        fetched = await fetcher.fetch("http://post.example/a")
    assert (fetched.content, fetched.url, site.hits) == (b"text", "http://post.example/a", ["/a"])


@pytest.mark.parametrize(
    "url",
    [
        *("http://other.example/a", "http://a.post.example/a", "http://localhost:{port}/a", "http://8.8.8.8/a", "http://[2a00:1450::1]/a"),
        *("http://127.0.0.1:{other}/a", "http://[::1]:{other}/a", "http://10.0.0.1:{port}/a"),
    ],
)
async def test_nothing_but_the_local_site_can_be_asked(open_site: Any, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    site, other = await open_site(a=b"text"), await open_site(a=b"secret")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: pytest.fail("a name was looked up"))
    hosts = {"post.example": site.port}
    async with Fetcher(user_agent=AGENT, local_hosts=hosts, allow_private=True, gap_s=0, deadline_s=5) as fetcher:
        with pytest.raises(FetchTerminalError) as caught:
            await fetcher.fetch(url.format(port=site.port, other=other.port))
    assert (caught.value.status, site.hits, other.hits) == (PollStatus.REFUSED, [], [])
