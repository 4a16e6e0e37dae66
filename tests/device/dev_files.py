# SPDX-License-Identifier: MIT
# The RAM file system at /: files, folders, modes, running full, import.
import os
import sys

import litex

equal(os.getcwd(), "/")
for name in os.listdir("/"):
    check(name in ("boot.py", "main.py"), "left over: " + name)

with open("/a.txt", "w") as f:
    equal(f.write("hello\nworld\n"), 12)
with open("a.txt") as f:
    equal(f.readline(), "hello\n")
    equal(f.read(), "world\n")
    equal(f.read(), "")
with open("a.txt", "a") as f:
    f.write("more")
equal(open("a.txt", "rb").read(), b"hello\nworld\nmore")
equal([line.strip() for line in open("a.txt")], ["hello", "world", "more"])
with open("a.txt", "r+b") as f:
    f.seek(6)
    f.write(b"WORLD")
    equal(f.tell(), 11)
    f.seek(-4, 2)
    equal(f.read(), b"more")
    equal(f.seek(0, 1), 16)
    raises(OSError, f.seek, -1)
raises(OSError, open, "a.txt", "x")
raises(OSError, open, "none.txt")
raises(OSError, open, "no/none.txt", "w")
raises(ValueError, open, "a.txt", "rw")
raises(OSError, open("a.txt").write, "x")
raises(OSError, open("b.txt", "w").read)
os.remove("b.txt")
equal(os.stat("a.txt")[6], 16)
equal(os.stat("a.txt")[0], 0x8000)

# A gap reads as zeros.
with open("gap", "wb") as f:
    f.write(b"x")
    f.seek(300)
    f.write(b"y")
data = open("gap", "rb").read()
equal(len(data), 301)
equal(data, b"x" + bytes(299) + b"y")
os.remove("gap")

# Folders.
os.mkdir("d")
raises(OSError, os.mkdir, "d")
os.mkdir("d/e")
with open("d/e/f.txt", "w") as f:
    f.write("deep")
os.chdir("d/e")
equal(os.getcwd(), "/d/e")
equal(open("f.txt").read(), "deep")
equal(open("../../a.txt").read()[:5], "hello")
os.chdir("/")
raises(OSError, os.rmdir, "d")
raises(OSError, os.rename, "d", "d/e/d")
os.rename("d/e/f.txt", "g.txt")
equal(sorted(os.listdir()), ["a.txt", "d", "g.txt"])
equal(list(os.ilistdir("d")), [("e", 0x4000, 0, 0)])
os.rename("g.txt", "a.txt")
equal(open("a.txt").read(), "deep")
os.rmdir("d/e")
os.rmdir("d")
raises(OSError, os.remove, "d")
raises(OSError, os.listdir, "a.txt")

# A file that is removed while it is open.
f = open("gone", "w")
os.remove("gone")
raises(OSError, f.write, "x")
f.close()

# Full, and empty again. The size is that of docs/port.md; each block takes two bytes of it.
block, _, blocks, free = os.statvfs("/")[:4]
# A frame buffer in main RAM takes nothing of it.
main_ram = litex.info()["memories"]["main_ram"][1]
for limit, kib in ((1 << 20, 8), (4 << 20, 64), (16 << 20, 128), (1 << 32, 1024)):
    if main_ram < limit:
        break
size = blocks * (block + 2)
check(kib * 1024 - 2 * block < size <= kib * 1024, "%d bytes of %d KiB" % (size, kib))
if FAST or kib == 8:  # a large one takes 80 million cycles
    chunk = bytes(range(256)) * 2
    total = 0
    f = open("big", "wb")
    try:
        while True:
            n = f.write(chunk)
            total += n
            if n < len(chunk):
                break
    except OSError as e:
        equal(e.errno, 28)
    f.close()
    check(total > 3000, "only %d bytes fit" % total)
    # The last write may have put a part of its bytes before there was no room.
    check(
        total <= os.stat("big")[6] < total + len(chunk),
        "%d of %d bytes" % (os.stat("big")[6], total),
    )
    ok = True
    with open("big", "rb") as f:
        left = total
        while left:
            part = f.read(min(512, left))
            ok = ok and part == chunk[: len(part)]
            left -= len(part)
    check(ok, "what was written reads back")
    raises(OSError, open, "another", "w")
    os.remove("big")
    equal(os.statvfs("/")[3], free)

with open("mod_x.py", "w") as f:
    f.write("value = 42\n")
import mod_x

equal(mod_x.value, 42)
del sys.modules["mod_x"]
os.mkdir("pkg")
with open("pkg/__init__.py", "w") as f:
    f.write("from .inner import v\n")
with open("pkg/inner.py", "w") as f:
    f.write("v = 'inner'\n")
import pkg

equal(pkg.v, "inner")

# Packages in /lib are found from any folder.
os.mkdir("/lib")
with open("/lib/in_lib.py", "w") as f:
    f.write("v = 'lib'\n")
os.chdir("pkg")
import in_lib

os.chdir("/")
equal(in_lib.v, "lib")
del sys.modules["in_lib"]

for name in ("mod_x.py", "a.txt", "pkg/__init__.py", "pkg/inner.py", "lib/in_lib.py"):
    os.remove(name)
os.rmdir("pkg")
os.rmdir("lib")
equal(os.statvfs("/")[3], blocks - 1 - len(os.listdir("/")) * 2)
