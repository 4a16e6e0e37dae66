# SPDX-License-Identifier: MIT
"""Write the names in a SoC's tables as a pool of interned strings, behind those of MicroPython and frozen modules.

Usage: soc_names.py SOC_TABLES_C QSTRDEFS_GENERATED_H FROZEN_CONTENT_C OUTPUT_C OUTPUT_H. In a pool of their own
they leave the numbers of all others as they are, so that nothing else is compiled anew for another SoC.
"""

import re
import sys
from pathlib import Path

SOURCE = """\
// Written by port/soc_names.py; changes are lost.
#include "py/qstr.h"

#if MICROPY_QSTR_BYTES_IN_HASH != 2
#error "port/soc_names.py writes hashes of 16 bits"
#endif

static const qstr_hash_t hashes[] = {{ {hashes} }};
static const qstr_len_t lengths[] = {{ {lengths} }};

extern const qstr_pool_t mp_qstr_frozen_const_pool;
const qstr_pool_t port_soc_names_pool = {{
    .prev = &mp_qstr_frozen_const_pool,
    .total_prev_len = MP_QSTRnumber_of + {frozen},
    .is_sorted = true,
    .alloc = 10, // the first pool in RAM gets twice as many, or the least that it gets
    .len = {count},
    .hashes = (qstr_hash_t *)hashes,
    .lengths = (qstr_len_t *)lengths,
    .qstrs = {{
{strings}
    }},
}};
"""


def qstr_hash(text: str):
    """The hash of py/qstr.c's qstr_compute_hash(), of 16 bits."""
    value = 5381
    for byte in text.encode():
        value = (value * 33 ^ byte) & 0xFFFFFFFF
    return value & 0xFFFF or 1


def main(tables, main_pool, frozen_content, output, header) -> None:
    """Read what there is and write both files; each argument is a path."""
    names = set(re.findall(r'^    \{"([A-Za-z_]\w*)", ', Path(tables).read_text(), re.M))
    taken = re.findall(r'^QDEF\d\(\w+, \d+, \d+, "(\w*)"\)', Path(main_pool).read_text(), re.M)
    frozen = Path(frozen_content).read_text().partition("mp_qstr_frozen_const_pool = {")[2]
    count = re.search(r"(\d+), // used entries", frozen)[1]
    taken += re.findall(r'^        "(.*)",$', frozen.partition("};")[0], re.M)
    names = sorted(names.difference(taken))
    if not names:  # C has no empty arrays: a name that nobody asks for
        names = ["soc_has_no_names"]
    text = SOURCE.format(
        hashes=", ".join(str(qstr_hash(name)) for name in names),
        lengths=", ".join(str(len(name)) for name in names),
        strings="\n".join(f'        "{name}",' for name in names),
        frozen=count,
        count=len(names),
    )
    for path, content in ((output, text), (header, f"#define PORT_SOC_NAMES {len(names)}\n")):
        if not Path(path).exists() or Path(path).read_text() != content:
            Path(path).write_text(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
