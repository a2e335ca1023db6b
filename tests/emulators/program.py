"""Runs `kinescope` as a script would: arguments in; lines, words on stderr and an exit code out."""

import dataclasses
import json
import os
import signal
import subprocess
import time

from waiting import wait_until

REGION = "us-east-1"
ACCESS_KEY = "AKIDEMULATORS"
SECRET_KEY = "secret"


def environment():
    """Nothing of the account of whoever runs this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "TERM": "xterm-256color",
    }


@dataclasses.dataclass
class Finished:
    code: int
    lines: list
    stderr: str
    seconds: float


class Kinescope:
    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder

    def command(self, url, *words):
        return [str(self.binary), *words, "--endpoint-url", url]

    def tail(self, url, stream, *words, seconds=180):
        """`kinescope tail` to its end, its lines parsed."""
        command = self.command(url, "tail", stream, "--output", "jsonl", *words)
        start = time.monotonic()
        ended = subprocess.run(
            command, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
        taken = time.monotonic() - start
        lines = [json.loads(line) for line in ended.stdout.splitlines()]
        return Finished(ended.returncode, lines, ended.stderr.decode(), taken)

    def live_tail(self, url, stream, *words, name="live"):
        """A tail that runs beside others has a name of its own."""
        return LiveTail(self.command(url, "tail", stream, "--output", "jsonl", *words), self.folder / name)


class LiveTail:
    """A `kinescope tail` that goes on until the context is left; its words on stderr go to a log."""

    def __init__(self, command, path):
        self.output = path.with_suffix(".jsonl")
        self.log = path.with_suffix(".stderr.log")
        self.parsed = []
        self.parsed_to = 0
        with open(self.output, "wb") as out, open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, env=environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=log
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def lines(self):
        """What was written so far, but for a line that is not complete."""
        with open(self.output, "rb") as written:
            written.seek(self.parsed_to)
            complete, line_end, _ = written.read().rpartition(b"\n")
        self.parsed_to += len(complete + line_end)
        self.parsed += [json.loads(line) for line in complete.splitlines()]
        return self.parsed

    def wait_for(self, condition, what, seconds=30):
        return wait_until(lambda: condition(self.lines()), what, seconds)

    def interrupt(self):
        """Asks it to end, as Ctrl-C does; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(10)
