# SPDX-License-Identifier: MIT
"""What the scripts of this folder share. They run on every MicroPython port whose build has the modules `_ecp5` and
`vecp5`, with no file system and no sockets: only this file knows where boards and bitstreams come from."""

import gc
import sys

import ecp5
import vecp5

import jtag

try:
    import time

    CLOCK = hasattr(time, "ticks_us")
except ImportError:
    CLOCK = False  # upstream's qemu ports have none

checks = 0


def check(ok, what=""):
    global checks
    checks += 1
    if not ok:
        raise AssertionError(what)


def equal(got, want):
    check(got == want, "" if got == want else "got {!r:.200}, want {!r:.200}".format(got, want))


def raises(kind, function, *args, **named):
    """The exception of this kind that the call raises."""
    try:
        result = function(*args, **named)
    except kind as error:
        check(True)
        return error
    raise AssertionError("{} not raised, but {!r} returned".format(kind.__name__, result))


def refused(word, function, *args, **named):
    """The ecp5.Error whose text holds this word."""
    error = raises(ecp5.Error, function, *args, **named)
    check(word in str(error), "{!r} is not in {!r}".format(word, str(error)))
    return error


def transport(it):
    """The way to a virtual board: itself, but only its pins lead from a native module into the firmware."""
    try:
        import bitstream_data as files
    except ImportError:
        files = None
    if not hasattr(files, "NATIVE_MODULE"):
        return it
    return jtag.Pins(*(it.pin(name) for name in ("tck", "tms", "tdi", "tdo")))


def board(*args, **named):
    """A virtual board and a Programmer for it."""
    gc.collect()  # boards that nobody uses any more hold their flash
    it = vecp5.Board(*args, **named)
    return it, ecp5.Programmer(transport(it))


said = []


def say(*words, end="\n"):
    said.append(" ".join(str(word) for word in words) + end)


def spoken():
    """What the functions of the prompt have printed since the last call, after fresh()."""
    text = "".join(said)
    said.clear()
    return text


def fresh(**named):
    """A virtual board for the functions of the prompt."""
    ecp5.print = say
    spoken()
    ecp5._programmer = None
    gc.collect()  # boards that nobody uses any more hold their flash
    it = vecp5.Board(**named)
    ecp5.init(transport=transport(it))
    return it


def bitstream(name):
    """The bytes of a real bitstream of tests/jtag/bitstreams.py."""
    try:
        from bitstream_data import read
    except ImportError:
        import os

        with open(os.getenv("BITSTREAMS") + "/" + name, "rb") as file:
            return file.read()
    return read(name)


def noise(length, seed=1):
    """Bytes that differ from place to place."""
    data = bytearray(length)
    for i in range(length):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        data[i] = seed >> 16 & 0xFF
    return data


def run(names):
    """Run the functions test_* in the order of their names; the last line counts."""
    failed = 0
    tests = sorted(name for name in names if name.startswith("test_"))
    for name in tests:
        try:
            names[name]()
            print("ok", name)
        except Exception as error:
            if isinstance(error, MemoryError) and "virtual board" in str(error):
                print("skip", name, error)
                continue
            failed += 1
            print("FAILED", name)
            sys.print_exception(error)
    print("{} passed, {} failed ({} checks)".format(len(tests) - failed, failed, checks))
