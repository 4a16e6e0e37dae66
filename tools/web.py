# SPDX-License-Identifier: MIT
"""Fetch what the web services serve and run on: `web.py OUTPUT --cache DIR`.

OUTPUT gets the packages of PACKAGES, each pinned by version and checksum and used as it is: microdot as a package to
freeze, and webfiles.py, the gzipped files of the browser's side (xterm.js, and services/webrepl/page) as constants,
which stay in flash where they are frozen. They come through pip and npm, from the registries that those are set up for.
"""

import argparse
import base64
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "services" / "webrepl" / "page"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}


@dataclass(frozen=True)
class Package:
    """A package of a registry, and which of its files go where: .py beside OUTPUT, others into webfiles.py."""

    client: str
    name: str
    version: str
    sha256: str
    files: dict


PACKAGES = (
    Package(
        "pip",
        "microdot",
        "2.7.0",
        "1e9b7b825372e1ba8ebd4c59b6180e15c71f4b5200ec4bcbf8c9f9b5652db379",
        {f"microdot/{name}.py": f"microdot/{name}.py" for name in ("__init__", "microdot")},
    ),
    Package(
        "npm",
        "@xterm/xterm",
        "6.0.0",
        "908e66e04af6c8dc6b00dd3b54de088e2e81e5ed866284fd6c2fb3c2d1c7a3f6",
        {"package/lib/xterm.js": "xterm.js", "package/css/xterm.css": "xterm.css"},
    ),
    Package(
        "npm",
        "@xterm/addon-fit",
        "0.11.0",
        "26003b4517a132b64e4ff228fd88a5fda3fff5e606c76093f6dcff772e9ecec0",
        {"package/lib/addon-fit.js": "addon-fit.js"},
    ),
)


class WebError(Exception):
    """A message for the user, one line."""


def run(*command, cwd):
    """Run a package manager; WebError with its last line where it fails."""
    try:
        subprocess.run(
            command, check=True, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise WebError(f"{command[0]} is not installed: install Debian's package {command[0]}")
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or error.stdout).strip().splitlines() or ["no message"]
        raise WebError(f"{' '.join(command[:3])}: {lines[-1]}")


def archive(package, cache):
    """The package's archive in the cache, fetched where it is missing, with the right checksum."""
    suffix = "whl" if package.client == "pip" else "tgz"
    name = f"{package.name.lstrip('@').replace('/', '-')}-{package.version}"
    path = cache / (f"{name}-py3-none-any.whl" if suffix == "whl" else f"{name}.tgz")
    if not path.exists():
        wanted = f"{package.name}@{package.version}"
        if package.client == "pip":
            wanted = wanted.replace("@", "==")
            pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", ".", wanted)
            run(*pip, cwd=cache)
        else:
            run("npm", "pack", "--silent", wanted, cwd=cache)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != package.sha256:
        path.unlink()
        raise WebError(f"{package.name} {package.version}: SHA-256 {found}, not {package.sha256}")
    return path


def members(path):
    """{name: bytes} of the files in an archive."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(path) as tar:
        files = {item.name: tar.extractfile(item) for item in tar.getmembers() if item.isfile()}
        return {name: file.read() for name, file in files.items() if file}


def constant(name, data):
    """A row of webfiles.py: gzipped, the same for the same content."""
    packed = gzip.compress(data, 9, mtime=0)
    tag = base64.urlsafe_b64encode(hashlib.sha256(packed).digest()[:9]).decode()
    return f"    {'/' + name!r}: ({TYPES[Path(name).suffix]!r}, {tag!r}, {packed!r}),\n"


def write(path, data):
    """Write a file by renaming it into place: an interrupted run leaves nothing that a later one would believe."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_bytes(data)
    new.replace(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--only", metavar="NAME", help="this package, without webfiles.py")
    parser.add_argument(
        "--without-npm", action="store_true", help="no webfiles.py where npm is missing"
    )
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    options.output.mkdir(parents=True, exist_ok=True)
    if options.without_npm and not shutil.which("npm"):
        print("web.py: no npm, so the firmware has no page for browsers", file=sys.stderr)
        options.only = "microdot"
    rows = []
    for package in PACKAGES:
        if options.only not in (None, package.name):
            continue
        content = members(archive(package, options.cache.resolve()))
        for source, target in package.files.items():
            if target.endswith(".py"):
                write(options.output / target, content[source])
            else:
                rows.append(constant(target, content[source]))
    if not options.only:
        write_page(options.output / "webfiles.py", rows)
    (options.output / ".fetched").touch()


def write_page(path, rows):
    """webfiles.py, of what was fetched and of services/webrepl/page."""
    rows += [constant(path.name, path.read_bytes()) for path in sorted(PAGE.iterdir())]
    text = "# SPDX-License-Identifier: MIT\n# Made by tools/web.py: path: (type, tag, gzipped content).\n"
    write(path, (text + "FILES = {\n" + "".join(rows) + "}\n").encode())


if __name__ == "__main__":
    try:
        main()
    except WebError as problem:
        print(f"web.py: {problem}", file=sys.stderr)
        sys.exit(2)
