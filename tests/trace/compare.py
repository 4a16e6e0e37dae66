# SPDX-License-Identifier: MIT
"""Compare two traces of CSR accesses: `compare.py EMULATOR RTL CSR_JSON`.

A trace has one line per access, `R|W register value`, as --trace-csr of lxemu and rtl.run write it.
Two runs of one firmware differ only in time, so what depends on time is left out, by the table below;
the rest must agree: per core the writes in order and value, per register the reads in order and value,
after runs of one value (polls) are collapsed into one.
"""

import json
import re
import sys
from typing import NamedTuple

# What depends on when a thing happened, by register; everything else is compared.
TIMED = {
    r"timer\w*_(uptime_latch|uptime_cycles|update_value|value)": "the time itself",
    r"timer\w*_ev_(pending|status)": "one acknowledge per tick",
    r"uart_(rxempty|rxfull|txempty|txfull)": "how many bytes wait just then",
    r"uart_ev_(pending|status)": "how many bytes one interrupt found",
    r"uart_ev_enable": "the transmitter's interrupt is on while its ring holds something",
}
# Cores whose registers are independent streams: the order is compared per register.
STREAMS = {"uart": "echoed output and received input overlap as time has it"}
# Reads of the identifier memory: the RTL names them by address, the emulator does not write them.
UNNAMED = re.compile(r"csr\+0x")
INDEX = re.compile(r"\[\d+\]$")


class Access(NamedTuple):
    """One line of a trace."""

    kind: str
    register: str
    value: int


def parse(lines):
    """Return the accesses of a trace that do not depend on time."""
    timed = re.compile("|".join(f"(?:{pattern})" for pattern in TIMED))
    accesses = []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if len(words) != 3 or words[0] not in ("R", "W"):
            raise ValueError(f"line {number} is not an access: {line!r}")
        kind, register, value = words
        if not UNNAMED.match(register) and not timed.fullmatch(INDEX.sub("", register)):
            accesses.append(Access(kind, register, int(value, 16)))
    return accesses


def core_of(register, cores):
    """The core that a register belongs to: the longest of the SoC's names that begins it."""
    names = [core for core in cores if register.startswith(core + "_")]
    return max(names, key=len) if names else register


def streams(accesses, cores):
    """Return {what: [access, ...]} of what must be equal."""
    result = {}
    for access in accesses:
        core = core_of(access.register, cores)
        if access.kind == "R":
            reads = result.setdefault(f"reads of {access.register}", [])
            if not reads or reads[-1] != access:
                reads.append(access)
        elif core in STREAMS:
            result.setdefault(f"writes to {access.register}", []).append(access)
        else:
            result.setdefault(f"writes to {core}", []).append(access)
    return result


def compare(first, second, cores):
    """Return the complaints about two lists of lines, the first difference of each stream."""
    complaints = []
    first, second = (streams(parse(lines), cores) for lines in (first, second))
    for what in sorted({*first, *second}):
        one, other = first.get(what, []), second.get(what, [])
        if one == other:
            continue
        at = next(
            (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
            min(len(one), len(other)),
        )
        complaints.append(
            f"{what}: number {at} is {describe(one, at)} on the emulator and "
            f"{describe(other, at)} on the RTL, of {len(one)} and {len(other)}"
        )
    return complaints


def describe(accesses, at):
    """An access for a complaint."""
    return f"{accesses[at].register} {accesses[at].value:#x}" if at < len(accesses) else "missing"


def cores_of(csr_json):
    """The names of a SoC's cores, from the content of its csr.json."""
    return list(csr_json["csr_bases"])


if __name__ == "__main__":
    first, second = (open(name).read().splitlines() for name in sys.argv[1:3])
    found = compare(first, second, cores_of(json.load(open(sys.argv[3]))))
    print("\n".join(found) or "equal")
    sys.exit(1 if found else 0)
