# SPDX-License-Identifier: MIT
"""A small `unittest` for the target: what upstream MicroPython's tests use of it, no more.

The tests of upstream import `unittest`, which lives in a package collection of its own that no
registry carries. run.py copies this file to the target's file system. The last four lines that
`main` prints are the ones that upstream's run-tests.py looks for.
"""

import sys


class SkipTest(Exception):
    pass


class _AssertRaises:
    def __init__(self, expected):
        self.expected = expected
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            raise AssertionError("%r not raised" % self.expected)
        self.exception = value
        return issubclass(kind, self.expected)


class _SubTest:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        return False


class TestCase:
    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        pass

    def tearDown(self):
        pass

    def fail(self, message=""):
        raise AssertionError(message)

    def skipTest(self, reason):
        raise SkipTest(reason)

    def subTest(self, message=None, **parameters):
        return _SubTest()

    def _check(self, good, message, default):
        if not good:
            raise AssertionError(message or default)

    def assertTrue(self, x, message=None):
        self._check(x, message, "%r is not true" % (x,))

    def assertFalse(self, x, message=None):
        self._check(not x, message, "%r is not false" % (x,))

    def assertEqual(self, x, y, message=None):
        self._check(x == y, message, "%r != %r" % (x, y))

    def assertNotEqual(self, x, y, message=None):
        self._check(x != y, message, "%r == %r" % (x, y))

    def assertLess(self, x, y, message=None):
        self._check(x < y, message, "%r is not less than %r" % (x, y))

    def assertLessEqual(self, x, y, message=None):
        self._check(x <= y, message, "%r is greater than %r" % (x, y))

    def assertGreater(self, x, y, message=None):
        self._check(x > y, message, "%r is not greater than %r" % (x, y))

    def assertGreaterEqual(self, x, y, message=None):
        self._check(x >= y, message, "%r is less than %r" % (x, y))

    def assertAlmostEqual(self, x, y, places=7, message=None, delta=None):
        close = abs(x - y) <= delta if delta is not None else round(abs(x - y), places) == 0
        self._check(x == y or close, message, "%r is not close to %r" % (x, y))

    def assertIs(self, x, y, message=None):
        self._check(x is y, message, "%r is not %r" % (x, y))

    def assertIsNot(self, x, y, message=None):
        self._check(x is not y, message, "%r is %r" % (x, y))

    def assertIsNone(self, x, message=None):
        self._check(x is None, message, "%r is not None" % (x,))

    def assertIsNotNone(self, x, message=None):
        self._check(x is not None, message, "None")

    def assertIn(self, x, y, message=None):
        self._check(x in y, message, "%r is not in %r" % (x, y))

    def assertNotIn(self, x, y, message=None):
        self._check(x not in y, message, "%r is in %r" % (x, y))

    def assertIsInstance(self, x, kind, message=None):
        self._check(isinstance(x, kind), message, "%r is no %r" % (x, kind))

    def assertRaises(self, expected, function=None, *arguments, **keywords):
        context = _AssertRaises(expected)
        if function is None:
            return context
        with context:
            function(*arguments, **keywords)
        return None


def skip(reason):
    def decorate(function):
        def skipped(*_):
            raise SkipTest(reason)

        return skipped

    return decorate


def skipIf(condition, reason):
    return skip(reason) if condition else lambda function: function


def skipUnless(condition, reason):
    return skipIf(not condition, reason)


def _run_one(case, name, counts):
    """Run one method; add to [ran, skipped, failures, errors]."""
    counts[0] += 1
    print("%s (%s) ..." % (name, type(case).__name__), end="")
    try:
        case.setUp()
        try:
            getattr(case, name)()
        finally:
            case.tearDown()
        print(" ok")
    except SkipTest as error:
        print(" skipped:", error)
        counts[1] += 1
    except Exception as error:
        failure = isinstance(error, AssertionError)
        print(" FAIL" if failure else " ERROR")
        sys.print_exception(error)
        counts[2 if failure else 3] += 1


def main(module="__main__"):
    """Run the tests of a module and print the summary."""
    counts = [0, 0, 0, 0]
    module = __import__(module)
    for name in dir(module):
        kind = getattr(module, name)
        if isinstance(kind, type) and issubclass(kind, TestCase) and kind is not TestCase:
            kind.setUpClass()
            for method in dir(kind):
                if method.startswith("test"):
                    _run_one(kind(), method, counts)
            kind.tearDownClass()
    ran, skipped, failures, errors = counts
    print("-" * 70)
    print("Ran %d tests\n" % ran)
    if failures or errors:
        print("FAILED (failures=%d, errors=%d)" % (failures, errors))
    else:
        print("OK (skipped=%d)" % skipped if skipped else "OK")
