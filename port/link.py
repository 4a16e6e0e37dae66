# SPDX-License-Identifier: MIT
"""Run the linker; say in one line when the image does not fit into the SoC's memory.

Usage: link.py LOG COMMAND...: the linker's own words go to LOG where they are replaced by ours.
"""

import re
import subprocess
import sys


def main(log_path: str, command: list[str]):
    """Link and return the exit status."""
    result = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if result.returncode == 0:
        sys.stderr.write(result.stderr)
        return 0
    overflow = re.search(r"region `(\w+)' overflowed by (\d+) bytes", result.stderr)
    if overflow is None:
        sys.stderr.write(result.stderr)
        return result.returncode
    with open(log_path, "w") as log:
        log.write(result.stderr)
    region, excess = overflow.group(1), int(overflow.group(2))
    print(
        f"port: the firmware is {excess} bytes too large for {region}: give the SoC more of it, "
        f"or build with FLOAT=single or fewer modules (the linker's words: {log_path})",
        file=sys.stderr,
    )
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
