# SPDX-License-Identifier: MIT
"""Fetch a pinned source tree: `fetch.py NAME-VERSION OUTPUT --cache DIR`.

The archive comes from the cache, else from the Debian source package, else from upstream's release
(tools/sources.toml). Debian's archive is checked by its SHA-256, upstream's by the SHA-256 of the
files that we use (`tree_digest`). Everything is written beside its final place and renamed, so that
an interrupted run leaves nothing that a later run would believe. `NAME-newest` takes the newest
version that the Debian archive carries, checked by apt against the archive's signature alone.

Exit status 0, or 2 with one line that says what failed, where, and what to do.
"""

import argparse
import errno
import hashlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import process  # noqa: E402

HERE = Path(__file__).resolve().parent
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
STAMP = ".fetched"
# Errors of a socket on a machine without a network.
UNREACHABLE = (socket.gaierror, ConnectionError, TimeoutError)
UNREACHABLE_ERRNO = (errno.ENETUNREACH, errno.EHOSTUNREACH)


class FetchError(Exception):
    """A message for the user, one line."""


class NoNetwork(FetchError):
    """A host cannot be reached."""


def file_digest(path):
    """SHA-256 of a file, in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tree_digest(root, folders):
    """SHA-256 over `<path> <SHA-256 of content>` of every file in or below `folders`, sorted."""
    total = hashlib.sha256()
    for folder in folders:
        top = root / folder
        files = [path for path in (top.rglob("*") if top.is_dir() else [top]) if path.is_file()]
        for path in sorted(path for path in files if not path.is_symlink()):
            total.update(f"{path.relative_to(root).as_posix()} {file_digest(path)}\n".encode())
    return total.hexdigest()


def run(command, cwd=None):
    """Run a command quietly; its last line of complaint goes into the error."""
    result = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if result.returncode:
        lines = (result.stderr.strip() or result.stdout.strip() or "no output").splitlines()
        raise FetchError(f"{command[0]}: {lines[-1]}")
    return result.stdout


class Debian:
    """The Debian source archive, through apt with private lists: the system's configuration is not touched."""

    def __init__(self, folder, suite) -> None:
        if not Path(KEYRING).exists():
            raise FetchError(f"no {KEYRING}; install debian-archive-keyring")
        release = run(["sh", "-c", ". /etc/os-release && echo $VERSION_CODENAME"]).strip()
        uris = run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
             f"Codename: {release}", "Component: main"]
        ).split()  # fmt: skip
        if not uris:
            raise FetchError(
                f"apt has no source for '{release}' to take the archive's address from"
            )
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True)
        sources = folder / "sources.list"
        sources.write_text(f"deb-src [signed-by={KEYRING}] {uris[0]} {suite} main\n")
        self.folder = folder
        self.options = []
        for option in (
            f"Dir::Etc::SourceList={sources}",
            "Dir::Etc::SourceParts=/dev/null",
            f"Dir::State::Lists={folder}/lists",
            f"Dir::Cache={folder}/cache",
            "APT::Sandbox::User=root",
            "Acquire::Languages=none",
        ):
            self.options += ["-o", option]
        run(["apt-get", *self.options, "update", "--error-on=any"])

    def newest(self, package):
        """The newest version of the source package in the suite."""
        text = run(["apt-cache", *self.options, "showsrc", "--only-source", package])
        versions = re.findall(r"^Version: (.*)$", text, re.MULTILINE)
        for version in versions:
            if all(
                subprocess.run(["dpkg", "--compare-versions", version, "ge", other]).returncode
                == 0
                for other in versions
            ):
                return version
        raise FetchError(f"the archive carries no source package {package}")

    def download(self, package, version):
        """Download the source package and return the path of its .orig archive."""
        run(
            ["apt-get", *self.options, "-qq", "source", "--download-only", f"{package}={version}"],
            cwd=self.folder,
        )
        archives = self.folder.glob("*.orig.tar.*")
        return next(path for path in archives if path.suffix != ".asc")


def unpack(archive, folder):
    """Unpack a tar archive of one top folder and return that folder."""
    run(["tar", "-xf", str(archive), "-C", str(folder), "--no-same-owner"])
    tops = [path for path in folder.iterdir() if path.is_dir()]
    if len(tops) != 1:
        raise FetchError(f"{archive.name}: expected one top folder, found {len(tops)}")
    return tops[0]


def check_archive(path, source) -> None:
    """Compare a Debian archive with its pinned SHA-256; a wrong one is deleted."""
    digest = file_digest(path)
    if digest != source["sha256"]:
        path.unlink()
        raise FetchError(
            f"{path.name}: SHA-256 is {digest}, expected {source['sha256']}; "
            "the download was deleted, run again, and if it stays, do not use that archive"
        )


def from_cache(source, cache, work):
    path = cache / f"{source['name']}-{source['version']}.tar"
    if not path.exists():
        raise FetchError(f"not in {cache}")
    if "sha256" in source:
        check_archive(path, source)
        return unpack(path, work)
    top = unpack(path, work)
    digest = tree_digest(top, source["folders"])
    if digest != source["tree"]:
        path.unlink()
        raise FetchError(f"{path.name}: content is {digest}, expected {source['tree']}")
    return top


def from_debian(source, cache, work):
    if "debian" not in source:
        raise FetchError(f"carries no version {source['version']}")
    debian = Debian(work / "apt", source["suite"])
    path = debian.download(source["name"], source["debian"])
    check_archive(path, source)
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"{source['name']}-{source['version']}.tar"
    shutil.move(path, kept.with_suffix(".part"))
    kept.with_suffix(".part").rename(kept)
    (work / "tree").mkdir()
    return unpack(kept, work / "tree")


def from_upstream(source, cache, work):
    path = work / "upstream.tar"
    try:
        with (
            urllib.request.urlopen(source["upstream"], timeout=60) as reply,
            open(path, "wb") as out,
        ):
            shutil.copyfileobj(reply, out)
    except urllib.error.HTTPError as error:
        raise FetchError(f"{source['upstream']}: {error}") from error
    except OSError as error:  # URLError is one, with the cause in `reason`
        cause = getattr(error, "reason", error)
        unreachable = (
            isinstance(cause, UNREACHABLE) or getattr(cause, "errno", 0) in UNREACHABLE_ERRNO
        )
        kind = NoNetwork if unreachable else FetchError
        raise kind(f"{source['upstream']}: {cause}") from error
    (work / "upstream").mkdir()
    top = unpack(path, work / "upstream")
    digest = tree_digest(top, source["folders"])
    if digest != source["tree"]:
        raise FetchError(f"{source['upstream']}: content is {digest}, expected {source['tree']}")
    if "sha256" not in source:
        cache.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, cache / f"{source['name']}-{source['version']}.tar")
    return top


def identity(source) -> str:
    """What the stamp in an unpacked tree says: the pinned checksum of its archive, or else of its content."""
    return source.get("sha256", source["tree"])


def fetch(source, output, cache) -> None:
    """Put the tree of `source` at `output`, from the first place that has it."""
    output.parent.mkdir(parents=True, exist_ok=True)
    reasons: list[str] = []
    offline = False
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}-") as temporary:
        for place in (from_cache, from_debian, from_upstream):
            work = Path(temporary) / place.__name__
            work.mkdir()
            try:
                top = place(source, cache, work)
            except (FetchError, OSError) as error:
                reasons.append(f"{place.__name__.removeprefix('from_')}: {error}")
                offline = offline or isinstance(error, NoNetwork)
                continue
            (top / STAMP).write_text(identity(source) + "\n")
            if output.exists():
                shutil.rmtree(output)
            top.rename(output)
            return
    what = f"{source['name']} {source['version']}"
    if offline:
        raise FetchError(
            f"no network: {what} cannot be downloaded; connect this machine, "
            f"then run the same command again ({'; '.join(reasons)})"
        )
    raise FetchError(f"cannot get {what}: " + "; ".join(reasons))


def fetched(output, source):
    """Whether `output` holds the tree of `source`."""
    stamp = output / STAMP
    return stamp.exists() and stamp.read_text().strip() == identity(source)


def fetch_newest(name, suite, output) -> None:
    """Put the newest version that `suite` carries at `output`, and print the version."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}-") as temporary:
        debian = Debian(Path(temporary) / "apt", suite)
        version = debian.newest(name)
        stamp = output / STAMP
        if not (stamp.exists() and stamp.read_text().strip() == version):
            (Path(temporary) / "tree").mkdir()
            top = unpack(debian.download(name, version), Path(temporary) / "tree")
            (top / STAMP).write_text(version + "\n")
            if output.exists():
                shutil.rmtree(output)
            top.rename(output)
    print(version)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Fetch a pinned source tree.")
    parser.add_argument("source", help="NAME-VERSION as in tools/sources.toml, or NAME-newest")
    parser.add_argument("output", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--sources", type=Path, default=HERE / "sources.toml")
    options = parser.parse_args(arguments)
    options.output = options.output.absolute()
    try:
        name, _, version = options.source.partition("-")
        if version == "newest":
            fetch_newest(name, "sid", options.output)
            return 0
        table = tomllib.loads(options.sources.read_text())
        source = table.get(options.source.replace(".", "_"))
        if source is None:
            raise FetchError(f"{options.source} is not in {options.sources}")
        if not fetched(options.output, source):
            with process.locked(options.cache / ".lock"):
                if not fetched(options.output, source):
                    fetch(source, options.output, options.cache)
    except FetchError as error:
        print(f"fetch: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
