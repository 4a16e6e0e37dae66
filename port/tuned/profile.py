# SPDX-License-Identifier: MIT
"""Writes gcc's .gcda files from profile.txt: profile.py PROFILE BUILD MICROPY_TOP REPO

A line of profile.txt is `source function checksum count...`: how often each instrumented edge of the
function ran, `*n` for n times zero, and the checksum of the flow graph that the counts belong to (gcc
ignores them where the code has changed since). The text form is kept, and not gcc's files, because those
name static functions by a hash over the folders of the build.

The format is gcc 12's (gcc/gcov-io.h); the hash is coverage_compute_profile_id() of gcc/coverage.cc.
"""

import struct
import sys
from pathlib import Path

MAGIC, VERSION = 0x67636461, 0x4232322A  # "gcda", "B22*"
TAG_SUMMARY, TAG_FUNCTION, TAG_ARCS = 0xA1000000, 0x01000000, 0x01A10000


def crc32(value, text):
    """gcc's crc32_string(): most significant bit first, with the string's end."""
    for byte in text.encode() + b"\0":
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x104C11DB7 if value & 0x80000000 else 0)
    return value


def counts_of(words):
    """The counts of a line as a list."""
    counts = []
    for word in words:
        counts += [0] * int(word[1:]) if word[0] == "*" else [int(word)]
    return counts


def source_path(source, micropy, repo):
    """A source as it stands on the compiler's command line."""
    for folder, prefix in ((f"{repo}/port", ""), (repo, f"{repo}/"), (micropy, f"{micropy}/")):
        if Path(folder, source).exists():
            return prefix + source
    return source


def function_record(identifier, checksum, counts):
    """One function of a .gcda file."""
    record = struct.pack("<5I", TAG_FUNCTION, 12, identifier & 0x7FFFFFFF, 0, checksum)
    size = 8 * len(counts)
    if not any(counts):
        return record + struct.pack("<Ii", TAG_ARCS, -size)
    return record + struct.pack("<II", TAG_ARCS, size) + struct.pack(f"<{len(counts)}Q", *counts)


def main(profile, build, micropy, repo):
    """Write a .gcda file beside the object of each source that the profile has."""
    files = {}
    highest = 0
    for line in Path(profile).read_text().splitlines():
        if line.startswith("#"):
            continue
        source, function, checksum, *words = line.split()
        counts = counts_of(words)
        highest = max(highest, *counts)
        stem = f"{build}/{source[:-2]}"
        # A function is named one way when it is public, another when it is static.
        static = crc32(crc32(crc32(0, source_path(source, micropy, repo)), function), stem)
        for identifier in (crc32(0, function), static):
            files.setdefault(stem, []).append(
                function_record(identifier, int(checksum, 16), counts)
            )
    for stem, records in files.items():
        head = struct.pack("<4I", MAGIC, VERSION, 0, 0)
        head += struct.pack("<4I", TAG_SUMMARY, 8, 1, highest)
        path = Path(stem + ".gcda")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(head + b"".join(records) + struct.pack("<I", 0))


if __name__ == "__main__":
    main(*sys.argv[1:])
