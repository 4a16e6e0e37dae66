# SPDX-License-Identifier: MIT
"""Install packages from the network, as upstream's mip.

    import mip
    mip.install("http://host/package.json")         # the files that it lists
    mip.install("http://host/module.py")
    mip.install("github:owner/repository")
    mip.install("name", index="http://host/index")  # as upstream's index is laid out

A file is replaced when it has arrived as a whole, and where the index knows its hash, when that is right.
"""

import os
import sys

import http_client

INDEX = "https://micropython.org/pi/v2"
HOSTS = {
    "github:": ("https://raw.githubusercontent.com/{}/{}/{}/{}", "HEAD"),
    "gitlab:": ("https://gitlab.com/{}/{}/-/raw/{}/{}", "HEAD"),
}
DEPTH_MAX = 8


def _url(text: str, version) -> str:
    """The address of github:owner/repository/path and the like; others as they are."""
    for prefix, (form, branch) in HOSTS.items():
        if text.startswith(prefix):
            owner, repository, *path = text[len(prefix) :].split("/", 2)
            return form.format(owner, repository, version or branch, path[0] if path else "")
    return text


def _is_address(text: str) -> bool:
    return "://" in text or any(text.startswith(prefix) for prefix in HOSTS)


def _get(url: str):
    answer = http_client.fetch(url)
    if answer.status != 200:
        answer.close()
        raise OSError("{}: {} {}".format(url, answer.status, answer.reason))
    return answer


def _make_folders(path: str) -> None:
    parts = path.split("/")[:-1]
    for i in range(1, len(parts) + 1):
        folder = "/".join(parts[:i])
        if folder:
            try:
                os.mkdir(folder)
            except OSError:
                pass  # it is there, or the file below says what is wrong


def _digest(path: str):
    """The SHA-256 of a file in hex; None: there is no such file."""
    from binascii import hexlify
    from hashlib import sha256

    try:
        with open(path, "rb") as file:
            total = sha256()
            while True:
                data = file.read(4096)
                if not data:
                    return str(hexlify(total.digest()), "ascii")
                total.update(data)
    except OSError:
        return None


def _place(target: str, name: str) -> str:
    """Where a file of a package goes: below the target, whatever the package says."""
    if name.startswith("/") or ".." in name.split("/"):
        raise ValueError("the package wants to write to {}: refused".format(name))
    return target.rstrip("/") + "/" + name


def _download(url: str, path: str, digest=None) -> None:
    if digest and (_digest(path) or "").startswith(digest):
        print("Exists:", path)
        return
    print("Installing:", path)
    _make_folders(path)
    part = path + ".part"
    try:
        with _get(url) as answer, open(part, "wb") as file:
            answer.copy_to(file)
        if digest and not _digest(part).startswith(digest):
            raise OSError(url + ": its hash is not the one that the index says")
        try:
            os.remove(path)
        except OSError:
            pass
        os.rename(part, path)
    except BaseException:
        try:
            os.remove(part)
        except OSError:
            pass
        raise


def _install_json(url: str, index: str, target: str, version, mpy: bool, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise OSError(url + ": packages need each other more than {} deep".format(DEPTH_MAX))
    from json import loads

    with _get(url) as answer:
        try:
            package = loads(answer.read())
        except ValueError:
            raise OSError(url + ": not JSON")
    for name, digest in package.get("hashes", ()):
        _download("{}/file/{}/{}".format(index, digest[:2], digest), _place(target, name), digest)
    base = url.rpartition("/")[0]
    for name, source in package.get("urls", ()):
        source = _url(source, version)
        _download(source if "://" in source else base + "/" + source, _place(target, name))
    for name, wanted in package.get("deps", ()):
        _install(name, index, target, wanted, mpy, depth + 1)


def _install(package: str, index: str, target: str, version, mpy: bool, depth: int) -> None:
    if not _is_address(package):
        form = (
            sys.implementation._mpy & 0xFF if mpy and hasattr(sys.implementation, "_mpy") else "py"
        )
        url = "{}/package/{}/{}/{}.json".format(index, form, package, version or "latest")
        return _install_json(url, index, target, version, mpy, depth)
    url = _url(package, version)
    if url.endswith((".py", ".mpy")):
        return _download(url, _place(target, url.rpartition("/")[2]))
    if not url.endswith(".json"):
        url = url.rstrip("/") + "/package.json"
    return _install_json(url, index, target, version, mpy, depth)


def _library() -> str:
    for path in sys.path:
        if path.endswith("/lib"):
            return path
    raise OSError("sys.path has no folder /lib: give target")


def install(package: str, index=None, target=None, version=None, mpy: bool = True) -> None:
    """Install a package, a single file, or what a package.json lists, with what it needs.

    package: a name in the index, an address, or github:owner/repository[/path].
    target: the folder; the first of sys.path that is called lib without it.
    version: of a name, or the branch or tag of a repository.
    mpy: whether an index gives bytecode instead of source.
    """
    name, _, wanted = package.partition("@")
    if wanted and "://" not in package:
        package, version = name, version or wanted
    _install(package, (index or INDEX).rstrip("/"), target or _library(), version, mpy, 0)
    print("Done")
