"""Waits for conditions, never for a length of time."""

import time

# Short beside anything that is waited for.
INTERVAL = 0.05


class TookTooLong(Exception):
    """A condition did not come true before its deadline."""


def wait_until(condition, what, seconds=30):
    """Polls until `condition()` is true, and returns what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TookTooLong(f"waited {seconds} s for {what}")
        time.sleep(INTERVAL)
