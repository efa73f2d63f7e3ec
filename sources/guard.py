"""Keep requests out of inside networks: check the address that a connection really goes to.

Host names say nothing: a public name may lead inside, may lead elsewhere the second time it is asked, and a redirect may name
any. So the check stands where a socket is opened, once per hop and address, and before that where a name is resolved.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from sources.names import Names

Permit = Callable[[str, int], str]
"""Address and port in, the reason for a refusal out, empty where a connection may be opened."""

# What `ipaddress.is_global` of Python 3.11 lets through though it is no host of the public net (IANA special-purpose registries)
_INSIDE_4 = tuple(IPv4Network(net) for net in ("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4"))
_PUBLIC_6 = IPv6Network("2000::/3")
_INSIDE_6 = tuple(IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


class AddressRefusedError(OSError):
    """A connection to an inside address was refused."""


def refusal_of(address: str) -> str:
    """Return why no connection may go to `address` (IPv4 or IPv6, as resolved), or an empty text where it may.

    Addresses that carry another one (mapped, 6to4, NAT64, ISATAP) are judged by both; Teredo and IPv4-compatible ones are refused.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address!r} is no IP address"
    public = _is_public_4(found) if isinstance(found, IPv4Address) else _is_public_6(found)
    return "" if public else f"{address} is not an address of the public net"


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in net for net in _INSIDE_4)


def _is_public_6(address: IPv6Address) -> bool:
    if address.ipv4_mapped is not None:
        return _is_public_4(address.ipv4_mapped)
    last_four = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64:
        # where the network speaks IPv6 only, its DNS gives every IPv4 host as such an address
        return _is_public_4(last_four)
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP and not _is_public_4(last_four):
        return False
    if address.sixtofour is not None:
        # decided by the part it carries alone: releases of Python differ on whether 2002::/16 is global
        return _is_public_4(address.sixtofour)
    return address.is_global and address in _PUBLIC_6 and not any(address in net for net in _INSIDE_6)


def permit_public(address: str, port: int) -> str:  # noqa: ARG001  (a Permit; some decide by port)
    """Permit the public net alone."""
    return refusal_of(address)


def permit_all(address: str, port: int) -> str:  # noqa: ARG001
    """Permit everything: for tests and demonstrations on one machine."""
    return ""


def permit_loopback_ports(ports: frozenset[int]) -> Permit:
    """Permit the public net and these ports of this machine: for tests in which other ports must stay out of reach."""

    def permit(address: str, port: int) -> str:
        if port in ports and ipaddress.ip_address(address).is_loopback:
            return ""
        return refusal_of(address)

    return permit


def permit_ports_alone(ports: frozenset[int]) -> Permit:
    """Permit these ports of this machine and nothing else: for demonstrations, which must not leave it."""

    def permit(address: str, port: int) -> str:
        if port in ports and ipaddress.ip_address(address.partition("%")[0]).is_loopback:
            return ""
        return f"{address} port {port} is not part of the site on this machine"

    return permit


class LocalResolver(AbstractResolver):
    """Resolve the names of a site on this machine, each to its port there; no other name is looked up anywhere."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = dict(ports)

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:  # noqa: ARG002
        """Return where `host` stands; raise `AddressRefusedError` for any other name."""
        if host not in self._ports:
            raise AddressRefusedError(f"{host} is not part of the site on this machine")
        place = {"hostname": host, "host": "127.0.0.1", "port": self._ports[host]}
        return [ResolveResult(**place, family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST)]  # type: ignore[typeddict-item]

    async def close(self) -> None:
        """There is nothing to close."""


class GuardedResolver(AbstractResolver):
    """Resolve names with the system's resolver, and refuse a name of which any address is refused."""

    def __init__(self, permit: Permit) -> None:
        self._permit = permit
        self._names = Names()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Return the addresses of `host`; raise `AddressRefusedError` where one of them is refused."""
        try:
            infos = await self._names.find(host, port, family)
        except UnicodeError as error:
            raise OSError(f"{host!r} is no host name") from error
        found = [_result(host, port, *info) for info in infos if info[0] in (socket.AF_INET, socket.AF_INET6)]
        for entry in found:
            if why := self._permit(entry["host"], port):
                raise AddressRefusedError(f"{host} leads to {why}")
        return found

    async def close(self) -> None:
        """Let the threads of the resolver end."""
        self._names.close()


def _result(host: str, port: int, family: int, kind: int, protocol: int, name: str, place: tuple[Any, ...]) -> ResolveResult:  # noqa: ARG001
    """Return one answer of the system's resolver as the HTTP client wants it."""
    scope = f"%{place[3]}" if family == socket.AF_INET6 and place[3] else ""
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=f"{place[0]}{scope}", port=port, family=family, proto=protocol, flags=flags)


def guarded_socket(permit: Permit) -> Callable[[Any], socket.socket]:
    """Return the factory that opens each socket of a connector, after checking the very address it will connect to."""

    def open_socket(addr_info: tuple[int, int, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, protocol, _, place = addr_info
        if family not in (socket.AF_INET, socket.AF_INET6):
            raise AddressRefusedError("only IP connections are made")
        if why := permit(str(place[0]), int(place[1])):
            raise AddressRefusedError(why)
        return socket.socket(family=family, type=kind, proto=protocol)

    return open_socket
