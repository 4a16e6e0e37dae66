# SPDX-License-Identifier: MIT
"""Run the examples of the documents: `docs.py [FILE.md...]` (default: README.md and docs/*.md).

What a fenced block's language says:

- `pycon`   a session at the prompt (`>>>`); each answer is compared, `...` in it matches anything
- `python`  a script for the board; it must end without an exception
- `sh`      commands for the host, run by `bash -e` in the root of the tree
- `sh board` / `pycon board` / `python board`  needs a board or a person: not run, but counted
- `sh suite`  runs a suite of `make test`, which runs it already: not run again, but counted

Python runs on the emulated reference SoC `base`, or the one that follows the language as `soc=NAME`;
all blocks of one page share one session per SoC. `on=unix` runs them in upstream's unix port with the FPGA
programmer, on a virtual ECP5 board, in a folder with bitstreams (tests/usermod). Links to files must lead somewhere. Closes with `N passed, N failed, N skipped`.
"""

import doctest
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import repl  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
FENCE = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
BOUND_S = 600


def close(process: subprocess.Popen[Any]) -> None:
    """End a process and close its pipes."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()


# What is connected to some SoCs: a blank flash, a network.
MEDIA = {"storage": ("--spiflash", ","), "net": ("--net", "user")}


class Board:
    """The prompt of an emulated reference SoC."""

    def __init__(self, soc) -> None:
        wiring = ROOT / "gateware" / "wiring" / f"{soc}.txt"
        self.process = subprocess.Popen(
            [
                BUILD / "lxemu",
                "--kernel",
                BUILD / "firmware" / soc / "firmware.bin",
                *(("--wiring", wiring) if wiring.exists() else ()),
                *MEDIA.get(soc, ()),
                BUILD / "soc" / soc,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdin and self.process.stdout
        self.console = repl.Repl(self.process.stdout.fileno(), self.process.stdin.fileno())
        self.console.read_until(repl.PROMPT)
        self.console.enter_raw()

    def run(self, source, mode):
        """Run `source` as the prompt would; return (output, last line of the traceback)."""
        self.console.paste(f"exec(compile({source!r},'<stdin>',{mode!r}))".encode())
        output, error = self.console.follow(timeout=BOUND_S)
        output = output.decode(errors="replace").replace("\r\n", "\n")
        return output, error.decode(errors="replace").strip().rpartition("\n")[2]

    def close(self) -> None:
        close(self.process)


class Unix:
    """Upstream's unix port with the FPGA programmer and a virtual board as its default transport."""

    # Reads a source and a mode per line, and answers with what it prints, \\x04, a traceback, \\x04.
    LOOP = """
import io, sys, ecp5, vecp5
board = vecp5.Board(chip="W25Q128")
ecp5.init(transport=board)
while True:
    line = sys.stdin.readline()
    if not line:
        break
    error = io.StringIO()
    try:
        exec(compile(*eval(line)))
    except BaseException as e:
        sys.print_exception(e, error)
    print("\\x04" + error.getvalue() + "\\x04", end="")
"""
    FILES = {
        "blinky.bit": "25f-compress.bit",
        "blinky.bit.gz": "25f-compress.bit.gz",
        "other.bit": "85f-compress.bit",
    }

    def __init__(self) -> None:
        subprocess.run(
            ["make", "-s", "-C", ROOT / "tests" / "usermod", "unix"],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        subprocess.run(
            [sys.executable, ROOT / "tests" / "jtag" / "bitstreams.py", *self.FILES.values()],
            check=True,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        folder = BUILD / "tests" / "docs-unix"
        folder.mkdir(parents=True, exist_ok=True)
        for name, source in self.FILES.items():
            (folder / name).write_bytes((BUILD / "bitstreams" / source).read_bytes())
        self.process = subprocess.Popen(
            [BUILD / "usermod" / "unix" / "micropython", "-c", self.LOOP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
        )
        assert self.process.stdin and self.process.stdout
        self.input, self.output = self.process.stdin, self.process.stdout

    def part(self):
        """What comes before the next \\x04."""
        text = ""
        while not text.endswith("\x04"):
            character = self.output.read(1)
            if not character:
                raise RuntimeError(f"the unix port ended: {text}")
            text += character
        return text[:-1]

    def run(self, source, mode):
        """As Board.run()."""
        self.input.write(repr((source, "<stdin>", mode)) + "\n")
        self.input.flush()
        output = self.part()
        return output, self.part().strip().rpartition("\n")[2]

    def close(self) -> None:
        close(self.process)


def run_session(board, text):
    """Run a `pycon` block; return the complaints."""
    complaints = []
    for example in doctest.DocTestParser().get_examples(text):
        output, error = board.run(example.source, "single")
        expected = example.exc_msg if example.exc_msg is not None else example.want
        got = error + "\n" if example.exc_msg is not None else output
        unexpected = error and example.exc_msg is None
        if unexpected or not doctest.OutputChecker().check_output(expected, got, FLAGS):
            complaints.append(f">>> {example.source}expected:\n{expected}got:\n{output}{error}\n")
    return complaints


def run_shell(text):
    """Run an `sh` block; return the complaints."""
    result = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", text],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BOUND_S,
    )
    if result.returncode:
        return [f"exit status {result.returncode}\n{result.stdout}{result.stderr}"]
    return []


def broken_links(path, text):
    """The relative links of a page that lead nowhere."""
    targets = {target for target in LINK.findall(text) if "://" not in target}
    return sorted(target for target in targets if not (path.parent / target).exists())


def run_page(path):
    """Run the blocks of one document; return (passed, failed, skipped)."""
    text = path.read_text()
    boards = {}
    broken = broken_links(path, text)
    for target in broken:
        print(f"{path.relative_to(ROOT)}: link to {target}, which does not exist")
    passed = failed = skipped = 0
    failed += len(broken)
    try:
        for match in FENCE.finditer(text):
            language, options, body = match[2], match[3].split(), match[4]
            if language not in ("pycon", "python", "sh"):
                continue
            if "board" in options or "suite" in options:
                skipped += 1
                continue
            where = f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
            if language == "sh":
                complaints = run_shell(body)
            else:
                soc = next((o[4:] for o in options if o.startswith("soc=")), "base")
                if "on=unix" in options:
                    soc = "on=unix"
                if soc not in boards:
                    boards[soc] = Unix() if soc == "on=unix" else Board(soc)
                if language == "pycon":
                    complaints = run_session(boards[soc], body)
                else:
                    error = boards[soc].run(body, "exec")[1]
                    complaints = [error] if error else []
            for complaint in complaints:
                print(f"{where}: {complaint}")
            passed += not complaints
            failed += bool(complaints)
    finally:
        for board in boards.values():
            board.close()
    return passed, failed, skipped


def main():
    pages = [Path(name).resolve() for name in sys.argv[1:]]
    pages = pages or [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    total = [0, 0, 0]
    for page in pages:
        counts = run_page(page)
        print(f"{page.relative_to(ROOT)}: {counts[0]} passed, {counts[1]} failed", flush=True)
        total = [a + b for a, b in zip(total, counts, strict=True)]
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
