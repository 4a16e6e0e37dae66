# SPDX-License-Identifier: MIT
"""http.py PORT: bitstreams from a server that answers in every way, and in wrong ones."""

import sys

import ecp5
import ecp5.source
import vecp5
from harness import bitstream, check, equal, raises, refused, run

ecp5.source.TIMEOUT_S = 0.5
BASE = f"http://127.0.0.1:{sys.argv[1]}/"
GOOD = bitstream("25f-compress.bit")
it = vecp5.Board()
p = ecp5.Programmer(it)


def test_good():
    for path in (
        "length",
        "close",
        "chunked",
        "gzip",
        "gzip-chunked",
        "redirect",
        "redirect-far",
        "near",
        "folder/near",
        "without-scheme",
        "query",
        "fragment",
        "a space",
    ):
        p.erase()
        equal(p.program(BASE + path).bytes, len(GOOD))
        check(it.state()["done"], path)


def test_user_and_password():
    """They go to the server, also after a redirection there, and into no message."""
    clears = it.state()["clears"]
    place = BASE.replace("http://", "http://me:p%40ss%3Aw@")
    for path in ("user", "user-moved"):
        equal(p.program(place + path).bytes, len(GOOD))
    for url in (BASE + "user", BASE.replace("http://", "http://me:wrong@") + "user"):
        check("401 Unauthorized" in str(raises(OSError, p.program, url)))
    error = raises(OSError, p.program, place.replace("http", "https") + "user")
    check("p%40ss" not in str(error) and "no TLS" in str(error), str(error))
    error = raises(OSError, p.program, "http://me:p%4zss@127.0.0.1/x")
    check("not an address" in str(error), str(error))
    equal(it.state()["clears"], clears + 2)


def test_numbers_of_ipv6():
    clears = it.state()["clears"]
    for host in ("[::1]:1", "[::1]"):
        error = raises(OSError, p.program, f"http://{host}/x.bit")
        check(f"http://{host}/x.bit: cannot reach" in str(error), str(error))
    for host in ("127.0.0.1:x", "[::1]:x"):
        check("not an address" in str(raises(OSError, p.program, f"http://{host}/")))
    try:
        sys.modules["socket"] = Numbers(__import__("socket"))
        raises(OSError, p.program, "http://[::1]:8042/x.bit")
        equal(Numbers.asked, ("::1", 8042))
    finally:
        sys.modules["socket"] = sys.modules["socket"].module
    equal(it.state()["clears"], clears)


class Numbers:
    """The module socket, which notes the name that it is asked for."""

    asked = None

    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        return getattr(self.module, name)

    def getaddrinfo(self, name, port, *rest):
        Numbers.asked = name, port
        raise OSError(-2)


def test_progress_knows_the_length():
    seen = []
    p.program(BASE + "length", progress=lambda done, total: seen.append(total))
    equal(set(seen), {len(GOOD)})


def test_flash():
    p.flash.write(BASE + "chunked")
    equal(bytes(it.flash()[: len(GOOD)]), GOOD)


def test_refused():
    clears = it.state()["clears"]
    for path, word in {
        "missing": "404",
        "loop": "redirected more than",
        "garbage": "does not speak HTTP/1",
        "empty": "ends too early",
        "secret": "no TLS",
        "endless-header": "too long",
        "binary": "does not speak HTTP/1",
        "no-location": "302 Found",
        "silent": "does not answer any more",
    }.items():
        error = raises(OSError, p.program, BASE + path)
        check(word in str(error) and "http" in str(error), (path, str(error)))
    equal(it.state()["clears"], clears)
    error = raises(OSError, p.program, "http://127.0.0.1:1/x.bit")
    check("cannot reach" in str(error), str(error))


def test_cut():
    for path in (
        "short",
        "bad-chunk",
        "negative-chunk",
        "long-chunk",
        "short-chunk",
        "silent-body",
    ):
        error = raises(OSError, p.program, BASE + path)
        check(path in str(error), str(error))
        check(it.state()["in_reset"])
    refused("ends too early", p.program, BASE + "short-close")
    p.program(BASE + "length")
    p.program("HTTP" + BASE[4:] + "length")


class TwoAddresses:
    """The module socket where each name resolves to an address of IPv6 first."""

    def __init__(self, module, last):
        self.module = module
        self.last = last

    def __getattr__(self, name):
        return getattr(self.module, name)

    def getaddrinfo(self, name, port, *rest):
        get = self.module.getaddrinfo
        return get("::1", port, *rest) + get(self.last, port, *rest)


def test_addresses():
    """The one that answers is taken; when none does, the error is of the last."""
    import socket

    clears = it.state()["clears"]
    try:
        for last, works in (("127.0.0.1", True), ("::1", False)):
            sys.modules["socket"] = TwoAddresses(socket, last)
            if works:
                equal(p.program(BASE + "length").bytes, len(GOOD))
                clears = it.state()["clears"]
            else:
                error = raises(OSError, p.program, BASE + "length")
                check("cannot reach" in str(error), str(error))
    finally:
        sys.modules["socket"] = socket
    equal(it.state()["clears"], clears)


def test_told():
    ecp5.init(transport=it)
    check(ecp5.prog(BASE + "length") is True)
    check(ecp5.prog(BASE + "missing") is False)


run(globals())
