# SPDX-License-Identifier: MIT
"""Who may log in. Wrong passwords cost their sender time, from the second on twice as much each."""

from time import ticks_diff, ticks_ms

DELAY_MS = 500  # after a peer's first wrong password
DELAY_MAX_MS = 16_000
PEERS_MAX = 16  # whose failures are remembered

_users: dict = {}  # name: password, or "sha256:SALT:HEX"
_failures: list = []  # [peer, count], the latest last


def configure(users) -> None:
    """Replace all users."""
    global _users
    _users = dict(users)


def has_users() -> bool:
    return bool(_users)


def _same(one: bytes, other: bytes) -> bool:
    """Compare in a time that does not depend on where they differ."""
    differ = len(one) ^ len(other)
    for i in range(len(one)):
        differ |= one[i] ^ (other[i] if i < len(other) else 0)
    return differ == 0


def _digest(salt: str, password: str) -> str:
    from binascii import hexlify
    from hashlib import sha256

    return hexlify(sha256((salt + password).encode()).digest()).decode()


def hashed(password: str, salt: str) -> str:
    """What a configuration may hold instead of the password."""
    return "sha256:{}:{}".format(salt, _digest(salt, password))


def check(name: str, password: str) -> bool:
    """Whether this user has this password. A name of None: whether any user has."""
    if name is None:
        # All are compared, so that the time does not tell which.
        return sum([check(user, password) for user in _users]) > 0
    want = _users.get(name)
    if want is None:
        _same(password.encode(), b"nobody has this password")
        return False
    if want.startswith("sha256:"):
        _, salt, want = want.split(":", 2)
        password = _digest(salt, password)
    return _same(password.encode(), want.encode())


def failed(peer: str) -> int:
    """Note a wrong password of this peer; return the milliseconds to wait before it hears of it."""
    for item in _failures:
        if item[0] == peer:
            _failures.remove(item)
            break
    else:
        item = [peer, 0]
        if len(_failures) >= PEERS_MAX:
            _failures.pop(0)
    _failures.append(item)
    item[1] = min(item[1] + 1, 16)
    return min(DELAY_MS << (item[1] - 1), DELAY_MAX_MS)


def succeeded(peer: str) -> None:
    for item in _failures:
        if item[0] == peer:
            _failures.remove(item)
            return


# Addresses whose owner has logged in a short time ago.

unlock_s = 300
_unlocked: list = []  # [peer, ticks]


def unlock(peer: str) -> None:
    lock(peer)
    if len(_unlocked) >= PEERS_MAX:
        _unlocked.pop(0)
    _unlocked.append([peer, ticks_ms()])


def lock(peer: str) -> None:
    _unlocked[:] = [item for item in _unlocked if item[0] != peer]


def unlocked(peer: str) -> bool:
    for item in _unlocked:
        if item[0] == peer:
            return ticks_diff(ticks_ms(), item[1]) < unlock_s * 1000
    return False
