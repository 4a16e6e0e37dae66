# SPDX-License-Identifier: MIT
# MicroPython's asyncio; the port's sleeps last at least as long as asked.
#
# asyncio counts in whole milliseconds: upstream's sleep_ms(t) ends at the t-th tick from now, and the first one comes up
# to a millisecond early. One more makes up for it. Replaced before `import *`, it is what core.sleep() and the rest of
# the package call, too.

from . import core

_sleep_ms = core.sleep_ms


def sleep_ms(t):
    return _sleep_ms(t + 1 if t > 0 else t)


core.sleep_ms = sleep_ms

from .core import *  # noqa: E402, F403

__version__ = (3, 0, 0)

# Loaded when first used, as in upstream's __init__.py.
_attrs = {
    "wait_for": "funcs",
    "wait_for_ms": "funcs",
    "gather": "funcs",
    "Event": "event",
    "ThreadSafeFlag": "event",
    "Lock": "lock",
    "open_connection": "stream",
    "start_server": "stream",
    "StreamReader": "stream",
    "StreamWriter": "stream",
}


def __getattr__(attr):
    mod = _attrs.get(attr)
    if mod is None:
        raise AttributeError(attr)
    value = getattr(__import__(mod, None, None, True, 1), attr)
    globals()[attr] = value
    return value
