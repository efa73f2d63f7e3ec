import ipaddress
import os
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest

# What tests alone are told; modules read it when they are imported, and a program that a test starts would take it for a setting.
TEST_VARIABLES = (
    "STANCEWATCH_FEEDPARSER_TESTS",
    "STANCEWATCH_FUNDUS_PAGES",
    "STANCEWATCH_FUZZ_S",
    "STANCEWATCH_FUZZ_SEED",
    "STANCEWATCH_TRAFILATURA_PAGES",
)


@pytest.fixture(scope="session", autouse=True)
def _no_variables_of_tests() -> None:
    for name in TEST_VARIABLES:
        os.environ.pop(name, None)


def leads_outside(family: int, address: Any) -> bool:
    """Tell whether a socket of this family would leave this machine for `address`; a name other than localhost would ask DNS first."""
    if family not in (socket.AF_INET, socket.AF_INET6):
        return family != socket.AF_UNIX
    host = str(address[0]).partition("%")[0]
    if host == "localhost":
        return False
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return True
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return not (mapped or found).is_loopback


@pytest.fixture(scope="session", autouse=True)
def _interrupts_arrive() -> None:
    """Heed Ctrl-C also where the tests were started in the background, which has it ignored, in every program that they start too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection of this process but those to this machine.

    The refusal is no `OSError`: code that takes an unreachable site in its stride must not hide a test that asks for one.
    """

    plain_connect, plain_connect_ex, plain_sendto = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto

    def check(opened: socket.socket, address: Any) -> None:
        if leads_outside(opened.family, address):
            opened.close()  # its opener may close it after an OSError alone
            raise AssertionError(f"a test asked for a connection to {address}, which is not this machine")

    def connect(self: socket.socket, address: Any) -> None:
        check(self, address)
        plain_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        check(self, address)
        return plain_connect_ex(self, address)

    def sendto(self: socket.socket, data: bytes, *flags_and_address: Any) -> int:
        check(self, flags_and_address[-1])
        return plain_sendto(self, data, *flags_and_address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket.socket, "connect_ex", connect_ex)
        patch.setattr(socket.socket, "sendto", sendto)
        yield
