"""Tie a process to its parent: a killed `stancewatch` leaves no server and no worker behind.

Run as a file, with a command as arguments, it asks the kernel for the signal and becomes the command. Standard library only.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Tie this process to its parent where the system can, then become the command in `sys.argv`."""
    tie_to_parent(os.getppid())
    os.execv(sys.argv[1], sys.argv[1:])


def tie_to_parent(parent: int) -> None:
    """Ask the kernel to kill this process when `parent` ends, or more exactly the thread of it that started this process."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            raise SystemExit(1)


if __name__ == "__main__":
    main()
