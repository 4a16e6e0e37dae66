# SPDX-License-Identifier: MIT
"""Learn from the benchmarks how to compile and place the firmware's hot code: `make train`.

    train.py [--order]      --order: only the placement, after a change that did not affect the profile

Writes port/tuned/profile.txt, how often each edge of each hot function ran, and port/tuned/hot.txt, where in a
direct-mapped instruction cache of 4 KiB each hot function lies so that those used in turn do not evict each other. Both are made on the SoC `bench` in the emulator, from the programs and rows of bench/interpreter.py,
and serve every SoC. docs/performance.md says why and what it brings; run this after work on hot code, and
`make bench` before and after.
"""

import argparse
import collections
import os
import re
import shutil
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "port" / "tuned")]

import place  # noqa: E402

from bench import guest, interpreter  # noqa: E402

SOC = "bench"
TRAIN = ROOT / "build" / "train"
PROFILE = ROOT / "port" / "tuned" / "profile.txt"
HOT = ROOT / "port" / "tuned" / "hot.txt"
MARK = "mp_micropython_opt_level"
CACHE_LINES, LINE_BYTES = 128, 32
ANNEALING_STEPS = 24_000_000
# The sum of a program's counts after scaling: each weighs the same, a row of the small ones less.
WEIGHT = 10_000_000
KIND_ARCS, KINDS = 0, 8
WORKERS = 2

# What bench/peripherals.py measures on another SoC, as far as this one has it: name, body of a loop.
HARDWARE = (
    ("csr_read", "litex.csr_read('ctrl_scratch')"),
    ("regs", "r.read()"),
)
HARDWARE_RUN = """
import litex, machine
def run(n, p=machine.Pin(0, machine.Pin.OUT), r=litex.regs.ctrl_scratch):
 for i in range(n):
  {body}
run(2)
s = cycles()
run({n})
e = cycles()
print(took(s, e))
"""

PROFILE_HEAD = """\
# Written by tools/train.py: how often each edge of each hot function ran. See profile.py.
"""
HOT_HEAD = """\
# Written by tools/train.py: hot functions and the line of the instruction cache at which each begins. See place.py.
"""


def build(name):
    """Build the firmware with TRAIN=name; return its folder."""
    folder = TRAIN / name
    shutil.rmtree(folder, ignore_errors=True)
    trees = sorted((ROOT / "build").glob("micropython-*"))
    command = ["make", "-C", str(ROOT / "port"), f"TRAIN={name}", f"OUTPUT={folder}"]
    command += [f"BUILD_DIRECTORY={ROOT / 'build' / 'soc' / SOC}", f"MICROPY_DIR={trees[0]}"]
    print(f"train: building {folder}", file=sys.stderr)
    result = subprocess.run(
        [*command, f"PYTHON={sys.executable}"], stdout=subprocess.PIPE, text=True, check=False
    )
    if result.returncode:
        sys.exit(f"train: the build failed\n{result.stdout}")
    return folder


def symbols(elf):
    """{name: address} of an ELF file, and {address: name} of the counters."""
    output = subprocess.run(
        ["riscv64-unknown-elf-nm", elf], check=True, capture_output=True, text=True
    ).stdout
    addresses, counters = {}, {}
    for line in output.splitlines():
        address, _, name = line.split()[-3:]
        addresses[name] = int(address, 16)
        if name.startswith("__gcov0."):
            counters[int(address, 16)] = name.split(".", 1)[1]
    return addresses, counters


class Image:
    """The loaded sections of an ELF32 file."""

    def __init__(self, path) -> None:
        self.data = Path(path).read_bytes()
        offset, count = struct.unpack_from("<I", self.data, 32)[0], self.data[48]
        headers = [struct.unpack_from("<10I", self.data, offset + 40 * i) for i in range(count)]
        self.sections = [(h[3], h[4], h[5]) for h in headers if h[1] == 1 and h[3]]

    def words(self, address, count):
        """`count` 32-bit words at an address."""
        for start, offset, size in self.sections:
            if start <= address < start + size:
                return struct.unpack_from(f"<{count}I", self.data, offset + address - start)
        raise KeyError(hex(address))

    def text(self, address):
        """The string at an address."""
        for start, offset, size in self.sections:
            if start <= address < start + size:
                at = offset + address - start
                return self.data[at : self.data.index(0, at)].decode()
        raise KeyError(hex(address))


Function = collections.namedtuple("Function", "source name checksum address count")


def counted_functions(folder):
    """What the instrumented firmware counts: a list of Function."""
    image = Image(folder / "firmware.elf")
    addresses, names = symbols(folder / "firmware.elf")
    start, end = addresses["__gcov_info_start"], addresses["__gcov_info_end"]
    found = []
    for info in image.words(start, (end - start) // 4):
        # struct gcov_info of gcc 12 (libgcc/libgcov.h).
        words = image.words(info, 7 + KINDS)
        merge = words[5 : 5 + KINDS]
        object_path = image.text(words[4]).removesuffix(".gcda")
        source = os.path.relpath(object_path, folder) + ".c"
        kinds = [kind for kind, function in enumerate(merge) if function]
        for pointer in filter(None, image.words(words[6 + KINDS], words[5 + KINDS])):
            checksum = image.words(pointer, 4)[3]
            for i, kind in enumerate(kinds):
                count, address = image.words(pointer + 16 + 8 * i, 2)
                if kind == KIND_ARCS and count:
                    name = names[address]
                    found.append(Function(source, name, checksum, address, count))
    return found


def jobs():
    """(name, weight, code) of what is learned from; each code has one timed stretch."""
    prelude = guest.prelude(SOC)
    for name, parameters, *_ in interpreter.PROGRAMS:
        source = interpreter.perf_bench_source(name)
        yield name, 1.0, source + prelude + interpreter.PROGRAM_RUN.format(parameters=parameters)
    for row in interpreter.MICRO:
        # Rows with a goal count like two programs.
        weight = 0.5 if row[-1] is None else 2.0
        yield row[0], weight, interpreter.micro_code(SOC, row)
    for name, body in HARDWARE:
        code = HARDWARE_RUN.format(body=body, n=interpreter.ITERATIONS)
        yield name, 1.0, prelude + code
    for name, setup, *_ in interpreter.GC_ROWS[:1]:
        yield name, 1.0, prelude + interpreter.GC_RUN.format(setup=setup)
    source = interpreter.perf_bench_source("misc_pystone")
    yield "exec", 0.5, prelude + f"SOURCE = {source!r}\n" + interpreter.EXEC_RUN


def between(code, before, after, head=""):
    """`code` with lines before and after its timed stretch."""
    code = code.replace("\ns = cycles()\n", f"\n{before}\ns = cycles()\n", 1)
    return head + code.replace("\ne = cycles()\n", f"\ne = cycles()\n{after}\n", 1)


def read_counters(firmware, code, start, size):
    """Run one job on the instrumented firmware; return its 64-bit counters as a list."""
    view = f"import uctypes, binascii\nview = uctypes.bytearray_at({start}, {size})\n"
    code = between(code, "before = bytes(view)", "after = bytes(view)", view)
    code += (
        "for data in (before, after):\n print('COUNTERS')\n for i in range(0, len(data), 4096):\n"
    )
    code += "  print(str(binascii.hexlify(data[i:i + 4096]), 'ascii'))\n"
    output = guest.execute(guest.lxemu_command(SOC, firmware=firmware), code)
    before, after = (
        struct.unpack(f"<{size // 8}Q", bytes.fromhex("".join(part.split())))
        for part in output.split("COUNTERS")[1:3]
    )
    return [max(0, b - a) for a, b in zip(before, after, strict=True)]


def compress(counts):
    """Counts as words, zeros as `*n`."""
    words, zeros = [], 0
    for count in [*counts, None]:
        if count == 0:
            zeros += 1
            continue
        if zeros:
            words.append(f"*{zeros}")
            zeros = 0
        if count is not None:
            words.append(str(count))
    return words


def learn_profile() -> None:
    """Write port/tuned/profile.txt."""
    folder = build("count")
    functions = counted_functions(folder)
    start = min(f.address for f in functions)
    size = max(f.address + 8 * f.count for f in functions) - start
    firmware = folder / "firmware.bin"
    # Reading the counters is counted too.
    idle = read_counters(
        firmware, guest.prelude(SOC) + "\ns = cycles()\ne = cycles()\n", start, size
    )
    live = {(f.address - start) // 8 + i: None for f in functions for i in range(f.count)}
    totals = dict.fromkeys(live, 0.0)
    with ThreadPoolExecutor(WORKERS) as pool:
        runs = [
            (name, weight, pool.submit(read_counters, firmware, code, start, size))
            for name, weight, code in jobs()
        ]
        for name, weight, run in runs:
            values = run.result()
            counts = {i: max(0, values[i] - idle[i]) for i in live}
            scale = weight * WEIGHT / max(1, sum(counts.values()))
            for i, count in counts.items():
                totals[i] += count * scale
            print(f"train: {name}", file=sys.stderr)
    lines = []
    for f in functions:
        first = (f.address - start) // 8
        # What ran at all stays different from what never ran.
        scaled = [-int(-totals[first + i] // 1) for i in range(f.count)]
        if any(scaled):
            lines.append(
                " ".join([f.source, f.name, f"{f.checksum:08x}", *compress(scaled)]) + "\n"
            )
        else:
            lines.append(f"{f.source} {f.name} {f.checksum:08x} *{f.count}\n")
    PROFILE.write_text(PROFILE_HEAD + "".join(sorted(lines)))


def trace(folder, name, code):
    """Write the instruction trace of one job; return its path."""
    path = TRAIN / (re.sub(r"\W", "_", name) + ".trace")
    call = "micropython.opt_level()"
    code = between(code, call, call, "import micropython\n")
    command = guest.lxemu_command(SOC, "--trace", str(path), firmware=folder / "firmware.bin")
    guest.execute(command, code)
    print(f"train: {name}", file=sys.stderr)
    return path


def learn_order() -> None:
    """Write port/tuned/hot.txt."""
    folder = build("order")
    sections = place.code_sections(folder / "firmware.map")
    (TRAIN / "sections").write_text(
        "".join(f"{a:x} {size:x} {int(name != '.entry')}\n" for a, size, name, _ in sections)
    )
    program = TRAIN / "hotorder"
    subprocess.run(["gcc", "-O3", "-o", program, ROOT / "tools" / "hotorder.c", "-lm"], check=True)
    with ThreadPoolExecutor(WORKERS) as pool:
        traces = list(pool.map(lambda job: (job[1], trace(folder, job[0], job[2])), jobs()))
    mark = symbols(folder / "firmware.elf")[0][MARK]
    command = [program, CACHE_LINES, ANNEALING_STEPS, TRAIN / "sections", f"{mark:x}"]
    command += [f"{weight}:{path}" for weight, path in traces]
    result = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True
    )
    for _, path in traces:
        path.unlink()
    order = [tuple(map(int, line.split())) for line in result.stdout.splitlines()]
    write_order(sections, order)


def write_order(sections, order) -> None:
    """Write the list of hot functions.

    sections: as from place.code_sections(); order: (index, gap in lines) of each hot one.
    """
    end = next(section.size for section in sections if section.name == ".entry")
    rows = []
    for index, gap in order:
        line = -(-end // LINE_BYTES) + gap
        end = line * LINE_BYTES + sections[index].size
        rows.append((line % CACHE_LINES, *sections[index].key))
    HOT.write_text(HOT_HEAD + "".join("{} {} {}\n".format(*row) for row in sorted(rows)))


def main() -> None:
    """Learn the profile, then the order."""
    parser = argparse.ArgumentParser(prog="train.py", description=__doc__)
    parser.add_argument("--order", action="store_true", help="only the placement")
    args = parser.parse_args()
    TRAIN.mkdir(parents=True, exist_ok=True)
    if not args.order:
        learn_profile()
    learn_order()


if __name__ == "__main__":
    main()
