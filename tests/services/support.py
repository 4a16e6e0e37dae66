# SPDX-License-Identifier: MIT
"""What the tests of services/ share: upstream's unix port with the services, and running them there."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from tests.models.support import BUILD, ROOT
from tests.usermod.support import MICROPYTHON  # noqa: F401

SCRIPTS = ROOT / "tests" / "services" / "scripts"
SCRATCH = BUILD / "tests" / "services"
UNIX = BUILD / "usermod" / "unix-services" / "micropython"
USERS = {"owner": "open sesame, and quickly"}
BOUND_S = 60


def build():
    """Build the unix port with the services of this tree frozen."""
    subprocess.run(
        ["make", "-s", "-j2", "-C", str(ROOT / "tests" / "usermod"), "unix-services"],
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=900,
    )
    SCRATCH.mkdir(parents=True, exist_ok=True)


def told(data):
    """What `received.told()` of scripts/prompt.py says of these bytes."""
    return f"\r\n{len(data)} {hashlib.sha256(data).hexdigest()}\r\n".encode()


def free_port():
    """A TCP port that nobody has now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Services:
    """The services of a configuration in a process, for a `with` statement. `folder` is theirs to serve.

    config: dict of services.start(); each service's port is chosen here, see `ports`
    """

    def __init__(self, cable=0, heap=None, users=None, **config):
        self.folder = Path(tempfile.mkdtemp(dir=SCRATCH))
        self.ports = {}
        for name, options in config.items():
            if name in ("ftp", "http", "webrepl", "repl", "xvc"):
                self.ports[name] = options.setdefault("port", free_port())
        config["users"] = USERS if users is None else users
        if "ftp" in config:
            config["ftp"].setdefault("root", str(self.folder))
        command = [str(UNIX), *(["-X", f"heapsize={heap}"] if heap else [])]
        # In a file: the unix port takes no argument of more than 255 bytes.
        self.config = self.folder.with_suffix(".json")
        self.config.write_text(json.dumps(config))
        command += [str(SCRIPTS / "serve.py"), str(self.config), str(cable)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            env=os.environ | {"MICROPYPATH": f"{SCRIPTS}:.frozen"},
        )
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            rest = line + self.process.stdout.read()
            self.stop()
            raise AssertionError(f"the services did not start: {rest}")
        self.free_before, self.free_started = map(int, line.split()[1:])
        self.output = None

    def stop(self):
        """End them; what they printed is in `output`, the free heap at the end in `free_after`."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.output = self.process.communicate(timeout=20)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.output = self.process.communicate()[0]
        shutil.rmtree(self.folder, ignore_errors=True)
        self.config.unlink(missing_ok=True)
        last = (self.output or "").splitlines()[-1:]
        self.free_after = int(last[0].split()[1]) if last and last[0].startswith("free ") else None

    def __enter__(self):
        return self

    def __exit__(self, kind, *details):
        self.stop()
        if kind is None and self.free_after is None:
            raise AssertionError(f"the services ended badly: {self.output}")


def run_script(name, *arguments, heap=None, bound_s=BOUND_S, folder=ROOT):
    """Run a script of scripts/ in the unix port, in a folder; return what it printed."""
    process = subprocess.run(
        [
            str(UNIX),
            *(["-X", f"heapsize={heap}"] if heap else []),
            str(SCRIPTS / name),
            *arguments,
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=bound_s,
        cwd=folder,
        env=os.environ | {"MICROPYPATH": f"{SCRIPTS}:.frozen"},
    )
    return process.stdout.decode(errors="replace")
