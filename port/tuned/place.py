# SPDX-License-Identifier: MIT
"""Place the hot functions of a build: write the linker script that keeps each at its place in the instruction cache.

Usage: place.py MAP HOT OUT: MAP is the map of this build linked in any order, HOT the list of train.py.

A function's place is its address modulo the size of a direct-mapped cache, so they may follow each other in any
order. Each time the one whose place comes next is taken, and cold functions fill the room up to it. So a function that
has grown, in another SoC or by a change, moves no other from its place, and little room is lost.
"""

import bisect
import re
import sys
from pathlib import Path
from typing import NamedTuple

CACHE_BYTES, LINE_BYTES = 4096, 32
ALIGN = 4  # of a function
# Objects that may fill room: link.ld.S has no place of its own for any part of them.
COLD = re.compile(r"(py|extmod|shared|lib)/")
# What precedes the function in the name of a section is the compiler's opinion of it.
OPINION = re.compile(r"^\.text\.(hot\.|unlikely\.|startup\.)?")


class Section(NamedTuple):
    """A code section of the map; `file` is as in HOT."""

    address: int
    size: int
    name: str
    file: str

    @property
    def key(self) -> tuple[str, str]:
        """What HOT calls it."""
        return self.file, OPINION.sub("", self.name)

    @property
    def pattern(self) -> str:
        """What a linker script calls it."""
        file = self.file if ":" in self.file else "/" + self.file
        return f"*{file}({self.name})"


def code_sections(path: Path) -> list[Section]:
    """The code sections that are linked, by address."""
    text = path.read_text()
    text = text[text.index("Linker script and memory map") :]
    folder = f"{path.parent}/"
    line = r"^ (\.text[.\w]*|\.entry)\s+0x([0-9a-f]{8,16})\s+0x([0-9a-f]+) (.+)$"
    found = []
    for name, address, size, file in re.findall(line, text, re.MULTILINE):
        archive = re.search(r"([^/]+\.a)\((.*)\)$", file)
        file = f"{archive[1]}:{archive[2]}" if archive else file.removeprefix(folder)
        if int(size, 16) and int(address, 16):
            found.append(Section(int(address, 16), int(size, 16), name, file))
    return sorted(found)


def read_hot(path: Path) -> dict[tuple[str, str], int]:
    """{(file, function): line of the cache}."""
    rows = [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]
    return {(file, function): int(line) for line, file, function in rows}


def up(address: int, step: int) -> int:
    """The next multiple of `step`."""
    return -(-address // step) * step


def place(sections: list[Section], hot: dict[tuple[str, str], int]) -> list[str]:
    """The lines of the linker script."""
    at = sum(section.size for section in sections if section.name == ".entry")
    waiting = [section for section in sections if section.key in hot]
    cold = sorted(
        (section.size, section.file, section.name, section)
        for section in sections
        if section.key not in hot
        and section.name.startswith(".text.")
        and COLD.match(section.file)
    )
    lines = []
    while waiting:
        # Of those with the same place, the same one first wherever the build lies.
        starts = ((at + (hot[s.key] * LINE_BYTES - at) % CACHE_BYTES, s.key, s) for s in waiting)
        start, _, nearest = min(starts)
        waiting.remove(nearest)
        room = start - up(at, ALIGN)
        while fitting := bisect.bisect_left(cold, (room + 1,)):
            filler = cold.pop(fitting - 1)[-1]
            room -= up(filler.size, ALIGN)
            lines.append(filler.pattern)
        lines += [f". = MAX(ALIGN({LINE_BYTES}), {start:#x});", nearest.pattern]
        at = start + nearest.size
    return lines


def main(map_path: str, hot_path: str, out: str) -> None:
    """Read both, write the script."""
    lines = place(code_sections(Path(map_path)), read_hot(Path(hot_path)))
    Path(out).write_text("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
