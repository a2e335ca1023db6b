"""A copy on its way out of a real tmux: into tmux's own buffer, and to the terminal that tmux runs in."""

import base64
import contextlib
import os
import re
import shutil
import subprocess
import tempfile

from program import environment
from screen import Screen

COPIED = re.compile(rb"\x1b\]52;[a-z]*;([A-Za-z0-9+/=]+)(?:\x07|\x1b\\)")
# Each is enough alone.
SETTINGS = {
    "set-clipboard": "set -g set-clipboard on\nset -g allow-passthrough off\n",
    "allow-passthrough": "set -g set-clipboard off\nset -g allow-passthrough on\n",
}


def run(report, binary, folder):
    if shutil.which("tmux") is None:
        print("        tmux is not installed, so that nothing was copied out of one")
        report.check("tmux is looked for", True)
        return
    for setting, settings in SETTINGS.items():
        with report.journey(f"tmux: {setting}"):
            copy_journey(report, binary, folder, setting, settings)


@contextlib.contextmanager
def server(folder, setting, settings):
    """Words that begin a command to a tmux server of its own, which is ended afterwards."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        config = os.path.join(own, "tmux.conf")
        with open(config, "w", encoding="utf-8") as out:
            out.write(settings)
        tmux = ["tmux", "-S", os.path.join(own, "socket"), "-f", config]
        try:
            yield tmux
        finally:
            subprocess.run([*tmux, "kill-server"], env=environment(), capture_output=True, timeout=20, check=False)


def copy_journey(report, binary, folder, setting, settings):
    with server(folder, setting, settings) as tmux:
        # What is in the environment of the server is in that of the program.
        command = [*tmux, "new-session", str(binary), "demo"]
        with tempfile.TemporaryDirectory() as home, Screen(command, {"SSH_TTY": "/dev/pts/0", "HOME": home}) as screen:
            screen.wait_for("clickstream")
            screen.type("/orders\r")
            screen.type("t")
            screen.wait_for("order_id", "following")
            screen.type(" ")
            screen.wait_for("paused")
            screen.type("y")
            screen.wait_until(lambda: COPIED.search(screen.raw), "the copy at the outer terminal")
            text = base64.b64decode(COPIED.findall(screen.raw)[-1]).decode()
            report.check(f"{setting}: the terminal outside gets the record", text.startswith('{"order_id"'), text)
            if setting == "set-clipboard":
                buffer = subprocess.run(
                    [*tmux, "show-buffer"], env=environment(), capture_output=True, text=True, timeout=20, check=False
                )
                report.equal(f"{setting}: tmux has it as well", buffer.stdout, text)
            screen.type("q")
            screen.wait_for_end()
