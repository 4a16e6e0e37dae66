# SPDX-License-Identifier: MIT
"""Where bitstreams come from: a path, an http:// or https:// address, an object with readinto() or read(), or bytes.

open_source() makes all of them one thing: readinto(buffer) (0 at the end), length (0: unknown), close(), where it
`rewinds` rewind(), and a view of all of it where it is in memory.
"""

TIMEOUT_S = 10

_ENOENT = 2
_EISDIR = 21


class Memory:
    rewinds = True

    def __init__(self, data) -> None:
        self.view = memoryview(data)
        self.length = len(self.view)

    def rewind(self) -> None:
        pass

    def close(self) -> None:
        pass


class Stream:
    """An object that is open already, and stays open."""

    view = None
    rewinds = False

    def __init__(self, stream) -> None:
        self.stream = stream
        self.length = 0

    def readinto(self, buffer) -> int:
        if hasattr(self.stream, "readinto"):
            count = self.stream.readinto(buffer)
        else:
            data = self.stream.read(len(buffer))
            count = None if data is None else len(data)
            if count:
                buffer[:count] = data
        if count is None:
            raise OSError("the stream has nothing to read yet: give one that blocks")
        return count

    def close(self) -> None:
        pass


def _is_folder(path: str) -> bool:
    try:
        from os import stat

        return stat(path)[0] & 0x4000 != 0
    except (ImportError, OSError):
        return False


class File(Stream):
    rewinds = True

    def __init__(self, path: str) -> None:
        if _is_folder(path):
            raise OSError(_EISDIR, path + " is a folder: give a file in it")
        try:
            super().__init__(open(path, "rb"))
        except OSError as error:
            reason = ": there is no such file" if error.errno == _ENOENT else ""
            raise OSError(error.errno, "cannot open " + path + reason)
        self.length = self.stream.seek(0, 2)
        self.stream.seek(0)

    def rewind(self) -> None:
        self.stream.seek(0)

    def close(self) -> None:
        self.stream.close()


# Web servers.


def _is_url(text: str) -> bool:
    return "://" in text


def _restored(text: str) -> str:
    """The URL of a path like /http:/host/x.bit, to which FTP servers and the like collapse it."""
    bare = text.lstrip("/")
    for scheme in ("http:/", "https:/"):
        if bare.lower().startswith(scheme) and not bare.startswith("/", len(scheme)):
            return scheme + "/" + bare[len(scheme) :]
        if bare.lower().startswith(scheme):
            return bare
    return text


class Http:
    """The body of what a GET of http_client.py answers."""

    view = None
    rewinds = False

    def __init__(self, url: str) -> None:
        try:
            from http_client import fetch
        except ImportError:
            raise OSError("this firmware has no network for that address: give a file")
        answer = fetch(url, timeout=TIMEOUT_S)
        if answer.status != 200:
            answer.close()
            raise OSError("{}: {} {}".format(answer.url, answer.status, answer.reason))
        self.length = answer.length
        self.readinto = answer.readinto
        self.close = answer.close


def open_source(source):
    if isinstance(source, str):
        source = _restored(source)
        return Http(source) if _is_url(source) else File(source)
    if hasattr(source, "readinto") or hasattr(source, "read"):
        return Stream(source)
    try:
        return Memory(source)
    except TypeError:
        raise TypeError(
            "a source is a path, an http:// address, a stream or bytes, not {!r}".format(source)
        )
