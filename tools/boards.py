# SPDX-License-Identifier: MIT
"""Every board of litex-boards: generate its SoC, build its firmware, boot it in the emulator, run one script on it.

    boards.py [--every N] [--jobs N] [--options default|more|both] [--rest] [--keep] [BOARD]...
    boards.py --report

Each target of the package `litex-boards` that LiteX can generate without a vendor's tools is made twice: with its
default options, and (`more`) with whatever adds cores: the options that the target itself knows, and cores that hang
on no pin of the board (tools/board_soc.py). Its firmware is built by one `make firmware`. Then examples/acceptance.py
is copied to the emulated board and run there.

Prints a table, writes build/boards.json (docs/boards.md describes it) and keeps what was said in
build/boards/<board>/<options>/log. Rows of boards that were not asked for stay, each new one is written at once: a run
that was stopped goes on with --rest. Exit status 1 when a board fails, 2 when it is asked for one that does not exist.
"""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]
import board_soc  # noqa: E402
import repl  # noqa: E402

from soc import generate, litex_output  # noqa: E402

BUILD = ROOT / "build"
# A Python with another LiteX and litex-boards; its boards have a folder and a list of their own.
LITEX = os.environ.get("LITEX")
PYTHON = os.path.abspath(LITEX) if LITEX else sys.executable
WORK = BUILD / ("boards-litex" if LITEX else "boards")
LXEMU = BUILD / "lxemu"
SCRIPT = ROOT / "examples" / "acceptance.py"
PASS, FAIL, NOT_GENERATED = "pass", "fail", "not generated"
GENERATE_S, BUILD_S, SILENCE_S = 120, 600, 60
# lxemu ends a run after its guest was quiet for this number of simulated seconds.
QUIET_S = 60
KIB = board_soc.KIB
LEAST_RAM = board_soc.LEAST_RAM
GENERATE = ["--no-compile-software", "--no-compile-gateware", "--build", "--output-dir"]
NOISE = re.compile(r"make\b|INFO:|e See |\$ ")
VERDICT = re.compile(r"^verdict: (pass|fail): (.*)$", re.M)
LINE = re.compile(r"^(\w+) +(pass|skip|FAIL) +(.*)$", re.M)


class Stopped(Exception):
    """A board has no firmware; the text is the reason."""


class Failed(Exception):
    """A board that there should be a firmware for did not come to a good end; the text says why."""


def all_boards():
    """The names of all targets in litex-boards, sorted."""
    where = "import litex_boards.targets as t; print(next(iter(t.__path__)))"
    found = subprocess.run([PYTHON, "-c", where], check=True, capture_output=True, text=True)
    folder = Path(found.stdout.strip())
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


class Board:
    """One board with one set of options, on its way from its name to a verdict."""

    def __init__(self, name: str, options: str) -> None:
        """Nothing is done yet."""
        self.key = name, options
        self.folder = WORK / name / options
        self.soc_folder = self.folder / "soc"
        self.log_path = self.folder / "log"
        self.record: dict[str, Any] = {
            "board": name,
            "options": options,
            "arguments": [],
            "added": [],
            "device": None,
            "cpu": None,
            "clock": None,
            "memory": {},
            "cores": {},
            "classes": [],
            "firmware": None,
            "cycles_to_prompt": None,
            "result": NOT_GENERATED,
            "why": "",
            "seconds": 0,
        }

    def log(self, text) -> None:
        """Keep what a step said."""
        with self.log_path.open("a") as file:
            file.write(text.rstrip() + "\n")

    def run(self, command, bound_s, **options):
        """Run a command, keep what it says; return its exit status."""
        self.log("$ " + " ".join(str(word) for word in command))
        with self.log_path.open("a") as file:
            try:
                return subprocess.run(
                    [str(word) for word in command],
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    timeout=bound_s,
                    **options,
                ).returncode
            except subprocess.TimeoutExpired:
                raise Stopped(f"no end within {bound_s} s: {command[0]}") from None

    def last_words(self):
        """What the log says went wrong: the last exception, else the first error, else its last line."""
        lines = [
            line.strip(" -") for line in self.log_path.read_text(errors="replace").splitlines()
        ]
        lines = [line for line in lines if re.search(r"\w", line) and not NOISE.match(line)]
        raised = [line for line in lines if re.match(r"[\w.]+(Error|Exception): ", line)][-1:]
        errors = [line for line in lines if re.search(r"error: |ERROR:|port: ", line)][:1]
        told = (raised or errors or lines[-1:] or ["nothing was said"])[0]
        told = re.sub(r"^.*\b(error: |ERROR:\w+:)", "", told)
        told = re.sub(r"(/[\w.+-]+)+/", "", told)
        # What follows a colon at the end was on the next lines.
        return re.sub(r"(, please \w+)?[:, ]*$", "", told)

    def generate(self, keep: bool) -> None:
        """Let LiteX write the build folder, and read what is in it."""
        if keep and (self.soc_folder / "csr.json").exists():
            self.log_path.write_text("")
            self.take_choice()
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.soc_folder.mkdir(parents=True)
        command = [PYTHON]
        if self.record["options"] == "default":
            command += ["-m", f"litex_boards.targets.{self.record['board']}", *GENERATE]
        else:
            command += [str(ROOT / "tools" / "board_soc.py"), self.record["board"]]
        command.append(str(self.soc_folder))
        # Some targets leave files where they run.
        status = self.run(command, GENERATE_S, cwd=self.soc_folder)
        if not (self.soc_folder / "csr.json").exists():
            raise Stopped(self.last_words() if status else "LiteX wrote no csr.json")
        self.take_choice()

    def take_choice(self) -> None:
        """Read which options and cores the SoC got, and what it is."""
        chosen = self.soc_folder / "chosen.json"
        if chosen.exists():
            self.record.update(json.loads(chosen.read_text()))
        self.describe()

    def describe(self) -> None:
        """Put into the record what the SoC is; a SoC that no firmware can run on ends here."""
        data = json.loads((self.soc_folder / "csr.json").read_text())
        constants, memories = data["constants"], data["memories"]
        variant = [name for name in constants if name.startswith("config_cpu_variant_")]
        cpu = constants.get("config_cpu_name") or "none"
        self.record["cpu"] = " ".join([cpu, *(name.rpartition("_")[2] for name in variant[:1])])
        self.record["clock"] = constants.get("config_clock_frequency")
        self.record["memory"] = {
            name: memory["size"] for name, memory in memories.items() if name != "csr"
        }
        if cpu == "none":
            raise Stopped("the SoC has no CPU by default")
        ram = self.record["memory"].get("main_ram", 0)
        if ram < LEAST_RAM:
            raise Stopped(self.lacks(memories))
        try:
            soc = litex_output.load(str(self.soc_folder))
            files, _ = generate.generate(str(self.soc_folder))
        except litex_output.InputError as error:
            raise Stopped(str(error).partition("csr.json: ")[2] or str(error)) from None
        self.record["cores"] = {
            core.name: core.kind.name if core.kind else "unknown" for core in soc.cores
        }
        # Whatever decides how most of the firmware is compiled. Only speed hangs on it (build()).
        values = dict(re.findall(r"(SOC_\w+) := (\w+)", files["soc.mk"]))
        march, ram = values["SOC_MARCH"], int(values["SOC_MAIN_RAM_SIZE"])
        self.kind = (march, size_class(ram), files["soc_shape.h"])

    def lacks(self, memories):
        """Say what a SoC without enough main RAM has, and what the smallest firmware needs."""
        ram, sram = (memories.get(name, {"size": 0})["size"] for name in ("main_ram", "sram"))
        device = self.record["device"]
        has = f"{ram // KIB} KiB of main RAM" if ram else "no main RAM"
        has += f", {sram // KIB} KiB of SRAM"
        if not ram and device and board_soc.block_ram(device):
            chip, taken = board_soc.block_ram(device), board_soc.taken_ram(memories)
            has += f"; of {chip // KIB} KiB in the {device} ROM and SRAM want {taken // KIB}"
        return f"{has}: the firmware needs {LEAST_RAM // KIB} KiB of main RAM"

    def build(self, output) -> None:
        """Build the firmware by one make and keep a copy."""
        firmware = output / "firmware.bin"
        command = [
            "make",
            "firmware",
            f"BUILD_DIRECTORY={self.soc_folder}",
            f"FIRMWARE={firmware}",
        ]
        if self.run([*command, "JOBS=1"], BUILD_S, cwd=ROOT) != 0:
            raise Failed(self.last_words())
        self.firmware = self.folder / "firmware.bin"
        shutil.copyfile(firmware, self.firmware)
        self.record["firmware"] = self.firmware.stat().st_size

    def boot(self) -> None:
        """Boot to the prompt and measure how long that takes."""
        command = [LXEMU, "--stats", "--kernel", self.firmware, self.soc_folder]
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SILENCE_S,
        )
        said = done.stdout.decode(errors="replace")
        self.log(said + done.stderr.decode(errors="replace"))
        cycles = re.search(rb"^cycles: (\d+)", done.stderr, re.M)
        if not said.endswith(">>> ") or cycles is None:
            raise Failed(f"no prompt: {self.last_words()}")
        self.record["cycles_to_prompt"] = int(cycles[1]) - QUIET_S * self.record["clock"]

    def accept(self) -> None:
        """Copy the script to the board, run it there and read its verdict."""
        command = [str(LXEMU), "--kernel", str(self.firmware), str(self.soc_folder)]
        if self.has_lan():
            command[1:1] = ["--net", "user"]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        try:
            assert process.stdin and process.stdout
            console = repl.Repl(process.stdout.fileno(), process.stdin.fileno(), SILENCE_S)
            console.read_until(repl.PROMPT)
            console.enter_raw()
            if size_class(self.record["memory"]["main_ram"]) == SMALL:
                define(console, SCRIPT.read_text())
                said = console.execute("main()")
            else:
                copy(console, SCRIPT.read_bytes(), SCRIPT.name)
                said = console.execute(f"import {SCRIPT.stem}\n{SCRIPT.stem}.main()")
        except (repl.ReplError, TimeoutError) as error:
            self.log(str(error))
            raise Failed(f"{SCRIPT.name}: {str(error).strip().splitlines()[-1]}") from None
        finally:
            process.kill()
            process.wait()
            assert process.stdin and process.stdout
            process.stdin.close()
            process.stdout.close()
        self.log(said)
        self.judge(said)

    def has_lan(self) -> bool:
        """Whether the SoC has Ethernet and a firmware with room for it."""
        has_mac = "ethmac" in self.record["cores"].values()
        return has_mac and size_class(self.record["memory"]["main_ram"]) != SMALL

    def judge(self, said: str) -> None:
        """Take over what the script said."""
        lines = LINE.findall(said)
        self.record["classes"] = [name for name, result, _ in lines if result == "pass"]
        failed = [f"{name}: {text}" for name, result, text in lines if result == "FAIL"]
        verdict = VERDICT.search(said)
        if self.has_lan() and "LAN" not in self.record["classes"]:
            failed.append("LAN: no lease from the emulated network")
        if failed or verdict is None or verdict[1] != "pass" or not self.record["classes"]:
            raise Failed("; ".join(failed) or "the script ended without its verdict")
        self.record["result"] = PASS

    def step(self, function, *arguments):
        """Do one step; return whether the next may follow."""
        started = time.monotonic()
        try:
            function(*arguments)
            return True
        except Failed as failure:
            self.record["result"] = FAIL
            self.record["why"] = str(failure)
        except Stopped as reason:
            self.record["why"] = str(reason)
        except subprocess.TimeoutExpired as error:
            self.record["result"] = FAIL
            self.record["why"] = str(error)
        finally:
            self.record["seconds"] = round(self.record["seconds"] + time.monotonic() - started, 1)
        return False


SMALL = 0


def size_class(ram: int):
    """Which of the classes of port/size_class.h this is, as a number."""
    limits = (0x100000, 0x20000000, 0x40000000)
    return sum(ram >= limit for limit in limits)


def copy(console, data, name) -> None:
    """Write a file on the board.

    console: repl.Repl in raw mode; data -- bytes; name -- str.
    """
    console.execute(f"f = open({name!r}, 'wb')")
    for at in range(0, len(data), 512):
        console.execute(f"f.write({data[at : at + 512]!r})")
    console.execute("f.close()")


def define(console, source) -> None:
    """Run a script's definitions one by one, where RAM disk and heap hold no more at a time.

    console: repl.Repl in raw mode; source -- str, its last statement is the call of main().
    """
    for statement in ast.parse(source).body[:-1]:
        console.execute(ast.get_source_segment(source, statement))


def lanes(boards, jobs):
    """Boards in groups, each built in one folder, the largest first.

    boards: list of Board; jobs -- int, how many groups are worked on at a time.
    """
    kinds: dict[str, Any] = {}
    for board in boards:
        kinds.setdefault(repr(board.kind), []).append(board)
    # More than its share in one group would leave the others idle at the end.
    most = max(8, -(-len(boards) // jobs))
    groups = []
    for group in kinds.values():
        groups += [group[at : at + most] for at in range(0, len(group), most)]
    return sorted(groups, key=len, reverse=True)


def finish(group, report) -> None:
    """Build, boot and judge the boards of a group, one after the other.

    group: list of Board of the same kind; report -- function called with each when it is done.
    """
    output = WORK / "objects" / f"{os.getpid()}-{threading.get_ident()}"
    shutil.rmtree(output, ignore_errors=True)
    for board in group:
        if board.step(board.build, output) and board.step(board.boot):
            board.step(board.accept)
        report(board)
    shutil.rmtree(output, ignore_errors=True)


HEADER = (
    "board",
    "options",
    "CPU",
    "MHz",
    "RAM",
    "firmware",
    "cycles",
    "result",
    "classes, or why not",
)


def row(record):
    """A line of the table."""
    ram = record["memory"].get("main_ram", 0)
    return (
        record["board"],
        record["options"],
        record["cpu"] or "",
        f"{record['clock'] / 1e6:g}" if record["clock"] else "",
        f"{ram / 1048576:g} MiB" if ram else "",
        str(record["firmware"] or ""),
        str(record["cycles_to_prompt"] or ""),
        record["result"],
        record["why"] or " ".join(record["classes"]),
    )


def print_table(records) -> None:
    """Print all boards, each class and how many exercised it."""
    rows = [HEADER, *(row(record) for record in records)]
    widths = [max(len(cells[i]) for cells in rows) for i in range(len(HEADER) - 1)]
    for cells in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)),
            cells[-1],
        )
    print()
    for name, count in count_classes(records):
        print(f"{name:14} exercised on {count} boards")


def print_verdict(records):
    """Print the closing line of a suite as tools/test.py reads it; what was not generated counts as skipped."""
    results = [record["result"] for record in records]
    passed, failed, skipped = (results.count(r) for r in (PASS, FAIL, NOT_GENERATED))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return not failed


def count_classes(records):
    """Classes and on how many different boards each was exercised and found right, the most first."""
    classes: dict[str, Any] = {}
    for record in records:
        for name in record["classes"]:
            classes.setdefault(name, set()).add(record["board"])
    counts = ((name, len(boards)) for name, boards in classes.items())
    return sorted(counts, key=lambda item: (-item[1], item[0]))


def print_markdown(head, rows) -> None:
    """Print a table as docs/boards.md has it."""
    cells = [tuple(str(cell).replace("|", "\\|") for cell in row) for row in rows]
    lines = [tuple(head.split("|")), ("---",) * (head.count("|") + 1), *cells]
    print("\n".join("| " + " | ".join(line) + " |" for line in lines), end="\n\n")


def report(records) -> None:
    """Print what docs/boards.md has of a run over all boards."""
    sets: dict[str, Any] = {}
    for record in records:
        sets.setdefault(record["options"], {})[record["board"]] = record
    results = (PASS, FAIL, NOT_GENERATED)
    counts = [
        (result, *(sum(r["result"] == result for r in rows.values()) for rows in sets.values()))
        for result in results
    ]
    print_markdown("|".join(("result", *sets)), counts)
    print_markdown("class|boards", count_classes(records))
    stopped = dict.fromkeys(r["board"] for r in records if r["result"] != PASS)
    print_markdown(
        "|".join(("target", *sets)),
        ((f"`{name}`", *(outcome(rows.get(name)) for rows in sets.values())) for name in stopped),
    )


def outcome(record):
    """A board's result in a few words.

    record: dict of Board, or None where it was not tried.
    """
    if record is None:
        return "not tried"
    if record["result"] == PASS:
        main_ram = [name for name in record["arguments"] if name.startswith(board_soc.MAIN_RAM)]
        return " ".join(["passes", *main_ram])
    # What is needed is the same for all.
    return record["why"].partition(": the firmware needs")[0]


class Results:
    """The rows of build/boards.json: those of earlier runs until a board has a new one."""

    def __init__(self, path) -> None:
        """Read what earlier runs left.

        path: Path of the file, which need not exist.
        """
        self.path = path
        self.lock = threading.Lock()
        self.rows = {}
        if path.exists():
            for record in json.loads(path.read_text()):
                self.rows[record["board"], record["options"]] = record

    def records(self):
        """All rows, sorted."""
        return [self.rows[key] for key in sorted(self.rows)]

    def add(self, board) -> None:
        """Keep a board's row, in the file too."""
        record = board.record
        with self.lock:
            self.rows[board.key] = record
            records = self.records()
            new = self.path.with_suffix(".new")
            new.write_text(json.dumps(records, indent=1) + "\n")
            new.replace(self.path)
            print(
                f"{record['board']} ({record['options']}): {record['result']} {record['why']}",
                file=sys.stderr,
                flush=True,
            )


def choose(options):
    """The boards that the command line asks for."""
    known = all_boards()
    for name in options.board:
        if name not in known:
            near = [other for other in known if name in other]
            print(
                f"boards: litex-boards has no {name}{'; is it ' + ' or '.join(near) + '?' if near else ''}",
                file=sys.stderr,
            )
            sys.exit(2)
    return options.board or known[:: options.every]


def main():
    """Read the command line and do all stages; the exit status is 1 where a board failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th board")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N")
    parser.add_argument("--options", choices=("default", "more", "both"), default="both")
    parser.add_argument("--keep", action="store_true", help="do not generate a SoC again")
    parser.add_argument(
        "--rest", action="store_true", help="only boards that have no row in boards.json yet"
    )
    parser.add_argument(
        "--report", action="store_true", help="only print what boards.json has, for the docs"
    )
    parser.add_argument("board", nargs="*")
    options = parser.parse_args()
    sets = ("default", "more") if options.options == "both" else (options.options,)
    results = Results(WORK.with_suffix(".json"))
    if options.report:
        report(results.records())
        return 0
    boards = [Board(name, which) for name in choose(options) for which in sets]
    if options.rest:
        boards = [board for board in boards if board.key not in results.rows]
    started = time.monotonic()

    def generate_one(board):
        good = board.step(board.generate, options.keep)
        if not good:
            results.add(board)
        return good

    with ThreadPoolExecutor(options.jobs) as pool:
        good = list(pool.map(generate_one, boards))
        ready = [board for board, is_good in zip(boards, good, strict=True) if is_good]
        list(pool.map(lambda group: finish(group, results.add), lanes(ready, options.jobs)))
    records = [board.record for board in boards]
    print_table(records)
    used = os.times()
    processor = used.user + used.system + used.children_user + used.children_system
    print(
        f"{time.monotonic() - started:.0f} s, {processor:.0f} s of processor time; written to {WORK.relative_to(ROOT)}.json"
    )
    return 0 if print_verdict(records) else 1


if __name__ == "__main__":
    sys.exit(main())
