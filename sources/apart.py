"""Read a feed within bounds of time and memory, whatever shape it has.

feedparser takes the square of what some shapes hold: an element with 100,000 attributes, tags nested as deep, tags never closed. A feed
of ordinary shape is read here; any other one is read by a process of its own (`python -m sources.apart`) with limits of processor time
and memory, so that it costs its own status word and nobody else's deadline.
"""

import asyncio
import json
import os
import resource
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.parsers import expat

from sources.failures import Failure
from sources.feeds import ParsedFeed, parse_feed
from sources.plain_rss import is_utf_8
from vocabulary.documents import FeedItem
from vocabulary.watch import Feed
from vocabulary.words import DocumentOutcome, PollStatus

PROCESSOR_S = 10
"""Processor time that the process of one feed may take."""
MEMORY_MB = 500
_WALL_TO_PROCESSOR = 3  # where others want the processors too
# The square of so few bytes is nothing
_SMALL = 50_000
# Reading so much takes as long as other feeds' deadlines should not have to wait
_READ_AT_ONCE = 200_000
_MOST_ELEMENTS, _MOST_ATTRIBUTES, _DEEPEST = 50_000, 60, 60
_WRITTEN = b"\n"


class _UnrulyError(Exception):
    """The feed has a shape that real feeds do not have."""


@dataclass
class _Shape:
    """Counts elements while expat reads."""

    elements: int = 0
    depth: int = 0

    def start(self, _: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > _MOST_ELEMENTS or self.depth > _DEEPEST or len(attributes) > _MOST_ATTRIBUTES:
            raise _UnrulyError

    def end(self, _: str) -> None:
        self.depth -= 1


def is_ordinary(content: bytes, content_type: str) -> bool:
    """Tell whether reading a feed will cost what its size says: it is small, JSON, or well-formed XML in UTF-8 of ordinary shape."""
    if len(content) <= _SMALL or content.lstrip()[:1] in (b"{", b"["):
        return True
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or not is_utf_8(content, content_type):
        return False
    shape, parser = _Shape(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = shape.start, shape.end
    try:
        parser.Parse(content, True)
    except (_UnrulyError, expat.ExpatError, LookupError, ValueError):
        return False
    return True


async def read_feed(content: bytes, *, feed: Feed, content_type: str, now: datetime, base_url: str = "") -> ParsedFeed:
    """Return what `parse_feed` makes of a feed; `parse_error` where that takes too much time or memory."""
    if len(content) > _READ_AT_ONCE:
        ordinary = await asyncio.to_thread(is_ordinary, content, content_type)
    else:
        ordinary = is_ordinary(content, content_type)
    if not ordinary:
        facts = {"feed": feed.model_dump(mode="json"), "content_type": content_type, "now": now.isoformat(), "base_url": base_url}
        return await _read_apart(json.dumps(facts).encode() + _WRITTEN + content)
    if len(content) <= _READ_AT_ONCE:
        return parse_feed(content, feed=feed, content_type=content_type, now=now, base_url=base_url)
    return await asyncio.to_thread(parse_feed, content, feed=feed, content_type=content_type, now=now, base_url=base_url)


async def _read_apart(written: bytes) -> ParsedFeed:
    """Have a process of its own read what `written` holds; it knows no setting of ours and inherits no handle."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "sources.apart", str(PROCESSOR_S), str(MEMORY_MB)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path), "PYTHONHASHSEED": "0"},
    )
    answer = b""
    try:
        async with asyncio.timeout(_WALL_TO_PROCESSOR * PROCESSOR_S):
            answer, _ = await process.communicate(written)
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        bounds = f"{PROCESSOR_S} s of processor time or {MEMORY_MB} MiB"
        return ParsedFeed(PollStatus.PARSE_ERROR, detail=f"the feed has an odd shape, and reading it takes more than {bounds}")
    return _unpacked(json.loads(answer))


def _packed(parsed: ParsedFeed) -> dict[str, Any]:
    items = [item.model_dump(mode="json") for item in parsed.items]
    return {**{name: getattr(parsed, name) for name in ("status", "detail", "rejected", "wish_s", "title")}, "items": items}


def _unpacked(found: dict[str, Any]) -> ParsedFeed:
    return ParsedFeed(
        status=PollStatus(found["status"]),
        items=tuple(FeedItem.model_validate(item) for item in found["items"]),
        detail=found["detail"],
        rejected=tuple(Failure(item, DocumentOutcome(word), why) for item, word, why in found["rejected"]),
        wish_s=found["wish_s"],
        title=found["title"],
    )


def _main(processor_s: int, memory_mb: int) -> None:
    """Read facts and a feed from stdin within the limits, and write what they hold to stdout."""
    for limit, most in ((resource.RLIMIT_CPU, processor_s), (resource.RLIMIT_DATA, memory_mb * 1024 * 1024), (resource.RLIMIT_CORE, 0)):
        with suppress(OSError, ValueError):  # a system that knows no such limit; the clock holds all the same
            resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))
    head, _, content = sys.stdin.buffer.read().partition(_WRITTEN)
    facts = json.loads(head)
    feed, now = Feed.model_validate(facts["feed"]), datetime.fromisoformat(facts["now"])
    parsed = parse_feed(content, feed=feed, content_type=facts["content_type"], now=now, base_url=facts["base_url"])
    sys.stdout.write(json.dumps(_packed(parsed)))


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]))
