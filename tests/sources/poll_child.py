"""A poll in a process of its own, whose memory and time can be measured: addresses of feeds in, one JSON object out.

Started by the tests with the path of the sources as PYTHONPATH. A good feed is polled first, so that what modules take is not counted.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from polling_builders import Desk, make_feed


def peak_mb() -> float:
    """Return the most memory that this process ever held; that of `getrusage` would count the process that started this one."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


async def measure(warm: str, feeds: dict[str, str], options: dict[str, Any]) -> dict[str, Any]:
    await Desk([make_feed(warm)]).poll()
    before, started, wall = peak_mb(), time.process_time(), time.monotonic()
    desk = Desk([make_feed(url, name) for name, url in feeds.items()])
    await desk.poll(**options)
    return {
        "grown_mb": peak_mb() - before,
        "processor_s": time.process_time() - started,
        "wall_s": time.monotonic() - wall,
        "words": {poll.feed_id: poll.status for poll in desk.keeper.polls},
        "details": {poll.feed_id: poll.detail for poll in desk.keeper.polls},
        "ends": {failure.item: failure.outcome for failure in desk.keeper.failures},
        "documents": desk.keeper.addresses(),
        "waiting": len(desk.keeper.waiting),
    }


if __name__ == "__main__":
    order = json.load(sys.stdin)
    print(json.dumps(asyncio.run(measure(order["warm"], order["feeds"], order["options"]))))
