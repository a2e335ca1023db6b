"""Says what was checked, a line each, and counts it."""

import contextlib
import traceback

# Characters of an unexpected value that are shown.
SHOWN = 600


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, what, condition, seen=None):
        if condition:
            self.passed += 1
            print(f"ok      {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED  {what}; saw {str(seen)[:SHOWN]}", flush=True)
        return bool(condition)

    def equal(self, what, seen, expected):
        if seen == expected:
            return self.check(what, True)
        return self.check(f"{what}: expected {str(expected)[:SHOWN]}", False, seen)

    def add(self, other):
        """Counts what another one, as of a process of its own, has counted and said already."""
        self.passed += other.passed
        self.failed += other.failed

    @contextlib.contextmanager
    def journey(self, title):
        """An error ends the journey and is counted; the next journey starts."""
        print(f"--      {title}", flush=True)
        try:
            yield
        except Exception as error:
            traceback.print_exc()
            self.check(f"{title}, to its end", False, repr(error))
