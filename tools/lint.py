# SPDX-License-Identifier: MIT
"""`make lint` and `make format`: every static check, each with its name and its verdict.

lint.py [--fix]     --fix formats the C and Python files in place and then checks
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from layers import ROOT, tracked  # noqa: E402

MICROPYTHON = Path(os.environ.get("MICROPY_DIR", ROOT / "build" / "micropython-1.25.0"))
PYTHON_ROOTS = ["."]
CPPCHECK = [
    "cppcheck", "--quiet", "--std=c11", "--error-exitcode=1", "--inline-suppr", "-j2",
    "--enable=warning,performance,portability", "--suppress=missingIncludeSystem",
    "--suppress=normalCheckLevelMaxBranches", "--suppress=unknownMacro",
]  # fmt: skip


def c_files():
    """The C sources and headers of the project."""
    return tracked(ROOT, "*.c", "*.h")


def formatted(name):
    """The text of a C file as MicroPython's formatter writes it; None where it gives up."""
    config = MICROPYTHON / "tools" / "uncrustify.cfg"
    command = ["uncrustify", "-q", "-c", str(config), "-lC", "-f", str(ROOT / name)]
    result = subprocess.run(command, capture_output=True)
    if result.returncode:
        return None
    sys.path.insert(0, str(MICROPYTHON / "tools"))
    from codeformat import fixup_c  # type: ignore[import-not-found]

    with tempfile.NamedTemporaryFile("wb", suffix=".c") as file:
        file.write(result.stdout)
        file.flush()
        fixup_c(file.name)
        return Path(file.name).read_bytes()


def check_c_format(fix):
    """C in MicroPython's style, by its own formatter."""
    wrong = []
    for name in c_files():
        text = formatted(name)
        if text != (ROOT / name).read_bytes():
            if fix and text is not None:
                (ROOT / name).write_bytes(text)
            else:
                wrong.append(name)
    print("".join(f"{name}: not formatted; run `make format`\n" for name in wrong), end="")
    return not wrong


def command(*words):
    """A check that is one command of the shell."""
    return lambda fix: subprocess.run(words, cwd=ROOT).returncode == 0


def check_cppcheck(fix):
    """cppcheck over the project's own C, without the MicroPython bindings' macros."""
    files = [
        n for n in c_files() if n.endswith(".c") and not n.startswith(("port/", "jtag/usermod"))
    ]
    return not files or subprocess.run([*CPPCHECK, *files], cwd=ROOT).returncode == 0


def check_spdx(fix):
    """Each source file starts with its licence."""
    files = tracked(ROOT, "*.c", "*.h", "*.S", "*.py")
    wrong = [
        n
        for n in files
        if (ROOT / n).stat().st_size
        and "SPDX-License-Identifier" not in (ROOT / n).read_text()[:200]
    ]
    print("".join(f"{name}: no SPDX line at the top\n" for name in wrong), end="")
    return not wrong


def check_ruff(fix):
    """Python: ruff's checks and its formatter."""
    steps = [["ruff", "check", *(["--fix"] if fix else []), "."]]
    steps += [["ruff", "format", *([] if fix else ["--check"]), "."]]
    return not sum(subprocess.run(step, cwd=ROOT).returncode for step in steps)


CHECKS = {
    "C format": check_c_format,
    "layers": command(sys.executable, "tools/layers.py"),
    "licence lines": check_spdx,
    "cppcheck": check_cppcheck,
    "ruff": check_ruff,
    "mypy": command("mypy"),
    "codespell": command("codespell"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fix", action="store_true", help="format in place")
    options = parser.parse_args()
    failed = 0
    for name, check in CHECKS.items():
        print(f"lint: {name}", flush=True)
        good = check(options.fix)
        print(f"lint: {name}: {'ok' if good else 'FAILED'}", flush=True)
        failed += not good
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
