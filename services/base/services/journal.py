# SPDX-License-Identifier: MIT
"""What the services have to say: the last lines are kept, services.log() prints them."""

from time import time

LINES = 24
LENGTH_MAX = 120

_lines: list = []
echo = False  # print each line at once, too


def log(service: str, *words) -> None:
    text = " ".join([str(word) for word in words])[:LENGTH_MAX]
    if len(_lines) >= LINES:
        _lines.pop(0)
    _lines.append((time(), service, text))
    if echo:
        print("{}: {}".format(service, text))


def lines() -> list:
    """(seconds, service, text) of the last lines, oldest first."""
    return list(_lines)
