# SPDX-License-Identifier: MIT
"""Write tools/requirements.txt: tools/requirements.in resolved, every package with its SHA-256.

Asks pip (whatever index it is set up for) for each platform that we support and merges the
hashes, so that the same file installs on amd64 and arm64 Debian 12 (Python 3.11).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MACHINES = ("x86_64", "aarch64")
TAGS = [
    "manylinux_2_36",
    "manylinux_2_31",
    "manylinux_2_28",
    "manylinux_2_26",
    "manylinux_2_24",
    "manylinux_2_17",
    "manylinux2014",
    "manylinux_2_12",
    "manylinux2010",
    "manylinux_2_5",
    "manylinux1",
    "linux",
]


def resolve(requirements, *options):
    """Return {name: (version, sha256)} as pip resolves `requirements` (lines of text)."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(requirements))
        file.flush()
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--report", "-"]
        command += ["--ignore-installed", *options, "-r", file.name]
        report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {
        item["metadata"]["name"].lower().replace("_", "-"): (
            item["metadata"]["version"],
            item["download_info"]["archive_info"]["hashes"]["sha256"],
        )
        for item in report["install"]
    }


def main() -> None:
    native = resolve((HERE / "requirements.in").read_text().splitlines())
    pins = [f"{name}=={version}" for name, (version, _) in sorted(native.items())]
    digests: dict[str, set[str]] = {pin: set() for pin in pins}
    for machine in MACHINES:
        platforms = [f"--platform={tag}_{machine}" for tag in TAGS]
        options = ("--no-deps", "--python-version=3.11", "--target=/nonexistent", *platforms)
        for name, (version, digest) in resolve(pins, *options).items():
            digests[f"{name}=={version}"].add(digest)
    lines = ["# Written by `make lock` from requirements.in; do not edit."]
    lines += [
        " ".join([pin, *(f"--hash=sha256:{digest}" for digest in sorted(digests[pin]))])
        for pin in pins
    ]
    (HERE / "requirements.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
