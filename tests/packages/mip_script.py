# SPDX-License-Identifier: MIT
"""mip_script.py HTTP: mip against a server with an index and packages; on MicroPython and CPython."""

import os
import sys

import mip

BASE = sys.argv[1]
INDEX = BASE + "/index"


def content(path):
    """A file's text; None: there is none."""
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return None


def raises(*args, **named):
    """The text of the error of an installation."""
    try:
        mip.install(*args, **named)
    except (OSError, ValueError) as error:
        return str(error)
    raise AssertionError("no exception")


mip.install(BASE + "/app/package.json", index=INDEX, target="lib")
assert content("lib/app/two.py") == "TWO = 2\n"
mip.install(BASE + "/app", index=INDEX, target="other/deep")
assert content("other/deep/app/two.py") == "TWO = 2\n"
mip.install(BASE + "/app/two.py", target="lib")
assert content("lib/two.py") == "TWO = 2\n"
mip.install("one", index=INDEX, target="lib")
assert content("lib/one/__init__.py") == "ONE = 1\n"
mip.install("one", index=INDEX, target="lib")  # "Exists"
# A file whose content is another is replaced.
with open("lib/one/__init__.py", "w") as file:
    file.write("old")
mip.install("one@latest", index=INDEX + "/", target="lib", mpy=False)
assert content("lib/one/__init__.py") == "ONE = 1\n"
sys.path.append("./lib")
mip.install(BASE + "/app/two.py")

assert "hash" in raises("bad", index=INDEX, target="lib")
assert "404" in raises("unknown", index=INDEX, target="lib")
assert "404" in raises(BASE + "/missing.py", target="lib")
assert "refused" in raises(BASE + "/evil", target="lib")
assert "not JSON" in raises(BASE + "/broken", target="lib")
assert "need each other" in raises("loop", index=INDEX, target="lib")
assert content("evil.py") is None
assert sorted(os.listdir("lib")) == ["app", "one", "two.py"], os.listdir("lib")
print("passed")
