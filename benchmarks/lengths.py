"""How the time of tagging grows with the length of texts that nobody wrote to be read: ratios measured in one process.

usage: python benchmarks/lengths.py [--characters N] [--rounds N] [KIND ...]

For each kind of `tests/extractors/test_hostile_texts.py` one text of N characters (default 20,000) and one of four times as many are
tagged; printed is the time per character of the longer over that of the shorter, the same for a bare parse, which is not ours, and the
one over the other (bar 1.5: what we add grows with length as the parse does). The fastest of the rounds counts. Ends with 1 where a bar
is missed.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "extractors"))

from tagging import tag
from test_hostile_texts import KINDS

from extractors.model import load_model, parsable
from extractors.reading import read_marks

TIMES = 4
BAR = 1.5


def parse(text: str) -> None:
    """Parse `text` as the tagger reads it, and nothing else."""
    load_model()(parsable(read_marks(text).text))


def seconds(call: Callable[[str], object], text: str, rounds: int) -> float:
    """Return the fastest of `rounds` calls."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        call(text)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--characters", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    tag("Poland refused to deploy soldiers to Ukraine.")
    missed = False
    for kind in args.kinds:
        short, long = KINDS[kind](args.characters), KINDS[kind](TIMES * args.characters)
        ratios = [seconds(call, long, args.rounds) / seconds(call, short, args.rounds) / TIMES for call in (tag, parse)]
        growth = ratios[0] / ratios[1]
        print(f"{kind:32} tagging {ratios[0]:.2f} / parse {ratios[1]:.2f} = {growth:.2f} (bar {BAR})", flush=True)
        missed |= growth > BAR
    sys.exit(int(missed))


if __name__ == "__main__":
    main()
