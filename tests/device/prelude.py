# SPDX-License-Identifier: MIT
# Goes before each script of this folder (run.py puts it there): what a script on the target needs to
# check things. MicroPython, as small as it gets, since `mini` runs it too.


class Count:
    checks = 0


def check(ok, what=""):
    """Count a check; raise AssertionError with `what` when it does not hold."""
    Count.checks += 1
    if not ok:
        raise AssertionError(what)


def equal(got, want):
    """Check that both are equal, and say both when not."""
    check(got == want, "got %r, want %r" % (got, want))


def raises(kind, function, *args):
    """Check that function(*args) raises `kind`; return the exception's text."""
    try:
        function(*args)
    except kind as e:
        Count.checks += 1
        return str(e)
    raise AssertionError("%s not raised by %r%r" % (kind.__name__, function, args))


def skip(why):
    """End the script: this SoC or size class lacks what it tests."""
    print("SKIP", why)
    raise SystemExit
