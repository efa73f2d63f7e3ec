"""Extraction for tests of workers: does what the page says, as a parser would that the page breaks."""

import os
import signal
import sys
import time

from vocabulary.documents import CleanText, RawDocument
from vocabulary.errors import TextError
from vocabulary.words import DocumentOutcome


def extract(raw: RawDocument) -> CleanText:
    order, _, rest = raw.content.decode().partition(" ")
    match order:
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "leave":
            os._exit(7)
        case "hang":
            signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
            while True:
                time.sleep(60)
        case "eat":
            _eat()
        case "eat-quietly":  # as parsers do that take a refused request for memory for the end of the page
            try:
                _eat()
            except MemoryError:
                raise TextError("nothing there", DocumentOutcome.NO_TEXT) from None
        case "break":
            raise RecursionError("planted")
        case "no-text":
            raise TextError("no article", DocumentOutcome.NO_TEXT)
        case "print":
            print("noise", flush=True)
            sys.stderr.write("noise\n")
    return CleanText(text=f"{order} {rest} by {os.getpid()}", title="", language="en")


def _eat() -> None:
    held = []
    while True:
        held.append(bytearray(8 * 1024 * 1024))
