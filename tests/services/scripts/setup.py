# SPDX-License-Identifier: MIT
"""webrepl_setup with scripted answers, on a file system in memory."""

import builtins
import json
import sys

import vfs


class Memory:
    def __init__(self):
        self.data = bytearray(64 * 512)

    def readblocks(self, block, buffer):
        buffer[:] = self.data[block * 512 : block * 512 + len(buffer)]

    def writeblocks(self, block, buffer):
        self.data[block * 512 : block * 512 + len(buffer)] = buffer

    def ioctl(self, request, argument):
        return 64 if request == 4 else 512 if request == 5 else 0


vfs.umount("/")
memory = Memory()
vfs.VfsFat.mkfs(memory)
vfs.mount(vfs.VfsFat(memory), "/")
passed = 0


def setup(*answers):
    """What it asked, with these answers."""
    left = list(answers)
    asked = []

    def answer(prompt=""):
        asked.append(prompt)
        return left.pop(0)

    builtins.input = answer
    sys.modules.pop("webrepl_setup", None)
    import webrepl_setup  # noqa: F401

    check("all answers were asked for", left, [])
    return asked


def check(what, found, wanted):
    global passed
    if found != wanted:
        raise AssertionError("{}: {}, not {}".format(what, found, wanted))
    passed += 1


def config():
    with open("/services.json") as file:
        return json.load(file)


def password():
    names: dict = {}
    with open("/webrepl_cfg.py") as file:
        exec(file.read(), names)
    return names["PASS"]


with open("/services.json", "w") as file:
    json.dump({"ftp": {"port": 2121}}, file)
setup("")
check("quit", config(), {"ftp": {"port": 2121}})
LONG = 'it\'s "long" \\ and ünusual ' * 4
check(
    "too short, too long, not the same",
    len(setup("E", "abc", "x" * 121, LONG, "y", LONG, LONG)),
    7,
)
check("enabled", config(), {"ftp": {"port": 2121}, "webrepl": {}})
check("password", password(), LONG)
setup("e", "n")
check("kept", password(), LONG)
setup("E", "perhaps", "y", "other", "other")
check("changed", password(), "other")
setup("D")
check("disabled", config(), {"ftp": {"port": 2121}})
print("{} passed, 0 failed".format(passed))
