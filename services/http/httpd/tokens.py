# SPDX-License-Identifier: MIT
"""Who a request comes from: a token that /login gave, or user and password with each request (Basic)."""

from time import ticks_diff, ticks_ms

TOKENS_MAX = 8
LIFE_MS = 8 * 3600 * 1000

_tokens: list = []  # [token, user, ticks], the latest last


def _random(n: int) -> bytes:
    try:
        from os import urandom

        return urandom(n)
    except ImportError:
        from random import getrandbits

        return bytes([getrandbits(8) ^ ticks_ms() & 255 for _ in range(n)])


def new(user: str) -> str:
    from binascii import hexlify

    if len(_tokens) >= TOKENS_MAX:
        _tokens.pop(0)
    token = hexlify(_random(16)).decode()
    _tokens.append([token, user, ticks_ms()])
    return token


def user_of(token: str):
    """Whose it is, or None."""
    for item in _tokens:
        if item[0] == token:
            if ticks_diff(ticks_ms(), item[2]) > LIFE_MS:
                _tokens.remove(item)
                return None
            return item[1]
    return None


def forget(token: str) -> None:
    for item in _tokens:
        if item[0] == token:
            _tokens.remove(item)
            return


def basic(header: str):
    """(user, password) of `Basic ...`, or None."""
    from binascii import a2b_base64

    try:
        user, colon, password = a2b_base64(header[6:].strip()).decode().partition(":")
    except (ValueError, UnicodeError):
        return None
    return (user, password) if colon else None
