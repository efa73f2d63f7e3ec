"""Names are looked up in threads: no slow one holds up the others, and whoever asks gets what the system says."""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from sources import names
from sources.names import MOST_THREADS, Names

SLOW_S = 0.6
ANSWER = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]
Lookup = Callable[..., list[Any]]


def stub(monkeypatch: pytest.MonkeyPatch, answer: Lookup) -> list[str]:
    """Let `answer` stand for the system's resolver; return the names that it is asked for."""
    asked: list[str] = []

    def look_up(host: str, port: int, **facts: object) -> list[Any]:
        asked.append(host)
        return answer(host)

    monkeypatch.setattr(names.socket, "getaddrinfo", look_up)
    return asked


def slow_where_told(host: str) -> list[Any]:
    if host.startswith("slow"):
        time.sleep(SLOW_S)
    return ANSWER


@pytest.mark.parametrize("slow", [1, 3, MOST_THREADS - 1])
def test_slow_names_hold_up_no_other(monkeypatch: pytest.MonkeyPatch, slow: int) -> None:
    asked = stub(monkeypatch, slow_where_told)

    async def run() -> tuple[int, float]:
        lookups, start = Names(), time.monotonic()
        waiting = [asyncio.ensure_future(lookups.find(f"slow{n}", 80, 0)) for n in range(slow)]
        quick = await asyncio.gather(*(lookups.find(f"quick{n}", 80, 0) for n in range(40)))
        took_s = time.monotonic() - start
        assert not any(one.done() for one in waiting)
        assert await asyncio.gather(*waiting) == [ANSWER] * slow
        lookups.close()
        return len(quick), took_s

    count, took_s = asyncio.run(run())
    assert count == 40
    assert took_s < SLOW_S
    assert sorted(asked) == sorted([*(f"slow{n}" for n in range(slow)), *(f"quick{n}" for n in range(40))])


def test_each_gets_its_own_answer_and_asks_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(host: str) -> list[Any]:
        if host == "bad":
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        if host == "odd":
            raise UnicodeError("label too long")
        return [host]

    asked = stub(monkeypatch, answer)

    async def run() -> None:
        lookups = Names()
        for _ in range(3):
            found = await asyncio.gather(*(lookups.find(name, 80, 0) for name in ("a", "bad", "b", "odd", "a")), return_exceptions=True)
            assert [found[0], found[2], found[4]] == [["a"], ["b"], ["a"]]
            assert isinstance(found[1], socket.gaierror)
            assert isinstance(found[3], UnicodeError)
            await asyncio.sleep(0.02)  # all threads have ended; the next ones begin anew
        lookups.close()

    asyncio.run(run())
    assert len(asked) == 15


def test_one_who_waits_no_more_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    stub(monkeypatch, slow_where_told)

    async def run() -> None:
        lookups = Names()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await lookups.find("slow", 80, 0)
        assert await lookups.find("quick", 80, 0) == ANSWER
        await asyncio.sleep(SLOW_S)
        assert await lookups.find("quick", 80, 0) == ANSWER
        lookups.close()

    asyncio.run(run())


def test_a_loop_that_ends_during_a_lookup_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stub(monkeypatch, slow_where_told)

    async def run() -> None:
        lookups = Names()
        waiting = asyncio.ensure_future(lookups.find("slow", 80, 0))
        await asyncio.sleep(0.05)
        lookups.close()
        waiting.cancel()

    start = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - start < SLOW_S
