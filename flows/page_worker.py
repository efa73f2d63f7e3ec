"""The worker's side of `flows.workers`: a process that extracts the text of one page after the other, until limits or its parent end it.

It holds nothing but its end of a socket. Messages are JSON and the bytes of the page; nothing that it sends can run code in its parent.
Python's own output and that of libraries goes nowhere, once the modules are loaded.
"""

import gc
import importlib
import json
import os
import resource
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from flows.tether import tie_to_parent
from vocabulary.documents import RawDocument
from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome

Json = dict[str, Any]
FRAME: Final = struct.Struct("!II")  # length of the JSON, length of the bytes after it
_MIB: Final = 1024 * 1024
_GRACE_S: Final = 10  # the parent ends a slow worker; this is for one whose parent is gone
# A list that grows is copied to twice its size: so much of the allowance may be in use when the next request for memory is refused.
_NEAR: Final = 0.5
_STATUS: Final = Path("/proc/self/status")
_FRESH_PEAK: Final = Path("/proc/self/clear_refs")


def pack(message: Json, content: bytes = b"") -> bytes:
    """Return a message as it goes over the socket, without its content."""
    body = json.dumps(message).encode("ascii")
    return FRAME.pack(len(body), len(content)) + body


def main() -> None:
    """Serve pages as `sys.argv[1]` (JSON) says: `extract`, `timeout_s`, `memory_mb`, `parent`."""
    orders: Json = json.loads(sys.argv[1])
    tie_to_parent(int(orders["parent"]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    module, _, name = str(orders["extract"]).partition(":")
    extract = getattr(importlib.import_module(module), name)
    with socket.socket(fileno=os.dup(0)) as channel, open(os.devnull, "r+b") as nowhere:
        for number in (0, 1, 2):
            os.dup2(nowhere.fileno(), number)
        start_mb = _memory_mb("VmRSS")
        _limit_memory(int(orders["memory_mb"]))
        channel.sendall(pack({"ready": True}))
        while (request := _receive(channel)) is not None:
            signal.setitimer(signal.ITIMER_REAL, float(orders["timeout_s"]) + _GRACE_S)
            answer = _answer(extract, *request, near_mb=start_mb + _NEAR * int(orders["memory_mb"]))
            signal.setitimer(signal.ITIMER_REAL, 0)
            channel.sendall(pack(answer))


def _answer(extract: Any, facts: Json, content: bytes, *, near_mb: float) -> Json:
    """Return what `extract` makes of one page: `clean`, or `outcome` and `why`; `tired` where the process should not go on."""
    with suppress(OSError):  # where peaks are not to be reset, one page may make its worker tired, and so may no other after it
        _FRESH_PEAK.write_text("5", encoding="ascii")
    answer: Json = {"outcome": DocumentOutcome.FAILED, "why": "memory", "tired": True}
    try:
        clean = extract(RawDocument.model_validate({**facts, "content": content}))
        answer = {"clean": clean.model_dump(mode="json"), "tired": False}
    except TextError as error:
        answer = {"outcome": error.outcome, "why": str(error), "tired": False}
    except MemoryError:
        pass
    except Exception as error:  # noqa: BLE001 - hostile pages break parsers in ways nobody lists; the parent makes an outcome of it
        answer = {"outcome": DocumentOutcome.FAILED, "why": f"{type(error).__name__}: {error}", "tired": False}
    # parsers take a refused request for memory for the end of the page: near the limit, what they found is not believed
    if _memory_mb("VmHWM") > near_mb and not answer["tired"]:
        answer = {**answer, "tired": True} if "clean" in answer else {"outcome": DocumentOutcome.FAILED, "why": "memory", "tired": True}
    if answer["tired"]:
        gc.collect()
    return answer


def _receive(channel: socket.socket) -> tuple[Json, bytes] | None:
    """Return the next request, None where the parent has closed its end."""
    head = _read(channel, FRAME.size)
    if head is None:
        return None
    body_length, content_length = FRAME.unpack(head)
    body, content = _read(channel, body_length), _read(channel, content_length)
    return None if body is None or content is None else (json.loads(body), content)


def _read(channel: socket.socket, length: int) -> bytes | None:
    pieces = bytearray()
    while len(pieces) < length:
        piece = channel.recv(min(length - len(pieces), _MIB))
        if not piece:
            return None
        pieces += piece
    return bytes(pieces)


def _limit_memory(memory_mb: int) -> None:
    """Let this process take `memory_mb` MiB more than it has; a crash writes no core file."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    size_mb = _memory_mb("VmSize")
    if size_mb:
        with suppress(OSError, ValueError):  # a system that knows no such limit, or has a lower one
            resource.setrlimit(resource.RLIMIT_AS, ((size_mb + memory_mb) * _MIB,) * 2)


def _memory_mb(what: str) -> int:
    """Return a measure of this process's memory in MiB, 0 where the system does not tell."""
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith(f"{what}:")), 0)


if __name__ == "__main__":
    main()
