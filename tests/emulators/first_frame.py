#!/usr/bin/env python3
"""How long the explorer takes from exec to its first frame, in a pseudo-terminal.

Usage: first_frame.py BINARY [RUNS]

Measures it against an endpoint that takes connections and never answers, and for `demo`; prints the median and the longest of
RUNS (20) in milliseconds. The first frame is there when the alternate screen has been entered and the program's name is on it.
"""

import os
import signal
import socket
import statistics
import sys
import time

from screen import read, spawn

ALTERNATE_SCREEN = b"\x1b[?1049h"
NAME = b"kinescope"
SECONDS = 10


def first_frame(command):
    """Seconds from the start of a process to its first frame; the process is ended then."""
    start = time.monotonic()
    process, terminal = spawn(command)
    try:
        seen = b""
        while NAME not in seen.partition(ALTERNATE_SCREEN)[2]:
            if time.monotonic() > start + SECONDS:
                sys.exit(f"no frame within {SECONDS} s; saw {seen!r}")
            seen += read(terminal, 0.5)
        return time.monotonic() - start
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)


def measure(what, command, runs):
    times = [first_frame(command) * 1000 for _ in range(runs)]
    print(f"{what}: median {statistics.median(times):.1f} ms, longest {max(times):.1f} ms of {runs} runs", flush=True)


def main(binary, runs=20):
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as hung:
        url = f"http://127.0.0.1:{hung.getsockname()[1]}"
        measure("an endpoint that never answers", [binary, "--endpoint-url", url], runs)
    measure("demo", [binary, "demo"], runs)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1], *map(int, sys.argv[2:]))
