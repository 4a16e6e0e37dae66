# SPDX-License-Identifier: MIT
"""Paths below a root, and listings of folders in the forms that FTP clients read."""

import os
import time

FOLDER = 0x4000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def absolute(cwd: str, path: str) -> str:
    """The virtual path, from the user's root on, of what a client in the folder `cwd` means: without . and .., which do
    not lead above the root."""
    parts: list = []
    for part in (path if path.startswith("/") else cwd + "/" + path).split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part and part != ".":
            parts.append(part)
    return "/" + "/".join(parts)


def real(root: str, virtual: str) -> str:
    """The path in the file system."""
    if root == "/":
        return virtual
    return root if virtual == "/" else root + virtual


def split(virtual: str) -> tuple:
    """(folder, name)"""
    folder, _, name = virtual.rpartition("/")
    return folder or "/", name


def stat(path: str):
    """os.stat(), of a root without a file system of its own as well; OSError where there is nothing."""
    try:
        return os.stat(path)
    except OSError:
        if path == "/":
            return (FOLDER,) + (0,) * 9
        raise


def is_folder(path: str) -> bool:
    try:
        return stat(path)[0] & FOLDER != 0
    except OSError:
        return False


def matches(name: str, pattern: str) -> bool:
    """Whether a name is one of a pattern with * and ?."""
    i = j = 0
    star = -1  # where the last * was
    mark = 0
    while i < len(name):
        if j < len(pattern) and pattern[j] == "*":
            star, mark = j, i
            j += 1
        elif j < len(pattern) and (pattern[j] == "?" or pattern[j] == name[i]):
            i += 1
            j += 1
        elif star >= 0:
            mark += 1
            i, j = mark, star + 1
        else:
            return False
    return pattern[j:].strip("*") == ""


def _entries(folder: str, pattern: str):
    for entry in os.ilistdir(folder) if hasattr(os, "ilistdir") else _scan(folder):
        name = entry[0]
        if name not in (".", "..") and (not pattern or matches(name, pattern)):
            yield name


def _scan(folder: str):  # CPython
    return [(name,) for name in os.listdir(folder)]


def entries(path: str, pattern: str = ""):
    """(name, os.stat()) of what is in a folder, or of the file itself."""
    info = stat(path)
    if not info[0] & FOLDER:
        yield split(path)[1], info
        return
    for name in _entries(path, pattern):
        try:
            yield name, stat(path.rstrip("/") + "/" + name)
        except OSError:
            pass  # gone meanwhile


def _time(info) -> tuple:
    return time.gmtime(info[8]) if hasattr(time, "gmtime") else (2000, 1, 1, 0, 0, 0)


def stamp(info) -> str:
    """YYYYMMDDhhmmss"""
    return "{:04d}{:02d}{:02d}{:02d}{:02d}{:02d}".format(*_time(info)[:6])


def list_line(name: str, info) -> str:
    """As `ls -l` writes it."""
    folder = info[0] & FOLDER
    year, month, day, hour, minute = _time(info)[:5]
    return "{} 1 owner group {:>10} {} {:2d} {} {}\r\n".format(
        "drwxr-xr-x" if folder else "-rw-r--r--",
        0 if folder else info[6],
        _MONTHS[month - 1],
        day,
        "{:02d}:{:02d}".format(hour, minute) if year == _time_now()[0] else "{:5d}".format(year),
        name,
    )


def _time_now() -> tuple:
    return time.gmtime() if hasattr(time, "gmtime") else (2000,)


def facts(name: str, info) -> str:
    """As MLSD and MLST write it (RFC 3659)."""
    if info[0] & FOLDER:
        kind = "type=dir;perm=cdeflmp;"
    else:
        kind = "type=file;size={};perm=adfrw;".format(info[6])
    return "{}modify={}; {}".format(kind, stamp(info), name)
