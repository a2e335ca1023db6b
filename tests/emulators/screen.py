"""Runs the explorer in a pseudo-terminal, and reads its screen as a person would."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

from program import environment
from waiting import TookTooLong

COLUMNS, ROWS = 120, 40


def spawn(command, variables):
    """Starts a command as the leader of a terminal of its own; returns its id and the terminal's other end."""
    env = {**environment(), **variables}
    size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
    process, terminal = pty.fork()
    if process == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, size)
        os.execvpe(command[0], command, env)
    return process, terminal


def read(terminal, seconds):
    """What arrives first within the time; empty where nothing does, or where the other end is closed."""
    if not select.select([terminal], [], [], max(seconds, 0))[0]:
        return b""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""


class Screen:
    """The explorer in a terminal that answers no questions, as a recorder's may not."""

    def __init__(self, command, variables=()):
        self.cells = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.cells)
        # All that was written, for what no screen shows.
        self.raw = b""
        self.process, self.terminal = spawn(command, dict(variables))
        self.code = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.code is None:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self.terminal)

    def read(self, seconds):
        """Takes in what arrives first within the time."""
        arrived = read(self.terminal, seconds)
        self.raw += arrived
        self.stream.feed(arrived)

    def text(self):
        return "\n".join(line.rstrip() for line in self.cells.display)

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def wait_for(self, *words, seconds=20):
        """Reads until all words stand on the screen at once."""
        deadline = time.monotonic() + seconds
        while not all(word in self.text() for word in words):
            left = deadline - time.monotonic()
            if left <= 0:
                raise TookTooLong(f"waited {seconds} s for {words} on the screen:\n{self.text()}")
            self.read(min(left, 0.5))

    def wait_until(self, condition, what, seconds=20):
        """Reads until something is so."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TookTooLong(f"waited {seconds} s for {what}; the screen:\n{self.text()}")
            self.read(0.2)

    def put_until_seen(self, put, word, seconds=30):
        """Nothing tells when a tail from latest begins to read, so something is put until it shows."""
        deadline = time.monotonic() + seconds
        while word not in self.text():
            if time.monotonic() > deadline:
                raise TookTooLong(f"waited {seconds} s for {word} on the screen:\n{self.text()}")
            put()
            self.read(0.5)

    def wait_for_end(self, seconds=10):
        """Reads until the program has ended; returns the exit code."""
        deadline = time.monotonic() + seconds
        while True:
            self.read(0.05)
            ended, status = os.waitpid(self.process, os.WNOHANG)
            if ended:
                self.code = os.waitstatus_to_exitcode(status)
                return self.code
            if time.monotonic() > deadline:
                raise TookTooLong(f"waited {seconds} s for the end of the explorer:\n{self.text()}")
