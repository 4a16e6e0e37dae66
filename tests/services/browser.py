# SPDX-License-Identifier: MIT
"""The page in Chromium, on the emulated board: `python -m tests.services.browser`. It needs Debian's chromium-headless-shell.

Logs in, types at the prompt, uploads, downloads, renames and deletes files, makes a folder and programs the FPGA, all as a
person does: by clicks, keys and chosen files. The browser is led by its DevTools protocol over two pipes. Every request
that it makes is looked at: none may go to another host.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from tests.models import support as models
from tests.net import board as net
from tests.services.support import USERS
from tests.services.test_board import Served

((USER, PASSWORD),) = USERS.items()
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
BOUND_S = 60
WEBREPL = 8266  # the page says where its WebSocket is, so the number is the same on both sides


class Browser:
    """A page of Chromium, for a `with` statement."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        to_read, self.writer = os.pipe()
        self.reader, to_write = os.pipe()

        def pipes():
            # 3 and 4 are where Chromium reads and writes; through high numbers, which neither is.
            os.dup2(to_read, 103)
            os.dup2(to_write, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        self.process = subprocess.Popen(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                f"--user-data-dir={self.folder.name}/profile",
                "--remote-debugging-pipe",
                "about:blank",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=pipes,
            close_fds=False,
        )
        os.close(to_read)
        os.close(to_write)
        self.buffer = b""
        self.number = 0
        self.session = None
        self.requests: list = []
        self.errors: list = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Network", "DOM"):
            self.call(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *details):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.writer)
        os.close(self.reader)
        shutil.rmtree(self.folder.name, ignore_errors=True)

    def message(self, end: float) -> dict:
        while b"\0" not in self.buffer:
            if not select.select([self.reader], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            data = os.read(self.reader, 1 << 20)
            if not data:
                raise EOFError("the browser has ended")
            self.buffer += data
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def call(self, method: str, **params) -> dict:
        """The result of a command; what else the browser says meanwhile is noted."""
        self.number += 1
        said = {"id": self.number, "method": method, "params": params}
        if self.session:
            said["sessionId"] = self.session
        os.write(self.writer, json.dumps(said).encode() + b"\0")
        end = time.monotonic() + BOUND_S
        while True:
            message = self.message(end)
            if message.get("id") == self.number:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                return message["result"]
            self.note(message)

    def note(self, message: dict) -> None:
        method, params = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(params["url"])
        elif method == "Runtime.exceptionThrown":
            self.errors.append(params["exceptionDetails"].get("text", ""))
        elif method == "Page.javascriptDialogOpening":
            self.dialog = params["message"]

    def evaluate(self, expression: str):
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            raise AssertionError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, expression: str, bound_s: float = BOUND_S):
        """Until an expression is true; its value."""
        script = f"""new Promise((resolve, reject) => {{
            const end = Date.now() + {int(bound_s * 1000)};
            const look = () => {{
                const value = {expression};
                if (value) resolve(value);
                else if (Date.now() > end) reject(new Error("in vain: " + {json.dumps(expression)}
                    + ", state: " + document.getElementById("state").textContent));
                else setTimeout(look, 50);
            }};
            look();
        }})"""
        return self.evaluate(script)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def enter(self) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key="Enter",
                code="Enter",
                windowsVirtualKeyCode=13,
                text="\r" if kind == "keyDown" else "",
            )

    def choose(self, selector: str, *paths: Path) -> None:
        """Files in an <input type=file>."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])


SCREEN = "[...Array(webrepl.terminal.buffer.active.length).keys()].map(i => webrepl.terminal.buffer.active.getLine(i).translateToString(true)).join('\\n')"
NAMES = "[...document.querySelectorAll('#files tr td:first-child')].map(cell => cell.textContent)"


def press(row: str, text: str) -> str:
    """An expression that clicks a button in a row of the file list."""
    return (
        f"[...[...document.querySelectorAll('#files tr')].find(row => row.cells[0].textContent === {json.dumps(row)})"
        f".querySelectorAll('button')].find(button => button.textContent === {json.dumps(text)}).click()"
    )


@unittest.skipUnless(CHROMIUM, "needs chromium-headless-shell")
class Page(net.NetTest):
    def test_page(self):
        served = Served(
            self,
            "--jtag",
            "ecp5:LFE5U-25F",
            soc="board",
            same=(WEBREPL,),
            http={},
            webrepl={},
        )
        served.board.console.leave_raw()
        place = f"http://127.0.0.1:{served.ports['http']}"
        with tempfile.TemporaryDirectory() as folder, Browser() as page:
            data = net.pattern(50_000)
            one = Path(folder) / "one file.bin"
            one.write_bytes(data)
            page.call("Page.navigate", url=place + "/")
            page.wait(
                "document.readyState === 'complete' && document.querySelector('#login input')"
            )
            # A wrong password is said, the right one opens the page.
            for password in ("wrong", PASSWORD):
                page.evaluate(
                    "document.querySelector('[name=user]').value = ''; document.querySelector('[name=user]').focus()"
                )
                page.type(USER)
                page.evaluate(
                    "document.querySelector('[name=password]').value = ''; document.querySelector('[name=password]').focus()"
                )
                page.type(password)
                page.evaluate("document.querySelector('#login button').click()")
                if password == "wrong":
                    page.wait(
                        "document.querySelector('#login output').textContent.includes('wrong')"
                    )
            page.wait("!document.querySelector('main').hidden && !!window.webrepl")
            page.wait(f"{SCREEN}.includes('WebREPL connected')")
            # The prompt.
            page.evaluate("webrepl.terminal.focus()")
            page.type("print('six times seven:', 6 * 7)")
            page.enter()
            page.wait(f"{SCREEN}.includes('six times seven: 42')")
            # Files.
            page.choose("#choose", one)
            page.wait("document.getElementById('state').textContent.includes('50000 bytes')")
            self.assertIn(one.name, page.wait(f"{NAMES}.includes('one file.bin') && {NAMES}"))
            self.assertEqual(
                page.evaluate(
                    "fetch('/files/one%20file.bin', {headers: {Authorization: 'Bearer ' + token}})"
                    ".then(a => a.arrayBuffer()).then(b => new Uint8Array(b).reduce((sum, x) => (sum * 31 + x) % 1000003, 0))"
                ),
                checksum(data),
            )
            page.evaluate("window.prompt = () => 'two.bin'; window.confirm = () => true")
            page.evaluate(press(one.name, "Rename"))
            page.wait(f"{NAMES}.includes('two.bin')")
            page.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=folder)
            page.evaluate(press("two.bin", "Get"))
            end = time.monotonic() + BOUND_S
            while not (Path(folder) / "two.bin").exists() and time.monotonic() < end:
                page.evaluate("new Promise(resolve => setTimeout(resolve, 200))")
            self.assertEqual((Path(folder) / "two.bin").read_bytes(), data)
            page.evaluate("window.prompt = () => 'sub'; document.getElementById('make').click()")
            page.wait(f"{NAMES}.includes('sub/')")
            page.evaluate(press("two.bin", "Delete"))
            page.wait(f"!{NAMES}.includes('two.bin')")
            # The FPGA.
            page.choose("#bitstream", models.bitstream("25f-compress.bit"))
            page.evaluate("document.getElementById('fpga').click()")
            said = page.wait("document.getElementById('state').textContent.match(/IDCODE.*/)?.[0]")
            self.assertEqual(said, "IDCODE 0x41111043")
            self.assertEqual(page.errors, [])
            self.assertGreater(len(page.requests), 8)
            own = (place + "/", "ws://127.0.0.1:8266/", "blob:" + place, "about:", "data:")
            self.assertEqual([url for url in page.requests if not url.startswith(own)], [])


def checksum(data: bytes) -> int:
    value = 0
    for byte in data:
        value = (value * 31 + byte) % 1000003
    return value


if __name__ == "__main__":
    sys.exit(not unittest.TextTestRunner().run(Page("test_page")).wasSuccessful())
